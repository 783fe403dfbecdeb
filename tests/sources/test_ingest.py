"""Hits read from files: every format and chunk size gives the same tables, which are those of a slow plain reading."""

import csv
import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import awkward as ak
import h5py
import hit_files
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uproot
import yaml
from hit_files import LAYOUTS, PLAIN, UNLABELLED, Block, blocks, joined, showers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from showergrid.core.checking import checked
from showergrid.events.hits import EVENTS, HITS, read_events, read_hits
from showergrid.events.order import along_axis
from showergrid.events.questions import labels
from showergrid.events.settings import Split
from showergrid.events.split import divide
from showergrid.sources.reading.column_maps import read_map
from showergrid.sources.reading.ingest import ingest, source_names
from showergrid.sources.reading.settings import ColumnMap

SCRIPT = Path(__file__).parents[2] / "scripts/ingest.py"


def read(
    folder: Path, files: list[Path], columns: dict[str, Any] | str | None = None, rows: int = 1000
) -> list[pa.Table]:
    """The two tables that ingest writes; `columns` is a column map as people write them, or its text."""
    path = None
    if columns is not None:
        path = folder / "map.yaml"
        path.write_text(columns if isinstance(columns, str) else yaml.safe_dump(columns))
    settings, asked = read_map(path, [str(file) for file in files])
    outputs = [folder / "hits.parquet", folder / "events.parquet"]
    ingest(settings, asked.pdg, asked.detector, asked.order, *outputs, rows)
    return [pq.read_table(output) for output in outputs]


def written(folder: Path, layout: str, parts: Iterable[Block], name: str = "showers") -> Path:
    write, suffix, _ = LAYOUTS[layout]
    path = folder / f"{name}{suffix}"
    write(path, parts)
    return path


def plain(files: list[Path]) -> tuple[list[dict], list[dict]]:
    """The reference's CSV files read row by row, as slowly and plainly as can be."""
    hits, events = [], []
    for path in files:
        with gzip.open(path, "rt") if path.suffix == ".gz" else open(path) as file:
            last = None
            for row in csv.DictReader(file):
                key = row["Event"], row["PDGcode"]
                if key != last:
                    energy = float(np.float32(row["Energy"]))
                    event = {"event": len(events), "pdg": int(row["PDGcode"]), "energy": energy, "n_hits": 0}
                    events.append({**event, "source": path.name, "number": int(row["Event"])})
                    last = key
                events[-1]["n_hits"] += 1
                names = {"x": "hitsX", "y": "hitsY", "z": "hitsZ", "charge": "hitsCharge"}
                values = {name: float(np.float32(row[column])) for name, column in names.items()}
                hits.append({"event": len(events) - 1, **values, "time": None})
    return hits, events


def test_the_reference_pair_needs_no_map(tmp_path):
    files = [tmp_path / "electrons.csv", tmp_path / "photons.csv.gz"]
    for path, pdg in zip(files, (11, 22), strict=True):
        hit_files.reference(path, [showers(40, pdg)])  # the numbers 0 to 39 in both files
    hits, events = read(tmp_path, files)
    expected_hits, expected_events = plain(files)
    assert hits.to_pylist() == expected_hits
    assert events.to_pylist() == expected_events
    assert hits.schema.equals(HITS)
    assert events.schema.equals(EVENTS)
    assert events["number"].to_pylist() == [*range(40), *range(40)]
    assert events["source"].to_pylist() == ["electrons.csv"] * 40 + ["photons.csv.gz"] * 40


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_tables(tmp_path, layout):
    block = joined(blocks(4, 15))
    hits, events = read(tmp_path, [written(tmp_path, layout, blocks(4, 15))], LAYOUTS[layout][2])
    first = hit_files.starts(block)
    size = np.diff(first, append=block["x"].size)
    assert hits["event"].to_pylist() == np.repeat(np.arange(60), size).tolist()
    for name in ("x", "y", "z", "charge", "time"):
        assert np.array_equal(hits[name].to_numpy(), block[name].astype(np.float32)), name
    for name in ("pdg", "energy"):
        assert np.array_equal(events[name].to_numpy(), block[name][first].astype(events[name].to_numpy().dtype)), name
    assert events["number"].to_pylist() == block["event"][first].tolist()
    assert events["n_hits"].to_pylist() == size.tolist()


