"""Studies of tables and of objects, read from files, through the whole workflow: no hit is in them."""

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from safetensors.numpy import load_file
from study import ROOT, Project, checkout

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.layers import merged, read_layers

ROWS, EVENTS = 240, 160
TABLE = {
    "extends": None,
    "results": "results-rows",
    "source": "files",
    "files": {
        "events": {
            "files": ["rows.csv"],
            "columns": {
                "kind": {"column": "kind", "type": "text"},
                "run": {"column": "run", "type": "whole"},
                **{name: name for name in "abc"},
            },
        }
    },
    "split": {"by": "run"},
    "questions": [
        {
            "name": "kind",
            "column": "kind",
            "classes": [{"name": name, "values": [name]} for name in ("alpha", "beta", "gamma")],
        }
    ],
    "representations": [
        {"name": "variables", "module": "table", "columns": ["a", "b", "c"]},
        {"name": "ranged", "module": "table", "columns": ["b"], "scale": "min_max"},
    ],
    "models": [
        {"name": "random_forest", "n_estimators": 20},
        {"name": "dense", "clf_neurons": [8], "n_epochs": 2, "min_epochs": 1, "batch_size": 32},
    ],
    "grid": [
        {
            "table": "table1",
            "representations": ["variables"],
            "models": ["random_forest", "dense"],
            "seeds": [1],
        }
    ],
    "bootstrap": {"resamples": 100},
    "performance": {"columns": [{"column": "a", "label": "the variable a"}, {"column": "run", "label": "run"}]},
    "predict": [
        {
            "name": "again",
            "representation": "variables",
            "model": "random_forest",
            "seed": 1,
            "events": {"files": ["rows.csv"], "columns": {name: name for name in "abc"}},
        }
    ],
    "spectra": [
        {
            "name": "of_a",
            "representation": "variables",
            "column": "a",
            "label": "a",
            "range": [-5, 8],
            "bins": 13,
            "intervals": [{"name": "high", "range": [1, 8]}],
            "of": [{"prediction": "again"}, {"representation": "variables", "model": "random_forest", "seed": 1}],
        }
    ],
}
SHORT = {"n_epochs": 2, "min_epochs": 1, "batch_size": 32}
OBJECTS = {"files": ["objects.csv"], "event": "number", "columns": {"pt": "pt", "eta": "eta"}}
SETS = {
    "extends": None,
    "results": "results-sets",
    "source": "files",
    "files": {
        "events": {
            "files": ["events.csv"],
            "event": "number",
            "columns": {"process": {"column": "process", "type": "text"}, "met": "met"},
        },
        "collections": {"objects": OBJECTS},
    },
    "questions": [
        {
            "name": "process",
            "column": "process",
            "positive": "signal",
            "classes": [{"name": name, "values": [name]} for name in ("signal", "background")],
        }
    ],
    "representations": [
        {"name": "objects", "collection": "objects", "columns": ["pt", "eta"], "sort": "pt"},
        {"name": "met", "module": "table", "columns": ["met"]},
        {"name": "both", "module": "views", "of": ["objects", "met"]},
    ],
    "models": [
        {"name": "transformer", "win_shape": [4], "d_model": 8, "nhead": 2, **SHORT},
        {"name": "dense", "clf_neurons": [8], **SHORT},
        {"name": "joined", "backbone": ["transformer", "dense"], **SHORT},
        {"name": "frozen", "backbone": ["transformer", "dense"], **SHORT},
    ],
    "grid": [
        {
            "table": "table1",
            "representations": ["objects", "met"],
            "models": ["transformer", "dense"],
            "seeds": [1],
        },
        {"table": "table1", "representations": ["both"], "models": ["joined", "frozen"], "seeds": [1]},
    ],
    "bootstrap": {"resamples": 100},
    "predict": [
        {
            "name": "again",
            "representation": "both",
            "model": "joined",
            "seed": 1,
            "events": {"files": ["events.csv"], "event": "number", "columns": {"met": "met"}},
            "collections": {"objects": OBJECTS},
        }
    ],
}
TARGETS = {
    "rows": [
        *("all", "comparison", "archive", "results-rows/inputs/ranged.safetensors"),
        *("results-rows/predictions/again.parquet", "results-rows/spectra/of_a.pdf"),
    ],
    "sets": ["results-sets/table1.tex", "results-sets/predictions/again.parquet"],
}


