"""Hits that are a collection of tables: what they must hold, and pixels of maps that one view alone sees."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from shared_files import shared_file

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import read_hits
from showergrid.sources import files
from showergrid.sources.reading.file_settings import Files
from showergrid.sources.reading.tables import ingest_tables

BOX = Box(x=(0, 256), y=(0, 235), z=(0, 235))
COLUMNS = {
    "view": {"column": "view", "type": "whole"},
    "x": {"column": "column", "unit": 0.5},
    "y": {"column": "row", "unit": 0.4},
    "z": {"column": "row", "unit": 0.4},
    "charge": {"column": "value", "unit": 4.0},
}


def maps(events: str = "events.parquet", pixels: str = "pixels.parquet", **keys) -> dict:
    return {
        "events": {"files": [str(events)], "event": "event", "columns": {"energy": "nu_energy"}},
        "collections": {
            "hits": {"files": [str(pixels)], "event": "event", "min_rows": 1, "columns": COLUMNS, **keys},
        },
    }


def test_pixels_become_hits_of_one_view(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.table({"event": [7, 3], "nu_energy": [2.5, 1.0]}), "events.parquet")
    pixels = {"event": [3, 7, 3], "view": [0, 2, 1], "row": [10, 20, 30], "column": [4, 6, 8], "value": [1, 255, 2]}
    pq.write_table(pa.table(pixels), "pixels.parquet")
    settings = Files(**maps())
    ingest_tables(settings.events, settings.collections, {"events": tmp_path / "e", "hits": tmp_path / "h"})
    last, both = read_hits(tmp_path / "h")  # event 7 stands first in the table of events
    assert last.view.tolist() == [2]
    assert both.view.tolist() == [0, 1]
    assert both.position[:, 0].tolist() == [2, 4]
    assert both.position[:, 2].tolist() == pytest.approx([4, 12])
    assert last.charge.tolist() == [1020]
    assert both.sorted(np.array([1, 0])).view.tolist() == [1, 0]
    assert both.only(np.array([True])).view.tolist() == [0, 1]
    assert pq.read_table(tmp_path / "e")["n_hits"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"min_rows": 0}, "min_rows: an event has at least one hit"),
        ({"columns": {name: COLUMNS[name] for name in "xyz"}}, "columns.charge: hits have this column"),
        ({"columns": {**COLUMNS, "view": "view"}}, "columns.view: is a whole number"),
        ({"columns": {**COLUMNS, "prong": "prong"}}, "columns.prong: is a whole number"),
    ],
)
def test_hits_need_their_columns(keys, why):
    with pytest.raises(ValidationError, match=why):
        Files(**maps(**keys))


def test_events_with_hits_need_their_energy():
    given = maps()
    given["events"]["columns"] = {"weight": "weight"}
    with pytest.raises(ValidationError, match=r"columns\.energy: figures of events with hits need"):
        Files(**given)


def test_hits_of_tables_stand_in_the_order_of_their_files():
    with pytest.raises(InputError, match="choose as_given"):
        files.check(Files(**maps()), [], BOX, "axis")
    files.check(Files(**maps()), [], BOX, "as_given")


def test_the_maps_of_the_far_detector(tmp_path):
    events, pixels = shared_file("dune_cvn_events.parquet"), shared_file("dune_cvn_pixels.parquet")
    settings = Files(**maps(events, pixels))
    outputs = {name: tmp_path / f"{name}.parquet" for name in ("events", "hits")}
    assert ingest_tables(settings.events, settings.collections, outputs).counts() == {"hits": 4138489, "events": 800}
    hits = next(read_hits(outputs["hits"]))
    assert set(hits.view.tolist()) == {0, 1, 2}
    assert hits.charge.max() <= 1020
