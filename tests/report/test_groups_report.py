"""Answers of events and of their groups: by hand, with the intervals of the cells, and what is left out."""

import csv as csv_module
import json

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score
from synthetic_cells import BOOTSTRAP

from showergrid.core.cells import cell_folder
from showergrid.core.errors import InputError
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import write_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.questions import Question
from showergrid.report.formats import latex, markdown
from showergrid.report.reports.groups import Parameters, build, csv, layout, reads
from showergrid.training.history import Epoch, write_history

NAMES = ["p", "He", "Fe"]
ASKED = {"name": "primary", "column": "primary", "classes": [{"name": name, "values": [name]} for name in NAMES]}
SHOWERS, TANKS = 300, 5
SETS = np.repeat(["train", "validation", "test"], np.array([100, 50, 150]) * TANKS)
PRIMARY = np.random.default_rng(1).choice(3, SHOWERS, p=[0.5, 0.3, 0.2])
LABELS, SHOWER = np.repeat(PRIMARY, TANKS), np.repeat(np.random.default_rng(2).permutation(SHOWERS), TANKS)


def answers(seed: int) -> np.ndarray:
    lean = np.exp(np.random.default_rng(seed).normal(size=(LABELS.size, 3)) + 0.7 * np.eye(3)[LABELS])
    return lean / lean.sum(axis=1, keepdims=True)


def write_cells(results, seeds, group=SHOWER):
    question = Question(**ASKED)
    for seed in seeds:
        folder = cell_folder(results, "variables", None, "dense", seed)
        folder.mkdir(parents=True)
        given = {"primary": LABELS}, {"primary": answers(seed)}
        events = pa.table({"event": np.arange(LABELS.size)})
        write_predictions(folder / "predictions.parquet", events, SETS, [question], *given, group)
        report = cell_metrics([question], *given, SETS, {}, 1, 1, Bootstrap(**BOOTSTRAP), group)
        (folder / "metrics.json").write_text(json.dumps(report))
        write_history(folder / "history.csv", [Epoch(1, 1e-3, 1, 0.5, 1, 0.5)])


def parameters(seeds, pair=("p", "Fe")) -> Parameters:
    place = {"representation": "variables", "resolution": None, "model": "dense", "seeds": seeds, "status": "run"}
    return Parameters(
        name="showers",
        places=[{**place, "settings": None}],
        question=ASKED,
        bootstrap=BOOTSTRAP,
        comparison={"alpha": 0.05},
        order="as_given",
        origin="first_hit",
        split={"seed": 1, "test_fraction": 0.2, "validation_fraction": 0.2, "by": "shower"},
        performance={"bins": 4, "efficiencies": [0.5], "ratio": 1.0, "pair": pair and list(pair)},
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    results = tmp_path_factory.mktemp("study")
    write_cells(results, [1, 2])
    return results


def numbers(table) -> dict[tuple[str, str], dict[str, float]]:
    rows = csv_module.DictReader(csv(table).splitlines())
    return {
        (row["asked"], row["quantity"]): {
            key: float(row[key]) for key in ("value", "low", "high", "std", "p") if row[key]
        }
        for row in rows
    }


def by_hand(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The answers (G, K) of the test showers and their classes (G,), shower by shower."""
    prior = np.bincount(LABELS[SETS == "train"], minlength=3) / (SETS == "train").sum()
    test = SETS == "test"
    probability, shower, labels = answers(seed)[test], SHOWER[test], LABELS[test]
    each = np.unique(shower)
    sums = [np.log(np.maximum(probability[shower == number], 1e-3) / prior).sum(axis=0) for number in each]
    return np.array(sums), np.array([labels[shower == number][0] for number in each])


def test_numbers_are_means_over_seeds_of_those_by_hand(results):
    measured = numbers(build(parameters([1, 2]), results))
    test = SETS == "test"
    one = [np.mean(answers(seed)[test].argmax(1) == LABELS[test]) for seed in (1, 2)]
    whole = [np.mean(sums.argmax(1) == labels) for sums, labels in map(by_hand, (1, 2))]
    assert measured["event", "accuracy"]["value"] == pytest.approx(np.mean(one))
    assert measured["group", "accuracy"]["value"] == pytest.approx(np.mean(whole))
    assert measured["group", "accuracy"]["std"] == pytest.approx(np.std(whole, ddof=1))
    assert measured["gain", "accuracy"]["value"] == pytest.approx(np.mean(whole) - np.mean(one))
    merits, areas = [], []
    for sums, labels in map(by_hand, (1, 2)):
        odds = sums[:, 2] - sums[:, 0]
        iron, proton = odds[labels == 2], odds[labels == 0]
        merits.append((iron.mean() - proton.mean()) / np.sqrt(iron.var() + proton.var()))
        areas.append(roc_auc_score(labels[labels != 1] == 2, odds[labels != 1]))
    assert measured["group", "merit"]["value"] == pytest.approx(np.mean(merits))
    assert measured["group", "roc_auc"]["value"] == pytest.approx(np.mean(areas))
    assert measured["event", "merit"]["value"] < measured["group", "merit"]["value"]


def test_intervals_draw_showers(results):
    """Of a single seed: that of one event is the cell's own, that of a shower has the width of a binomial law."""
    measured = numbers(build(parameters([1]), results))
    cell = json.loads((cell_folder(results, "variables", None, "dense", 1) / "metrics.json").read_text())
    own = cell["questions"]["primary"]["test"]["accuracy"]
    assert {end: measured["event", "accuracy"][end] for end in ("value", "low", "high")} == own
    gain, share = measured["gain", "accuracy"], measured["group", "accuracy"]
    assert 0 < gain["low"] < gain["value"] < gain["high"] < 1
    width = 2 * 1.96 * np.sqrt(share["value"] * (1 - share["value"]) / 150)
    assert share["high"] - share["low"] == pytest.approx(width, rel=0.2)


def test_what_is_shown(results):
    table = build(parameters([1, 2]), results)
    text = markdown.document(layout(table))
    assert "on 750 test events in 150 groups, which are drawn whole" in text
    assert "one shower" in text
    assert "ln p - ln q" in text
    assert "log-odds of Fe to p" in text
    assert r"\begin{tab" in latex.document(layout(table))
    alone = build(parameters([1, 2], pair=None), results)
    assert set(numbers(alone)) == {(asked, "accuracy") for asked in ("event", "group", "gain")}
    assert "FOM" not in markdown.document(layout(alone))


def test_events_that_stand_by_themselves_have_no_groups(tmp_path):
    write_cells(tmp_path, [1], group=None)
    table = build(parameters([1]), tmp_path)
    assert {asked for asked, _ in numbers(table)} == {"event"}
    assert "one shower" not in markdown.document(layout(table))


def test_a_pair_of_strangers_is_refused_while_planning():
    with pytest.raises(InputError, match=r"performance\.pair: 'U' is no class of question primary: p, He, Fe"):
        reads(parameters([1], pair=("p", "U")))
