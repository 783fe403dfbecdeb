"""Showers each of which one of several readouts sees, so that cells learn from detectors that differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from showergrid.core.seeds import generator
from showergrid.events.detector import Box
from showergrid.sources.lartpc.geant4 import Deposits
from showergrid.sources.lartpc.readout import TimedHits, read_out
from showergrid.sources.lartpc.settings import Readout


def drawn(readouts: int, showers: range, seed: int, table: str) -> np.ndarray:
    """Which of the readouts sees each of the study's `showers`, (E,) int64: each with the same probability.

    Showers are numbered through the study, so that no size of shards changes a draw.
    """
    return generator(seed, "showers", "mixed", table).integers(readouts, size=showers.stop)[showers.start :]


def read_out_as_drawn(
    deposits: Deposits,
    vertex: np.ndarray,
    box: Box,
    readouts: Sequence[Readout],
    draw: np.ndarray,
    own: TimedHits,
    random: np.random.Generator,
) -> list[TimedHits]:
    """Hits of showers as the readouts that are drawn for them see them, readout by readout.

    A shower that leaves no hit in its readout is seen by the study's own.

    Args:
        deposits: of all showers together.
        vertex: (E, 3) start of each primary [cm].
        box: the detector.
        readouts: those that are drawn from.
        draw: (E,) int64: the readout of each shower.
        own: hits of the same showers in the study's own readout.
        random: stream for diffusion and noise.
    """
    parts = []
    for number, readout in enumerate(readouts):
        seen = draw[deposits.event] == number
        of_these = Deposits(
            deposits.event[seen], deposits.start[seen], deposits.end[seen], deposits.energy[seen], deposits.time[seen]
        )
        parts.append(read_out(of_these, vertex, box, readout, random))
    empty = np.ones(draw.size, bool)
    for hits in parts:
        empty[hits.event] = False
    return [*parts, own[empty[own.event]]]
