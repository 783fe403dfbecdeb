"""The numbers that the data analysis needs of all events and hits, gathered chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.events.hits import read_events, read_hits
from showergrid.events.questions import Question, labels
from showergrid.report.data.settings import Baselines

CHARGE_EDGES = np.linspace(-6, 12, 361)  # of the logarithm of the charge: 20 bins per decade, whatever the unit
PLACE_EDGES = np.linspace(0, 1, 41)  # of the place in the order: 0 is the first hit of an event, 1 the last
TIME_BINS = 60
PLAIN_BINS = 100
LOOKED_AT = 1_000_000  # hits, evenly spread over the file, that set the range of times and charges drawn


@dataclass(frozen=True)
class EventSample:
    """The numbers that the analysis needs of the E events of a study with K classes.

    label (E,) int64, -1 for an event of no class; energy (E,) [GeV], NaN where it is not known; n_hits (E,) int; extent
    (E, 3): largest less smallest coordinate [cm]; start (E,): charge of the hits near the first one [tick ADC]; first
    (E, H, 4) float32: the first H hits, position from the first hit [cm] and charge, NaN where an event has fewer;
    largest (E,): place in the order, 0 to 1, of the hit with the most charge.

    Counts of hits, int64: charges (K, B) by class between CHARGE_EDGES; plain (K, PLAIN_BINS) by class between
    plain_edges [tick ADC]; by_place (P, B) between PLACE_EDGES and CHARGE_EDGES; by_time (TIME_BINS, B) between
    time_edges [ns] and CHARGE_EDGES, empty (0, B) where no time is known.
    """

    label: np.ndarray
    energy: np.ndarray
    n_hits: np.ndarray
    extent: np.ndarray
    start: np.ndarray
    first: np.ndarray
    largest: np.ndarray
    charges: np.ndarray
    plain: np.ndarray
    plain_edges: np.ndarray
    by_place: np.ndarray
    by_time: np.ndarray
    time_edges: np.ndarray

    def of(self, k: int | None) -> np.ndarray:
        """Mask (E,) bool of the events of class `k`, or of all events."""
        return np.ones(self.label.size, bool) if k is None else self.label == k


def read_sample(hits: Path, events: Path, question: Question, settings: Baselines) -> EventSample:
    """Read the study's tables, the hits chunk by chunk."""
    table = read_events(events)
    label, classes = labels(table, question.column, question.values), len(question.classes)
    kept = settings.xgboost.hits
    n_hits = table["n_hits"].to_numpy()
    plain_edges, time_edges = _ranges(hits, int(n_hits.sum()))
    extent, start, first, largest = [], [], [], []
    charges = np.zeros((classes, CHARGE_EDGES.size - 1), np.int64)
    plain = np.zeros((classes, PLAIN_BINS), np.int64)
    by_place = np.zeros((PLACE_EDGES.size - 1, CHARGE_EDGES.size - 1), np.int64)
    by_time = np.zeros((max(time_edges.size - 1, 0), CHARGE_EDGES.size - 1), np.int64)
    done = 0
    for chunk in read_hits(hits, time=True):
        begin, row = chunk.offsets[:-1], chunk.row
        extent.append(np.maximum.reduceat(chunk.position, begin) - np.minimum.reduceat(chunk.position, begin))
        offset = chunk.position - chunk.position[begin][row]
        near = np.einsum("ij,ij->i", offset, offset) <= settings.start_length**2
        start.append(np.bincount(row, chunk.charge * near, begin.size))
        number = np.arange(row.size) - begin[row]
        lists = np.full((begin.size, kept, 4), np.nan, np.float32)
        early = number < kept
        lists[row[early], number[early]] = np.column_stack([offset, chunk.charge])[early]
        first.append(lists)
        last = np.maximum(np.diff(chunk.offsets) - 1, 1)
        top = np.lexsort((-number, chunk.charge, row))[chunk.offsets[1:] - 1]  # the first of equal charges
        largest.append(number[top] / last)

        size = _logarithm(chunk.charge)
        by_place += _counted(number / last[row], size, PLACE_EDGES)
        if time_edges.size:
            known = np.isfinite(chunk.time)
            by_time += _counted(chunk.time[known], size[known], time_edges)
        of = label[done : done + begin.size][row]
        for k in range(classes):
            charges[k] += np.histogram(size[of == k], CHARGE_EDGES)[0]
            plain[k] += np.histogram(chunk.charge[of == k], plain_edges)[0]
        done += begin.size
    return EventSample(
        label=label,
        energy=table["energy"].to_numpy().astype(np.float64),
        n_hits=n_hits,
        extent=np.concatenate(extent),
        start=np.concatenate(start),
        first=np.concatenate(first),
        largest=np.concatenate(largest),
        charges=charges,
        plain=plain,
        plain_edges=plain_edges,
        by_place=by_place,
        by_time=by_time,
        time_edges=time_edges,
    )


def quantile(counts: np.ndarray, edges: np.ndarray, share: float) -> float:
    """Value below which `share` of a histogram lies: counts (B,) between edges (B + 1,), spread evenly within a bin."""
    below = np.append(0, np.cumsum(counts)) / counts.sum()
    return float(np.interp(share, below, edges))


def _ranges(hits: Path, total: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the plain charge, from 0 to the value that 99.5 % of hits lie below, and of the lowest 99 % of times.

    They rest on every k-th of the `total` hits; the times have no edges (0,) where none is known.
    """
    every = max(1, total // LOOKED_AT)
    charges, times, passed = [], [], 0
    for chunk in read_hits(hits, time=True):
        chosen = slice(-passed % every, None, every)
        charges.append(chunk.charge[chosen])
        times.append(chunk.time[chosen])
        passed += chunk.charge.size
    time = np.concatenate(times)
    time = time[np.isfinite(time)]
    plain_edges = np.linspace(0, np.quantile(np.concatenate(charges), 0.995), PLAIN_BINS + 1)
    if time.size == 0:
        return plain_edges, np.empty(0)
    low, high = np.quantile(time, [0, 0.99])
    return plain_edges, np.linspace(low, max(high, low + 1e-3), TIME_BINS + 1)


def _logarithm(charge: np.ndarray) -> np.ndarray:
    """Logarithm of the charge to base 10, clipped to the range of CHARGE_EDGES so that every hit counts."""
    return np.log10(np.clip(charge, 10 ** CHARGE_EDGES[0], 10 ** CHARGE_EDGES[-1])).clip(
        CHARGE_EDGES[0], CHARGE_EDGES[-1]
    )


def _counted(values: np.ndarray, size: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts (n - 1, B) of hits by `values`, between `edges` (n,), and logarithmic charge, between CHARGE_EDGES."""
    return np.histogram2d(values, size, [edges, CHARGE_EDGES])[0].astype(np.int64)
