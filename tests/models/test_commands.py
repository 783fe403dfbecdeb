"""Every network in every representation it takes, trained and evaluated by the commands, and killed while it trains."""

import csv
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from asked import PARTICLE, image
from safetensors.torch import load_file
from synthetic_hits import hits_of, random_events, write_events

from showergrid.core import plugins
from showergrid.events.split import write_split
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.tasks.asked import tasks_of
from showergrid.training import loop

SCRIPTS = Path(__file__).parents[2] / "scripts"
EVENTS = 16
SETS = np.tile(np.repeat(["train", "train", "validation", "test"], 2), EVENTS // 8)
RANGES = {"charge": 4000.0, "charge_sum": 9000.0, "depth": 200.0}
CALIBRATION = {
    "resolution": 50,  # pixels of 4 cm
    "axes": {
        "x": {"min": 0.0, "max": 200.0, "stretch": 1.0},
        "y": {"min": 0.0, "max": 200.0, "stretch": 1.0},
        "z": {"min": 0.0, "max": 250.0, "stretch": 1.25},
    },
    "ranges": RANGES,
}
REPRESENTATIONS = {
    "projection": {"axis": "y", "cube_pool": "mean", "projection_pool": "max", "log_trans": True, "headroom": 1.15},
    "color": {"axis": "y", "depth_pool": "mean", "hue_span": 270, "lightness_span": [0.1, 0.6], "saturation": 1}
    | {"headroom": 1.15},
    "voxels": {"cube_pool": "mean", "log_trans": False, "headroom": 1.15},
}
AXES = {"projection": 2, "color": 2, "voxels": 3}
BETWEEN = [f"efficientnet_b{i}" for i in range(1, 7)]  # of one family with b0 and b7, which are tested
COLOURED = ["simple", "complex", "efficientnet_b0", "efficientnet_lite0"]  # the others take images in the same way
WINDOWS = {"voxels": [8, 8, 16], "inception_v3": [75, 76]}
TRAINING = {
    "batch_size": 8,
    "micro_batch_size": 5,
    "n_epochs": 1,
    "min_epochs": 1,
    "patience": 5,
    "optim_name": "Adam",
    "optim_lr": 1e-3,
    "scheduler_name": "StepLR",
    "scheduler_step_size": 3,
    "scheduler_gamma": 0.7,
    "precision": "bf16",
    "threads": 1,
    "device": "cpu",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Hits of some events as images of every representation, with events and split."""
    folder = tmp_path_factory.mktemp("study")
    write_events(folder / "events.parquet", np.where(np.arange(EVENTS) % 2, 22, 11))
    write_split(folder / "split.parquet", np.arange(EVENTS), SETS)
    hits = hits_of(random_events(1, EVENTS))
    for name, parameters in REPRESENTATIONS.items():
        representation = {"name": name, "module": name, "parameters": parameters}
        settings = InputSettings(representation=representation, resolution=50)
        write_input(folder / f"{name}.safetensors", [hits], CALIBRATION, settings)
        (folder / f"{name}.json").write_text(json.dumps(CALIBRATION))
    return folder


@pytest.fixture(autouse=True)
def as_before():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)
    torch.utils.deterministic.fill_uninitialized_memory = True


def options(
    study: Path, cell: Path, model: str, representation: str, changes: dict | None = None, epochs: int = 1
) -> dict[str, object]:
    """The options of train.py for a cell that writes to `cell`; `changes` are of the network's parameters."""
    module = plugins.load("models", model)
    config = {
        "seed": 19,
        "questions": [PARTICLE],
        "representation": {
            "name": representation,
            "module": representation,
            "parameters": REPRESENTATIONS[representation],
        },
        "resolution": 50,
        "model": {
            "name": model,
            "module": model,
            "parameters": module.Parameters(**(changes or {})).model_dump(mode="json"),
            "training": TRAINING | {"n_epochs": epochs},
            "window": {
                "shape": WINDOWS.get(representation) or WINDOWS.get(model, [32, 48]),
                "placement": {"x": "direction", "y": "centre", "z": "start"},
                "margin": {"x": 3, "z": 2},
                "origin": "first_hit",
            },
            **({"packed": True} if "pixels" in module.TAKES else {}),
        },
    }
    return {
        "inputs": [study / f"{representation}.safetensors"],
        "calibrations": [study / f"{representation}.json"],
        "events": study / "events.parquet",
        "split": study / "split.parquet",
        "job": json.dumps({"config": config}),
        "model": cell / "model.safetensors",
        "history": cell / "history.csv",
        "answers": cell / "answers.safetensors",
        "provenance": cell / "train.provenance.json",
    }


def train(given: dict[str, object]) -> None:
    runpy.run_path(str(SCRIPTS / "train.py"))["main"](
        Namespace(**given, weights=[], prongs=[], hits=[], tuned=[], features=[], backbones=[])
    )


def evaluate(given: dict[str, object], cell: Path) -> None:
    job = json.loads(given["job"])
    job["config"]["bootstrap"] = {"seed": 1, "resamples": 100, "level": 0.95}
    shared = {key: given[key] for key in ("answers", "events", "split", "history")}
    written = {"predictions": cell / "predictions.parquet", "metrics": cell / "metrics.json"}
    record = cell / "evaluate.provenance.json"
    arguments = Namespace(**shared, **written, prongs=[], hits=[], job=json.dumps(job), provenance=record)
    runpy.run_path(str(SCRIPTS / "evaluate.py"))["main"](arguments)


@pytest.mark.parametrize(
    ("model", "representation"),
    [
        (model, representation)
        for model in plugins.names("models")
        if model not in BETWEEN and "backbone" not in plugins.load("models", model).Parameters.model_fields
        for representation, axes in AXES.items()
        if {"image", "pixels"} & set(getattr(plugins.load("models", model), "TAKES", ()))
        and axes in plugins.load("models", model).IMAGE_AXES
        and (representation != "color" or model in COLOURED)
        and not hasattr(plugins.load("models", model), "ANSWERS_HITS")  # it is not asked of events alone
    ],
)
def test_every_network_trains_and_is_evaluated(study, tmp_path, model, representation):
    # Behind frozen batch norms random weights let so little through that no gradient comes back.
    # Without a penalty on weights the loss in the history is that of the answers.
    fields = plugins.load("models", model).Parameters.model_fields
    changes = {name: value for name, value in {"unfreeze_layers": "all", "l2": 0.0}.items() if name in fields}
    given = options(study, tmp_path, model, representation, changes)
    train(given)
    evaluate(given, tmp_path)
    config = json.loads(given["job"])["config"]
    channels = 3 if representation == "color" else 1
    inputs = image((channels, *config["model"]["window"]["shape"]))
    if "packed" in config["model"]:
        inputs = {name: replace(taken, kind="pixels") for name, taken in inputs.items()}
    start = loop.build(config["model"], inputs, tasks_of(config), 19)
    learnt = load_file(given["model"])
    assert all(tensor.isfinite().all() for tensor in learnt.values())
    assert [name for name, tensor in start.named_parameters() if torch.equal(learnt[name], tensor)] == []
    (row,) = csv.DictReader(given["history"].open())
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    # Validation used the weights that were written, and evaluation gives them the same images.
    validation = metrics["questions"]["particle"]["validation"]
    assert validation["accuracy"]["value"] == float(row["val_accuracy"])
    assert validation["loss"]["value"] == pytest.approx(float(row["val_loss"]), rel=1e-6)
    score = pq.read_table(tmp_path / "predictions.parquet")["particle.electron"].to_numpy()
    assert len(score) == EVENTS
    assert np.all((score >= 0) & (score <= 1))


def test_a_network_killed_while_it_trains_ends_in_the_same_bytes(study, tmp_path, capsys):
    folders = [tmp_path / name for name in ("whole", "killed")]
    whole, killed = (options(study, folder, "resnet18", "projection", epochs=2) for folder in folders)
    (tmp_path / "whole").mkdir()
    train(whole)
    given = {name: value[0] if isinstance(value, list) else value for name, value in killed.items()}
    command = [sys.executable, str(SCRIPTS / "train.py"), *(f"--{name}={value}" for name, value in given.items())]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while not (tmp_path / "killed/checkpoint.pt").exists():
            assert process.poll() is None
            time.sleep(0.002)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert not killed["model"].exists()
    capsys.readouterr()
    train(killed)
    assert "epoch 2/2" in (shown := capsys.readouterr().err)
    assert "epoch 1/2" not in shown
    for file in ("model", "history"):
        assert killed[file].read_bytes() == whole[file].read_bytes()
    assert not (tmp_path / "killed/checkpoint.pt").exists()
