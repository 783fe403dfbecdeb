"""The tables of measures and of answers: against scikit-learn, by hand, and published numbers below ours."""

import csv as csv_module
import json

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as sk
from synthetic_cells import BOOTSTRAP

from showergrid.core.cells import cell_folder
from showergrid.core.errors import InputError
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import write_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.questions import Question
from showergrid.report.formats import latex, markdown
from showergrid.report.reports.measures import Parameters, build, csv, layout
from showergrid.training.history import Epoch, write_history

NAMES = ["drell_yan", "ttbar", "w_jets"]
ASKED = {"name": "process", "column": "process", "classes": [{"name": name, "values": [name]} for name in NAMES]}
SEEDS = [1, 2]
PUBLISHED = {
    "note": "others, on other events",
    "test": {
        "resnet50": {
            "G": {"accuracy": 0.84, "loss": 0.37, "called": {name: dict.fromkeys(NAMES, 0.25) for name in NAMES}},
            "C": {"accuracy": 0.79},
        }
    },
}


def answers(labels: np.ndarray, seed: int) -> np.ndarray:
    lean = np.exp(np.random.default_rng(seed).normal(size=(labels.size, 3)) + 1.2 * np.eye(3)[labels])
    return lean / lean.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Two seeds of one place; the test events, of unequal classes, come two from a collision."""
    results = tmp_path_factory.mktemp("study")
    labels = np.repeat(np.random.default_rng(1).choice(3, 300, p=[0.5, 0.3, 0.2]), 2)
    sets, group = np.repeat(["train", "validation", "test"], [100, 100, 400]), np.arange(600) // 2
    question = Question(**ASKED)
    for seed in SEEDS:
        folder = cell_folder(results, "G", 32, "simple", seed)
        folder.mkdir(parents=True)
        given = {"process": labels}, {"process": answers(labels, seed)}
        write_predictions(
            folder / "predictions.parquet", pa.table({"event": np.arange(600)}), sets, [question], *given, group
        )
        report = cell_metrics([question], *given, sets, {}, 1, 1, Bootstrap(**BOOTSTRAP), group)
        (folder / "metrics.json").write_text(json.dumps(report))
        write_history(folder / "history.csv", [Epoch(1, 1e-3, 1, 0.5, 1, 0.5)])
    return results, labels[200:], [answers(labels, seed)[200:] for seed in SEEDS]


def parameters(**changes) -> Parameters:
    place = {"representation": "G", "resolution": 32, "model": "simple", "seeds": SEEDS, "status": "run"}
    told = {
        "name": "table_measures",
        "places": [
            {**place, "settings": None},
            {**place, "model": "cut", "seeds": [], "status": "n/a", "settings": None},
        ],
        "question": ASKED,
        "bootstrap": BOOTSTRAP,
        "comparison": {"alpha": 0.05},
        "order": "as_given",
        "origin": "first_hit",
        "published_measures": PUBLISHED,
    }
    return Parameters(**{**told, **changes})


def test_means_over_seeds_agree_with_scikit_learn(cells):
    results, labels, given = cells
    rows = list(csv_module.DictReader(csv(build(parameters(), results)).splitlines()))
    place = next(row for row in rows if row["source"] == "ours" and not row["class"])
    expected = {
        "accuracy": [sk.accuracy_score(labels, one.argmax(1)) for one in given],
        "loss": [sk.log_loss(labels, one) for one in given],
        "f1_macro": [sk.f1_score(labels, one.argmax(1), average="macro") for one in given],
        "roc_auc": [np.mean([sk.roc_auc_score(labels == k, one[:, k]) for k in range(3)]) for one in given],
    }
    for measure, of_seeds in expected.items():
        value, low, high = (float(place[f"{measure}{end}"]) for end in ("", "_low", "_high"))
        assert value == pytest.approx(np.mean(of_seeds)), measure
        assert low < value < high
        assert float(place[f"{measure}_std"]) == pytest.approx(np.std(of_seeds, ddof=1))
    of_class = [row for row in rows if row["source"] == "ours" and row["class"]]
    assert [row["class"] for row in of_class] == NAMES
    shares = np.mean([sk.confusion_matrix(labels, one.argmax(1), normalize="true") for one in given], axis=0)
    for k, row in enumerate(of_class):
        assert [float(row[f"called_{name}"]) for name in NAMES] == pytest.approx(shares[k])
        assert float(row["efficiency"]) == pytest.approx(shares[k, k])
        assert float(row["roc_auc"]) == pytest.approx(
            np.mean([sk.roc_auc_score(labels == k, one[:, k]) for one in given])
        )


def test_the_interval_of_a_loss_may_end_above_one(cells):
    """Two seeds, so that Student's t reaches far."""
    results, *_ = cells
    [row] = build(parameters(), results).rows
    assert row.estimates["loss"].high > 1
    assert row.estimates["accuracy"].high == 1


def test_published_numbers_of_the_same_drawings_stand_below_ours(cells):
    results, *_ = cells
    table = build(parameters(), results)
    rows = [row for row in csv_module.DictReader(csv(table).splitlines()) if row["source"] == "published"]
    assert [(row["model"], row["representation"], row["class"]) for row in rows] == [
        ("resnet50", "G", name)
        for name in ["", *NAMES]  # C is no drawing of this study
    ]
    assert (rows[0]["accuracy"], rows[0]["loss"], rows[0]["f1_macro"]) == ("0.84", "0.37", "")
    text = markdown.document(layout(table))
    assert "| resnet50 |  | published | .840 | .370 |  |  |" in text
    assert "Published: others, on other events." in text
    assert "on 400 test events in 200 groups, which are drawn whole" in text
    assert "simple on G at c 32" in text
    assert "cut" not in text
    assert r"\begin{tab" in latex.document(layout(table))


def test_without_published_numbers_and_without_cells(cells):
    results, *_ = cells
    text = markdown.document(layout(build(parameters(published_measures=None), results)))
    assert "ublished" not in text.replace("source", "")
    with pytest.raises(InputError, match="no place has cells"):
        build(parameters(places=[parameters().places[1].model_dump()]), results)
