"""Events of a spectrum: their values and answers, and how many of them lie in each interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from showergrid.apply.file_tables import tables_of, variables_in
from showergrid.core.errors import InputError
from showergrid.evaluation.counts import effective, wilson
from showergrid.evaluation.predictions import columns_of, read_predictions
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.variables import Variables
from showergrid.report.formats.csv import written
from showergrid.report.settings.spectra import Panel, Spectrum

HEADER = ["panel", "interval", "low", "high", "prediction", "events", "share", "share_low", "share_high", "outside"]


@dataclass(frozen=True)
class Events:
    """The events of a panel.

    values (E,) float64: the variable; answer (E,) int64: the class that each is called, the first of equally likely
    ones; outside (E,) bool: whether a variable of it lies outside of the range of the training events, None where the
    events are the study's own; group (E,) int64: that of each event, None if each stands by itself.
    """

    panel: Panel
    values: np.ndarray
    answer: np.ndarray
    outside: np.ndarray | None
    group: np.ndarray | None = None

    def independent(self, chosen: np.ndarray) -> float:
        """How many independent events each of those `chosen` (E,) bool counts as, 1 or less."""
        if self.group is None or not chosen.any():
            return 1.0
        return effective(self.group[chosen]) / np.count_nonzero(chosen)


def read_panels(settings: Spectrum, results: Path) -> list[Events]:
    """Read the events of each panel; `results` is the study's folder.

    Raises:
        InputError: a file is missing or cannot be used, or answers are to other events.
    """
    return [_events(panel, settings, results) for panel in settings.panels]


def _events(panel: Panel, settings: Spectrum, results: Path) -> Events:
    """The events of a panel for which `where` holds."""
    path = results / panel.answers
    asked = InputSettings(representation=settings.representation, resolution=None)
    if panel.files is None:
        variables = variables_in({name: results / f"data/{name}.parquet" for name in settings.tables}, asked)
        answers = read_predictions(path, settings.question, "test")
        event, probability, outside, group = answers.event, answers.probability, None, answers.group
    else:
        with tables_of(panel.files) as (tables, _):
            variables = variables_in(tables, asked)
        columns = columns_of(settings.question)
        scores = pq.ParquetFile(path).read(["event", "outside", *columns])
        event, outside, group = scores["event"].to_numpy(), scores["outside"].to_numpy() > 0, None
        probability = np.stack([scores[name].to_numpy() for name in columns], axis=1)
    known = variables.event if panel.files else np.intersect1d(variables.event, event)
    if not np.array_equal(known, event):
        raise InputError(f"{path}: answers to other events than those read; delete it to have it made again")
    row = np.searchsorted(variables.event, event)
    column = variables.names.index(settings.distribution.column)
    kept = _where(variables, settings.distribution.where)[row]
    return Events(
        panel,
        variables.values[row, column][kept],
        probability.argmax(axis=1)[kept],
        None if outside is None else outside[kept],
        None if group is None else group[kept],
    )


def _where(variables: Variables, wanted: dict[str, float]) -> np.ndarray:
    """(E,) bool: whether each event has the values that are `wanted`."""
    kept = np.ones(variables.event.size, dtype=bool)
    for name, value in wanted.items():
        kept &= variables.values[:, variables.names.index(name)] == value
    return kept


def spectrum_csv(panels: Sequence[Events], settings: Spectrum) -> str:
    """A row for each panel, interval and prediction: events, and which share they are of the interval's in all.

    What is empty stands for all: all events, whatever their value or their answer.
    """
    return written(HEADER, (row for panel in panels for row in _rows(panel, settings)))


def _rows(events: Events, settings: Spectrum) -> Iterator[dict[str, Any]]:
    spans: list[tuple[dict[str, Any], np.ndarray]] = [({}, np.ones(events.values.size, dtype=bool))]
    for interval in settings.distribution.intervals:
        low, high = interval.range
        within = (events.values >= low) & (events.values < high)
        spans.append(({"interval": interval.name, "low": low, "high": high}, within))
    for told, within in spans:
        total, each = int(within.sum()), events.independent(within)
        yield {"panel": events.panel.name, **told, "events": total, **_outside(events, within)}
        for k, name in enumerate(settings.question.names):
            own = within & (events.answer == k)
            low, high = wilson(each * own.sum(), each * total, settings.level)
            share = {"share": own.sum() / total, "share_low": low, "share_high": high} if total else {}
            counted = {"prediction": name, "events": int(own.sum()), **share, **_outside(events, own)}
            yield {"panel": events.panel.name, **told, **counted}


def _outside(events: Events, chosen: np.ndarray) -> dict[str, int]:
    """How many of the events that are `chosen` leave the ranges of the training events, where that is known."""
    return {} if events.outside is None else {"outside": int(events.outside[chosen].sum())}