def written(path: Path, head: list[str], rows: list) -> None:
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    """The study of rows, made to its end and archived, and of the other what no study of rows has."""
    project = checkout(tmp_path_factory.mktemp("variables") / "project")
    random = np.random.default_rng(1)
    kinds = ("alpha", "beta", "gamma")
    rows = [
        [kinds[i % 3], i // 6, random.normal(i % 3), random.normal(-(i % 3) / 2), random.exponential()]
        for i in range(ROWS)
    ]
    written(project.root / "rows.csv", ["kind", "run", "a", "b", "c"], rows)
    events, objects = [], []
    for i in range(EVENTS):
        events.append([i, ("signal", "background")[i % 2], random.exponential(1 + i % 2)])
        objects += [[i, random.exponential(20 * (1 + i % 2)), random.normal()] for _ in range(random.integers(0, 6))]
    written(project.root / "events.csv", ["number", "process", "met"], events)
    written(project.root / "objects.csv", ["number", "pt", "eta"], objects)
    for name, study in (("rows", TABLE), ("sets", SETS)):
        study = {**study, "archive": {"dirty": True}}
        (project.root / f"config/{name}.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
        project.snakemake("--cores", "2", *TARGETS[name], config=f"config/{name}.yaml")
    return project


def test_paths_have_no_resolution(made):
    files = {str(path.relative_to(made.root)) for path in made.root.glob("results-*/inputs/*.*")}
    names = ("rows/inputs/variables", "rows/inputs/ranged", "sets/inputs/objects", "sets/inputs/met")
    assert {f"results-{name}.{end}" for name in names for end in ("safetensors", "calibration.json")} <= files
    assert (made.root / "results-rows/cells/variables/dense/seed1/metrics.json").is_file()
    assert not list(made.root.glob("results-rows/data/hits*"))


def test_variables_are_scaled_by_training_events(made):
    events = pq.read_table(made.root / "results-rows/data/events.parquet")
    split = pq.read_table(made.root / "results-rows/data/split.parquet")
    training = np.array(split["split"].to_pylist()) == "train"
    values = np.stack([events[name].to_numpy().astype(float) for name in "abc"], axis=1)
    given = load_file(made.root / "results-rows/inputs/variables.safetensors")
    expected = (values - values[training].mean(axis=0)) / values[training].std(axis=0)
    assert set(given) == {"event", "values"}
    np.testing.assert_allclose(given["values"], expected, rtol=1e-5, atol=1e-6)
    ranged = load_file(made.root / "results-rows/inputs/ranged.safetensors")["values"][training, 0]
    assert (ranged.min(), ranged.max()) == (0, 1)


def test_runs_stay_together(made):
    runs = pq.read_table(made.root / "results-rows/data/events.parquet")["run"].to_numpy()
    sets = np.array(pq.read_table(made.root / "results-rows/data/split.parquet")["split"].to_pylist())
    assert all(len(set(sets[runs == run])) == 1 for run in set(runs.tolist()))
    assert set(sets) == {"train", "validation", "test"}


def test_objects_are_a_set_in_the_order_asked(made):
    with open(made.root / "objects.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    given = load_file(made.root / "results-sets/inputs/objects.safetensors")
    told = json.loads((made.root / "results-sets/inputs/objects.calibration.json").read_text())["variables"]
    assert set(given) == {"event", "offsets", "values"}
    assert given["event"].tolist() == list(range(EVENTS))  # those without objects too
    for event in range(EVENTS):
        own = sorted((float(row["pt"]), float(row["eta"])) for row in rows if int(row["number"]) == event)[::-1]
        listed = given["values"][given["offsets"][event] : given["offsets"][event + 1]]
        assert len(listed) == len(own)
        for (pt, eta), entry in zip(own, listed, strict=True):
            scaled = [(value - told[k]["mean"]) / told[k]["std"] for k, value in (("pt", pt), ("eta", eta))]
            np.testing.assert_allclose(entry, scaled, rtol=1e-4, atol=1e-5)


def test_a_network_of_two_inputs_is_told_of_both(made):
    weights = load_file(made.root / "results-sets/cells/both/joined/seed1/model.safetensors")
    assert weights["head.of.0.0.weight"].shape[1] == 8 + 1  # what the transformer hands on, and the variable itself
    record = made.root / "results-sets/cells/both/frozen/seed1/train.provenance.json"
    read = json.dumps(json.loads(record.read_text())["inputs"])
    for name in ("features/objects/transformer/seed1", "cells/met/dense/seed1/model"):
        assert f"results-sets/{name}.safetensors" in read


@pytest.mark.parametrize(
    ("study", "cell", "column"),
    [("rows", "variables/random_forest/seed1", "kind.alpha"), ("sets", "both/joined/seed1", "process.signal")],
)
def test_the_same_events_as_new_ones_get_the_same_answers(made, study, cell, column):
    results = made.root / f"results-{study}"
    expected = pq.read_table(results / "cells" / cell / "predictions.parquet")[column].to_numpy()
    np.testing.assert_allclose(pq.read_table(results / "predictions/again.parquet")[column], expected, atol=1e-6)


def test_a_spectrum_counts_events_of_files_and_test_events(made):
    results = made.root / "results-rows"
    with open(results / "spectra/of_a.csv", newline="") as file:
        counts = {
            (row["panel"], row["interval"], row["prediction"]): int(row["events"]) for row in csv.DictReader(file)
        }
    with open(made.root / "rows.csv", newline="") as file:
        high = np.array([1 <= float(row["a"]) < 8 for row in csv.DictReader(file)])
    answers = np.array(pq.read_table(results / "predictions/again.parquet")["kind.answer"].to_pylist())
    cell = "variables/random_forest/seed1"
    sets = pq.read_table(results / "cells" / cell / "predictions.parquet")["split"].to_pylist()
    test = np.array(sets) == "test"
    for panel, chosen in (("again", np.full(ROWS, True)), (cell, test)):
        assert counts[panel, "", ""] == chosen.sum()
        assert counts[panel, "high", ""] == (chosen & high).sum()
        for name in ("alpha", "beta", "gamma"):
            assert counts[panel, "", name] == (chosen & (answers == name)).sum()
            assert counts[panel, "high", name] == (chosen & high & (answers == name)).sum()


def test_answers_are_looked_at_against_columns_where_they_are_named(made):
    for folder in ("comparison", "cells/variables/dense/seed1"):
        with open(made.root / f"results-rows/{folder}/performance.csv", newline="") as file:
            against = {row["against"] for row in csv.DictReader(file)}
        assert {"a", "run", "score"} < against
        assert not {"energy", "angle", "hits"} & against
    assert "Accuracy in bins of the variable a" in (made.root / "results-rows/comparison/performance.md").read_text()
    assert (made.root / "results-rows/cells/variables/dense/seed1/figures/efficiency.pdf").is_file()
    assert "performance" not in made.plan("comparison", config="config/sets.yaml").rules


def test_tables_speak_of_no_hits_and_no_resolution(made):
    for study in ("rows", "sets"):
        text = (made.root / f"results-{study}/table1.md").read_text()
        assert "None" not in text
        assert "hits" not in text.replace("lists of hits", "")
        assert "pixels across" not in text
        assert not (made.root / f"results-{study}/table_containment.md").exists()


def test_nothing_is_left_and_an_edit_reruns_its_own(made, tmp_path):
    project = made.copy(tmp_path / "project")
    assert project.plan(*TARGETS["sets"], config="config/sets.yaml").jobs == []
    project.edit("config/sets.yaml", "sort: pt", "sort: eta")
    plan = project.plan(*TARGETS["sets"], config="config/sets.yaml")
    assert plan.places("represent") == [("objects",)]
    assert plan.of("representation") == {"objects", "both"}


def test_it_is_archived(made):
    assert list((made.root / "results-rows/archive").glob("*.tar.zst"))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("collection", "tracks", "shows tracks, and files gives events, objects"),
        ("columns", ["pt", "phi"], "objects has no column 'phi' of numbers; valid: pt, eta"),
    ],
)
def test_what_the_source_lacks_is_refused(key, value, words):
    study = merged([*read_layers(ROOT, [], {"extends": None}), ("sets", SETS)])
    objects, *others = study["representations"]
    with pytest.raises(InputError, match=words):
        read_study({**study, "representations": [{**objects, key: value}, *others]})
