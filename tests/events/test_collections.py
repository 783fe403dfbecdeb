"""Columns of numbers of tables of events, read as arrays."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from showergrid.core.errors import InputError
from showergrid.events.collections import read_collection, read_variables

OBJECTS = {"event": [0, 0, 3, 4, 4, 4], "pt": [5.0, 4.0, 1.5, 9.0, 8.0, 7.0], "charge": [1, -1, 1, 1, 1, -1]}


@pytest.fixture
def table(tmp_path):
    def write(columns):
        path = tmp_path / "table.parquet"
        pq.write_table(pa.table(columns), path)
        return path

    return write


def test_rows_of_events(table):
    read = read_collection(table(OBJECTS), ["charge", "pt"])
    assert read.event.tolist() == [0, 3, 4]
    assert read.offsets.tolist() == [0, 2, 3, 6]
    assert read.event.dtype == read.offsets.dtype == np.int64
    assert list(read.values) == ["charge", "pt"]
    assert all(v.dtype == np.float64 for v in read.values.values())
    assert read.values["charge"].tolist() == OBJECTS["charge"]
    assert read.values["pt"].tolist() == OBJECTS["pt"]


def test_a_collection_without_rows(table):
    empty = {name: pa.array([], pa.int64() if name == "event" else pa.float32()) for name in ("event", "pt")}
    read = read_collection(table(empty), ["pt"])
    assert read.event.size == 0
    assert read.offsets.tolist() == [0]
    assert read.values["pt"].size == 0


def test_variables_in_the_order_asked_for(table):
    event, values = read_variables(
        table({"event": [2, 5], "a": [1, 2], "kind": ["g", "h"], "b": [0.5, 1.5]}), ["b", "a"]
    )
    assert event.tolist() == [2, 5]
    assert values.dtype == np.float64
    assert values.tolist() == [[0.5, 1.0], [1.5, 2.0]]


@pytest.mark.parametrize(
    ("changed", "columns", "message"),
    [
        ({"event": [0, 0, 4, 3, 4, 4]}, ["pt"], "the rows are not sorted by event"),
        ({}, ["eta"], "no column 'eta' of numbers; valid: pt, charge"),
        ({"pt": ["a"] * 6}, ["pt"], "no column 'pt' of numbers; valid: charge"),
        ({"pt": [1.0, 2.0, None, 1.0, 1.0, 1.0]}, ["pt"], "column pt has no value in row 3, of event 3"),
        ({"event": [0.0] * 6}, ["pt"], "column event: expected int64, found double"),
    ],
)
def test_refused(table, changed, columns, message):
    with pytest.raises(InputError, match=message):
        read_collection(table({**OBJECTS, **changed}), columns)


def test_variables_of_an_event_that_stands_twice(table):
    with pytest.raises(InputError, match="the rows are not sorted, one an event"):
        read_variables(table(OBJECTS), ["pt"])
