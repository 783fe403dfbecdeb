"""The features of a trained cell: what its network hands to its classifier, computed once for all events.

A safetensors file: event (E,) int64 and features (E, F) float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.inputs.lists import SeenRows


def write_features(path: Path, event: np.ndarray, features: np.ndarray) -> None:
    """Write a file of features (E, F) float32 of the events (E,) int64."""
    with replacing(path) as partial:
        partial.write_bytes(save({"event": event, "features": features}))


def read_features(paths: Sequence[Path], events: np.ndarray) -> SeenRows:
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
    return SeenRows("features", events, np.concatenate(features, axis=1))
