"""Time and memory of a step (forward and backward) of the sparse residual network, and of the same one on dense images.

python benchmarks/sparse.py results/inputs/voxels/c1000.safetensors [--window 62 62 128] [--events 48] [--dense 2]

The windows are those of the first events of a study. Both networks have the same levels, blocks and channels, in
float32. Each is measured on one thread in a process of its own, on a batch as large as fits, and the table is of one
event: the shortest of some steps, in CPU time, and what the process grew by at its largest.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from showergrid.inputs.input_file import read_images
from showergrid.inputs.kinds import Input
from showergrid.inputs.packed import packed
from showergrid.inputs.settings import WindowSettings
from showergrid.inputs.window import Window
from showergrid.models import sparse_resnet

PLACING = {"placement": {"x": "direction", "y": "centre", "z": "start"}, "margin": {"x": 10, "z": 5}}
STEPS = 5


class Dense(nn.Module):
    """The same network with zeros in the empty pixels: (N, C, D, H, W) to logits (N, 2)."""

    def __init__(self, channels: int, blocks: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        self.stem = nn.Conv3d(channels, widths[0], 3, padding=1, bias=False)
        self.norm = nn.BatchNorm3d(widths[0])
        before = [widths[0], *widths]
        self.blocks = nn.Sequential(
            *(
                DenseBlock(width if j else before[i], width, halves=i > 0 and not j)
                for i, (number, width) in enumerate(zip(blocks, widths, strict=True))
                for j in range(number)
            )
        )
        self.head = nn.Linear(widths[-1], 2)

    def forward(self, x: Tensor) -> Tensor:
        """Images to logits."""
        return self.head(self.blocks(functional.relu(self.norm(self.stem(x)))).mean((2, 3, 4)))


class DenseBlock(nn.Module):
    """The block of the sparse network on images."""

    def __init__(self, given: int, made: int, halves: bool) -> None:
        super().__init__()
        kernel = {"kernel_size": 2, "stride": 2} if halves else {"kernel_size": 3, "padding": 1}
        self.convolve = nn.Sequential(
            nn.Conv3d(given, made, bias=False, **kernel),
            nn.BatchNorm3d(made),
            nn.ReLU(),
            nn.Conv3d(made, made, 3, padding=1, bias=False),
            nn.BatchNorm3d(made),
        )
        mix = [nn.AvgPool3d(2), nn.Conv3d(given, made, 1, bias=False), nn.BatchNorm3d(made)]
        self.shortcut = nn.Sequential(*mix) if halves else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Images to images."""
        return functional.relu(self.convolve(x) + self.shortcut(x))


def megabytes(what: str) -> float:
    """A figure of this process [MB]: VmHWM, its most memory so far, or VmRSS, its memory now."""
    return int(re.search(rf"{what}:\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) / 1024


def measure(kind: str, path: Path, window: Sequence[int], events: int) -> dict[str, float]:
    """CPU seconds of a step and the memory [MB] that it takes, of one event, with its occupied pixels."""
    torch.set_num_threads(1)
    images = read_images(path)
    box = Window.of(WindowSettings(shape=list(window), origin="first_hit", **PLACING), images.axes)
    seen = packed(images, images.event[:events], box, "image")
    parameters = sparse_resnet.Parameters()
    if kind == "sparse":
        network = sparse_resnet.build(parameters, {"image": Input("pixels", seen.shape)}, [2])
        tensors = [torch.from_numpy(tensor) for tensor in seen.batch(np.arange(events)).values()]
    else:
        network = Dense(seen.shape[0], parameters.blocks, parameters.widths).to(memory_format=torch.channels_last_3d)
        values, place, count = seen.batch(np.arange(events)).values()
        dense = np.zeros((events, *window, seen.shape[0]), np.float32)
        dense[np.repeat(np.arange(events), count), *place.T] = values
        tensors = [torch.from_numpy(dense).movedim(-1, 1)]
    before, seconds = megabytes("VmRSS"), []
    for _ in range(STEPS):
        start = time.process_time()
        functional.cross_entropy(network(*tensors), torch.arange(events) % 2).backward()
        seconds.append(time.process_time() - start)
    return {
        "pixels": len(seen.position) / events,
        "seconds": min(seconds) / events,
        "megabytes": (megabytes("VmHWM") - before) / events,
    }


def main(path: Path, window: Sequence[int], events: int, dense: int) -> None:
    """Measure both and print a table."""
    print(f"{'network':8} {'events':>6} {'pixels/event':>12} {'ms/event':>9} {'MB/event':>9}")
    of = {}
    for kind, number in (("sparse", events), ("dense", dense)):
        told = ["--measure", kind, "--events", str(number), "--window", *map(str, window)]
        done = subprocess.run([sys.executable, __file__, str(path), *told], capture_output=True, text=True, check=True)
        of[kind] = json.loads(done.stdout)
        pixels = of[kind]["pixels"] if kind == "sparse" else np.prod(window)
        print(
            f"{kind:8} {number:6} {pixels:12.0f} {1000 * of[kind]['seconds']:9.2f} {of[kind]['megabytes']:9.2f}",
            flush=True,
        )
    time_ratio, memory_ratio = (of["dense"][what] / of["sparse"][what] for what in ("seconds", "megabytes"))
    print(f"dense / sparse: time {time_ratio:.0f}, memory {memory_ratio:.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="input file of voxels")
    parser.add_argument("--window", type=int, nargs=3, default=[62, 62, 128], help="pixels along each axis")
    parser.add_argument("--events", type=int, default=48, help="events in a batch of the sparse network")
    parser.add_argument("--dense", type=int, default=2, help="events in a batch of the dense network")
    parser.add_argument("--measure", choices=("sparse", "dense"), help="measure one network in this process")
    told = parser.parse_args()
    if told.measure:
        print(json.dumps(measure(told.measure, told.input, told.window, told.events)))
    else:
        main(told.input, told.window, told.events, told.dense)