@pytest.mark.parametrize("layout", LAYOUTS)
@given(rows=st.integers(1, 3000))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_chunks_of_any_size_give_the_same_bytes(tmp_path, layout, rows):
    path = tmp_path / f"showers{LAYOUTS[layout][1]}"
    if not path.exists():
        written(tmp_path, layout, blocks(4, 15))
    read(tmp_path, [path], LAYOUTS[layout][2], 10**6)
    expected = [(tmp_path / name).read_bytes() for name in ("hits.parquet", "events.parquet")]
    read(tmp_path, [path], LAYOUTS[layout][2], rows)
    assert [(tmp_path / name).read_bytes() for name in ("hits.parquet", "events.parquet")] == expected


def test_a_merged_file_may_give_the_same_number_to_both_classes(tmp_path):
    electrons, photons = showers(30, 11), showers(30, 22)
    both = joined([electrons, photons])
    order = np.lexsort((both["pdg"], both["event"]))  # the rows of event 7 of either class follow each other
    path = tmp_path / "merged.csv"
    hit_files.reference(path, [{name: values[order] for name, values in both.items()}])
    hits, events = read(tmp_path, [path])
    assert events["number"].to_pylist() == [number for number in range(30) for _ in range(2)]
    assert events["pdg"].to_pylist() == [11, 22] * 30
    assert hits.num_rows == order.size
    hit_files.reference(path, [electrons, photons])  # one class after the other
    assert read(tmp_path, [path])[1]["number"].to_pylist() == [*range(30), *range(30)]


def test_units_offsets_and_axes(tmp_path):
    path = tmp_path / "a.csv"
    hit_files.csv(path, [showers(5, 11), showers(5, 22, first=5)])
    columns = {
        **PLAIN,
        "x": {"column": "x", "unit": "mm", "flip": True, "offset": 10},
        "y": {"column": "y", "unit": 0.5},
        "z": {"column": ["z", "y"][:1], "unit": "cm", "offset": -3},
        "charge": {"column": "charge", "unit": 6.3e-3},
        "time": {"column": "time", "unit": "us"},
        "energy": {"column": "energy", "unit": "MeV"},
    }
    block = joined([showers(5, 11), showers(5, 22, first=5)])
    hits, events = read(tmp_path, [path], columns)
    assert np.allclose(hits["x"].to_numpy(), 10 - block["x"] / 10, rtol=0, atol=1e-4)
    assert np.allclose(hits["y"].to_numpy(), block["y"] / 2, rtol=0, atol=1e-4)
    assert np.allclose(hits["z"].to_numpy(), block["z"] - 3, rtol=0, atol=1e-4)
    assert np.allclose(hits["charge"].to_numpy(), 6.3e-3 * block["charge"], rtol=1e-6)
    assert np.allclose(hits["time"].to_numpy(), 1000 * block["time"], rtol=1e-6)
    assert np.allclose(events["energy"].to_numpy(), block["energy"][hit_files.starts(block)] / 1000, rtol=1e-6)


def test_the_middle_of_two_columns(tmp_path):
    block = joined([showers(4, 11), showers(4, 22, first=4)])
    block |= {"x_start": block["x"] - 1, "x_end": block["x"] + 1}
    path = tmp_path / "a.csv"
    hit_files.csv(path, [block], [*PLAIN, "x_start", "x_end"])
    hits, _ = read(tmp_path, [path], {**PLAIN, "x": ["x_start", "x_end"]})
    assert np.allclose(hits["x"].to_numpy(), block["x"], rtol=0, atol=1e-4)


def test_labels_and_energy_may_be_missing(tmp_path):
    path = tmp_path / "data.csv"
    hit_files.csv(path, [showers(20)])
    hits, events = read(tmp_path, [path], UNLABELLED)
    for table, names in ((events, ("pdg", "energy")), (hits, ("time",))):
        for name in names:
            assert table[name].null_count == table.num_rows
    assert events["number"].to_pylist() == list(range(20))


