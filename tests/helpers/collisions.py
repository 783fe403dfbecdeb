"""Made-up collisions with muons, jets and MET, as tables of events and of their objects, muons and then jets by pt."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.inputs.variables import Tables

Columns = dict[str, np.ndarray]
PROCESSES = ("jpsi", "drellyan", "wjets")
MASSES = (3.1, 91.2, 40.0)  # GeV; of the last class smeared much
SPREADS = (0.05, 3.0, 15.0)

# How a study reads the files of `write_csv`
OF_EVENTS = {"files": ["events.csv"], "event": "event", "columns": {"met": "met", "met_phi": "met_phi"}}
OF_OBJECTS = {
    "files": ["objects.csv"],
    "event": "event",
    "columns": {
        **{name: {"column": name, "type": "whole"} for name in ("kind", "charge")},
        **{name: name for name in ("pt", "eta", "phi")},
    },
}
PROCESS = {"column": "process", "type": "text"}
FILES = {
    "events": {**OF_EVENTS, "columns": {"process": PROCESS, **OF_EVENTS["columns"]}},
    "collections": {"objects": OF_OBJECTS},
}
QUESTION = {
    "name": "process",
    "column": "process",
    "classes": [{"name": name, "values": [name]} for name in PROCESSES],
}


def collisions(count: int, seed: int = 1) -> tuple[Columns, Columns]:
    """Columns of events of the PROCESSES in turn, which the mass of their two muons tells apart, and of objects."""
    random = np.random.default_rng(seed)
    process = np.arange(count) % len(PROCESSES)
    mass = np.maximum(random.normal(np.array(MASSES)[process], np.array(SPREADS)[process]), 2)
    apart, opening = random.normal(0, 0.3, count), random.uniform(0.2, np.pi, count)  # in eta and phi
    ratio = random.uniform(0.3, 1, count)  # of the second pt to the first
    pt = mass / np.sqrt(2 * ratio * (np.cosh(apart) - np.cos(opening)))  # which is the mass of massless muons
    eta, phi = random.normal(0, 1, count), random.uniform(-np.pi, np.pi, count)
    sign = random.choice([-1, 1], count)
    other = np.where((process == 2) & (random.random(count) < 0.3), sign, -sign)
    event = np.arange(count)
    parts = [
        [event, np.full(count, 13), pt, eta, phi, sign],
        [event, np.full(count, 13), ratio * pt, eta + apart, wrapped(phi + opening), other],
    ]
    jets = random.integers(0, 4, count)
    row = np.repeat(np.arange(count), jets)
    falling = np.sort(20 + random.exponential(30, row.size))[::-1]
    kind, ends = random.integers(0, 2, row.size), random.normal(0, 2, row.size)
    parts.append([row, kind, falling, ends, random.uniform(-np.pi, np.pi, row.size), np.zeros(row.size, int)])
    columns = dict(
        zip(("event", "kind", "pt", "eta", "phi", "charge"), map(np.concatenate, zip(*parts, strict=True)), strict=True)
    )
    order = np.lexsort((-columns["pt"], columns["kind"] != 13, columns["event"]))
    events = {
        "event": np.arange(count),
        "process": np.array(PROCESSES)[process],
        "met": random.exponential(20, count),
        "met_phi": random.uniform(-np.pi, np.pi, count),
        "dimuon_mass": mass,
        "collision": np.arange(count) // 2,
    }
    return events, {name: values[order] for name, values in columns.items()}


def wrapped(angle: np.ndarray) -> np.ndarray:
    return (angle + np.pi) % (2 * np.pi) - np.pi


def tables_of(events: Columns, objects: Columns) -> Tables:
    """The same as representations get them."""
    size = np.bincount(objects["event"].astype(int), minlength=len(events["event"]))
    of_event = {name: events[name].astype(float) for name in ("met", "met_phi")}
    of_entry = {name: values.astype(float) for name, values in objects.items() if name != "event"}
    return Tables(events["event"], of_event, np.append(0, np.cumsum(size)), of_entry)


def write_parquet(folder: Path, events: Columns, objects: Columns) -> list[Path]:
    """Write events.parquet and objects.parquet; the process is text."""
    paths = []
    for name, columns in (("events", events), ("objects", objects)):
        paths.append(folder / f"{name}.parquet")
        schema = pa.schema([pa.field("event", pa.int64(), nullable=False)])
        arrays = {key: pa.array(values.tolist()) for key, values in columns.items()}
        table = pa.table(arrays)
        pq.write_table(table.cast(pa.schema([schema.field(0), *list(table.schema)[1:]])), paths[-1])
    return paths


def write_csv(folder: Path, events: Columns, objects: Columns) -> None:
    """Write events.csv and objects.csv."""
    for name, columns in (("events", events), ("objects", objects)):
        with open(folder / f"{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows(
                [list(columns), *zip(*(column.tolist() for column in columns.values()), strict=True)]
            )
