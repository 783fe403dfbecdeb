"""The Huber loss."""

from __future__ import annotations

import numpy as np


def huber(residual: np.ndarray, delta: float) -> np.ndarray:
    """(n,): of each residual (n,) half its square up to `delta`, beyond it a line: Ann. Math. Statist. 35 (1964) 73."""
    size = np.abs(residual)
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))
