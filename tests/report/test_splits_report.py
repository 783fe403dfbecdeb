"""Accuracies by two splits of the same events: differences by hand, and what is drawn together."""

import csv as csv_module
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from asked import PARTICLE, PARTICLES
from synthetic_cells import BOOTSTRAP

from showergrid.core.cells import cell_folder
from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import paired
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import Answered, write_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.report.formats import latex, markdown
from showergrid.report.reports.splits import Parameters, build, csv, layout, over_union, reads
from showergrid.training.history import Epoch, write_history

DRAWS = Bootstrap(seed=7, resamples=2000, level=0.95)


def answered(event: np.ndarray, right: np.ndarray, group: np.ndarray | None = None) -> tuple[Answered, np.ndarray]:
    """A cell of one seed that is `right` (n,) of events of two classes in turn, which their number says."""
    labels = event % 2
    given = np.where(right, labels, 1 - labels)
    probability = np.stack([1.0 - given, given], axis=1)
    return Answered(event, labels, probability, group), probability[None]


def difference(cells: dict) -> tuple[float, float]:
    """The difference of the second to the first cell, and the standard deviation of its resamples."""
    first, second = over_union(cells, DRAWS).values()
    apart = second.resampled.mean(axis=0) - first.resampled.mean(axis=0)
    return paired(second, first, DRAWS, "pair").value, float(apart.std())


def test_accuracies_and_their_difference_are_those_counted_by_hand():
    first = answered(np.array([0, 1, 2, 3]), np.array([1, 1, 0, 0], bool))  # 2 of 4
    second = answered(np.array([2, 3, 4, 5, 6]), np.array([1, 1, 1, 1, 0], bool))  # 4 of 5
    value, _ = difference({"shower": first, "rows": second})
    assert value == pytest.approx(0.8 - 0.5)


def test_what_both_splits_answer_alike_leaves_the_difference():
    event, right = np.arange(400), np.random.default_rng(1).random(400) < 0.7
    value, noise = difference({"shower": answered(event, right), "rows": answered(event, right)})
    assert (value, noise) == (0, 0)


def test_test_sets_without_a_common_event_are_independent():
    """The variance of the difference is p (1 - p) / n of each; 2,000 resamples know it to 3 %."""
    right = np.tile([1, 1, 1, 1, 0, 0], 100).astype(bool)  # of either class two thirds
    cells = {"shower": answered(np.arange(600), right), "rows": answered(np.arange(600, 1200), right)}
    assert difference(cells)[1] == pytest.approx(np.sqrt(2 * (2 / 3) * (1 / 3) / 600), rel=0.06)


def test_showers_are_drawn_with_all_their_events_of_both_sets():
    """100 showers of 8 tanks, all right or all wrong, half of them of each split: drawn whole, they are one event."""
    event = np.arange(1600)
    shower = event // 16 * 2 + event % 2  # of one class each
    right = shower % 4 < 2
    first, second = event % 16 < 8, event % 16 >= 8
    cells = {
        "shower": answered(event[first], right[first], shower[first]),
        "rows": answered(event[second], ~right[second], shower[second]),
    }
    value, noise = difference(cells)
    assert value == 0
    # rows - shower = 1 - 2 x, x the share of right ones among 200 showers, none of which differ within
    assert noise == pytest.approx(2 * np.sqrt(0.25 / 200), rel=0.08)


SHOWERS, TANKS = 240, 5
SHOWER = np.repeat(np.arange(SHOWERS), TANKS)
LABELS = SHOWER % 2
SETS = {
    None: np.repeat(["train", "validation", "test"], np.array([100, 60, 80]) * TANKS),
    "rows": np.tile(["train", "train", "validation", "test", "test"], SHOWERS),
}


