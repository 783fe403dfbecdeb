"""Maps of pixels, one a view, that a cell trained on simulated hits is asked about."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from predict import scores_of
from showergrid.apply.settings import Unlabelled
from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Input
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.tasks.asked import tasks_of
from showergrid.training.loop import build, untrained

ROOT = Path(__file__).parents[2]
MAPS = {
    "events": {"files": ["events.parquet"], "event": "event", "columns": {"energy": "energy"}},
    "collections": {
        "hits": {
            "files": ["pixels.parquet"],
            "event": "event",
            "min_rows": 1,
            "columns": {
                "view": {"column": "view", "type": "whole"},
                "x": "column",
                "y": "row",
                "z": "row",
                "charge": {"column": "value", "unit": 4.0},
            },
        }
    },
}


@pytest.fixture
def cell(tmp_path, monkeypatch) -> dict:
    """A network on three views before its training, with ranges of charges up to 500; maps of three events."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1)
    pixels = {name: random.integers(0, 60, 600) for name in ("row", "column")}
    pixels |= {"event": np.repeat([4, 5, 6], 200), "view": random.integers(0, 3, 600), "value": np.full(600, 100)}
    pq.write_table(pa.table(pixels), "pixels.parquet")
    pq.write_table(pa.table({"event": [4, 5, 6], "energy": [1.0, 2.0, 3.0]}), "events.parquet")
    study = {
        "representations": [{"name": "wire_views", "align": "charge_centre"}],
        "models": [{"name": "simple", "win_shape": [64, 64]}],
        "grid": [{"representations": ["wire_views"], "resolutions": [400], "models": ["simple"], "seeds": [1]}],
        "ablations": [],
        "ensembles": [],
        "tuning": [],
        "origin": "charge_centre",
        "published": None,
        "figures": {"resolution": None},
    }
    path = tmp_path / "study.yaml"
    path.write_text(json.dumps(study))
    told = job(
        read_study(merged(read_layers(ROOT, [path], {}))),
        "train", None, representation="wire_views", resolution=400, model="simple", seed=1,
    )  # fmt: skip
    box = {"x": (-200, 200, 1.0), "y": (-200, 200, 1.0), "z": (0, 500, 1.25)}
    axes = {axis: {"min": low, "max": high, "stretch": stretch} for axis, (low, high, stretch) in box.items()}
    return {**told, "calibration": {"resolution": 400, "axes": axes, "ranges": {"charge_sum": 500.0}}}


def weights(cell: dict) -> dict:
    return build(untrained(cell["model"]), {"image": Input("image", (3, 64, 64))}, tasks_of(cell), 1).state_dict()


def test_maps_are_scored_and_what_leaves_the_ranges_is_told(cell, tmp_path, one_thread):
    scores = scores_of(weights(cell), cell, Unlabelled(**MAPS), tmp_path / "scores.csv")
    assert scores.events["number"].to_pylist() == [4, 5, 6]
    assert scores.answers["particle"].shape == (3, 2)
    np.testing.assert_allclose(scores.answers["particle"].sum(axis=1), 1)
    assert scores.outside.tolist() == [0, 0, 0]
    (line,) = scores.lines
    assert "charge_sum is up to 800, and was up to 500 in the training events" in line


def test_tables_without_hits_are_refused(cell, tmp_path):
    with pytest.raises(InputError, match="those of a collection hits"):
        scores_of({}, cell, Unlabelled(events=MAPS["events"]), tmp_path / "scores.csv")
