"""The features of a trained cell: what its network hands to its classifier, computed once for all events.

A safetensors file: event (E,) int64 and features (E, F) float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError


@dataclass(frozen=True)
class Features:
    """Features (n, F) float32 of n events (n,) int64, read in batches like images."""

    event: np.ndarray
    values: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """(F,)."""
        return self.values.shape[1:]

    def __len__(self) -> int:
        """Number of events."""
        return self.event.size

    def batch(self, rows: np.ndarray) -> np.ndarray:
        """(N, F) float32: the features of the events at `rows` (N,)."""
        return self.values[rows]

    def of(self, events: np.ndarray) -> Features:
        """The features of `events` (m,) int64, all of which must be present."""
        return Features(events, self.values[np.searchsorted(self.event, events)])


def write_features(path: Path, features: Features) -> None:
    """Write a file of features."""
    with replacing(path) as partial:
        partial.write_bytes(save({"event": features.event, "features": features.values}))


def read_features(paths: Sequence[Path], events: np.ndarray) -> Features:
    """Read the features of several cells for all `events` (E,) int64, concatenated along F.

    Raises:
        InputError: a file is not a file of features, or holds those of other events.
    """
    features = []
    for path in paths:
        try:
            tensors = load_file(path)
            event, values = tensors["event"], tensors["features"]
        except (SafetensorError, KeyError) as error:
            raise InputError(f"{path}: not a file of features ({error}); delete it to have it made again") from None
        if not np.array_equal(event, events):
            raise InputError(f"{path}: holds the features of other events; make it again with features")
        features.append(values)
    return Features(events, np.concatenate(features, axis=1))
