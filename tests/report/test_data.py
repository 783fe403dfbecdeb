"""The data analysis on hand-made events: its numbers against plain NumPy, and figures for whatever the data lack."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE, PARTICLES, question

from showergrid.core.seeds import generator
from showergrid.events.hits import EVENTS, HITS
from showergrid.events.questions import Question
from showergrid.report.data import sample as sampling
from showergrid.report.data.sample import CHARGE_EDGES, PLACE_EDGES, EventSample, quantile, read_sample
from showergrid.report.data.settings import Baselines, PublishedData
from showergrid.report.data.summary import summary, write_extents
from showergrid.report.figures.data import FIGURES

SCRIPTS = Path(__file__).parents[2] / "scripts"
CLASSES = PARTICLES.names
COUNTS = {"11": {"kept": 100, "redrawn": 1}, "22": {"kept": 100, "redrawn": 2}}
BASELINES = Baselines(
    start_length=4.0,
    xgboost={"seed": 1, "hits": 5, "trees": 10, "depth": 2, "learning_rate": 0.3, "rows": 1.0, "columns": 1.0},
)
PUBLISHED = PublishedData(
    note="made up",
    hits=[{"energy": 1.0, "width": 0.5, "hits": 10}, {"energy": 9.0, "width": 0.5, "hits": 90}],
    smallest=5,
    quartiles={"x": (1, 1, 1), "y": (2, 2, 2), "z": (3, 4, 5)},
    largest={"x": 1, "y": 2, "z": 8},
    accuracy={"xgboost": 0.8, "random_forest": 0.7},
)


def write(folder: Path, hits: dict, events: dict) -> tuple[Path, Path]:
    """The two tables, their columns nullable."""
    paths = folder / "hits.parquet", folder / "events.parquet"
    for path, schema, values in zip(paths, (HITS, EVENTS), (hits, events), strict=True):
        nullable = pa.schema([field.with_nullable(True) for field in schema])
        arrays = [pa.array(values[field.name]).cast(field.type, safe=False) for field in schema]
        pq.write_table(pa.Table.from_arrays(arrays, schema=nullable), path)
    return paths


@pytest.fixture
def columns() -> tuple[dict, dict]:
    """200 events of 5 hits 1 cm apart along z; the hits of photons, every second event, have twice the charge."""
    random = generator(1, "events")
    event = np.repeat(np.arange(200), 5)
    place = np.tile(np.arange(5), 200)
    charge = (1 + event % 2) * (100 + random.normal(0, 5, event.size)) + (place == 0) * 20
    hits = {"event": event, "x": place % 2, "y": place % 3, "z": 100 + place, "charge": charge, "time": place}
    events = {
        "event": np.arange(200),
        "pdg": np.where(np.arange(200) % 2, 22, 11),
        "energy": np.full(200, 1.1),
        "n_hits": np.full(200, 5),
        "source": ["made"] * 200,
        "number": np.arange(200),
    }
    return hits, events


@pytest.fixture
def tables(tmp_path, columns) -> tuple[Path, Path]:
    return write(tmp_path, *columns)


def read(tables, baselines=BASELINES, asked=PARTICLES) -> EventSample:
    return read_sample(*tables, asked, baselines)


def analyse(tables, asked=PARTICLES, counts=COUNTS, published=PUBLISHED):
    sample = read(tables, asked=asked)
    split = np.where(np.arange(200) < 120, "train", "test")
    return sample, summary(sample, split, asked, counts, BASELINES, published, "axis")


def test_hits_extents_and_charges_are_set_beside_the_published(tables):
    sample, report = analyse(tables)
    assert report["events"] == 200
    assert report["classes"]["photon"] == {"kept": 100, "redrawn": 2}
    assert report["energy"]["photon"] == {key: pytest.approx(1.1) for key in ("smallest", "median", "largest")}
    assert report["hits"] == [
        {"energy": 1.0, "ours": 5.0, "published": 10.0, "ratio": 0.5, "electron": 5.0, "photon": 5.0},
        {"energy": 9.0, "ours": None, "published": 90.0, "ratio": None, "electron": None, "photon": None},
    ]
    assert report["smallest_event"]["ratio"] == 1
    assert [quartile["ours"] for quartile in report["extent"]["z"]["quartiles"]] == [4, 4, 4]
    assert report["extent"]["z"]["largest"] == {"ours": 4, "published": 8, "ratio": 0.5}
    assert report["charge"]["quantiles"]["0.5"] == pytest.approx(150, rel=0.3)
    assert np.all(sample.start >= 4 * 80)


def test_a_clear_difference_is_found_by_both_classifiers(tables):
    turned = Question(**question("photon", "electron", codes=(22, 11)))
    for asked in (PARTICLES, turned):
        accuracy = analyse(tables, asked)[1]["accuracy"]
        assert accuracy["test_events"] == 80
        assert accuracy["charge_at_start"]["ours"] == 1
        assert accuracy["xgboost"]["ours"] > 0.95
        assert accuracy["xgboost"]["published"] == 0.8
        assert accuracy["random_forest"] == {"ours": None, "published": 0.7}


def test_three_classes_have_no_single_cut(columns, tmp_path):
    hits, events = columns
    events["pdg"] = np.array([11, 22, 13])[np.arange(200) % 3]
    asked = Question(**question("electron", "photon", "muon"))
    sample, report = analyse(write(tmp_path, hits, events), asked, counts=None)
    assert [report["classes"][name]["kept"] for name in asked.names] == [67, 67, 66]
    assert "charge_at_start" not in report["accuracy"]
    assert report["accuracy"]["xgboost"]["ours"] >= 0
    for name, draw in FIGURES.items():
        draw(sample, report, asked.names, tmp_path / f"{name}.pdf")


def test_padded_hit_lists_start_at_the_first_hit(tables):
    more = BASELINES.model_copy(update={"xgboost": BASELINES.xgboost.model_copy(update={"hits": 7})})
    sample = read(tables, more)
    assert sample.first.shape == (200, 7, 4)
    assert np.all(sample.first[:, 0, :3] == 0)
    np.testing.assert_array_equal(sample.first[0, :5, 2], np.arange(5))
    assert np.all(np.isnan(sample.first[:, 5:]))


@pytest.fixture
def uneven(tmp_path) -> tuple[dict, dict, tuple[Path, Path]]:
    """Events of 1 to 900 hits, some 40,000 in all: more than are read at a time. Some charges are out of all range."""
    random = np.random.default_rng(3)
    n_hits = np.append(1, random.integers(2, 900, 89))
    total = int(n_hits.sum())
    hits = {
        "event": np.repeat(np.arange(90), n_hits),
        **{axis: random.normal(0, 50, total).astype(np.float32) for axis in "xyz"},
        "charge": random.lognormal(5, 2, total).astype(np.float32),
        "time": random.exponential(3, total).astype(np.float32),
    }
    hits["charge"][:4] = 1e-9, 1e-30, 1e14, 1e30
    events = {
        "event": np.arange(90),
        "pdg": random.choice([11, 22], 90),
        "energy": random.uniform(0.1, 2, 90).astype(np.float32),
        "n_hits": n_hits,
        "source": ["made"] * 90,
        "number": np.arange(90),
    }
    return hits, events, write(tmp_path, hits, events)


def test_histograms_are_those_of_all_hits_at_once(uneven):
    hits, events, paths = uneven
    sample = read(paths)
    assert hits["event"].size > 2 * 16_384
    size = np.clip(np.log10(hits["charge"].astype(np.float64)), CHARGE_EDGES[0], CHARGE_EDGES[-1])
    code = events["pdg"][hits["event"]]
    for k, pdg in enumerate((11, 22)):
        np.testing.assert_array_equal(sample.charges[k], np.histogram(size[code == pdg], CHARGE_EDGES)[0])
        expected = np.histogram(hits["charge"][code == pdg].astype(np.float64), sample.plain_edges)[0]
        np.testing.assert_array_equal(sample.plain[k], expected)
    assert sample.charges.sum() == hits["event"].size  # none is lost
    assert sample.plain_edges[-1] == pytest.approx(np.quantile(hits["charge"], 0.995))

    time = hits["time"].astype(np.float64)
    expected = np.histogram2d(time, size, [sample.time_edges, CHARGE_EDGES])[0]
    np.testing.assert_array_equal(sample.by_time, expected)
    assert sample.time_edges[[0, -1]] == pytest.approx(np.quantile(time, [0, 0.99]))
    number = np.concatenate([np.arange(n) / max(n - 1, 1) for n in events["n_hits"]])
    np.testing.assert_array_equal(sample.by_place, np.histogram2d(number, size, [PLACE_EDGES, CHARGE_EDGES])[0])


def test_ranges_of_every_third_hit_are_those_of_all(uneven, monkeypatch):
    hits, _, paths = uneven
    monkeypatch.setattr(sampling, "LOOKED_AT", hits["event"].size // 3)
    sample = read(paths)
    assert sample.plain_edges[-1] == pytest.approx(np.quantile(hits["charge"][::3], 0.995))
    assert sample.time_edges[-1] == pytest.approx(np.quantile(hits["time"][::3], 0.99))


def test_quantile_of_a_histogram():
    edges = np.array([0.0, 1, 2, 4])
    assert quantile(np.array([1, 2, 1]), edges, 0.5) == 1.5
    assert quantile(np.array([0, 0, 4]), edges, 0.25) == 2.5


def test_table_of_extents(uneven, tmp_path):
    hits, events, paths = uneven
    write_extents(read(paths), CLASSES, PUBLISHED, tmp_path / "extents.csv")
    rows = {(row["axis"], row["class"]): row for row in csv.DictReader((tmp_path / "extents.csv").open())}
    assert list(rows) == [(axis, name) for axis in "xyz" for name in ("all", "electron", "photon")]
    extent = np.array([np.ptp(hits["y"][hits["event"] == i].astype(np.float64)) for i in range(90)])
    for name, of in {"all": events["pdg"] > 0, "photon": events["pdg"] == 22}.items():
        row = rows["y", name]
        assert int(row["events"]) == of.sum()
        percentiles = [float(row[key]) for key in ("smallest", "q25", "median", "q75", "largest")]
        np.testing.assert_allclose(percentiles, np.percentile(extent[of], [0, 25, 50, 75, 100]))
    assert [rows["z", "all"][f"published_{key}"] for key in ("q25", "median", "q75", "largest")] == [
        "3.0",
        "4.0",
        "5.0",
        "8.0",
    ]
    assert rows["z", "photon"]["published_median"] == ""


def figures(tables, folder: Path, **changes) -> dict[str, bytes]:
    """All figures of the analysis, and its summary."""
    folder.mkdir()
    sample, report = analyse(tables, **changes)
    for name, draw in FIGURES.items():
        draw(sample, report, CLASSES, folder / f"{name}.pdf")
    (folder / "summary.json").write_text(json.dumps(report, allow_nan=False))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_summary_and_figures_are_the_same_twice(tables, tmp_path):
    first = figures(tables, tmp_path / "one")
    assert len(first) == len(FIGURES) + 1
    assert first == figures(tables, tmp_path / "other")


def test_data_without_energies_times_counts_and_published_numbers(columns, tmp_path):
    hits, events = columns
    unknown = hits | {"time": [None] * 1000}, events | {"energy": [None] * 200}
    tables = write(tmp_path, *unknown)
    sample, report = analyse(tables, counts=None, published=None)
    assert report["energy"] is None
    assert report["hits"] is None
    assert report["published"] is None
    assert report["classes"]["electron"] == {"kept": 100, "redrawn": None}
    assert report["smallest_event"] == {"ours": 5, "published": None, "ratio": None}
    assert report["extent"]["z"]["largest"] == {"ours": 4, "published": None, "ratio": None}
    assert report["accuracy"]["charge_at_start"]["ours"] == 1
    assert len(sample.by_time) == 0
    write_extents(sample, CLASSES, None, tmp_path / "extents.csv")
    assert (tmp_path / "extents.csv").read_text().splitlines()[1] == "x,all,200,1.0,1.0,1.0,1.0,1.0,,,,"
    made = figures(tables, tmp_path / "made", counts=None, published=None)
    assert made["energies.pdf"] == made["hits_energy.pdf"]  # both say the same words


def test_energies_and_times_that_some_events_have(columns, tmp_path):
    hits, events = columns
    some = np.arange(200) < 100
    hits["time"] = [time if some[event] else None for event, time in zip(hits["event"], hits["time"], strict=True)]
    events["energy"] = [float(i % 7) if some[i] else None for i in range(200)]
    sample, report = analyse(write(tmp_path, hits, events))
    assert report["energy"]["electron"]["largest"] == 6
    assert np.isfinite(sample.energy).sum() == 100
    assert sample.time_edges[0] == 0
    assert sample.by_time.sum() == 100 * 5
    figures(write(tmp_path, hits, events), tmp_path / "made")


@pytest.mark.parametrize("known", [True, False], ids=["simulated", "read from files"])
def test_the_command_makes_every_file(tables, tmp_path, known):
    pq.write_table(
        pa.table({"event": np.arange(200), "split": np.where(np.arange(200) < 120, "train", "test")}),
        tmp_path / "split.parquet",
    )
    (tmp_path / "counts.json").write_text(json.dumps(COUNTS if known else {}))
    published = PUBLISHED.model_dump(mode="json") if known else None
    config = {
        "question": PARTICLE,
        "labels": {},
        "baselines": BASELINES.model_dump(),
        "published": published,
        "order": "axis",
    }
    out = tmp_path / "out"
    out.mkdir()
    outputs = {
        "--summary": out / "summary.json",
        "--extents": out / "extents.csv",
        "--provenance": out / "summary.json.provenance.json",
        **{f"--{name.replace('_', '-')}-figure": out / f"{name}.pdf" for name in FIGURES},
    }
    inputs = {"--hits": tables[0], "--events": tables[1], "--split": tmp_path / "split.parquet"}
    inputs |= {"--counts": tmp_path / "counts.json"}
    options = [str(part) for option in (inputs | outputs).items() for part in option]
    subprocess.run(
        [sys.executable, SCRIPTS / "explore.py", "--job", json.dumps({"config": config}), *options], check=True
    )
    assert sorted(out.iterdir()) == sorted(outputs.values())
    record = json.loads((out / "summary.json.provenance.json").read_text())
    assert "counts" in record["inputs"]
    assert len(record["outputs"]) == len(outputs) - 1
