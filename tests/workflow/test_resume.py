"""A training killed at any moment, and started again, ends in the same bytes as one left alone."""

import json
import multiprocessing
import os
import random
import runpy
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from study import ENVIRONMENT, SNAKEMAKE, Project, outputs

EPOCHS = 12
KILLS, WHILE_WRITING, ATTEMPTS = 20, 3, 80


def _command(root: str, arguments: list[str]) -> None:
    os.chdir(root)
    sys.path.insert(0, "scripts")
    sys.argv = ["scripts/train.py", *arguments]
    runpy.run_path("scripts/train.py", run_name="__main__")


@dataclass(frozen=True)
class Trainings:
    """Starts scripts/train.py on a cell of a finished study, from a server that has imported PyTorch already."""

    project: Project
    server: Any

    def start(self, output: Path, root: Path | None = None, events: Path | None = None, **changes: Any) -> Any:
        """Start a process that writes to `output`, with the scripts of `root` and some settings changed."""
        cell = self.project.cell("projection_y", 100, "complex", 19)
        images = self.project.results / "inputs/projection_y/c100.safetensors"
        job = json.loads((cell / "train.provenance.json").read_text())
        job = {key: job[key] for key in ("rule", "wildcards", "config", "environment")}
        job["config"]["model"]["training"] |= {"n_epochs": EPOCHS, "min_epochs": EPOCHS, "threads": 1, **changes}
        files = {
            "inputs": images,
            "calibrations": images.with_suffix(".calibration.json"),
            "events": events or self.project.results / "data/events.parquet",
            "split": self.project.results / "data/split.parquet",
            "model": output / "model.safetensors",
            "history": output / "history.csv",
            "answers": output / "answers.safetensors",
            "provenance": output / "train.provenance.json",
        }
        options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
        arguments = (str(root or self.project.root), [*options, "--job", json.dumps(job)])
        process = self.server.Process(target=_command, args=arguments)
        process.start()
        return process

    def finish(self, output: Path) -> tuple[bytes, ...]:
        """Train to the end and return the model, the history and the answers."""
        process = self.start(output)
        process.join()
        assert process.exitcode == 0
        return written(output)

    def kill_after_some_epochs(self, output: Path, **changes: Any) -> None:
        process = self.start(output, **changes)
        wait_for(output / "checkpoint.pt", process)
        kill(process)
        assert (output / "checkpoint.pt").exists()
        assert not (output / "model.safetensors").exists()


def wait_for(path: Path, process: Any) -> None:
    while not path.exists():
        assert process.is_alive()
        time.sleep(0.002)


def kill(process: Any) -> bool:
    """Send SIGKILL, and return whether that ended the process."""
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL


@pytest.fixture(scope="module")
def trainings(finished) -> Trainings:
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["torch", "torch._dynamo", "pyarrow.parquet", "pydantic", "safetensors.torch"])
    return Trainings(finished, server)


def written(folder: Path) -> tuple[bytes, ...]:
    """The outputs of a training that do not tell of the time."""
    return tuple((folder / name).read_bytes() for name in ("model.safetensors", "history.csv", "answers.safetensors"))


@dataclass(frozen=True)
class Undisturbed:
    """The outputs of a training left alone, and its time to the first checkpoint and from there to the end [s]."""

    outputs: tuple[bytes, ...]
    starting: float
    training: float


@pytest.fixture(scope="module")
def undisturbed(trainings, tmp_path_factory) -> Undisturbed:
    trainings.finish(tmp_path_factory.mktemp("first"))  # the first start is slower than those that follow
    folder = tmp_path_factory.mktemp("undisturbed")
    begin = time.monotonic()
    process = trainings.start(folder)
    wait_for(folder / "checkpoint.pt", process)
    started = time.monotonic()
    process.join()
    ended = time.monotonic()
    assert process.exitcode == 0
    assert not (folder / "checkpoint.pt").exists()
    return Undisturbed(written(folder), started - begin, ended - started)


