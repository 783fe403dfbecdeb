"""The image holds what the simulation of collisions needs, and it works."""

import importlib.metadata
import os
import re
import subprocess
from pathlib import Path

import awkward
import fastjet
import numpy as np
import pyarrow
import pydantic
import pythia8mc

pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", Path("/opt/showergrid/lock.txt").read_text(), re.M)
for name, version in pinned:
    assert importlib.metadata.version(name) == version, f"{name} is not {version}"

assert all(module.__name__ for module in (pyarrow, pydantic))
os.environ["PYTHIA8DATA"] = str(Path(pythia8mc.__file__).with_name("share") / "Pythia8/xmldoc")
pythia = pythia8mc.Pythia("", False)
for line in ("Print:quiet = on", "WeakSingleBoson:ffbar2gmZ = on", "Random:setSeed = on", "Random:seed = 1"):
    assert pythia.readString(line)
assert pythia.init()
assert pythia.next()
beams = [pythia.event[1].e(), pythia.event[2].e()]
final = [particle for particle in pythia.event if particle.isFinal()]
assert np.isclose(sum(particle.e() for particle in final), sum(beams), rtol=1e-4)
momenta = [{"px": p.px(), "py": p.py(), "pz": p.pz(), "E": p.e()} for p in final]
jets = fastjet.ClusterSequence(
    awkward.Array(momenta, with_name="Momentum4D"), fastjet.JetDefinition(fastjet.antikt_algorithm, 0.4)
).inclusive_jets()
assert np.isclose(awkward.sum(jets.E), sum(beams), rtol=1e-4)

subprocess.run(["git", "--version"], check=True, stdout=subprocess.DEVNULL)
print(f"showergrid-collisions: {len(pinned)} packages of the lock, a collision, jets and git work")
