"""The objects of a collision by their kind, as the representations of collisions take them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from showergrid.core.settings import Name, Settings
from showergrid.inputs.variables import Tables


class Objects(Settings):
    """Where the objects of an event stand, and which of them are what.

    The collection has the columns kind, pt [GeV], eta, phi [rad] and charge, the events met [GeV] and met_phi [rad].
    """

    collection: Name = Field(default="objects", description="collection of an event that its objects stand in")
    muon_kinds: list[int] = Field(default=[13], min_length=1, description="values of the column kind of a muon")
    jet_kinds: list[int] = Field(default=[0, 1], min_length=1, description="values of the column kind of a jet")


def leading(tables: Tables, kinds: Sequence[int], most: int) -> tuple[np.ndarray, np.ndarray]:
    """The entries (n,) of these `kinds`, of each event the `most` of largest pt, and their rank (n,) in it from 0.

    They stand event by event, by falling pt; of equal ones the first comes first.
    """
    entry = np.flatnonzero(np.isin(tables.of_entry["kind"], kinds))
    row = tables.row[entry]
    order = np.lexsort((-tables.of_entry["pt"][entry], row))
    entry, row = entry[order], row[order]
    count = np.bincount(row, minlength=tables.event.size)
    rank = np.arange(row.size) - (np.cumsum(count) - count)[row]
    return entry[rank < most], rank[rank < most]
