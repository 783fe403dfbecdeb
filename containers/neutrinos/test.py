"""The image holds what the simulation of neutrino interactions needs, and it works."""

import importlib.metadata
import os
import re
import subprocess
from pathlib import Path

import calzone
import numpy as np
import pyarrow
import pydantic
import pythia8mc
import safetensors
import scipy
import uproot

pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", Path("/opt/showergrid/lock.txt").read_text(), re.M)
for name, version in pinned:
    assert importlib.metadata.version(name) == version, f"{name} is not {version}"

assert all(module.__name__ for module in (calzone, pyarrow, pydantic, safetensors, scipy, uproot))
os.environ["PYTHIA8DATA"] = str(Path(pythia8mc.__file__).with_name("share") / "Pythia8/xmldoc")
pythia = pythia8mc.Pythia("", False)
for line in ("Print:quiet = on", "ProcessLevel:all = off", "Random:setSeed = on", "Random:seed = 1"):
    assert pythia.readString(line)
assert pythia.init()
pythia.event.reset()
pythia.event.append(2, 23, 101, 0, 0, 0, 2.0, np.hypot(2.0, 0.33), 0.33)  # a string of a quark and a diquark
pythia.event.append(2101, 23, 0, 101, 0, 0, -2.0, np.hypot(2.0, 0.58), 0.58)
assert pythia.next()
final = [particle for particle in pythia.event if particle.isFinal()]
assert np.isclose(sum(p.e() for p in final), np.hypot(2.0, 0.33) + np.hypot(2.0, 0.58), rtol=1e-4)

subprocess.run(["git", "--version"], check=True, stdout=subprocess.DEVNULL)
print(f"showergrid-neutrinos: {len(pinned)} packages of the lock, strings and git work")
