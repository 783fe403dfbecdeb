"""The progress of the trainings of a study, from their logs and folders, which are only read."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

EPOCH = re.compile(r": epoch (?P<epoch>\d+)/(?P<epochs>\d+): (?P<told>.*)")


@dataclass(frozen=True)
class RunningTraining:
    """A training that has not ended; `told` is what it said of its last epoch, `quiet` how long ago that was [s]."""

    cell: str
    epoch: int
    epochs: int | None
    told: str
    quiet: float


def trainings(results: Path) -> list[RunningTraining]:
    """The trainings that are under way or broken off below the study's folder, sorted by cell."""
    runs = []
    logs = results / "logs/train"
    for log in sorted(logs.rglob("seed*.log")):
        folder = results / "cells" / log.relative_to(logs).with_suffix("")
        if (folder / "train.provenance.json").exists():  # written last
            continue
        told = EPOCH.findall(log.read_text(errors="replace"))
        epoch, epochs, last = told[-1] if told else (0, None, "has not finished an epoch")
        name = str(folder.relative_to(results / "cells"))
        runs.append(RunningTraining(name, int(epoch), epochs and int(epochs), last, time.time() - log.stat().st_mtime))
    return runs


def lines(runs: list[RunningTraining]) -> list[str]:
    """A line for each training."""
    width = max((len(run.cell) for run in runs), default=0)
    return [
        f"{run.cell:{width}}  {run.epoch:3}/{run.epochs or '?':<3}  {run.told}  ({run.quiet:.0f} s ago)" for run in runs
    ] or ["no training is under way"]
