"""What is seen of events and of their prongs, once for each answer that is explained, and what of it is occupied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.inputs.input_file import ranges_of
from showergrid.inputs.kinds import Share
from showergrid.inputs.prongs import ProngCuts
from showergrid.inputs.window import Cut


@dataclass(frozen=True)
class OccupiedEntries:
    """The occupied entries, a view of a pixel each, of all maps of each of A copies of events, n in all.

    offsets (A + 1,): copy i has the entries offsets[i] to offsets[i + 1]; map (n,): the map of each; place (n,): its
    place among the values (V, p) of the maps of events, flat, and behind them those (V, p') of the maps of prongs.
    """

    offsets: np.ndarray
    map: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, seen: ProngCuts) -> OccupiedEntries:
        """Those of all that is seen."""
        owner = np.append(np.arange(len(seen)), np.repeat(np.arange(len(seen)), np.diff(seen.offsets)))  # of a map
        maps, places = [], []
        first_map = first_place = 0
        for cut in (seen.of_events, seen.of_prongs):
            view, pixel = np.nonzero(cut.values)
            maps.append(np.repeat(np.arange(len(cut)), np.diff(cut.offsets))[pixel] + first_map)
            places.append(view * cut.values.shape[1] + pixel + first_place)
            first_map += len(cut)
            first_place += cut.values.size
        of_map, place = np.concatenate(maps), np.concatenate(places)
        order = np.lexsort((place, of_map, owner[of_map]))
        count = np.bincount(owner[of_map], minlength=len(seen))
        return cls(np.append(0, np.cumsum(count)), of_map[order], place[order])


def copies(seen: ProngCuts, rows: np.ndarray) -> ProngCuts:
    """What is seen of the events at `rows` (A,), each with its prongs, as often as it stands there."""
    prongs, owner = seen.prongs(rows)
    return ProngCuts(
        of_events=_at(seen.of_events, rows),
        of_prongs=_at(seen.of_prongs, prongs),
        offsets=np.append(0, np.cumsum(np.bincount(owner, minlength=rows.size))),
        number=seen.number[prongs],
        name=seen.name,
    )


def _at(cut: Cut, rows: np.ndarray) -> Cut:
    pixels, image = ranges_of(cut.offsets[rows], cut.offsets[rows + 1])
    return Cut(
        event=cut.event[rows],
        shape=cut.shape,
        offsets=np.append(0, np.cumsum(np.bincount(image, minlength=rows.size))),
        position=cut.position[pixels],
        values=cut.values[:, pixels],
        share=Share(cut.share.charge[rows], cut.share.hits[rows]),
        name=cut.name,
    )


def as_many(chosen: np.ndarray, group: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(n,) bool: of each group (n,) as many entries, drawn at random, as are `chosen` (n,) bool of it."""
    count = np.bincount(group)
    order = np.lexsort((random.random(group.size), group))
    rank = np.empty(group.size, np.int64)
    rank[order] = np.arange(group.size) - (np.cumsum(count) - count)[group[order]]
    return rank < np.bincount(group[chosen], minlength=count.size)[group]
