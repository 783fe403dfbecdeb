"""Rates against scikit-learn and against counting by hand; points of a cell, of places, and what is not known."""

import csv
import itertools
import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE, PARTICLES, question
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, precision_score, recall_score, roc_curve
from synthetic_cells import write_cell

from showergrid.core.errors import InputError
from showergrid.evaluation.predictions import Answered
from showergrid.evaluation.rates import binned, count, mistaken_at, rates
from showergrid.events.directions import DIRECTIONS
from showergrid.report.figures.performance import FIGURES
from showergrid.report.settings.performance import CellPerformance, Overlaid
from showergrid.report.tables.performance import (
    OVERLAID,
    MeasuredEvents,
    SeedAnswers,
    Series,
    best_threshold,
    measure,
    read_answers,
    read_test_events,
)
from showergrid.report.tables.performance_overlay import best_on_validation, overlay
from showergrid.report.tables.performance_table import binned_layouts, cell_csv, layout, places_csv

SETTINGS = {
    "question": PARTICLE,
    "bootstrap": {"seed": 1, "resamples": 200, "level": 0.95},
    "performance": {"bins": 4, "efficiencies": [0.8, 0.9], "ratio": 0.1},
}
ASKED = CellPerformance(**SETTINGS)
RNG = np.random.default_rng(1)
LABELS = RNG.integers(0, 2, 500)
SCORES = 1 / (1 + np.exp(-RNG.normal(size=500) - 1.2 * np.where(LABELS == 0, 1, -1)))
KNOWN = {"energy": RNG.uniform(0.1, 2, 500), "angle": RNG.uniform(0, 90, 500), "hits": RNG.integers(3, 9, 500) * 1.0}
EVENTS = MeasuredEvents(np.arange(500), LABELS, KNOWN)


def answers_of(scores, validation=SCORES[:200], labels=LABELS[:200]) -> SeedAnswers:
    """Scores of the 500 test events and of the validation events."""
    both = (np.stack([part, 1 - part], axis=1) for part in (scores, validation))
    test, known = (
        Answered(np.arange(of.size), of, part) for of, part in zip((LABELS, np.asarray(labels)), both, strict=True)
    )
    return SeedAnswers(test, known)


CELL = answers_of(SCORES)
ONES = np.ones((1, 500))


@pytest.fixture(scope="module")
def points():
    return measure(EVENTS, [CELL], ASKED, "test")


def value(points, against, quantity, k=0):
    matching = [point for point in points if (point.against, point.quantity) == (against, quantity)]
    return matching[k].estimate.value


def test_rates_in_bins_are_scikit_learns(points):
    edges = np.quantile(KNOWN["energy"], [0, 0.25, 0.5, 0.75, 1])
    for k, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = (KNOWN["energy"] >= low) & ((KNOWN["energy"] < high) | (high == edges[-1]))
        truth, answer = LABELS[inside] == 0, SCORES[inside] >= 0.5
        assert value(points, "energy", "accuracy", k) == pytest.approx(accuracy_score(truth, answer))
        assert value(points, "energy", "efficiency", k) == pytest.approx(recall_score(truth, answer))
        assert value(points, "energy", "purity", k) == pytest.approx(precision_score(truth, answer))


def test_reweighted_purity_is_that_of_a_sample_with_so_many_more_others(points):
    truth, answer = LABELS == 0, SCORES >= 0.5
    weight = np.where(truth, 0.1 / truth.sum(), 1 / (~truth).sum())  # a tenth as many positive events in all
    expected = precision_score(truth, answer, sample_weight=weight)
    assert value(points, "all", "purity_reweighted") == pytest.approx(expected)


def test_rejection_is_read_off_scikit_learns_roc(points):
    false, true, _ = roc_curve(LABELS == 0, SCORES, drop_intermediate=False)
    for efficiency in (0.5, 0.8, 0.9):
        expected = false[np.flatnonzero(true >= efficiency)[0]]
        estimate = next(p for p in points if (p.quantity, p.at) == ("photon_rejection", efficiency)).estimate
        assert estimate.value == pytest.approx(1 / expected)
        assert estimate.low < estimate.value < estimate.high


