"""The data analysis on hand-made events."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from showergrid.hits import EVENTS, HITS
from showergrid.settings.validation import Baselines, PublishedData
from showergrid.streams import generator
from showergrid.validation import draw, read_sample, summary

CLASSES = [{"name": "electron", "pdg": 11}, {"name": "photon", "pdg": 22}]
COUNTS = {"11": {"kept": 100, "redrawn": 1}, "22": {"kept": 100, "redrawn": 2}}
BASELINES = Baselines(
    start_length=4.0,
    xgboost={"seed": 1, "hits": 5, "trees": 10, "depth": 2, "learning_rate": 0.3, "rows": 1.0, "columns": 1.0},
)
PUBLISHED = PublishedData(
    note="made up",
    hits=[{"energy": 1.0, "width": 0.5, "hits": 10}],
    smallest=5,
    quartiles={"x": (1, 1, 1), "y": (2, 2, 2), "z": (3, 4, 5)},
    largest={"x": 1, "y": 2, "z": 8},
    accuracy={"xgboost": 0.8, "random_forest": 0.7},
)


@pytest.fixture
def tables(tmp_path) -> tuple[Path, Path]:
    """200 events of 5 hits 1 cm apart along z; the hits of photons, every second event, have twice the charge."""
    random = generator(1, "events")
    event = np.repeat(np.arange(200), 5)
    place = np.tile(np.arange(5), 200)
    charge = (1 + event % 2) * (100 + random.normal(0, 5, event.size)) + (place == 0) * 20
    hits = {"event": event, "x": place % 2, "y": place % 3, "z": 100 + place, "charge": charge, "time": place}
    columns = {
        "event": np.arange(200),
        "pdg": np.where(np.arange(200) % 2, 22, 11),
        "energy": np.full(200, 1.1),
        "n_hits": np.full(200, 5),
        "source": ["made"] * 200,
        "number": np.arange(200),
    }
    paths = tmp_path / "hits.parquet", tmp_path / "events.parquet"
    for path, schema, values in zip(paths, (HITS, EVENTS), (hits, columns), strict=True):
        arrays = [pa.array(values[field.name]).cast(field.type, safe=False) for field in schema]
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path)
    return paths


def analyse(tables, classes=CLASSES):
    sample = read_sample(*tables, BASELINES)
    split = np.where(np.arange(200) < 120, "train", "test")
    return sample, summary(sample, split, classes, COUNTS, BASELINES, PUBLISHED, "axis")


def test_hits_extents_and_charges_are_set_beside_the_published(tables):
    sample, found = analyse(tables)
    assert found["events"] == 200
    assert found["classes"]["photon"] == {"kept": 100, "redrawn": 2}
    assert found["hits"] == [
        {"energy": 1.0, "ours": 5.0, "published": 10.0, "ratio": 0.5, "electron": 5.0, "photon": 5.0}
    ]
    assert found["smallest_event"]["ratio"] == 1
    assert [one["ours"] for one in found["extent"]["z"]["quartiles"]] == [4, 4, 4]
    assert found["extent"]["z"]["largest"] == {"ours": 4, "published": 8, "ratio": 0.5}
    assert sample.charges.sum() == 1000
    assert found["charge"]["quantiles"]["0.5"] == pytest.approx(150, rel=0.3)
    assert np.all(sample.start >= 4 * 80)


def test_a_clear_difference_is_found_by_both_classifiers(tables):
    for classes in (CLASSES, CLASSES[::-1]):
        accuracy = analyse(tables, classes)[1]["accuracy"]
        assert accuracy["test_events"] == 80
        assert accuracy["charge_at_start"]["ours"] == 1
        assert accuracy["xgboost"]["ours"] > 0.95
        assert accuracy["xgboost"]["published"] == 0.8
        assert accuracy["random_forest"] == {"ours": None, "published": 0.7}


def test_padded_hit_lists_start_at_the_first_hit(tables):
    sample = read_sample(
        *tables, BASELINES.model_copy(update={"xgboost": BASELINES.xgboost.model_copy(update={"hits": 7})})
    )
    assert sample.first.shape == (200, 7, 4)
    assert np.all(sample.first[:, 0, :3] == 0)
    np.testing.assert_array_equal(sample.first[0, :5, 2], np.arange(5))
    assert np.all(np.isnan(sample.first[:, 5:]))


def test_summary_and_figure_are_the_same_twice(tables, tmp_path):
    for name in ("one.pdf", "other.pdf"):
        sample, found = analyse(tables)
        draw(sample, found, CLASSES, tmp_path / name)
        (tmp_path / name).with_suffix(".json").write_text(json.dumps(found))
    for suffix in ("pdf", "json"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"other.{suffix}").read_bytes()