def test_labels_of_other_kinds(tmp_path):
    block = joined([showers(4, 11), showers(4, 22, first=4)])
    block["label"] = (block["pdg"] == 11).astype(int)
    path = tmp_path / "a.csv"
    hit_files.csv(path, [block], [*PLAIN, "label"])
    _, events = read(tmp_path, [path], {**PLAIN, "pdg": {"column": "label", "values": {0: 22, 1: 11}}})
    assert events["pdg"].to_pylist() == [11] * 4 + [22] * 4
    files = []
    for name, pdg in (("electron_1", 11), ("electron_2", 11), ("gamma", 22)):
        files.append(written(tmp_path, "csv", [showers(3, pdg)], name))
    columns = {**PLAIN, "pdg": {"files": {"electron*": 11, "gamma*": 22}}}
    assert read(tmp_path, files, columns)[1]["pdg"].to_pylist() == [11] * 6 + [22] * 3
    study = {**PLAIN, "pdg": {"files": {"electron*": 13, "gamma*": 211}}}
    study["codes"] = [13, 211]
    assert read(tmp_path, files, study)[1]["pdg"].to_pylist() == [13] * 6 + [211] * 3


def test_separators_spaces_and_empty_lines(tmp_path):
    path = tmp_path / "a.tsv"
    lines = hit_files.text(joined([showers(3, 11), showers(3, 22, first=3)])).replace(",", " ;  ").splitlines()
    path.write_text("\ufeff" + " ; ".join(PLAIN) + "\r\n\r\n" + "\n\n".join(lines), encoding="utf-8")
    hits, _ = read(tmp_path, [path], {**PLAIN, "separator": ";"})
    assert hits.num_rows == len(lines)


def test_order_of_hits(tmp_path):
    path = written(tmp_path, "csv", [showers(6, 11), showers(6, 22, first=6)])
    as_given, _ = read(tmp_path, [path], PLAIN)
    by_time, _ = read(tmp_path, [path], {**PLAIN, "order": "truth_time"})
    assert by_time.equals(as_given.sort_by([("event", "ascending"), ("time", "ascending")]))
    along, _ = read(tmp_path, [path], {**PLAIN, "order": "axis"})
    columns = as_given.to_pydict()
    position = np.column_stack([columns[axis] for axis in "xyz"])
    rows = along_axis(np.array(columns["event"]), position, np.array(columns["charge"]))
    assert along.equals(as_given.take(rows))


def test_numbers_of_several_columns(tmp_path):
    block = joined([showers(4, 11), showers(4, 22, first=4)])
    block["run"] = block["event"] // 3
    block["event"] = block["event"] % 3  # numbers repeat between the runs
    path = tmp_path / "a.csv"
    hit_files.csv(path, [block], [*PLAIN, "run"])
    _, events = read(tmp_path, [path], {**PLAIN, "event": ["run", "event"]})
    assert events["number"].to_pylist() == list(range(8))  # of several columns: the place in the file


def test_an_event_longer_than_a_chunk(tmp_path):
    parts = [showers(2, 11, mean=4000), showers(2, 22, first=2, mean=4000)]
    for layout in ("csv", "root lists", "hdf5 offsets"):
        hits, events = read(tmp_path, [written(tmp_path, layout, parts)], LAYOUTS[layout][2], 10)
        assert events.num_rows == 4
        assert hits.num_rows == sum(part["x"].size for part in parts)


def test_large_numbers_of_events_stay_exact(tmp_path):
    block = joined([showers(2, 11), showers(2, 22, first=2)])
    block["event"] = block["event"] + 2**60
    for layout in ("parquet", "hdf5", "root", "hdf5 lists"):
        _, events = read(tmp_path, [written(tmp_path, layout, [block])], LAYOUTS[layout][2])
        assert events["number"].to_pylist() == [2**60 + i for i in range(4)]


def test_files_of_one_name_are_told_apart_by_their_folders():
    def names(*files: str) -> list[str]:
        return source_names([Path(file) for file in files])

    assert names("a/hits.csv", "b/photons.csv") == ["hits.csv", "photons.csv"]
    assert names("/data/a/hits.csv", "/data/b/hits.csv", "c.csv") == ["a/hits.csv", "b/hits.csv", "c.csv"]
    assert names("x/1/hits.csv", "y/1/hits.csv", "./hits.csv") == ["x/1/hits.csv", "y/1/hits.csv", "hits.csv"]


def test_what_follows_reads_it(tmp_path):
    """There are no times: the reader of hits says so, and events divide as simulated ones do."""
    files = [tmp_path / "electrons.csv", tmp_path / "photons.csv"]
    for path, pdg in zip(files, (11, 22), strict=True):
        hit_files.reference(path, [showers(20, pdg)])
    read(tmp_path, files)
    chunks = list(read_hits(tmp_path / "hits.parquet", time=True))
    assert np.concatenate([chunk.event for chunk in chunks]).tolist() == list(range(40))
    assert np.isnan(chunks[0].time).all()
    label = labels(read_events(tmp_path / "events.parquet"), "pdg", [[11], [22]])
    sets = divide(label, [[11], [22]], Split(seed=1, test_fraction=0.2, validation_fraction=0.2))
    assert sorted(set(sets)) == ["test", "train", "validation"]


