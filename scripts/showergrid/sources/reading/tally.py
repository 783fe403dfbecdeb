"""What was read of files of hits, in numbers that show a wrong unit, and what was left out of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.hits import AXES
from showergrid.sources.reading.settings import Ingest
from showergrid.sources.reading.whole_events import WholeEvents

LOW_BITS = 13  # of a 32-bit float: without them a number is right to 1 in 1000
INFINITY = int(np.float32(np.inf).view(np.uint32)) >> LOW_BITS  # numbers above 0 lie below, in their order


class Tally:
    """Counts of the events and hits of all files of a job; its memory does not grow with their number."""

    def __init__(self, settings: Ingest) -> None:
        self.files, self.skip = settings.files, settings.skip
        self.left_out: Counter[str] = Counter()
        self.events = self.hits = 0
        self.low, self.high = np.full(3, np.inf), np.full(3, -np.inf)
        self.charge, self.n_hits, self.energy = _Median(), _Median(), _Median()

    def note(self, events: WholeEvents, energy: np.ndarray | None) -> None:
        """Add events that are kept, with their energies (E,) [GeV] where these are known."""
        self.events += events.start.size
        self.hits += events.rows.origin.size
        axes = events.rows.position.T  # one by one: NumPy is slow in steps of three
        self.low = np.minimum(self.low, [values.min() for values in axes])
        self.high = np.maximum(self.high, [values.max() for values in axes])
        self.charge.note(events.rows.charge)
        self.n_hits.note(events.n_hits)
        if energy is not None:
            self.energy.note(energy)

    def counts(self) -> dict[str, Any]:
        """The numbers of events and hits, and of all that was left out, for the record."""
        return {"events": self.events, "hits": self.hits, "left_out": {kind: self.left_out[kind] for kind in self.skip}}

    def lines(self) -> list[str]:
        """What to tell a person."""
        ranges = ", ".join(f"{axis} from {self.low[i]:.4g} to {self.high[i]:.4g}" for i, axis in enumerate(AXES))
        energy = f"an energy of {self.energy.text()} GeV" if self.energy.seen else "energies are not known"
        return [
            f"read {self.events} events with {self.hits} hits: {ranges} cm",
            f"medians: {self.n_hits.text()} hits an event, a charge of {self.charge.text()} tick ADC, {energy}",
            *self.lines_left_out(),
        ]

    def lines_left_out(self) -> list[str]:
        """One line on what was left out, if anything may be."""
        return [f"left out: {self._left_out()}"] if self.skip else []

    def check(self) -> None:
        """Refuse files of which no event is left.

        Raises:
            InputError: no event was kept.
        """
        if self.events == 0:
            raise InputError(f"{', '.join(self.files)}: no event is left; left out: {self._left_out()}; see skip")

    def _left_out(self) -> str:
        return ", ".join(f"{kind} {self.left_out[kind]}" for kind in self.skip)


class _Median:
    """The median of numbers above 0, found in a histogram of the upper bits of them as 32-bit floats."""

    def __init__(self) -> None:
        self.counts = np.zeros(INFINITY, np.int64)
        self.seen = 0

    def note(self, values: np.ndarray) -> None:
        np.add.at(self.counts, values.astype(np.float32).view(np.uint32) >> LOW_BITS, 1)
        self.seen += values.size

    def text(self) -> str:
        """The median, to three digits."""
        bits = np.searchsorted(np.cumsum(self.counts), (self.seen + 1) // 2)
        return f"{float(f'{np.uint32(bits << LOW_BITS).view(np.float32):.3g}'):g}"