@given(st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=50)
def test_rejection_of_resamples_with_ties_is_that_of_the_events_written_out(seed, decimals):
    rng = np.random.default_rng(seed)
    labels, scores = rng.integers(0, 2, 60), np.round(rng.random(60), decimals)
    labels[:2] = 0, 1
    weights = rng.integers(0, 3, (3, 60)).astype(float)
    weights[:, :2] = 1
    efficiencies = np.array([0.3, 0.5, 0.8])
    for row, mistaken in zip(weights, mistaken_at(labels == 0, scores, efficiencies, weights), strict=True):
        repeated = np.repeat(np.arange(60), row.astype(int))
        false, true, _ = roc_curve(labels[repeated] == 0, scores[repeated], drop_intermediate=False)
        expected = [false[np.flatnonzero(true >= efficiency - 1e-9)[0]] for efficiency in efficiencies]
        np.testing.assert_allclose(mistaken, expected)


def test_calibration_curve_is_scikit_learns(points):
    share, score = calibration_curve(LABELS == 0, SCORES, n_bins=10)
    curve = [point for point in points if point.against == "score" and point.estimate]
    np.testing.assert_allclose([point.estimate.value for point in curve], share)
    np.testing.assert_allclose([point.at for point in curve], score)


def test_scan_and_its_maximum(points):
    for k in (0, 30, 50, 90):
        answer, truth = k / 100 <= SCORES, LABELS == 0
        assert value(points, "threshold", "efficiency", k) == pytest.approx(recall_score(truth, answer))
        product = recall_score(truth, answer) * precision_score(truth, answer)
        assert value(points, "threshold", "efficiency_purity", k) == pytest.approx(product)
    assert value(points, "threshold", "efficiency_purity", 100) == 0  # purity is not defined where no score lies above


def test_the_threshold_is_chosen_on_validation_alone():
    scores = np.array([0.9, 0.8, 0.35, 0.3])
    cell = answers_of(SCORES, scores, [0, 0, 0, 1])
    assert best_threshold(0, cell.validation, "efficiency_purity", 1.0) == 0.31  # keeps all three, the lowest that does
    measured = measure(EVENTS, [cell], ASKED, "x")
    best = next(p for p in measured if (p.against, p.quantity) == ("best_efficiency_purity", "efficiency"))
    assert best.at == 0.31
    assert best.estimate.value == pytest.approx(np.mean(SCORES[LABELS == 0] >= 0.31))


def test_several_seeds_are_averaged():
    other = answers_of(np.clip(SCORES + 0.1, 0, 1))
    both = measure(EVENTS, [CELL, other], ASKED, "x")
    apart = [measure(EVENTS, [cell], ASKED, "x") for cell in (CELL, other)]
    for key in (("angle", "efficiency"), ("threshold", "purity"), ("efficiency", "mistaken")):
        assert value(both, *key) == pytest.approx(np.mean([value(cell, *key) for cell in apart]))
    assert next(p for p in both if p.against == "all").estimate.std > 0


def test_bins_hold_as_many_events_each():
    values = np.append(np.random.default_rng(3).permutation(100) / 10, [np.nan, np.nan])
    edges, inside = binned(values, 4)
    assert edges.tolist() == np.quantile(values[:-2], [0, 0.25, 0.5, 0.75, 1]).tolist()
    assert inside.sum(axis=0).tolist() == [25] * 4
    assert inside[-2:].sum() == 0
    assert binned(np.full(5, 2.0), 3)[1].sum() == 5
    assert binned(np.array([1.0, 1, 1, 1, 2]), 4)[1].sum(axis=0).tolist() == [4 + 1]


def test_rates_of_no_events_are_not_defined():
    nothing = rates(count(LABELS == 0, np.ones((500, 1), bool), np.zeros((500, 1), bool), ONES), 1.0)
    assert all(np.isnan(rate).all() for rate in nothing.values())


@pytest.mark.parametrize("scores", [np.full(500, 0.6), np.full(500, 0.4), (LABELS == 0) * 1.0])
def test_collapsed_and_perfect_cells_are_measured_and_drawn(tmp_path, scores):
    measured = measure(EVENTS, [answers_of(scores, scores[:200])], ASKED, "x")
    if np.ptp(scores) == 0:
        assert value(measured, "efficiency", "photon_rejection") == 1
    else:
        assert math.isinf(value(measured, "efficiency", "photon_rejection"))
    purity = next(p for p in measured if (p.against, p.quantity) == ("all", "purity")).estimate
    assert (purity is None) == (scores.max() < 0.5)
    for name, draw in FIGURES.items():
        draw([Series("", measured)], ASKED, "", tmp_path / f"{name}.pdf")
    assert "nan" not in cell_csv(measured)


