"""A training killed at any moment, and started again, ends in the same bytes as one left alone."""

import json
import multiprocessing
import os
import random
import runpy
import signal
import sys
import time
from pathlib import Path

import pytest

EPOCHS = 30
KILLS, KILLS_WHILE_WRITING = 20, 3


def _command(root: str, arguments: list[str]) -> None:
    os.chdir(root)
    sys.path.insert(0, "scripts")
    sys.argv = ["scripts/train.py", *arguments]
    runpy.run_path("scripts/train.py", run_name="__main__")


@pytest.fixture(scope="module")
def spawn(finished):
    """Start scripts/train.py as a process of its own, from a server that has imported PyTorch already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch"])

    def start(output: Path, **changes) -> multiprocessing.Process:
        cell = finished.cell("projection_y", 100, "complex", 19)
        images = finished.results / "images/projection_y/c100.safetensors"
        job = json.loads((cell / "train.provenance.json").read_text())
        job["config"]["model"]["training"] |= {"n_epochs": EPOCHS, "min_epochs": EPOCHS, **changes}
        files = {
            "images": images,
            "calibration": images.with_suffix(".calibration.json"),
            "events": finished.results / "data/events.parquet",
            "split": finished.results / "data/split.parquet",
            "model": output / "model.safetensors",
            "history": output / "history.csv",
            "provenance": output / "train.provenance.json",
        }
        job = {key: job[key] for key in ("rule", "wildcards", "config", "environment")}
        options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
        process = context.Process(target=_command, args=(str(finished.root), [*options, "--job", json.dumps(job)]))
        process.start()
        return process

    return start


def finish(process) -> None:
    process.join()
    assert process.exitcode == 0


def results(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "model.safetensors").read_bytes(), (folder / "history.csv").read_bytes()


@pytest.fixture(scope="module")
def undisturbed(spawn, tmp_path_factory):
    """Its outputs, and how long it took to start and to train [s]."""
    folder = tmp_path_factory.mktemp("undisturbed")
    begin = time.monotonic()
    process = spawn(folder)
    while not (folder / "checkpoint.pt").exists() and process.is_alive():
        time.sleep(0.005)
    started = time.monotonic()
    finish(process)
    return results(folder), started - begin, time.monotonic() - started


def test_killed_twenty_times(spawn, undisturbed, tmp_path):
    expected, starting, training = undisturbed
    moments = random.Random(1)
    partial = tmp_path / ".partial-checkpoint.pt"
    whiles = 0
    for kill in range(KILLS):
        process = spawn(tmp_path)
        if kill % 6 == 2:  # wait for a checkpoint to be half written
            while process.is_alive() and not (partial.exists() and partial.stat().st_size):
                pass
        else:
            process.join(starting * 0.8 + moments.uniform(0, training / 6))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        whiles += partial.exists()
        if process.exitcode == 0:  # it was faster than the knife: begin again
            (tmp_path / "model.safetensors").unlink()
    assert whiles >= KILLS_WHILE_WRITING
    finish(spawn(tmp_path))
    assert results(tmp_path) == expected
    assert not (tmp_path / "checkpoint.pt").exists()
    assert not partial.exists()


def killed_after_some_epochs(spawn, folder, **changes) -> None:
    process = spawn(folder, **changes)
    while not (folder / "checkpoint.pt").exists():
        assert process.is_alive()
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not (folder / "model.safetensors").exists()


def test_killed_then_learning_rate_edited_starts_afresh(spawn, undisturbed, tmp_path):
    killed_after_some_epochs(spawn, tmp_path, optim_lr=0.1)
    finish(spawn(tmp_path))
    assert results(tmp_path) == undisturbed[0]


def test_damaged_checkpoint_is_ignored(spawn, undisturbed, tmp_path):
    killed_after_some_epochs(spawn, tmp_path)
    content = (tmp_path / "checkpoint.pt").read_bytes()
    (tmp_path / "checkpoint.pt").write_bytes(content[: len(content) // 2])
    finish(spawn(tmp_path))
    assert results(tmp_path) == undisturbed[0]
