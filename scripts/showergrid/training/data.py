"""Events with their labels, as training and evaluation take them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.events.hits import read_events
from showergrid.events.split import SETS, read_split
from showergrid.inputs.views import Seen


@dataclass(frozen=True)
class Labelled:
    """Images of some events with their labels: label (E,) int64, the index in the study's list of classes."""

    images: Seen
    label: np.ndarray


def labelled(images: Seen, events: pa.Table, classes: list[dict[str, Any]]) -> Labelled:
    """Give the `images` of some of the `events` their labels.

    Raises:
        InputError: an event has a PDG code that belongs to no class.
    """
    return Labelled(images, labels(images.event, events, classes))


def labels(event: np.ndarray, events: pa.Table, classes: list[dict[str, Any]]) -> np.ndarray:
    """Labels (n,) int64 of some `event` (n,) int64 of the `events`.

    Raises:
        InputError: an event has a PDG code that belongs to no class.
    """
    codes = np.array([entry["pdg"] for entry in classes])
    rows = np.searchsorted(events["event"].to_numpy(), event)
    pdg = events["pdg"].to_numpy()[rows]
    label = (pdg[:, None] == codes).argmax(1)
    if (wrong := codes[label] != pdg).any():
        raise InputError(f"event {event[wrong][0]}: PDG code {pdg[wrong][0]} is none of the classes' {codes.tolist()}")
    return label.astype(np.int64)


def events_and_split(events: Path, split: Path) -> tuple[pa.Table, dict[str, np.ndarray]]:
    """The events table sorted by event, and the events (n,) int64 of each set.

    Raises:
        InputError: the two files hold different events.
    """
    table = read_events(events).sort_by("event")
    event, sets = read_split(split)
    if not np.array_equal(event, table["event"].to_numpy()):
        raise InputError(f"{split}: divides other events than those of {events}; make it again with split")
    return table, {name: event[sets == name] for name in SETS}
