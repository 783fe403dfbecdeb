"""The labels of events: from their hits, from their file, or from a separate table with one row per event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.reading.checks import Checks
from showergrid.sources.reading.chunks import place, read
from showergrid.sources.reading.conversion import keys, labels
from showergrid.sources.reading.settings import ColumnMap
from showergrid.sources.reading.whole_events import WholeEvents, shown


@dataclass(frozen=True)
class LabelTable:
    """pdg (M,) int64 and energy (M,) float64 [GeV] of events, None where not named, by their sorted keys (M,)."""

    keys: np.ndarray
    pdg: np.ndarray | None
    energy: np.ndarray | None
    name: str
    path: Path

    def rows(self, key: np.ndarray) -> np.ndarray:
        """(E,) int64: the row of each event, given its key (E, k) int64.

        Raises:
            InputError: an event has no row.
        """
        if key.shape[1] != len(self.keys.dtype):
            raise InputError(
                f"{self.path}: events are numbered by {key.shape[1]} columns and those of {self.name} by "
                f"{len(self.keys.dtype)}; give event and labels.event the same"
            )
        wanted = _packed(key)
        index = np.minimum(np.searchsorted(self.keys, wanted), self.keys.size - 1)
        lost = np.flatnonzero(self.keys[index] != wanted)
        if lost.size:
            raise InputError(
                f"{self.path}: event {shown(key[lost[0]])} has no row in {self.name}; complete it, or correct "
                "labels.where"
            )
        return index


def read_labels(path: Path, columns: ColumnMap) -> LabelTable | None:
    """The table of labels that the map names, None if it names none.

    Raises:
        InputError: it cannot be read, is empty, or an event has two rows.
    """
    if columns.labels is None:
        return None
    settings = columns.labels
    name = settings.table or "the labels"
    names = [*settings.event.columns, *settings.where, *columns.label_columns]
    parts: list[tuple[np.ndarray, np.ndarray | None, np.ndarray | None]] = []
    for chunk in read(path, columns, names, settings.table, settings.event):
        kept = np.ones(chunk.origin.size, bool)
        for column, value in settings.where.items():
            kept &= chunk.columns[column] == value
        check = Checks(chunk.only(kept), columns, path)
        key = keys(settings.event.columns, check)
        energy, pdg = labels(columns, check)
        parts.append((check.chunk.origin[:, None] if key is None else key, pdg, energy))
    if not any(len(key) for key, _, _ in parts):
        raise InputError(f"{path}: {name} has no row that fits; correct labels.where, or the file has no labels")
    packed = _packed(np.concatenate([key for key, _, _ in parts]))
    order = np.argsort(packed, kind="stable")
    packed = packed[order]
    twice = np.flatnonzero(packed[1:] == packed[:-1])
    if twice.size:
        raise InputError(
            f"{path}: {name} has two rows of event {shown(packed[twice[0]].tolist())}; choose one with labels.where, "
            "such as that of the primary particle"
        )
    pdg, energy = (None if parts[0][i] is None else np.concatenate([part[i] for part in parts])[order] for i in (1, 2))
    return LabelTable(packed, pdg, energy, name, path)


@dataclass(frozen=True)
class LabelledEvents:
    """Events with their pdg (E,) int64 and energy (E,) float64 [GeV], each None where it is not known."""

    events: WholeEvents
    pdg: np.ndarray | None
    energy: np.ndarray | None


def labelled(
    events: WholeEvents, table: LabelTable | None, columns: ColumnMap, classes: Sequence[int], path: Path
) -> LabelledEvents:
    """The events of a file with their labels.

    Raises:
        InputError: an event is of none of the `classes` (PDG codes, none: any), or its label is missing.
    """
    rows, start = events.rows, events.start
    if table is None:
        pdg, energy = (None if values is None else values[start] for values in (rows.pdg, rows.energy))
    else:
        chosen = table.rows(rows.origin[start][:, None] if rows.key is None else rows.key[start])
        pdg, energy = (None if values is None else values[chosen] for values in (table.pdg, table.energy))
    if columns.pdg is not None and not columns.pdg.column:
        pdg = np.full(start.size, _code_of_file(columns, path))
    if pdg is not None:
        if columns.pdg.values is not None:
            codes = {int(value): code for value, code in columns.pdg.values.items()}
            pdg = _known(pdg, codes, "give its PDG code in the column map (pdg: values)", events, columns, path)
        if classes:
            advice = "add it to a class of the study, or say in the column map what it stands for (pdg: values)"
            pdg = _known(pdg, {code: code for code in classes}, advice, events, columns, path)
    return LabelledEvents(events, pdg, energy)


def _known(
    pdg: np.ndarray, codes: dict[int, int], advice: str, events: WholeEvents, columns: ColumnMap, path: Path
) -> np.ndarray:
    """The code that stands for each value (E,).

    Raises:
        InputError: a value has no code.
    """
    values = np.array(sorted(codes))
    index = np.minimum(np.searchsorted(values, pdg), values.size - 1)
    strange = np.flatnonzero(values[index] != pdg)
    if strange.size:
        row = int(events.start[strange[0]])
        where = place(path, columns, int(events.rows.origin[row]), events.rows.entries)
        raise InputError(
            f"{path}: {where}: pdg {pdg[strange[0]]} is none of {', '.join(map(str, values))}; {advice}, or leave such "
            "events out of the file"
        )
    return np.array([codes[int(value)] for value in values])[index]


def _code_of_file(columns: ColumnMap, path: Path) -> int:
    codes = columns.pdg.of_file(str(path))
    if len(codes) != 1:
        fits = "several patterns fit it, with different codes" if codes else "no pattern fits it"
        raise InputError(f"{path}: pdg.files: {fits}; correct the patterns, such as photon*.csv: 22")
    return codes[0]


def _packed(key: np.ndarray) -> np.ndarray:
    """The rows of key (M, k) int64 as (M,) of a structured type, which sorts as they do."""
    kind = np.dtype([(f"f{i}", "i8") for i in range(key.shape[1])])
    return np.ascontiguousarray(key, np.int64).view(kind).reshape(-1)
