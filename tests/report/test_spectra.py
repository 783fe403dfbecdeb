"""Spectra of the predicted classes: numbers against counts by hand, of files and of cells, and of real collisions."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from asked import question
from shared_files import shared_file

from showergrid.apply.file_tables import tables_of, variables_in
from showergrid.apply.settings import Unlabelled
from showergrid.core.errors import InputError
from showergrid.evaluation.counts import wilson
from showergrid.inputs.settings import InputSettings
from showergrid.report.figures.spectra import bin_edges, spectrum_figure
from showergrid.report.settings.spectra import Distribution, Spectrum
from showergrid.report.tables.spectra import read_panels, spectrum_csv

ROOT = Path(__file__).parents[2]
# Value, side, probabilities of a and b, variables that leave the ranges; the last event is left out by its side
EVENTS = [
    (1.0, 0, 0.9, 0.1, 0),
    (2.0, 0, 0.5, 0.5, 1),  # ties go to the first
    (2.5, 0, 0.2, 0.8, 2),
    (4.0, 0, 0.7, 0.3, 0),  # the upper end of an interval is not in it
    (9.0, 0, 0.1, 0.9, 0),  # beyond the axis
    (2.0, 1, 0.9, 0.1, 1),
]
SHOWN = {
    "column": "x",
    "where": {"side": 0},
    "label": "x [cm]",
    "range": (1, 8),
    "bins": 3,
    "log": True,
    "intervals": [{"name": "low", "range": (2, 4)}, {"name": "none", "range": (20, 30), "trained": False}],
}
FILES = {"events": {"files": ["events.csv"], "columns": {"x": "x", "side": {"column": "side", "type": "whole"}}}}
OF_FILES = {"name": "own", "label": "of files", "answers": "predictions/own.parquet", "files": FILES}
OF_CELL = {"name": "cell", "label": "test events", "answers": "cells/predictions.parquet", "files": None}


def spectrum(*panels: dict, **changes) -> Spectrum:
    table = {"name": "variables", "module": "table", "parameters": {"columns": ["x", "side"]}}
    return Spectrum(
        question=question("a", "b", name="kind"),
        level=0.95,
        representation=table,
        tables=["events"] if None in (panel["files"] for panel in panels) else [],
        distribution={**SHOWN, **changes},
        panels=panels,
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Files of events with scores, and a study with the same among events that are no test events."""
    monkeypatch.chdir(tmp_path)
    x, side, a, b, outside = map(np.array, zip(*EVENTS, strict=True))
    with open("events.csv", "w", newline="") as file:
        csv.writer(file).writerows([["x", "side"], *zip(x, side, strict=True)])
    for name in ("predictions", "cells", "data"):
        Path(name).mkdir()
    scores = {"event": np.arange(6), "outside": outside, "kind.a": a, "kind.b": b}
    pq.write_table(pa.table(scores), "predictions/own.parquet")
    twice = {"event": np.arange(12), "x": np.repeat(x, 2).astype(np.float32), "side": np.repeat(side, 2)}
    places = {"source": ["made"] * 12, "number": np.arange(12)}
    pq.write_table(pa.table({**twice, **places}), "data/events.parquet")
    answers = {"kind.a": np.repeat(a, 2), "kind.b": np.repeat(b, 2), "kind": ["a"] * 12}
    pq.write_table(pa.table({"event": np.arange(12), "split": ["test", "train"] * 6, **answers}), OF_CELL["answers"])
    return tmp_path


