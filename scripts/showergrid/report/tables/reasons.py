"""Why answers are wrong: the events of each class by what the truth tells of their starts, and the errors among them.

The reasons of a class exclude each other: of those that hold the first one counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Estimate
from showergrid.evaluation.counts import wilson
from showergrid.events.hits import open_table
from showergrid.events.questions import Question
from showergrid.report.settings.reasons import Reasons
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables.answered_test import read_answered_test
from showergrid.report.tables.results import cell_files
from showergrid.sources.lartpc.start_settings import STARTS, Starts
from showergrid.sources.lartpc.starts import COMPTON, PHOTON

ELECTRON = 11  # PDG code
STARTS_FILE = "data/starts.parquet"

Columns = Mapping[str, np.ndarray]  # (n,) of STARTS; numbers are NaN, and words None, where there is none


@dataclass(frozen=True)
class Reason:
    """A reason for which events of PDG code `pdg` may be mistaken.

    words: what it is called, with the names of limits in braces; holds(starts, limits) -> (n,) bool.
    """

    pdg: int
    name: str
    words: str
    holds: Callable[[Columns, Reasons], np.ndarray]

    def label(self, limits: Reasons) -> str:
        """What it is called, with the limits."""
        return self.words.format(**limits.model_dump())


def _lost(starts: Columns, limits: Reasons) -> np.ndarray:
    return ~(starts["nearest"] <= limits.off)  # NaN: it starts nowhere


def _missed(starts: Columns, limits: Reasons) -> np.ndarray:
    return starts["off"] > limits.off


def _bright(starts: Columns, limits: Reasons) -> np.ndarray:
    return starts["dedx"] > limits.dedx


def _explained(starts: Columns, limits: Reasons) -> np.ndarray:
    """What the electron's own track left is not above the limit, and all of it is."""
    own = starts["dedx"] - starts["dedx_radiated"] - starts["dedx_knocked"]
    return _bright(starts, limits) & (own <= limits.dedx)


def _faint(starts: Columns, limits: Reasons) -> np.ndarray:
    return ~_bright(starts, limits)


def _always(starts: Columns, limits: Reasons) -> np.ndarray:
    return np.ones(starts["dedx"].size, bool)


LOST, MISSED = "no hit within {off:g} cm", "first hit over {off:g} cm off"
ABOVE, BELOW = "over {dedx:g} MeV/cm: ", "up to {dedx:g} MeV/cm: "
REASONS = (
    Reason(ELECTRON, "lost", LOST, _lost),
    Reason(ELECTRON, "missed", MISSED, _missed),
    Reason(
        ELECTRON,
        "radiated",
        ABOVE + "radiated photon",
        lambda starts, limits: _explained(starts, limits) & (starts["dedx_radiated"] >= starts["dedx_knocked"]),
    ),
    Reason(ELECTRON, "knocked", ABOVE + "electron knocked out", _explained),
    Reason(ELECTRON, "like", "none of these", _always),
    Reason(PHOTON, "lost", LOST, _lost),
    Reason(PHOTON, "missed", MISSED, _missed),
    Reason(
        PHOTON,
        "compton",
        BELOW + "Compton electron",
        lambda starts, limits: _faint(starts, limits) & (starts["process"] == COMPTON),
    ),
    Reason(
        PHOTON,
        "uneven",
        BELOW + "less than {share:g} of the pair in one",
        lambda starts, limits: _faint(starts, limits) & (starts["share"] < limits.share),
    ),
    Reason(PHOTON, "faint", BELOW + "another pair", _faint),
    Reason(
        PHOTON,
        "pixel",
        "within {pixel:g} cm of the vertex",
        lambda starts, limits: starts["depth"] <= limits.pixel,
    ),
    Reason(PHOTON, "like", "none of these", _always),
)


class ReasonSettings(Reported):
    """Settings of the table and of the gallery of reasons."""

    reasons: Reasons
    starts: Starts


