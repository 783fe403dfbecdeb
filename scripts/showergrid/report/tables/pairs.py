"""Every pair of places of a study compared: which differences between the test accuracies stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.evaluation.cell_folder import read_run
from showergrid.evaluation.comparisons import holm
from showergrid.evaluation.pairwise import Differences, differences
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number, signed
from showergrid.report.settings.performance import Compared
from showergrid.report.settings.tables import PlaceSettings
from showergrid.report.tables.captions import listed
from showergrid.report.tables.results import common_events, folders

END = ("representation", "resolution", "model", "seeds")
NAMED = 4  # most places that a sentence names
LISTED = 45  # most pairs of which a table shows each: those of ten places
HEADER = [
    *(f"{which}_{name}" for which in ("first", "second") for name in (*END, "accuracy")),
    *("difference", "low", "high", "p_value", "p_holm", "stands", "seeds_compared"),
]


@dataclass(frozen=True)
class Pairs:
    """Places ranked by their mean test accuracy, the best first, and all pairs of them.

    accuracies (P,); collapsed (P,): whether a seed answers one class; found: the difference of every pair; corrected,
    stands: p-value of every pair of `found`, corrected by Holm, and whether its difference stands.
    """

    settings: Compared
    places: Sequence[PlaceSettings]
    accuracies: np.ndarray
    collapsed: Sequence[bool]
    found: Differences
    corrected: np.ndarray
    stands: np.ndarray
    test_events: int

    @property
    def matrix(self) -> np.ndarray:
        """(P, P) int: 1 where the row's accuracy stands above the column's, -1 where below, 0 where neither."""
        told = np.zeros((len(self.places), len(self.places)), dtype=np.int64)
        told[self.found.first, self.found.second] = self.stands
        return told - told.T


def build(settings: Compared, results: Path) -> Pairs:
    """Read the cells of all places below the study's folder `results` and compare them.

    Raises:
        InputError: a file of a cell is missing or bad, or test events differ.
    """
    runs = [[read_run(folder, settings.question) for folder in folders([place], results)] for place in settings.places]
    events = common_events([run for group in runs for run in group])
    right = [np.stack([run.test.right for run in group]) for group in runs]
    accuracies = np.array([correct.mean(axis=1).mean() for correct in right])
    rank = np.argsort(-accuracies, kind="stable")
    places = [settings.places[i] for i in rank]
    group = runs[0][0].test.group
    pair_differences = differences([right[i] for i in rank], [place.seeds for place in places], settings.level, group)
    corrected = np.array(holm(pair_differences.p.tolist()))
    return Pairs(
        settings=settings,
        places=places,
        accuracies=accuracies[rank],
        collapsed=[any(run.collapsed for run in runs[i]) for i in rank],
        found=pair_differences,
        corrected=corrected,
        stands=corrected < settings.comparison.alpha,
        test_events=events,
    )


def pairs_csv(pairs: Pairs) -> str:
    """All pairs, every number in full; the first of a pair has the higher accuracy."""
    pair_differences = pairs.found
    rows = []
    for k, (i, j) in enumerate(zip(pair_differences.first, pair_differences.second, strict=True)):
        rows.append(
            {
                **_end("first", pairs, i),
                **_end("second", pairs, j),
                "difference": float(pair_differences.value[k]),
                "low": float(pair_differences.low[k]),
                "high": float(pair_differences.high[k]),
                "p_value": float(pair_differences.p[k]),
                "p_holm": float(pairs.corrected[k]),
                "stands": str(bool(pairs.stands[k])).lower(),
                "seeds_compared": pair_differences.seeds[k],
            }
        )
    return written(HEADER, rows)


def statement(pairs: Pairs) -> TableGrid:
    """Which differences stand, in words, and how many places each stands above and below and is not told apart from."""
    told, labels = pairs.matrix, pairs.settings.labels
    rows = [
        Row(
            (
                str(i + 1),
                labels.representation(place.representation),
                str(place.resolution or ""),
                labels.model(place.model),
            ),
            (
                (
                    TableCell(" ".join(map(str, place.seeds))),
                    TableCell(number(pairs.accuracies[i]), marks=" (collapsed)" if pairs.collapsed[i] else ""),
                    TableCell(str(np.count_nonzero(told[i] > 0))),
                    TableCell(str(np.count_nonzero(told[i] < 0))),
                    TableCell(ranges([j + 1 for j in np.flatnonzero(told[i] == 0) if j != i]) or "none"),
                ),
            ),
        )
        for i, place in enumerate(pairs.places)
    ]
    heads = ("seeds", "test accuracy", "stands above", "stands below", "not told apart from ranks")
    return TableGrid(
        label="pairs",
        caption=words(pairs),
        stub=(Stub("rank"), Stub("representation"), Stub("c"), Stub("model")),
        columns=(Columns("", heads),),
        groups=(Group(tuple(rows)),),
    )


def tables(pairs: Pairs) -> list[TableGrid]:
    """The statement and, where there are few pairs, each with its difference."""
    return [statement(pairs), *([each(pairs)] if 0 < pairs.stands.size <= LISTED else [])]


def each(pairs: Pairs) -> TableGrid:
    """How far the first of each pair lies above the second, with interval and corrected p-value."""
    names, found = [pairs.settings.labels.sentence(*place.key) for place in pairs.places], pairs.found
    rows = [
        Row(
            (names[i], names[j]),
            (
                (
                    TableCell(signed(found.value[k])),
                    TableCell(f"{signed(found.low[k])} to {signed(found.high[k])}"),
                    TableCell(number(pairs.corrected[k])),
                    TableCell("stands" if pairs.stands[k] else ""),
                ),
            ),
        )
        for k, (i, j) in enumerate(zip(found.first, found.second, strict=True))
    ]
    return TableGrid(
        label="differences",
        caption=f"How far the test accuracy of the first lies above that of the second, with "
        f"{100 * pairs.settings.level:g} % interval.",
        stub=(Stub("first"), Stub("second")),
        columns=(Columns("", ("difference", "interval", "p (Holm)", "")),),
        groups=(Group(tuple(rows)),),
    )


def words(pairs: Pairs) -> str:
    """Which differences stand, and how they were tested."""
    names = [pairs.settings.labels.sentence(*place.key) for place in pairs.places]
    count, best = len(names), names[0]
    if count == 1:
        return f"{best} is the only place of the grid, so there is nothing to compare."
    told, total, stand = pairs.matrix[0], pairs.stands.size, np.count_nonzero(pairs.stands)
    said = [
        f"Test accuracy of {count} places of the grid (representation, resolution c, model) on the same "
        f"{pairs.test_events} events. Differences that stand: {stand} of {total}, at a family-wise error rate of "
        f"{pairs.settings.comparison.alpha:g}, corrected for all {total} by Holm's method."
    ]
    above = np.count_nonzero(told > 0)
    alike = [names[j] for j in np.flatnonzero(told == 0) if j]
    if not alike:
        said.append(f"The best, {best}, stands above all others.")
    else:
        reach = f"above {above} of the {count - 1} others" if above else "above none of the others"
        not_told = listed(alike) if len(alike) <= NAMED else f"the other {len(alike)}"
        said.append(f"The best, {best}, stands {reach}; it is not told apart from {not_told}.")
    said.append(
        "A difference that does not stand may still be there: these events and seeds cannot show it. Each difference "
        "has the noise of events, as in McNemar's test, and of seeds, by Student's t: paired where both places have "
        "the same seeds, else independent; a single seed is taken to be as noisy as its partner's. Two or three seeds "
        "say little of their noise, so that only large differences stand."
    )
    if np.any(pairs.found.seeds == "none"):
        said.append(
            "Where both have a single seed only the noise of events counts: such a difference is one of these trained "
            "networks, not of how they are made."
        )
    return " ".join(said)


def ranges(numbers: Sequence[int]) -> str:
    """Rising whole numbers as text, consecutive ones as a range: 2 to 4, 7."""
    runs: list[list[int]] = []
    for value in numbers:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _end(which: str, pairs: Pairs, i: int) -> dict[str, object]:
    place = pairs.places[i]
    values = (place.representation, place.resolution, place.model, " ".join(map(str, place.seeds)))
    row = {f"{which}_{name}": value for name, value in zip(END, values, strict=True)}
    return {**row, f"{which}_accuracy": float(pairs.accuracies[i])}
