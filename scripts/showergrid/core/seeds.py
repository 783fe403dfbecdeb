"""Named, seeded random streams: no draw depends on how many others were made before it."""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(seed: int, *names: str | int) -> int:
    """A 63-bit seed for the stream called `names` under the study's or the cell's `seed`."""
    text = "/".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """NumPy generator of the stream called `names` under `seed`."""
    return np.random.Generator(np.random.PCG64(seed_of(seed, *names)))
