"""What is shown of trainings under way."""

import subprocess
import sys
from pathlib import Path

from showergrid.track.watch import lines, trainings

ROOT = Path(__file__).parents[2]


def test_those_that_have_not_ended_with_their_last_epoch(tmp_path):
    logs = tmp_path / "logs/train"
    names = (
        "projection_y/c200/simple@bn-false,dropout-0.2/seed19",
        "voxels/c100/simple/seed19",
        "color_y/c200/simple/seed3",
    )
    for name in names:
        (logs / name).parent.mkdir(parents=True)
        (logs / f"{name}.log").write_text(f"{name}: epoch 1/3: loss 0.7\n{name}: epoch 2/3: loss 0.6\n")
    (logs / f"{names[2]}.log").write_text("")
    done = tmp_path / "cells/voxels/c100/simple/seed19"
    done.mkdir(parents=True)
    (done / "train.provenance.json").touch()
    under_way = trainings(tmp_path)
    assert [(training.cell, training.epoch, training.epochs, training.told) for training in under_way] == [
        ("color_y/c200/simple/seed3", 0, None, "has not finished an epoch"),
        ("projection_y/c200/simple@bn-false,dropout-0.2/seed19", 2, 3, "loss 0.6"),
    ]
    before = sorted(tmp_path.rglob("*"))
    command = [sys.executable, "scripts/watch.py", str(tmp_path)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[:2] for line in printed] == [[under_way[0].cell, "0/?"], [under_way[1].cell, "2/3"]]
    assert sorted(tmp_path.rglob("*")) == before


def test_none():
    assert lines([]) == ["no training is under way"]
