"""The image holds what the simulation of air showers needs, and it works."""

import contextlib
import importlib.metadata
import re
import subprocess
import tempfile
from pathlib import Path

import numba
import numpy as np
import pyarrow
import pydantic
import safetensors
from chromo.constants import GeV
from chromo.kinematics import FixedTarget
from chromo.models import Sibyll23d, UrQMD34

pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", Path("/opt/showergrid/lock.txt").read_text(), re.M)
for name, version in pinned:
    assert importlib.metadata.version(name) == version, f"{name} is not {version}"

assert all(module.__name__ for module in (pyarrow, pydantic, safetensors))
with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # UrQMD leaves a table
    for model, energy in ((Sibyll23d, 1e6), (UrQMD34, 10)):
        run = model(FixedTarget(energy * GeV, "p", "N14"), seed=1)
        for event in run(3):
            assert len(event.final_state()) > 3


@numba.njit
def drawn(random: np.random.Generator) -> float:
    """A number of a generator that is handed on."""
    return random.random()


assert drawn(np.random.default_rng(1)) == np.random.default_rng(1).random()

subprocess.run(["git", "--version"], check=True, stdout=subprocess.DEVNULL)
print(f"showergrid-air_showers: {len(pinned)} packages of the lock, interactions, compiled code and git work")