def test_killed_at_many_moments(trainings, undisturbed, tmp_path):
    moments = random.Random(1)
    partial = tmp_path / ".partial-checkpoint.pt"
    kills = while_writing = 0
    for attempt in range(ATTEMPTS):
        if kills >= KILLS and while_writing >= WHILE_WRITING:
            break
        if (tmp_path / "model.safetensors").exists():  # it ended before it was killed: begin again
            for path in tmp_path.iterdir():
                path.unlink()
        process = trainings.start(tmp_path)
        if attempt % 3 == 2:  # wait for a checkpoint to be half written
            partial.unlink(missing_ok=True)
            while process.is_alive() and not (partial.exists() and partial.stat().st_size):
                pass
        else:
            process.join(moments.uniform(0, undisturbed.starting + undisturbed.training / 4))
        if process.is_alive() and kill(process):
            kills += 1
            while_writing += attempt % 3 == 2 and partial.exists()
    assert kills >= KILLS
    assert while_writing >= WHILE_WRITING
    assert trainings.finish(tmp_path) == undisturbed.outputs
    assert not (tmp_path / "checkpoint.pt").exists()
    assert not partial.exists()


def test_killed_then_learning_rate_edited_starts_afresh(trainings, undisturbed, tmp_path):
    trainings.kill_after_some_epochs(tmp_path, optim_lr=0.1)
    assert trainings.finish(tmp_path) == undisturbed.outputs


def test_killed_then_code_edited_starts_afresh(trainings, undisturbed, tmp_path):
    other = trainings.project.copy(tmp_path / "other")
    other.edit("scripts/showergrid/core/seeds.py", '"/".join([', '"/".join(["other", ')
    (tmp_path / "cell").mkdir()
    trainings.kill_after_some_epochs(tmp_path / "cell", root=other.root)
    assert trainings.finish(tmp_path / "cell") == undisturbed.outputs


def test_killed_then_data_changed_starts_afresh(trainings, undisturbed, tmp_path):
    events = pq.read_table(trainings.project.results / "data/events.parquet")
    turned = events.set_column(1, events.schema.field("pdg"), pa.array(33 - events["pdg"].to_numpy()))  # 11 and 22
    assert np.all(turned["pdg"].to_numpy() != events["pdg"].to_numpy())
    (tmp_path / "cell").mkdir()
    pq.write_table(turned, tmp_path / "events.parquet")
    trainings.kill_after_some_epochs(tmp_path / "cell", events=tmp_path / "events.parquet")
    assert trainings.finish(tmp_path / "cell") == undisturbed.outputs


def test_damaged_checkpoint_is_ignored(trainings, undisturbed, tmp_path):
    trainings.kill_after_some_epochs(tmp_path)
    content = (tmp_path / "checkpoint.pt").read_bytes()
    (tmp_path / "checkpoint.pt").write_bytes(content[: len(content) // 2])
    assert trainings.finish(tmp_path) == undisturbed.outputs


def test_snakemake_killed(finished, project):
    """All its processes are killed at once while it trains; the folder stays locked, and once unlocked work goes on."""
    cell = project.cell("color_y", 200, "efficientnet_lite0", 19)
    target = str((cell / "metrics.json").relative_to(project.root))
    for path in cell.glob("*.*"):
        path.unlink()
    command = [*SNAKEMAKE, target, "--configfile", "config/electron_photon/test.yaml"]
    process = subprocess.Popen(
        command,
        cwd=project.root,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not (cell / "checkpoint.pt").exists():
            assert process.poll() is None
            time.sleep(0.002)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (cell / "model.safetensors").exists()
    refused = project.snakemake(target, check=False)
    assert refused.returncode != 0
    assert "--unlock" in refused.stdout
    project.snakemake("--unlock")
    project.snakemake()
    assert outputs(project.results) == outputs(finished.results)
    assert project.plan().jobs == []
