"""Events of files of tables: variables that leave the ranges of the training events are counted and named."""

import csv
from pathlib import Path

import numpy as np
import pytest

from predict import scores_of
from showergrid.apply.settings import Unlabelled
from showergrid.apply.tables import left_ranges, score_tables
from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Input
from showergrid.inputs.variables import Variables
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.tasks.asked import tasks_of
from showergrid.training.loop import build, untrained

ROOT = Path(__file__).parents[2]
HEADER = ["id", "pt1", "eta1", "phi1", "pt2", "eta2", "phi2"]
PAIRS = [
    (1, 20.0, 0.5, 1.0, 10.0, -0.5, -1.0),
    (2, 90.0, 0.5, 1.0, 95.0, 3.0, -1.0),
    (3, 20.0, -3.0, 1.0, 10.0, 0.5, 2.0),
]
TRAINED = {"kind": (0, 0), "pt": (5, 80), "eta": (-2.4, 2.4), "phi": (-3.1, 3.1)}
TABLE = {"files": ["pairs.csv"], "event": "id"}
MUONS = {"kind": {"constant": 13, "type": "whole"}, **{name: [f"{name}1", f"{name}2"] for name in ("pt", "eta", "phi")}}


def read(collections: dict) -> Unlabelled:
    return Unlabelled(events={**TABLE, "columns": {"first": "pt1"}}, collections=collections)


@pytest.fixture
def cell(tmp_path, monkeypatch) -> dict:
    """A network on circles of the study of collisions, before its training; files of three pairs of muons."""
    monkeypatch.chdir(tmp_path)
    with open("pairs.csv", "w", newline="") as file:
        csv.writer(file).writerows([HEADER, *PAIRS])
    study = read_study(merged(read_layers(ROOT, [ROOT / "config/collisions/default.yaml"], {})))
    told = job(study, "train", None, representation="A", resolution=32, model="simple", seed=1)
    ranges = {name: {"mean": 0, "std": 1, "min": low, "max": high} for name, (low, high) in TRAINED.items()}
    return {**told, "calibration": {"events": 9, "variables": ranges}}


def weights(cell: dict) -> dict:
    inputs = {"A": Input("image", (3, 32, 32))}
    return build(untrained(cell["model"]), inputs, tasks_of(cell), 1).state_dict()


def test_real_events_that_leave_the_ranges_are_told(cell, one_thread):
    scores = score_tables(weights(cell), cell, read({"objects": {**TABLE, "columns": MUONS}}))
    assert scores.events["number"].to_pylist() == [1, 2, 3]
    assert scores.outside.tolist() == [0, 3, 1]
    assert scores.lines == [
        "warning: A: pt of 1 of 3 events lies outside of 5 to 80, the range of the training events",
        "warning: A: eta of 2 of 3 events lies outside of -2.4 to 2.4, the range of the training events",
    ]
    assert scores.answers["process"].shape == (3, 4)
    np.testing.assert_allclose(scores.answers["process"].sum(axis=1), 1)


def test_events_without_enough_objects_are_left_out_and_told(cell, one_thread):
    objects = {**TABLE, "columns": MUONS, "within": {"eta": [-2.4, 2.4]}, "min_rows": 2}
    scores = score_tables(weights(cell), cell, read({"objects": objects}))
    assert scores.events["number"].to_pylist() == [1]
    assert scores.answers["process"].shape == (1, 4)
    assert scores.lines[0] == "left out: 2 events, 4 objects"


def test_a_table_that_the_files_lack_is_named(cell):
    with pytest.raises(InputError, match="A shows objects, which the files lack; name theirs below collections"):
        score_tables({}, cell, read({}))


def test_files_must_hold_what_the_cell_sees(cell, tmp_path):
    drawn = {"representation": cell["representation"], "resolution": 32, "window": cell["model"]["window"]}
    lists = {"representation": {"name": "hits", "module": "hits", "parameters": {}}, "resolution": 100, "window": None}
    asked = read({"objects": {**TABLE, "columns": MUONS}})
    for seen, settings, why in [
        ([drawn], asked.model_copy(update={"events": None}), "A, which is not made of hits; name its events"),
        ([lists], asked, "made of hits; name files of hits, or those of a collection hits"),
        ([lists, drawn], asked, "hits, which is made of hits, and A, which is not; such a cell answers for"),
    ]:
        with pytest.raises(InputError, match=why):
            scores_of({}, {**cell, "views": seen}, settings, tmp_path / "scores.csv")


def test_values_are_counted_by_event_and_variable():
    offsets, values = np.array([0, 2, 2, 3]), np.array([[1.0, 9.0], [7.0, 9.5], [2.0, 3.0]])
    calibration = {"variables": {"b": {"min": 2, "max": 9}, "a": {"min": 1, "max": 2}}}
    left = left_ranges(Variables(np.arange(3), offsets, values, ["a", "b"]), calibration)
    assert left.tolist() == [[1, 1], [0, 0], [0, 0]]