def write_cells(results, model: str, split: str | None, skill: float) -> None:
    for seed in (1, 2):
        folder = cell_folder(results, "variables", None, model, seed)
        folder.mkdir(parents=True)
        lean = np.random.default_rng([seed, *model.encode()]).normal(size=LABELS.size) + skill * (1 - 2 * LABELS)
        score = 1 / (1 + np.exp(-lean))
        given = {"particle": LABELS}, {"particle": np.stack([score, 1 - score], axis=1)}
        sets = SETS[split]
        events = pa.table({"event": np.arange(LABELS.size)})
        write_predictions(folder / "predictions.parquet", events, sets, [PARTICLES], *given, SHOWER)
        report = cell_metrics([PARTICLES], *given, sets, {}, 1, 1, Bootstrap(**BOOTSTRAP), SHOWER)
        (folder / "metrics.json").write_text(json.dumps(report))
        write_history(folder / "history.csv", [Epoch(1, 1e-3, 1, 0.5, 1, 0.5)])


def parameters(values=(None, "rows"), models=("xgboost", "svm")) -> Parameters:
    places = [
        {
            "representation": "variables",
            "resolution": None,
            "model": model if split is None else f"{model}@split-{split}",
            "seeds": [1, 2],
            "status": "run",
            "settings": None,
            "levels": {"split": split, "model": model},
        }
        for split in values
        for model in models
    ]
    return Parameters(
        name="splits",
        question=PARTICLE,
        split={
            "seed": 1,
            "test_fraction": 0.3,
            "validation_fraction": 0.3,
            "by": "shower",
            "further": [{"name": "rows"}],
        },
        factors=[{"name": "split", "values": list(values)}, {"name": "model", "values": list(models)}],
        places=places,
        bootstrap=BOOTSTRAP,
        comparison={"alpha": 0.05},
        order="as_given",
        origin="first_hit",
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    results = tmp_path_factory.mktemp("study")
    for model, skills in {"xgboost": (0.0001, 2.5), "svm": (0.5, 0.5)}.items():
        write_cells(results, model, None, skills[0])
        write_cells(results, f"{model}@split-rows", "rows", skills[1])
    return build(parameters(), results)


def test_each_model_has_its_accuracy_by_each_split_and_the_difference(table):
    rows = list(csv_module.DictReader(csv(table).splitlines()))
    of = {(row["level_model"], row["split"], row["quantity"]): row for row in rows}
    assert len(of) == len(rows) == 6
    for model in ("xgboost", "svm"):
        by = [float(of[model, split, "accuracy"]["value"]) for split in ("shower", "rows")]
        apart = of[model, "rows", "difference"]
        assert float(apart["value"]) == pytest.approx(by[1] - by[0])
        assert float(apart["low"]) < float(apart["value"]) < float(apart["high"])
    assert float(of["xgboost", "rows", "difference"]["low"]) > 0.3  # of .5 and .99
    assert float(of["svm", "rows", "difference"]["low"]) < 0.1
    sizes = {(row["split"], row["test_events"], row["test_groups"]) for row in rows}
    assert sizes == {("shower", "400", "80"), ("rows", "480", "240")}


def test_the_table_says_what_each_split_keeps_together(table):
    for text in (markdown.document(layout(table)), latex.document(layout(table))):
        words = " ".join(text.split())
        assert "by shower (400 test events of 80 showers) and rows (480 test events of 240 showers)" in words
        assert "events of one shower stand in one set" in words
        assert "draw showers over all test events" in words


def test_the_table_says_whose_test_events_are_read_out_otherwise(table):
    varied = parameters().model_dump()
    for place in varied["places"]:
        place["settings"] = {"window": [4], "mixed": True}
    said = "also the test events are each seen by one of several readouts"
    tables = (table, replace(table, settings=Parameters(**varied)))
    assert [said in layout(shown)[0].notes for shown in tables] == [False, True]


@pytest.mark.parametrize("values", [("rows",), ("rows", None), (None,)])
def test_an_ablation_without_the_studys_own_split_first_is_refused(values):
    with pytest.raises(InputError, match=r"ablation splits: module splits compares splits; give factors\.split null"):
        reads(parameters(values))