@dataclass(frozen=True)
class ReasonCount:
    """One place and reason.

    kind: name of the class; events: those of the class that have the reason, of `of` in all; wrong: how many of these
    are answered wrong, on average of the seeds; rate: the same as a share of them, None where no event has the reason;
    of_errors: their share of the errors of the class, NaN where there is none. Intervals are of counted events.
    """

    place: PlaceSettings
    reason: Reason
    kind: str
    events: int
    of: int
    wrong: Estimate
    rate: Estimate | None
    of_errors: float


@dataclass(frozen=True)
class ReasonResults:
    """The places with numbers, in the order of the study's table, each with all reasons."""

    settings: ReasonSettings
    rows: tuple[ReasonCount, ...]
    test_events: int


def reads(settings: ReasonSettings) -> dict[str, list[str]]:
    """The files of the cells and of the starts, below the study's folder.

    Raises:
        InputError: the classes are not electrons and photons.
    """
    codes(settings.question)
    return {**cell_files(settings.places, settings.question), "starts": [STARTS_FILE]}


def codes(question: Question) -> list[int]:
    """The PDG code of each class of a question.

    Raises:
        InputError: they are not electrons and photons.
    """
    values = [kind.values for kind in question.classes]
    if question.column != "pdg" or sorted(values) != [[ELECTRON], [PHOTON]]:
        raise InputError(
            f"question {question.name}: reasons are known of a class of pdg {ELECTRON} and one of {PHOTON}; "
            "leave the report out"
        )
    return [code for (code,) in values]


def build(settings: ReasonSettings, results: Path) -> ReasonResults:
    """Read the cells and the starts below the study's folder `results`, and count.

    Raises:
        InputError: a file is missing or bad, no place has cells, or test events differ.
    """
    test = read_answered_test(settings, results)
    labels, _ = test.truth
    event = test.runs[test.places[0].name][0].test.event
    pdg = np.array(codes(settings.question))[labels]
    reason = reasons(read_starts(results / STARTS_FILE, event), pdg, settings.reasons)
    rows = [
        _count(
            place, settings, entry, reason == number, pdg == entry.pdg, test.answers[place.name].argmax(-1) != labels
        )
        for place in test.places
        for number, entry in enumerate(REASONS)
    ]
    return ReasonResults(settings, tuple(rows), test.events)


def read_starts(path: Path, event: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of the starts of some events (n,) int64.

    Raises:
        InputError: the file is missing or damaged, or lacks a column or an event.
    """
    table = open_table(path, STARTS).read(STARTS.names)
    known = table["event"].to_numpy()
    if (lacking := event[~np.isin(event, known)]).size:
        raise InputError(f"{path}: lacks event {lacking[0]}; delete it to have it made again")
    row = np.searchsorted(known, event)
    return {name: table[name].to_numpy()[row] for name in STARTS.names}


def reasons(starts: Columns, pdg: np.ndarray, limits: Reasons) -> np.ndarray:
    """(n,) int64: the place in REASONS of the first reason that holds for each event; pdg (n,) of its class."""
    return np.stack([(pdg == entry.pdg) & entry.holds(starts, limits) for entry in REASONS]).argmax(axis=0)


def _count(
    place: PlaceSettings, settings: ReasonSettings, reason: Reason, has: np.ndarray, own: np.ndarray, wrong: np.ndarray
) -> ReasonCount:
    """Count one reason; has, own (n,) bool: the events of it and of its class; wrong (S, n) bool: by each seed."""
    events, of = np.count_nonzero(has), np.count_nonzero(own)
    counts, errors = (np.count_nonzero(wrong & some, axis=1) for some in (has, own))
    level = settings.bootstrap.level
    return ReasonCount(
        place=place,
        reason=reason,
        kind=settings.question.names[codes(settings.question).index(reason.pdg)],
        events=events,
        of=of,
        wrong=_estimate(counts, *(of * end for end in wilson(counts.mean(), of, level))),
        rate=_estimate(counts / events, *wilson(counts.mean(), events, level)) if events else None,
        of_errors=counts.sum() / errors.sum() if errors.any() else math.nan,
    )


def _estimate(values: np.ndarray, low: float, high: float) -> Estimate:
    """The mean over seeds of `values` (S,), with an interval and its spread."""
    return Estimate(float(values.mean()), low, high, float(values.std(ddof=1)) if values.size > 1 else None)
