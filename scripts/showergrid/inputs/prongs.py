"""Maps of events and of their prongs, and the packed batches of them that a network takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.inputs.input_file import ProngImages, ranges_of, rows_of
from showergrid.inputs.kinds import Input, Inputs, Share
from showergrid.inputs.window import Cut, Window, cut_rows

EVENT = -1  # in place of a prong's number: the map of the event


@dataclass(frozen=True)
class Maps:
    """Maps of a chunk's events, M in all: of each event its own, then those of its prongs, by their number.

    event (M,) int64: index of the event in the chunk; prong (M,) int64: the number of the prong, or EVENT. Their
    occupied pixels: row (P,) int64: index of the map; place (P, D), values (P, C), charge (P,) and hits (P,) as in
    Pixels.
    """

    event: np.ndarray
    prong: np.ndarray
    row: np.ndarray
    place: np.ndarray
    values: np.ndarray
    charge: np.ndarray
    hits: np.ndarray


@dataclass(frozen=True)
class ProngCuts:
    """The windows of n events and of their prongs: event i owns the prongs offsets[i] to offsets[i + 1].

    of_events: the windows of the events; of_prongs: those of all prongs, event by event; number (P,) int64: that of
    each prong in its event.
    """

    of_events: Cut
    of_prongs: Cut
    offsets: np.ndarray
    number: np.ndarray
    name: str

    @property
    def event(self) -> np.ndarray:
        """(n,) int64."""
        return self.of_events.event

    @property
    def share(self) -> Share:
        """What the windows of the events hold of these."""
        return self.of_events.share

    @property
    def inputs(self) -> Inputs:
        """Maps of events and prongs (V, H, W)."""
        return {self.name: Input("prongs", self.of_events.shape)}

    def __len__(self) -> int:
        """Number of events."""
        return len(self.of_events)

    def prongs(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The prongs (P,) int64 of the events at `rows` (N,), event by event, and the event of each, 0 to N - 1."""
        rows = np.asarray(rows, dtype=np.int64)
        return ranges_of(self.offsets[rows], self.offsets[rows + 1])

    def parts(self, rows: np.ndarray) -> np.ndarray:
        """The prongs (P,) int64 alone."""
        return self.prongs(rows)[0]

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Maps of the events at `rows`, (N, V, H, W) float32, and of their prongs (P, V, H, W), and whose these are.

        That is (P,) int64, ascending, from 0 to N - 1; nothing stands for prongs that an event lacks.
        """
        prongs, owner = self.prongs(rows)
        [maps], [of_prongs] = self.of_events.batch(rows).values(), self.of_prongs.batch(prongs).values()
        return {self.name: maps, f"{self.name}.prongs": of_prongs, f"{self.name}.owner": owner}


def cut_prongs(images: ProngImages, events: np.ndarray, window: Window, name: str) -> ProngCuts:
    """Cut the window of each of the `events` (n,) int64 and of its prongs, all at the place of the event's.

    Raises:
        InputError: the file lacks an event.
    """
    events = np.asarray(events, dtype=np.int64)
    first = rows_of(images, events)  # the map of an event comes before those of its prongs
    end = np.searchsorted(images.event, events, side="right")
    rows, owner = ranges_of(first + 1, end)
    return ProngCuts(
        of_events=cut_rows(images, first, window, name),
        of_prongs=cut_rows(images, rows, window, name),
        offsets=np.append(0, np.cumsum(np.bincount(owner, minlength=events.size))),
        number=images.prong[rows].astype(np.int64),
        name=name,
    )
