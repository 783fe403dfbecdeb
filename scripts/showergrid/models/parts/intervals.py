"""Intervals of one value, in each of which one class is the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from showergrid.inputs.views import table

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen


def best_intervals(values: np.ndarray, label: np.ndarray, classes: int, most: int) -> tuple[int, np.ndarray]:
    """How many of label (E,), 0 to `classes` - 1, `most` intervals of values (E,) answer right, and their edges.

    No other intervals are right more often; of equally good ones there are as few as possible. Edges stand halfway
    between two different values. For each place between values and each number of intervals below it, the best of them
    is the best one of fewer intervals up to some place before, and one class from there on.
    """
    different, place = np.unique(values, return_inverse=True)
    counts = np.zeros((different.size, classes), dtype=np.int64)
    np.add.at(counts, (place, label), 1)
    below = np.concatenate([np.zeros((1, classes), np.int64), np.cumsum(counts, axis=0)])  # (U + 1, classes)
    best, begins = [below.max(axis=1)], []  # of one interval, then of each larger number
    while len(best) < most:
        gained = best[-1][:, None] - below  # (U + 1, classes): if the class begins there, without what lies above
        largest = np.maximum.accumulate(gained, axis=0)
        first = np.append(np.full((1, classes), True), gained[1:] > largest[:-1], axis=0)
        begin = np.maximum.accumulate(np.where(first, np.arange(len(below))[:, None], 0), axis=0)
        right = largest + below
        answer = right.argmax(axis=1)[:, None]
        best.append(np.take_along_axis(right, answer, axis=1)[:, 0])
        begins.append(np.take_along_axis(begin, answer, axis=1)[:, 0])
    needed = int(np.argmax([right[-1] for right in best]))
    end, edges = different.size, []
    for begin in reversed(begins[:needed]):
        end = begin[end]
        edges.append((different[end - 1] + different[end]) / 2)
    return int(best[needed][-1]), np.array(edges[::-1], dtype=np.float64)


def tensors(column: int, edges: np.ndarray, values: np.ndarray, label: np.ndarray, classes: int) -> dict[str, Tensor]:
    """The tensors that are kept: column, edges (I - 1,) and share of each class in an interval (I, classes).

    One event of each class is added to every interval, so that no class is impossible. values (E,), label (E,).
    """
    import torch

    count = np.ones((edges.size + 1, classes))
    np.add.at(count, (np.searchsorted(edges, values), label), 1)
    share = count / count.sum(axis=1, keepdims=True)
    return {"column": torch.tensor(column), "edges": torch.from_numpy(edges), "share": torch.from_numpy(share)}


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the probability of each class."""
    values = table(seen)[:, int(tensors["column"])].astype(np.float64)
    return tensors["share"].numpy()[np.searchsorted(tensors["edges"].numpy(), values)]
