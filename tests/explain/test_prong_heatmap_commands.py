"""The commands for heat maps of prongs: from a model and its files to the maps, their test and the figure."""

import json
import runpy
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE
from synthetic_hits import hits_of, random_events, write_events

from showergrid.events.split import write_split
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.views import cut_views
from showergrid.models import transformer_cvn
from showergrid.tasks.asked import tasks_of
from showergrid.training import loop
from showergrid.training.model_file import describe, write_model

pytestmark = pytest.mark.usefixtures("one_thread")

SCRIPTS = Path(__file__).parents[2] / "scripts"
EVENTS, PRONGS = 12, 3
CALIBRATION = {
    "resolution": 50,  # pixels of 4 cm
    "axes": {name: {"min": 0.0, "max": 200.0, "stretch": 1.0} for name in "xyz"},
    "ranges": {"charge": 4000.0, "charge_sum": 9000.0},
}
KINDS = [{"name": name, "values": [name]} for name in ("muon", "proton", "other")]
SMALL = {"blocks": [1, 1], "growth": 4, "embedding": 8, "d_model": 8, "dim_feedforward": 8, "num_layers": 1, "nhead": 2}
TRAINING = {"batch_size": 8, "n_epochs": 1, "min_epochs": 1, "patience": 5, "optim_name": "Adam", "optim_lr": 1e-3}
CELL = {
    "seed": 19,
    "questions": [PARTICLE],
    "prong_questions": [{"name": "kind", "of": "prong", "column": "kind", "classes": KINDS}],
    "representation": {"name": "prongs", "module": "prong_views", "parameters": {"angles": [60, 0]}},
    "resolution": 50,
    "model": {
        "name": "cvn",
        "module": "transformer_cvn",
        "parameters": transformer_cvn.Parameters(**SMALL).model_dump(mode="json"),
        "training": TRAINING
        | {"scheduler_name": "none", "scheduler_step_size": 1, "scheduler_gamma": 1.0}
        | {"precision": "float32", "threads": 1, "device": "cpu"},
        "window": {"shape": [32, 32], "placement": {"x": "centre", "z": "centre"}, "margin": {}, "origin": "first_hit"},
    },
}
HOW = {
    "bootstrap": {"seed": 1, "resamples": 100, "level": 0.95},
    "explanation_seed": 1,
    "heatmaps": {"events": 4, "steps": 2, "masked": 0.1},
}


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Events of three prongs each, a third of them test events, and an untrained network for these."""
    folder = tmp_path_factory.mktemp("study")
    write_events(folder / "events.parquet", np.where(np.arange(EVENTS) % 2, 22, 11))
    write_split(folder / "split.parquet", np.arange(EVENTS), np.repeat(["train", "validation", "test"], EVENTS // 3))
    hits = hits_of(random_events(1, EVENTS))
    hits = replace(hits, prong=(np.arange(hits.charge.size) % (PRONGS + 1) - 1).astype(np.int32))  # some of none
    settings = InputSettings(representation=CELL["representation"], resolution=50)
    write_input(folder / "prongs.safetensors", [hits], CALIBRATION, settings)
    number = np.tile(np.arange(PRONGS), EVENTS)
    columns = {"event": np.repeat(np.arange(EVENTS), PRONGS), "prong": pa.array(number, pa.int32())}
    kind = [KINDS[k]["name"] for k in number]
    pq.write_table(pa.table(columns | {"kind": kind}), folder / "prongs.parquet")
    images = read_images(folder / "prongs.safetensors")
    inputs = cut_views(CELL, {"prongs": images}, np.arange(0)).inputs
    network = loop.build(CELL["model"], inputs, tasks_of(CELL), 19)
    write_model(folder / "model.safetensors", network.state_dict(), describe(CELL, [CALIBRATION]))
    return folder


def test_maps_of_every_answer_are_made_tested_and_drawn(study, tmp_path):
    files = {name: study / f"{name}.parquet" for name in ("events", "split")}
    files |= {"model": study / "model.safetensors", "images": study / "prongs.safetensors"}
    for run in ("one", "two"):
        made = {"maps": tmp_path / f"{run}.parquet", "report": tmp_path / f"{run}.json"}
        job = json.dumps({"config": CELL | HOW})
        record = tmp_path / f"{run}.provenance.json"
        arguments = Namespace(**files, **made, prongs=[study / "prongs.parquet"], job=job, provenance=record)
        runpy.run_path(str(SCRIPTS / "prong_heatmaps.py"))["main"](arguments)
    for suffix in ("parquet", "json"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()

    maps = pq.read_table(tmp_path / "one.parquet").to_pylist()
    assert [(row["event"], row["answering"], row["map"]) for row in maps] == [
        (event, answering, of) for event in range(8, 12) for answering in range(-1, 3) for of in range(-1, 3)
    ]
    assert all(row["truth"] == KINDS[row["answering"]]["name"] for row in maps if row["answering"] >= 0)
    assert all(row["truth"] == ("electron", "photon")[row["event"] % 2] for row in maps if row["answering"] < 0)
    told = {(row["event"], row["answering"]): 0.0 for row in maps}
    for row in maps:
        told[row["event"], row["answering"]] += row["attention"]
    assert list(told.values()) == pytest.approx(np.ones(16), abs=1e-6)
    report = json.loads((tmp_path / "one.json").read_text())
    assert (report["events"], report["event"]["answers"], report["prong"]["answers"]) == (4, 4, 12)
    falls = [row["fall_hottest"] for row in maps if row["answering"] >= 0 and row["map"] == -1]
    assert report["prong"]["fall_hottest"]["value"] == pytest.approx(np.mean(falls))

    asked = [{"question": question, "labels": {}} for question in (PARTICLE, *CELL["prong_questions"])]
    runpy.run_path(str(SCRIPTS / "prong_heatmap_figure.py"))["main"](
        Namespace(
            maps=tmp_path / "one.parquet",
            report=tmp_path / "one.json",
            figure=tmp_path / "drawn.pdf",
            job=json.dumps({"config": {"asked": asked}}),
            provenance=tmp_path / "drawn.provenance.json",
        )
    )
    assert (tmp_path / "drawn.pdf").read_bytes().startswith(b"%PDF")