def test_a_bin_without_a_class_has_what_is_defined():
    energy = np.where(LABELS == 0, KNOWN["energy"], 5 + KNOWN["energy"])
    events = replace(EVENTS, known={"energy": energy})
    measured = measure(events, [CELL], replace_bins(2), "x")
    last = [p for p in measured if p.against == "energy" and p.quantity == "efficiency"][-1]
    assert last.estimate is None
    assert [p for p in measured if p.against == "energy" and p.quantity == "accuracy"][-1].estimate is not None


def replace_bins(bins: int) -> CellPerformance:
    return CellPerformance(**{**SETTINGS, "performance": {**SETTINGS["performance"], "bins": bins}})


def test_unknown_energies_are_left_out_and_said(tmp_path):
    events = replace(EVENTS, known={**KNOWN, "energy": np.full(500, np.nan)})
    measured = measure(events, [CELL], ASKED, "x")
    assert {"angle", "hits"} <= {point.against for point in measured}
    assert "energy" not in {point.against for point in measured}
    FIGURES["efficiency"]([Series("", measured)], ASKED, "", tmp_path / "efficiency.pdf")
    some = replace(EVENTS, known={"energy": np.where(np.arange(500) < 400, KNOWN["energy"], np.nan)})
    measured = measure(some, [CELL], ASKED, "x")
    assert sum(p.events for p in measured if (p.against, p.quantity) == ("energy", "accuracy")) == 400


def test_each_of_three_classes_is_looked_at_against_the_rest(tmp_path):
    labels = RNG.integers(0, 3, 500)
    lean = np.exp(RNG.normal(size=(500, 3)) + 1.5 * np.eye(3)[labels])
    test = Answered(np.arange(500), labels, lean / lean.sum(axis=1, keepdims=True))
    asked = CellPerformance(**{**SETTINGS, "question": question("electron", "photon", "muon")})
    measured = measure(MeasuredEvents(np.arange(500), labels, KNOWN), [SeedAnswers(test, test)], asked, "x")
    answer = test.probability.argmax(axis=1)
    for k, name in enumerate(asked.question.names):
        own = [point for point in measured if point.of == name]
        assert value(own, "all", "accuracy") == pytest.approx(accuracy_score(labels, answer))
        assert value(own, "all", "efficiency") == pytest.approx(recall_score(labels == k, answer == k))
        assert value(own, "all", "purity") == pytest.approx(precision_score(labels == k, answer == k))
        false, true, _ = roc_curve(labels == k, test.probability[:, k], drop_intermediate=False)
        rejection = next(p for p in own if (p.quantity, p.at) == ("other_rejection", 0.8)).estimate.value
        assert rejection == pytest.approx(1 / false[np.flatnonzero(true >= 0.8)[0]])
    assert [row["class"] for row in csv.DictReader(cell_csv(measured).splitlines())][-1] == "muon"
    places = CellPerformance(**{**SETTINGS, "question": question("electron", "photon", "muon")})
    named = Overlaid(**SETTINGS, places=[place("voxels", 50, "simple", [1])]).places
    grid = layout(places, named, {named[0].name: measured}, 500)
    assert [row.stub[-1] for row in grid.groups[0].rows] == ["electron", "photon", "muon"]
    for name, draw in FIGURES.items():
        draw([Series("", measured)], asked, "", tmp_path / f"{name}.pdf")


# From cell folders


