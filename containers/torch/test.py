"""The image holds what training and evaluation need, and it works."""

import importlib.metadata
import re
import subprocess
import tempfile
from pathlib import Path

import efficientnet_lite_pytorch
import h5py
import pyarrow
import pydantic
import safetensors.torch
import torch
import torchvision
import uproot

pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", Path("/opt/showergrid/lock.txt").read_text(), re.M)
for name, version in pinned:
    assert importlib.metadata.version(name) == version, f"{name} is not {version}"

assert all(module.__name__ for module in (efficientnet_lite_pytorch, h5py, pyarrow, pydantic, torchvision, uproot))
torch.manual_seed(1)
network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(128, 2))
optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
images, labels = torch.rand(16, 1, 8, 8), torch.arange(16) % 2
losses = []
for _ in range(20):
    loss = torch.nn.functional.cross_entropy(network(images), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
assert losses[-1] < losses[0]
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "model.safetensors")
    safetensors.torch.save_file(network.state_dict(), file)
    assert torch.equal(safetensors.torch.load_file(file)["0.weight"], network[0].weight)

subprocess.run(["git", "--version"], check=True, stdout=subprocess.DEVNULL)
print(f"showergrid-torch: {len(pinned)} packages of the lock, a training, safetensors and git work")
