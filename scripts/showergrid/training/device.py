"""The device that a network is trained on: its threads, its kernels and its memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch

from showergrid.core.cells import input_name
from showergrid.core.errors import InputError
from showergrid.training.settings import Training

# The kernels of PyTorch itself, oneDNN (convolutions) and MKL (matrix products, square roots). Given AVX2, MKL takes
# other kernels on an AMD CPU than on an Intel CPU; its COMPATIBLE branch is the same on both (seen on emulated CPUs).
AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_CBWR": "COMPATIBLE"}


@cache
def has_bf16(device: torch.device) -> bool:
    """Whether a device computes in bfloat16 itself: emulating it takes longer than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return any(there for name, there in torch.cpu.get_capabilities().items() if "bf16" in name)


def pin() -> None:
    """Compute with no instruction set beyond AVX2, whatever else this CPU supports.

    The libraries read these variables when they compute for the first time in a process, not when they are loaded.

    Raises:
        InputError: this process has computed before, or this CPU has no AVX2.
    """
    os.environ.update(AVX2)
    isa = torch.backends.cpu.get_cpu_capability()
    if isa != "AVX2":
        raise InputError(
            f"training: strict: true asks for kernels of AVX2, and PyTorch computes with {isa} here: this CPU has no "
            "AVX2, or a network that is not strict came first in the same job; use strict: false, or true for all"
        )


def prepare(settings: Training) -> torch.device:
    """Set threads and deterministic kernels for this process, and choose the device.

    Raises:
        InputError: the settings ask for CUDA and there is none, or for strict kernels and they are not available.
    """
    if settings.strict:
        pin()
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it deterministic cuBLAS refuses to run
    torch.set_num_threads(settings.threads)
    torch.set_deterministic_debug_mode("error")  # use_deterministic_algorithms would import the compiler: 2 s
    torch.utils.deterministic.fill_uninitialized_memory = False  # a check of kernels, which takes time
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise InputError("training: device: cuda is asked for, and PyTorch finds none; use auto or cpu")
    return torch.device("cuda" if settings.device != "cpu" and torch.cuda.is_available() else "cpu")


@contextmanager
def within_memory(cell: dict[str, Any], device: torch.device) -> Iterator[None]:
    """Replace CUDA's error by one line if the network of `cell`, its job's configuration, does not fit the device.

    Raises:
        InputError: the device's memory is full.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise InputError(
            f"{name_of(cell)} does not fit the memory of {device}: set or lower micro_batch_size, lower batch_size or "
            f"win_shape, or list the cell under out_of_memory ({str(error).splitlines()[0]})"
        ) from None


def name_of(cell: dict[str, Any]) -> str:
    """The name of a cell in messages."""
    seen = input_name(cell["representation"]["name"], cell["resolution"])
    return f"{seen} {cell['model']['name']} seed {cell['seed']}"


def memory_format(axes: int) -> torch.memory_format:
    """The fastest memory format for images with this many `axes`, the channels' included."""
    return {3: torch.channels_last, 4: torch.channels_last_3d}.get(axes, torch.contiguous_format)
