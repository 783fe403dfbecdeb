"""The benchmark of `make cuda`, with the CPU in place of a GPU."""

import importlib.util
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from showergrid.core.errors import InputError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def gpu() -> ModuleType:
    told = importlib.util.spec_from_file_location("gpu", ROOT / "benchmarks/gpu.py")
    module = importlib.util.module_from_spec(told)
    told.loader.exec_module(module)
    return module


@dataclass
class Unsteady:
    """In place of a cell: a training of three operations, the middle one of which is drawn anew each time."""

    seed: int | None
    train: np.ndarray = field(default_factory=lambda: np.arange(4))
    settings: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(batch_size=1))
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def learn(self, events: np.ndarray, clock: object) -> None:
        if self.seed is not None:
            torch.manual_seed(self.seed)
        torch.empty(len(events))  # not written, so not compared
        torch.relu(torch.ones(3) + torch.rand(3))


@pytest.fixture
def deterministic():
    before = torch.get_deterministic_debug_mode(), torch.utils.deterministic.fill_uninitialized_memory
    torch.set_deterministic_debug_mode("error")
    yield
    torch.set_deterministic_debug_mode(before[0])
    torch.utils.deterministic.fill_uninitialized_memory = before[1]


def test_first_operation_that_differs_is_named(gpu, deterministic):
    assert gpu.differing(Unsteady(seed=None)) == "aten::rand"
    assert gpu.differing(Unsteady(seed=1)) is None


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_it_says_so_in_one_line(gpu):
    asked = SimpleNamespace(measure=None, differing=None, device="cuda")
    with pytest.raises(InputError, match="finds no CUDA device, so nothing of CUDA was tried: run it on ") as error:
        gpu.main(asked)
    assert "\n" not in str(error.value)


def test_table_of_a_stand_in():
    told = ["--showers", "40", "--epochs", "2", "--cells", "sparse_resnet", "--precisions", "float32"]
    command = [sys.executable, "benchmarks/gpu.py", "--device", "cpu", *told]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    _, head, row, _, _, asked = done.stdout.splitlines()
    assert head.split()[:2] == ["cell", "device"]
    cell, device, precision, same, rate, peak = row.split()
    assert (cell, device, precision, same) == ("sparse_resnet", "cpu", "float32", "yes")
    assert float(rate) > 0
    assert float(peak) > 200  # MB: PyTorch alone takes that
    assert asked.split()[:2] == ["sparse_resnet", "gpu=1"]