def test_many_events_without_hits_come_first(tmp_path):
    lengths = np.append(np.zeros(100, int), [3, 4])
    lists = np.empty(102, object)
    lists[:] = np.split(np.arange(7.0) + 1, np.cumsum(lengths)[:-1])
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name in ("x", "y", "z", "charge"):
            file.create_dataset(name, data=lists, dtype=h5py.vlen_dtype(np.float64))
    np.savez(tmp_path / "a.npz", n=lengths, **dict.fromkeys(("x", "y", "z", "charge"), np.arange(7.0) + 1))
    columns = {**{name: name for name in ("x", "y", "z", "charge")}, "skip": ["empty_events"]}
    for name, own in (("a.h5", {}), ("a.npz", {"event": {"counts": "n"}})):
        for rows in (1, 1000):
            hits, events = read(tmp_path, [tmp_path / name], {**columns, **own}, rows)
            assert events["number"].to_pylist() == [100, 101]
            assert hits["event"].to_pylist() == [0] * 3 + [1] * 4


SKIP = ["empty_events", "small_events", "hits_outside", "hits_without_charge"]


def faulty() -> Block:
    """Twelve events, of which the 2nd loses all its hits, the 5th some, and the 9th all but two."""
    block = joined([showers(6, 11), showers(6, 22, first=6)])
    first = np.append(hit_files.starts(block), block["x"].size)
    block["charge"][first[1] : first[2]] = np.nan
    block["x"][first[1]] = np.inf  # not looked at, since the hit has no charge
    block["z"][first[4] + 1] = 700
    block["charge"][first[4] + 2] = 0
    block["y"][first[8] + 2 : first[9]] = -300
    return block


def test_what_is_skipped_is_counted_and_all_else_stays(tmp_path):
    block = faulty() | {"run": np.zeros(faulty()["x"].size, int)}
    kept = np.isfinite(block["x"]) & (block["charge"] > 0) & (block["z"] < 505) & (block["y"] > -205)
    kept &= block["event"] != 8
    numbers = [number for number in range(12) if number not in (1, 8)]
    expected = None
    for layout, own in (
        ("parquet", {}),
        ("npz", {"event": ["run", "event"]}),  # of several columns: the place in the file
        ("npz counts", {}),
        ("root lists", {}),
        ("hdf5 lists", {}),
    ):
        path = written(tmp_path, layout, [block])
        for rows in (7, 10**6):
            hits, events = read(tmp_path, [path], {**LAYOUTS[layout][2], **own, "skip": SKIP}, rows)
            assert events["event"].to_pylist() == list(range(10))
            assert events["number"].to_pylist() == numbers
            assert hits["event"].to_pylist() == np.searchsorted(numbers, block["event"][kept]).tolist()
            assert np.array_equal(hits["x"].to_numpy(), block["x"][kept].astype(np.float32))
            assert events["n_hits"].to_pylist() == np.bincount(hits["event"].to_numpy()).tolist()
            expected = expected or (hits, events.drop("source"))
            assert expected == (hits, events.drop("source"))


def test_events_without_hits_keep_their_places(tmp_path):
    """Without a column that numbers them, an event's number is its entry; the label of an empty one may be missing."""
    path = tmp_path / "a.root"
    counts = np.array([0, 4, 0, 0, 2, 5, 3])
    lists = {name: ak.unflatten(np.arange(14.0) + 1, counts) for name in ("x", "y", "z", "charge")}
    with uproot.recreate(path) as file:
        kinds = dict.fromkeys(lists, "var * float64") | {"pdg": "var * int32"}
        labels = ak.Array([[], [11], [22], [], [22], [22], [22]])
        file.mktree("events", kinds).extend({**lists, "pdg": ak.values_astype(labels, "int32")})
    columns = {name: name for name in (*lists, "pdg")}
    for rows in (1, 1000):
        _, events = read(tmp_path, [path], {**columns, "skip": ["empty_events", "small_events"]}, rows)
        assert events["number"].to_pylist() == [1, 5, 6]
        assert events["pdg"].to_pylist() == [11, 22, 22]
        assert events["event"].to_pylist() == [0, 1, 2]