def rows(settings: Spectrum, folder: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    text = spectrum_csv(read_panels(settings, folder), settings)
    return {(row["panel"], row["interval"], row["prediction"]): row for row in csv.DictReader(text.splitlines())}


def test_numbers_are_those_counted_by_hand(folder):
    found = rows(spectrum(OF_FILES, OF_CELL), folder)
    events = {("", ""): 5, ("", "a"): 3, ("", "b"): 2, ("low", ""): 2, ("low", "a"): 1, ("low", "b"): 1}
    events |= {("none", ""): 0, ("none", "a"): 0, ("none", "b"): 0}
    outside = {("", ""): 2, ("", "a"): 1, ("", "b"): 1, ("low", ""): 2, ("low", "a"): 1, ("low", "b"): 1}
    assert found.keys() == {(panel, *key) for panel in ("own", "cell") for key in events}
    for (panel, *key), row in found.items():
        assert int(row["events"]) == events[tuple(key)]
        assert row["outside"] == ("" if panel == "cell" else str(outside.get(tuple(key), 0)))
    third = found["own", "", "a"]
    assert (float(third["share"]), float(third["share_low"])) == (3 / 5, wilson(3, 5, 0.95)[0])
    assert found["own", "low", "a"]["low"] == "2.0"
    assert found["own", "none", "a"]["share"] == ""


def test_events_of_a_collision_count_once(folder):
    """All test events of the study come from two collisions, four of them from one."""
    answers = pq.read_table(OF_CELL["answers"])
    pq.write_table(answers.append_column("group", pa.array([0] * 8 + [1] * 4)), OF_CELL["answers"])
    settings = spectrum(OF_FILES, OF_CELL)
    found = rows(settings, folder)
    each = 5 / (4**2 + 1)
    assert float(found["cell", "", "a"]["share_low"]) == pytest.approx(wilson(3 * each, 5 * each, 0.95)[0])
    assert float(found["cell", "low", "a"]["share_low"]) == pytest.approx(wilson(0.5, 1, 0.95)[0])  # two of one
    assert float(found["own", "", "a"]["share_low"]) == wilson(3, 5, 0.95)[0]  # real events are independent
    spectrum_figure(read_panels(settings, folder), settings, folder / "figure.pdf")


def test_without_a_condition_all_events_count(folder):
    found = rows(spectrum(OF_FILES, where={}), folder)
    assert [found["own", "", name]["events"] for name in ("", "a", "b")] == ["6", "4", "2"]


def test_answers_to_other_events_are_refused(folder):
    lines = Path("events.csv").read_text().splitlines()
    for others in ([*lines, "3,0"], lines[:-1]):
        Path("events.csv").write_text("\n".join(others) + "\n")
        with pytest.raises(InputError, match=r"own\.parquet: answers to other events than those read"):
            rows(spectrum(OF_FILES), folder)
    pq.write_table(pq.read_table("data/events.parquet").slice(0, 9), "data/events.parquet")
    with pytest.raises(InputError, match=r"predictions\.parquet: answers to other events than those read"):
        rows(spectrum(OF_CELL), folder)


def test_bins():
    assert bin_edges(Distribution(**SHOWN)) == pytest.approx([1, 2, 4, 8])
    assert bin_edges(Distribution(**{**SHOWN, "log": False, "range": (-1, 5)})) == pytest.approx([-1, 1, 3, 5])


def test_the_figure_is_the_same_each_time(folder):
    settings = spectrum(OF_FILES, OF_CELL)
    panels = read_panels(settings, folder)
    for name in ("one.pdf", "two.pdf"):
        spectrum_figure(panels, settings, folder / name)
    assert (folder / "one.pdf").read_bytes() == (folder / "two.pdf").read_bytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"range": (0, 8)}, "is no range of a logarithm"),
        ({"range": (8, 1), "log": False}, "does not rise"),
        ({"intervals": [{"name": "low", "range": (4, 2)}]}, "does not rise"),
        ({"intervals": [{"name": "low", "range": (2, 4)}] * 2}, "'low' stands twice"),
    ],
)
def test_wrong_ranges_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        Distribution(**{**SHOWN, **changes})


# Real collisions, as config/collisions/default.yaml reads them


def dimuons(prediction: str, shared: str) -> tuple[np.ndarray, np.ndarray, list[dict[str, str]]]:
    """Mass (E,) [GeV] and whether the charges are the same (E,) bool, and the rows of the file."""
    path = shared_file(shared)
    study = yaml.safe_load((ROOT / "config/collisions/default.yaml").read_text())
    entry = next(entry for entry in study["predict"] if entry["name"] == prediction)
    told = json.loads(json.dumps(entry).replace(f"open_data/{shared}", str(path)))
    pair = next(entry for entry in study["representations"] if entry["name"] == "pair")
    parameters = {key: value for key, value in pair.items() if key not in ("name", "label", "module")}
    asked = InputSettings(
        representation={"name": "pair", "module": pair["module"], "parameters": parameters}, resolution=None
    )
    with tables_of(Unlabelled(**{key: told[key] for key in ("events", "collections")})) as (tables, _):
        values = variables_in(tables, asked).values
    with gzip.open(path, "rt") as file:
        return values[:, 0], values[:, 1] == 1, list(csv.DictReader(file))


def test_dimuon_masses_of_2010_are_those_of_the_file():
    mass, same, lines = dimuons("run2010_cut", "cms_dimuon_run2010b.csv.gz")
    given = np.array([float(row["M"]) for row in lines])
    np.testing.assert_allclose(mass, given, rtol=2e-3, atol=2e-3)  # of what the file rounds
    charges = np.array([[int(row["Q1"]), int(row["Q2"])] for row in lines])
    assert np.array_equal(same, charges[:, 0] == charges[:, 1])
    assert same.mean() == pytest.approx(0.37, abs=0.005)
    assert ((mass > 80) & (mass < 100) & ~same).sum() == 26


def test_candidates_for_the_z_of_2011():
    mass, _, lines = dimuons("run2011_cut", "cms_zmumu_run2011a.csv.gz")
    assert len(lines) == 10583
    assert ((mass > 80) & (mass < 100)).sum() == 8720
