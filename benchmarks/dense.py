"""Speed of training dense networks on images, beside the largest matrix products that the same core computes.

python benchmarks/dense.py [--models simple complex resnet18 efficientnet_lite0] [--events 48] [--steps 5]

Steps (forward and backward, without the optimiser) and products of square matrices are timed in turn, on one thread, in
CPU time, in float32 and, where the processor has it, in bfloat16, as networks are trained. The table has the medians. A
multiplication and an addition count as two operations, and only those of convolutions and matrix products count.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from showergrid.core.plugins import load
from showergrid.inputs.kinds import Input
from showergrid.training.device import has_bf16, memory_format

WINDOWS = {"efficientnet_lite0": (64, 128)}  # pixels
WINDOW = (40, 64)
PARAMETERS = {"efficientnet_lite0": {"weights": "none"}, "resnet18": {"weights": "none"}}
MATRIX = 1024  # rows and columns
OCCUPIED = 0.05  # of the pixels of an image


def seconds(work: Callable[[], object]) -> float:
    """CPU time of `work`."""
    start = time.process_time()
    work()
    return time.process_time() - start


def network(name: str, shape: tuple[int, ...]) -> nn.Module:
    """A network of the default parameters for two classes, as training lays it out in memory."""
    module = load("models", name)
    parameters = module.Parameters(**PARAMETERS.get(name, {}))
    return module.build(parameters, {"image": Input("image", shape)}, [2]).to(memory_format=memory_format(3)).train()


def measure(name: str, events: int, steps: int, precision: torch.dtype) -> tuple[float, float, float]:
    """Operations of a step, and the medians of the seconds of a step and of the operations a second of a product."""
    shape = 1, *WINDOWS.get(name, WINDOW)
    model = network(name, shape)
    images = (torch.rand(events, *shape) * (torch.rand(events, *shape) < OCCUPIED)).to(memory_format=memory_format(3))
    target = torch.arange(events) % 2
    matrix = torch.rand(MATRIX, MATRIX).to(precision)

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            loss = functional.cross_entropy(model(images), target)
        loss.backward()
        model.zero_grad()

    with FlopCounterMode(display=False) as counter:
        step()
    torch.mm(matrix, matrix)
    times = np.array([(seconds(step), seconds(lambda: torch.mm(matrix, matrix))) for _ in range(steps)])
    each, product = np.median(times, axis=0)
    return counter.get_total_flops(), each, 2 * MATRIX**3 / product


def main(arguments: argparse.Namespace) -> None:
    """Print one line for each network and precision."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    precisions = [torch.float32, *([torch.bfloat16] if has_bf16(torch.device("cpu")) else [])]
    print(f"{'network':30} {'ms/event':>9} {'GFLOP/event':>12} {'GFLOP/s':>8} {'of products':>12} {'of peak':>8}")
    for name in arguments.models:
        for precision in precisions:
            label = f"{name} {str(precision).removeprefix('torch.')}"
            operations, each, peak = measure(name, arguments.events, arguments.steps, precision)
            print(
                f"{label:30} {1000 * each / arguments.events:9.3f} "
                f"{operations / arguments.events / 1e9:12.4f} {operations / each / 1e9:8.1f} {peak / 1e9:12.1f} "
                f"{operations / each / peak:8.3f}",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["simple", "complex", "resnet18", "efficientnet_lite0"])
    parser.add_argument("--events", type=int, default=48, help="images a step")
    parser.add_argument("--steps", type=int, default=5, help="steps that are timed")
    main(parser.parse_args())
