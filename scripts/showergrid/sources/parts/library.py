"""The library of a source: arrays that all its shards read, made once, such as interactions to draw from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError

Library = Mapping[str, np.ndarray]


def write_library(path: Path, library: Library) -> None:
    """Write the arrays by name."""
    from safetensors.numpy import save_file

    with replacing(path) as partial:
        save_file({name: np.ascontiguousarray(array) for name, array in sorted(library.items())}, partial)


def read_library(path: Path) -> Library:
    """The arrays by name.

    Raises:
        InputError: the file is not whole.
    """
    from safetensors import SafetensorError  # which only sources with a library need
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise InputError(f"{path}: not a whole library ({error}); delete it, and it is made again") from None
