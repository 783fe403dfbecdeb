"""Strict trainings: the bytes that a CPU without anything newer than AVX2 gives."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from showergrid.training.device import AVX2

HERE = Path(__file__).parent
FLAGS = set(Path("/proc/cpuinfo").read_text().split())

pytestmark = pytest.mark.skipif("avx2" not in FLAGS, reason="this CPU has no AVX2")

# Train a network and take its answers; print a digest of the results, and what provenance says of the kernels.
TRAIN = """
import hashlib, json, sys, tempfile
from pathlib import Path
from showergrid.core import provenance
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.device import prepare
from showergrid.training.loop import answers, build, train
from asked import image
from test_loop import TASKS, settings, toy

chosen = settings(n_epochs=2, **json.loads(sys.argv[1]))
device = prepare(chosen)
shape = (1, 16, 16)
network = build({"module": "simple", "parameters": {"bn": True}}, image(shape), TASKS, 19)
with tempfile.TemporaryDirectory() as folder:
    resume = Checkpoint(Path(folder, "checkpoint.pt"), "")
    done = train(network, chosen, 19, TASKS, toy(96, 1, shape), toy(40, 2, shape), device, resume)
[scores] = answers(network, chosen, TASKS, toy(60, 3, shape).seen, device)
content = b"".join(tensor.numpy().tobytes() for tensor in [*done.best.values(), scores]) + repr(done.history).encode()
print(json.dumps([hashlib.sha256(content).hexdigest(), provenance._determinism()]))
"""

TOO_LATE = """
import torch
from showergrid.training.device import prepare
from test_loop import settings

torch.rand(100).exp()
prepare(settings(strict=True))
"""


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the code in a process of its own, because each process settles once which kernels it uses."""
    inherited = {name: value for name, value in os.environ.items() if name not in AVX2}
    paths = os.pathsep.join([str(HERE), str(HERE.parent / "helpers"), str(HERE.parents[1] / "scripts")])
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**inherited, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def trained(precision: str, strict: bool, **environment: str) -> tuple[str, dict]:
    """The digest of the results of a training, and what provenance says of its kernels."""
    done = python(TRAIN, json.dumps({"precision": precision, "strict": strict}), **environment)
    assert done.returncode == 0, done.stderr
    digest, determinism = json.loads(done.stdout)
    return digest, determinism


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_strict_gives_the_bytes_of_a_cpu_limited_from_outside(precision):
    strict, said = trained(precision, True)
    limited, also = trained(precision, False, **AVX2)
    assert strict == limited
    assert said == also
    assert said["cpu_capability"] == "AVX2"
    assert AVX2.items() <= said.items()


def test_precision_is_chosen_by_what_the_cpu_computes_in():
    """Linux lists support of bfloat16 among the flags of the CPU, by the name of the instructions."""
    known = {"avx512_bf16", "amx_bf16", "bf16"} & FLAGS
    assert trained("auto", False) == trained("bf16" if known else "float32", False)
    assert trained("auto", True) == trained("float32", True)


@pytest.mark.skipif("avx512bw" not in FLAGS, reason="this CPU has nothing beyond AVX2")
def test_without_it_a_newer_cpu_gives_bytes_of_its_own():
    default, said = trained("float32", False)
    assert said["cpu_capability"] == "AVX512"
    assert default != trained("float32", True)[0]


@pytest.mark.skipif("avx512bw" not in FLAGS, reason="this CPU has nothing beyond AVX2")
def test_strict_is_refused_once_other_kernels_are_in_use():
    done = python(TOO_LATE)
    assert (
        "InputError: training: strict: true asks for kernels of AVX2, and PyTorch computes with AVX512" in done.stderr
    )


LOSSES = """
import hashlib
import numpy as np
from showergrid.evaluation.metrics import cross_entropy

scores = np.random.default_rng(1).random((2000, 2))
print(hashlib.sha256(cross_entropy(np.arange(2000) % 2, scores, np.eye(2000)).tobytes()).hexdigest())
"""


@pytest.mark.skipif("avx512bw" not in FLAGS, reason="this CPU has nothing beyond AVX2")
def test_losses_have_the_same_bytes_whatever_numpy_computes_with():
    default, limited = python(LOSSES), python(LOSSES, NPY_DISABLE_CPU_FEATURES="X86_V4")
    assert default.returncode == limited.returncode == 0, limited.stderr
    assert default.stdout == limited.stdout
