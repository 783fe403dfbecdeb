"""Which kernels PyTorch and its libraries compute with on a CPU."""

from __future__ import annotations

import os

import torch

from showergrid.errors import InputError

# PyTorch's own kernels, oneDNN's (convolutions) and MKL's (matrix products). MKL has no branch but this one that an AMD
# CPU takes as well as one of Intel.
AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "COMPATIBLE"}


def pin() -> None:
    """Compute with kernels that every x86 CPU with AVX2 has, whatever else this one could do.

    The libraries read these variables when they compute for the first time in a process, not when they are loaded.

    Raises:
        InputError: that first time is over, or this CPU has no AVX2.
    """
    os.environ.update(AVX2)
    found = torch.backends.cpu.get_cpu_capability()
    if found != "AVX2":
        raise InputError(
            f"training: strict: true asks for kernels of AVX2, and PyTorch computes with {found} here: this CPU has no "
            "AVX2, or a network that is not strict came first in the same job; use strict: false, or true for all"
        )
