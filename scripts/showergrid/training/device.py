"""Which kernels PyTorch and its libraries compute with on a CPU."""

from __future__ import annotations

import os
from functools import cache

import torch

from showergrid.core.errors import InputError

# PyTorch's own kernels, oneDNN's (convolutions) and MKL's (matrix products, square roots). Asked for AVX2, MKL takes
# other kernels on an AMD CPU than on one of Intel; this branch is the same on both (seen on emulated ones).
AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "COMPATIBLE"}


@cache
def has_bf16(device: torch.device) -> bool:
    """Whether a device computes in bfloat16. One that does not imitates it, which takes longer than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return any(there for name, there in torch.cpu.get_capabilities().items() if "bf16" in name)


def pin() -> None:
    """Compute with no instruction set beyond AVX2, whatever else this CPU could do.

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