def test_the_record_and_the_screen_count_what_is_skipped(tmp_path):
    hit_files.csv(tmp_path / "a.csv", [faulty()])
    columns = checked(ColumnMap, PLAIN, "map.yaml").model_dump(mode="json")
    done = as_a_job(tmp_path, {"files": ["a.csv"], "columns": columns, "skip": SKIP})
    assert done.returncode == 0, done.stderr
    size = np.bincount(faulty()["event"])
    left_out = {"empty_events": 1, "small_events": 1, "hits_outside": size[8] - 1, "hits_without_charge": size[1] + 1}
    counts = json.loads((tmp_path / "out/record.json").read_text())["counts"]
    assert counts == {"events": 10, "hits": size.sum() - size[[1, 8]].sum() - 2, "left_out": left_out}
    assert f"left out: {', '.join(f'{kind} {left_out[kind]}' for kind in SKIP)}\n" in done.stderr


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    outputs = ["--hits", "out/hits.parquet", "--events", "out/events.parquet"]
    line = [sys.executable, str(SCRIPT), *outputs, *arguments]
    return subprocess.run(line, capture_output=True, text=True, cwd=folder, check=False)


def as_a_job(folder: Path, parameters: dict) -> subprocess.CompletedProcess[str]:
    """The same as the shard of a study."""
    detector = {"x": [-200, 200], "y": [-200, 200], "z": [0, 500]}
    request = {"pdg": [11, 22], "others": False, "detector": detector, "order": "as_given"}
    config = {"source": {"module": "files", "parameters": parameters}, "request": request}
    tables = ["--tables", "out/hits.parquet", "out/events.parquet", "--provenance", "out/record.json"]
    job = ["--shard", "0", "--job", json.dumps({"rule": "shard", "config": config})]
    line = [sys.executable, str(SCRIPT.with_name("shard.py")), *job, *tables, "--", *parameters["files"]]
    return subprocess.run(line, capture_output=True, text=True, cwd=folder, check=False)


def test_a_name_that_looks_like_an_option_is_a_file(tmp_path):
    hit_files.reference(tmp_path / "-hits.csv", [showers(10, 11), showers(10, 22)])
    done = as_a_job(tmp_path, {"files": ["-hits.csv"], "columns": None, "margin": 5, "min_hits": 3})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/hits.parquet").exists()


def test_the_command_by_hand_and_as_a_job(tmp_path):
    files = ["electrons.csv", "photons.csv"]
    for name, pdg in zip(files, (11, 22), strict=True):
        hit_files.reference(tmp_path / name, [showers(10, pdg)])
    done = command(tmp_path, *files)
    assert (done.returncode, done.stdout) == (0, "")
    block = joined([showers(10, 11), showers(10, 22)])
    size = np.diff(hit_files.starts(block), append=block["x"].size)
    ranges = ", ".join(f"{axis} from {block[axis].min():.4g} to {block[axis].max():.4g}" for axis in "xyz")
    energy, charge = (
        np.sort(values)[(values.size - 1) // 2]
        for values in (block["energy"][hit_files.starts(block)], block["charge"])
    )
    read, medians = done.stderr.splitlines()
    assert read == f"read 20 events with {block['x'].size} hits: {ranges} cm"
    numbers = [float(number) for number in re.findall(r"[0-9.]+", medians)]
    assert numbers == pytest.approx([np.sort(size)[9], charge, energy], rel=0.005)
    by_hand = (tmp_path / "out/hits.parquet").read_bytes()
    done = as_a_job(tmp_path, {"files": files, "columns": None, "margin": 5, "min_hits": 3})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/hits.parquet").read_bytes() == by_hand
    record = json.loads((tmp_path / "out/record.json").read_text())
    assert [entry["path"] for entry in record["inputs"]["files"]] == files
    assert record["config"]["source"]["module"] == "files"
    assert record["counts"] == {"events": 20, "hits": block["x"].size, "left_out": {}}
    assert {
        "shard.py",
        "showergrid/sources/files.py",
        "showergrid/sources/reading/formats/root.py",
        "showergrid/sources/reading/whole_events.py",
    } <= record["code"].keys()
    assert not re.search(r"models|training|representations", " ".join(record["code"]))
    assert str(tmp_path) not in (tmp_path / "out/events.parquet").read_bytes().decode("latin1")