def write_angles(path, events, angle=30.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [pa.array(np.arange(events)), pa.array(np.full(events, angle))]
    pq.write_table(pa.table(columns, schema=DIRECTIONS), path)


def place(representation, resolution, model, seeds):
    return {
        "representation": representation,
        "resolution": resolution,
        "model": model,
        "seeds": seeds,
        "status": "run",
        "settings": None,
    }


def test_places_and_the_best_of_them(tmp_path):
    skills = [0.2, 0.6, 1.0, 1.4, 1.8, 2.2, 0]
    for k, skill in enumerate(skills):
        for seed in (1, 2):
            write_cell(tmp_path, "projection_y", 100 + k, "simple", seed, skill)
    write_angles(tmp_path / "directions.parquet", 400)
    places = [place("projection_y", 100 + k, "simple", [1, 2]) for k in range(len(skills))]
    overlaid = Overlaid(**SETTINGS, places=places)
    measured = overlay(overlaid, tmp_path, tmp_path / "directions.parquet", None)
    assert measured.test_events == 200
    series, note = best_on_validation(overlaid, measured)
    assert [curve.label for curve in series] == [f"simple on projection_y at c {100 + k}" for k in range(1, 6)]
    assert len(series) == OVERLAID
    assert note == "the 5 of 7 places best on validation"
    rows = list(csv.DictReader(places_csv(overlaid.places, measured.points).splitlines()))
    assert {row["resolution"] for row in rows} == {str(100 + k) for k in range(7)}
    assert {row["seeds"] for row in rows} == {"1 2"}
    grid = layout(overlaid, overlaid.places, measured.points, measured.test_events)
    assert "1:10 electrons to photons" in grid.caption
    assert grid.columns[0].heads[4] == "photon rejection at 80 %"
    assert grid.groups[0].rows[6].cells[0][4].text == "1 (1 to 1)"


def test_other_test_events_and_other_directions_are_refused(tmp_path):
    first = write_cell(tmp_path, "projection_y", 100, "simple", 1, 1.0) / "predictions.parquet"
    other = write_cell(tmp_path, "projection_y", 100, "simple", 2, 1.0, events=500) / "predictions.parquet"
    write_angles(tmp_path / "few.parquet", 300)
    write_angles(tmp_path / "all.parquet", 400)
    with pytest.raises(InputError, match=r"few\.parquet: holds other events than .*delete it"):
        read_test_events(first, PARTICLES, tmp_path / "few.parquet")
    events = read_test_events(first, PARTICLES, tmp_path / "all.parquet")
    with pytest.raises(InputError, match=r"its test events are not those of the other cells"):
        read_answers(other, events, PARTICLES)
    table = pq.read_table(first)
    energy = pa.nulls(table.num_rows, pa.float32())
    pq.write_table(table.set_column(1, pa.field("energy", pa.float32()), energy), first)
    assert np.isnan(read_test_events(first, PARTICLES, tmp_path / "all.parquet").known["energy"]).all()


COLUMNS = [{"column": "distance", "label": "distance [m]"}, {"column": "length", "label": "length"}]


def test_columns_of_the_events_in_a_study_without_hits(tmp_path):
    """Accuracy in bins by hand; events of which a value is missing are in no bin."""
    asked = Overlaid(
        **{**SETTINGS, "performance": {**SETTINGS["performance"], "columns": COLUMNS}},
        places=[place("projection_y", 100, "simple", [1])],
    )
    predictions = write_cell(tmp_path, "projection_y", 100, "simple", 1, 1.0) / "predictions.parquet"
    event = np.arange(400)
    distance = np.where(event % 7 == 0, np.nan, 10.0 * event)
    gaps = pa.array(distance, from_pandas=True)
    pq.write_table(pa.table({"event": event, "distance": gaps, "length": event % 3}), tmp_path / "events.parquet")
    seen = read_test_events(predictions, PARTICLES, None, tmp_path / "events.parquet", ["distance", "length"])
    assert list(seen.known) == ["distance", "length"]
    np.testing.assert_array_equal(seen.known["distance"], distance[200:])
    measured = overlay(asked, tmp_path, None, tmp_path / "events.parquet")
    points = measured.points[asked.places[0].name]
    right = read_answers(predictions, seen, PARTICLES).test.right
    known = np.isfinite(seen.known["distance"])
    edges = np.quantile(seen.known["distance"][known], [0, 0.25, 0.5, 0.75, 1])
    for k, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = known & (seen.known["distance"] >= low) & ((seen.known["distance"] < high) | (high == edges[-1]))
        assert value(points, "distance", "accuracy", k) == pytest.approx(right[inside].mean())
    tables = binned_layouts(asked, asked.places, measured.points)
    for table, called in zip(tables, ("distance [m]", "length"), strict=True):
        assert table.caption.startswith(f"Accuracy in bins of {called}, with as many test events each")
    assert len(tables[0].groups[0].rows[0].cells[0]) == 4
    assert not binned_layouts(Overlaid(**SETTINGS, places=asked.places), asked.places, measured.points)
    FIGURES["efficiency"](best_on_validation(asked, measured)[0], asked, "", tmp_path / "efficiency.pdf")
    pq.write_table(pa.table({"event": event[:300], "distance": gaps[:300]}), tmp_path / "few.parquet")
    with pytest.raises(InputError, match=r"few\.parquet: holds other events than"):
        read_test_events(predictions, PARTICLES, None, tmp_path / "few.parquet", ["distance"])
