"""Collisions, some of a process of the user's own, from their simulation to tables and to answers for files."""

import csv
import json

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from safetensors.numpy import load_file
from study import Project, checkout

PROCESSES = ["drell_yan", "higgs", "zprime"]
EVENTS = 40  # of each process
ALONE = "PartonLevel:MPI = off"  # which takes most of the time
DECAYS = {23: ["23:onMode = off", "23:onIfAny = 13"], 32: ["32:onMode = off", "32:onIfAny = 13"]}
SHORT = {"n_epochs": 2, "min_epochs": 1, "batch_size": 32}
AUGMENT = {"shear": 0.2, "zoom": 0.2, "flips": ["horizontal", "vertical"]}
STUDY = {
    "extends": "config/collisions/default.yaml",
    "results": "results-few",
    "questions": [
        {"name": "process", "column": "process", "classes": [{"name": name, "values": [name]} for name in PROCESSES]}
    ],
    "collisions": {
        "events": EVENTS,
        "shard_size": EVENTS,
        "processes": PROCESSES,
        "definitions": {
            "drell_yan": {
                "lines": ["WeakSingleBoson:ffbar2gmZ = on", "PhaseSpace:mHatMin = 50", *DECAYS[23], ALONE],
                "tries": 3,  # so that events share a collision
            },
            "higgs": {"lines": ["HiggsSM:gg2H = on", "25:onMode = off", "25:onIfMatch = 23 23", *DECAYS[23], ALONE]},
            "zprime": {
                "lines": [
                    "NewGaugeBoson:ffbar2gmZZprime = on",
                    "Zprime:gmZmode = 3",
                    "32:m0 = 1000",
                    *DECAYS[32],
                    ALONE,
                ]
            },
        },
    },
    "split": {"test_fraction": 0.3, "validation_fraction": 0.3},
    "representations": [
        {"name": "A", "label": "drawing A", "module": "circles", "jets": 2},  # and MET, as A has not
        {"name": "mass", "label": "dimuon mass", "module": "dimuon", "variables": ["mass"]},
    ],
    "models": [
        {"name": "simple", "bn": True, "transform": "batch_norm", "augment": AUGMENT, **SHORT},
        {"name": "frozen", "backbone": "simple", **SHORT},
        {"name": "cut"},
    ],
    "grid": [
        {"table": "table1", "representations": ["A"], "resolutions": [32], "models": ["frozen"], "seeds": [1]},
        {"table": "table1", "representations": ["mass"], "models": ["cut"], "seeds": [1]},
    ],
    "bootstrap": {"resamples": 100},
    "predict": [
        {
            "name": "again",
            "representation": "A",
            "resolution": 32,
            "model": "frozen",
            "seed": 1,
            "events": {
                "files": ["results-few/data/events.parquet"],
                "event": "event",
                "columns": {name: name for name in ("met", "met_phi")},
            },
            "collections": {
                "objects": {
                    "files": ["results-few/data/objects.parquet"],
                    "event": "event",
                    "columns": {
                        **{name: {"column": name, "type": "whole"} for name in ("kind", "charge")},
                        **{name: name for name in ("pt", "eta", "phi")},
                    },
                }
            },
        }
    ],
    "spectra": [],
}
CONFIG = "config/few.yaml"
RESULTS = "results-few"
OWN = (  # files of collisions alone
    *("sources/collisions.py", "sources/pp/", "representations/circles.py", "representations/dimuon.py"),
    *("inputs/collisions.py", "events/muons.py", "report/reports/measures.py", "report/tables/spectra.py"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    """The study, made to its tables, and its events told apart once more, as files of somebody else."""
    project = checkout(tmp_path_factory.mktemp("few") / "project")
    (project.root / CONFIG).write_text(yaml.safe_dump(STUDY, sort_keys=False))
    made = ("table1.tex", "table_measures.tex", "predictions/again.parquet")
    project.snakemake("--cores", "2", *(f"{RESULTS}/{name}" for name in made), config=CONFIG)
    return project


def test_a_process_of_the_configuration_is_simulated_and_told_apart(made):
    events = pq.read_table(made.root / RESULTS / "data/events.parquet")
    assert sorted(events["process"].to_pylist()) == sorted(PROCESSES * EVENTS)
    own = events.filter(pc.equal(events["process"], "zprime"))
    assert np.median(own["dimuon_mass"].to_numpy()) == pytest.approx(1000, rel=0.1)  # m0
    with open(made.root / RESULTS / "table1.csv", newline="") as file:
        rows = {(row["representation"], row["model"]): row for row in csv.DictReader(file)}
    assert float(rows["mass", "cut"]["test_accuracy"]) > 0.6  # a third at random
    assert {rows[place]["status"] for place in [("A", "frozen"), ("mass", "cut")]} <= {"ok", "collapsed"}
    assert rows["A", "cut"]["status"] == "n/a"
    assert rows["A", "frozen"]["window"] == "32 32"
    text = (made.root / RESULTS / "table1.md").read_text()
    assert "c: pixels across an image." in text
    assert "hits" not in text.replace("lists of hits", "")
    assert "None" not in text


def test_objects_are_stored_and_no_pixels(made):
    results = made.root / RESULTS
    given = load_file(results / "inputs/A/c32.safetensors")
    assert set(given) == {"event", "offsets", "values"}
    objects = pq.read_table(results / "data/objects.parquet")
    event, kind = objects["event"].to_numpy(), objects["kind"].to_numpy()
    jets = np.bincount(event, kind == 0)
    assert np.unique(jets.clip(0, 3)).tolist() == [0, 1, 2, 3]
    assert np.diff(given["offsets"]).tolist() == (3 + jets.clip(0, 2)).tolist()  # two muons and MET
    assert (results / "inputs/mass.safetensors").is_file()
    assert not (results / "data/calibration.json").exists()


def test_a_training_is_told_of_its_augmentation_and_a_frozen_network_of_features(made):
    told = {}
    for name in ("simple", "frozen"):
        record = made.root / RESULTS / f"cells/A/c32/{name}/seed1/train.provenance.json"
        told[name] = json.loads(record.read_text())
    assert told["simple"]["config"]["model"]["training"]["augment"] == AUGMENT
    assert "augment" not in told["frozen"]["config"]["model"]["training"]
    assert "features/A/c32/simple/seed1" in json.dumps(told["frozen"]["inputs"])


def test_the_same_events_as_new_ones_get_the_same_answers(made):
    expected = pq.read_table(made.root / RESULTS / "cells/A/c32/frozen/seed1/predictions.parquet")
    given = pq.read_table(made.root / RESULTS / "predictions/again.parquet")
    for name in PROCESSES:
        np.testing.assert_allclose(given[f"process.{name}"], expected[f"process.{name}"], atol=1e-6)
    assert np.any(given["outside"].to_numpy() > 0)  # objects beyond the training events


def test_events_of_one_collision_stand_in_one_set_and_count_once(made):
    results = made.root / RESULTS
    events = pq.read_table(results / "data/events.parquet").sort_by("event")
    given = pq.read_table(results / "cells/mass/cut/seed1/predictions.parquet").sort_by("event")
    collision, group, sets = (
        table[name].to_numpy() for table, name in ((events, "collision"), (given, "group"), (given, "split"))
    )
    numbers = np.unique(collision)
    assert numbers.size < collision.size
    assert np.array_equal(group, np.searchsorted(numbers, collision))
    assert all(np.unique(sets[collision == number]).size == 1 for number in numbers)
    report = json.loads((results / "cells/mass/cut/seed1/metrics.json").read_text())["questions"]["process"]["test"]
    assert report["groups"] == np.unique(group[sets == "test"]).size
    assert report["groups"] <= report["events"] == np.count_nonzero(sets == "test")
    assert f"{report['events']} test events in {report['groups']} groups" in (results / "table1.md").read_text()


def test_measures_stand_beside_the_published_ones(made):
    results = made.root / RESULTS
    with open(results / "table_measures.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows if row["representation"] == "mass"] == ["", *PROCESSES]
    published = [row for row in rows if row["source"] == "published"]
    assert [(row["model"], row["accuracy"]) for row in published] == [("resnet50", "0.7209")]


def test_nothing_of_the_showers_reads_code_of_collisions(made):
    """So no edit there plans anything of the default study anew."""
    plan = made.plan("--forceall")
    assert plan.jobs
    read = {source for job in plan.jobs for source in made.sources(job)}
    assert read
    assert not {source for source in read if source.removeprefix("scripts/showergrid/").startswith(OWN)}
    of_collisions = made.plan("--forceall", f"{RESULTS}/table_measures.tex", config=CONFIG)
    told = {source for job in of_collisions.jobs for source in made.sources(job)}
    assert {name for name in OWN if any(name in source for source in told)} >= {*OWN[:5], "report/reports/measures.py"}


def test_an_edit_of_a_drawing_reruns_its_own_and_refuses_events_with_too_few_jets(made, tmp_path):
    project = made.copy(tmp_path / "project")
    assert project.plan(f"{RESULTS}/table1.tex", config=CONFIG).jobs == []
    project.edit(CONFIG, "jets: 2", "jets: 2\n  exact_jets: true")
    plan = project.plan(f"{RESULTS}/table1.tex", config=CONFIG)
    assert plan.places("represent") == [("A", "32")]
    assert plan.of("representation") == {"A"}
    done = project.snakemake("--cores", "1", f"{RESULTS}/inputs/A/c32.safetensors", config=CONFIG, check=False)
    assert "jets, and exact_jets asks for 2" in done.stdout
    assert "Traceback" not in done.stdout
