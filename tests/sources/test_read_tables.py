"""A table of events, and collections of them, read from files, against what the csv module reads of the same."""

import csv
import gzip
import json
import runpy
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import awkward as ak
import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uproot
from shared_files import shared_file

from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import read_events
from showergrid.events.questions import Question
from showergrid.sources import files
from showergrid.sources.parts.gathering import gather

MAGIC = ["fLength", "fWidth", "fSize", "fConc", "fConc1", "fAsym", "fM3Long", "fM3Trans", "fAlpha", "fDist", "class"]
EVENTS = {"run": [1, 1, 2], "number": [7, 8, 7], "E": [1500.0, 20.0, 3.5], "class": ["g", "h", "g"]}
OBJECTS = {"run": [2, 1, 2, 1], "number": [7, 7, 7, 7], "pt": [4.0, 1.0, 3.0, 2.0], "kind": ["mu", "jet", "jet", "e"]}
OF_EVENTS = {"energy": {"column": "E", "unit": "MeV"}, "primary": {"column": "class", "type": "text"}}
OF_OBJECTS = {"pt": "pt", "kind": {"column": "kind", "type": "text"}}


def settings(**values: Any) -> files.Parameters:
    """Settings as a configuration gives them, and as the job of a shard receives them."""
    told = files.told(checked(files.Parameters, values, "config", "files."), 0)
    return files.Parameters(**json.loads(json.dumps(told)))


def read(folder: Path, **values: Any) -> dict[str, pa.Table]:
    """The tables that the source makes, each of the schema that it declares."""
    own = settings(**values)
    schemas = {**files.collections(own), "events": files.events(own)}
    outputs = {name: folder / f"made/{name}.parquet" for name in schemas}
    files.make(own, None, 0, outputs)
    tables = {name: pq.read_table(path) for name, path in outputs.items()}
    assert {name: table.schema for name, table in tables.items()} == schemas
    return tables


def write_csv(path: Path, columns: dict[str, list[Any]], header: bool = True) -> str:
    lines = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    text = "\n".join([",".join(columns)] * header + lines) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


def write_parquet(path: Path, columns: dict[str, list[Any]]) -> str:
    pq.write_table(pa.table(columns), path)
    return str(path)


def write_hdf5(path: Path, columns: dict[str, list[Any]]) -> str:
    with h5py.File(path, "w") as file:
        for name, values in columns.items():
            file[name] = values
    return str(path)


def write_npz(path: Path, columns: dict[str, list[Any]]) -> str:
    np.savez(path, **{name: np.array(values) for name, values in columns.items()})
    return str(path)


FORMATS = {".csv": write_csv, ".csv.gz": write_csv, ".parquet": write_parquet, ".h5": write_hdf5, ".npz": write_npz}


def test_magic_telescope(tmp_path):
    path = shared_file("magic_gamma_telescope.csv.gz")
    with gzip.open(path, "rt") as file:
        rows = list(csv.reader(file))
    columns = {**{name: name for name in MAGIC[:-1]}, "primary": {"column": "class", "type": "text"}}
    events = read(tmp_path, events={"files": [str(path)], "names": MAGIC, "columns": columns})["events"]
    assert events.column_names == ["event", *MAGIC[:-1], "primary", "source", "number"]
    assert events["event"].to_pylist() == events["number"].to_pylist() == list(range(19020))
    assert set(events["source"].to_pylist()) == {"magic_gamma_telescope.csv.gz"}
    assert events["primary"].to_pylist() == [row[-1] for row in rows]
    for i, name in enumerate(MAGIC[:-1]):
        assert np.array_equal(events[name].to_numpy(), np.array([float(row[i]) for row in rows], np.float32))


def test_muons_of_cms(tmp_path):
    """Two muons in each row of one file, which is also that of the events."""
    path = shared_file("cms_dimuon_run2010b.csv.gz")
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    table = {"files": [str(path)], "event": ["Run", "Event"]}
    muons = {"pt": ["pt1", "pt2"], "charge": {"column": ["Q1", "Q2"], "type": "whole"}}
    muons["kind"] = {"column": ["Type1", "Type2"], "type": "text"}
    events = {**table, "columns": {"run": {"column": "Run", "type": "whole"}, "mass": "M"}}
    made = read(tmp_path, events=events, collections={"muons": {**table, "columns": muons}})
    assert made["events"].column_names == ["event", "run", "mass", "n_muons", "source", "number"]
    assert made["events"]["run"].to_pylist() == [int(row["Run"]) for row in rows]
    assert set(made["events"]["n_muons"].to_pylist()) == {2}
    assert made["muons"]["event"].to_pylist() == [i for i in range(len(rows)) for _ in range(2)]
    for name, column in (("charge", "Q"), ("kind", "Type"), ("pt", "pt")):
        kind = {"charge": int, "kind": str, "pt": np.float32}[name]
        assert made["muons"][name].to_pylist() == [kind(row[f"{column}{i}"]) for row in rows for i in (1, 2)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_events_and_objects(tmp_path, suffix):
    write = FORMATS[suffix]
    event = ["run", "number"]
    events = {"files": [write(tmp_path / f"events{suffix}", EVENTS)], "event": event, "columns": OF_EVENTS}
    objects = {"files": [write(tmp_path / f"objects{suffix}", OBJECTS)], "event": event, "columns": OF_OBJECTS}
    made = read(tmp_path, events=events, collections={"objects": objects})
    assert made["events"].to_pydict() == {
        "event": [0, 1, 2],
        "energy": [np.float32(1.5), np.float32(0.02), np.float32(0.0035)],
        "primary": ["g", "h", "g"],
        "n_objects": [2, 0, 2],  # an event without objects
        "source": [f"events{suffix}"] * 3,
        "number": [0, 1, 2],
    }
    assert made["objects"].to_pydict() == {
        "event": [0, 0, 2, 2],  # sorted by event, in the order of the file within one
        "pt": [1.0, 2.0, 4.0, 3.0],
        "kind": ["jet", "e", "mu", "jet"],
    }


def test_rows_and_events_are_left_out_by_bounds_and_by_how_many_rows_are_left(tmp_path):
    """Of runs 1, 1 and 2, the last has rows with pt 4 and 3, the first 1 and 2, the other one none."""
    event = ["run", "number"]
    events = {"files": [write_csv(tmp_path / "e.csv", EVENTS)], "event": event, "columns": OF_EVENTS}
    objects = {"files": [write_csv(tmp_path / "o.csv", OBJECTS)], "event": event, "columns": OF_OBJECTS}

    def kept(of_events: dict[str, Any], of_objects: dict[str, Any]) -> tuple[list[int], list[int], list[float]]:
        told = {"events": {**events, **of_events}, "collections": {"objects": {**objects, **of_objects}}}
        made = read(tmp_path, **told)
        sizes = np.bincount(made["objects"]["event"].to_numpy(), minlength=made["events"].num_rows)
        assert made["events"]["n_objects"].to_pylist() == sizes.tolist()
        assert made["events"]["event"].to_pylist() == list(range(sizes.size))
        return made["events"]["number"].to_pylist(), sizes.tolist(), made["objects"]["pt"].to_pylist()

    assert kept({}, {}) == ([0, 1, 2], [2, 0, 2], [1, 2, 4, 3])
    assert kept({}, {"min_rows": 1}) == ([0, 2], [2, 2], [1, 2, 4, 3])
    assert kept({}, {"within": {"pt": [2, 3]}}) == ([0, 1, 2], [1, 0, 1], [2, 3])
    assert kept({}, {"within": {"pt": [None, 3]}, "min_rows": 2}) == ([0], [2], [1, 2])
    assert kept({"within": {"energy": [None, 0.1]}}, {}) == ([1, 2], [0, 2], [4, 3])
    with pytest.raises(InputError, match=r"e\.csv: no event is left of 3; see within and min_rows"):
        kept({}, {"min_rows": 3})


def test_what_was_left_out_is_counted(tmp_path):
    path = write_parquet(tmp_path / "e.parquet", {"n": [5, 6, 7], "pt": [[1.0, 2.0], [3.0], []]})
    table = {"files": [path], "event": "n"}
    told = {"events": {**table, "columns": {"m": "n"}}, "collections": {"objects": {**table, "columns": {"pt": "pt"}}}}
    outputs = {name: tmp_path / f"{name}.parquet" for name in ("objects", "events")}
    assert files.make(settings(**told), None, 0, outputs).counts == {"objects": 3, "events": 3}
    told["collections"]["objects"]["min_rows"] = 2
    facts = files.make(settings(**told), None, 0, outputs)
    assert facts.counts == {"objects": 2, "events": 1, "left_out": {"objects": 1, "events": 2}}
    assert facts.said[-1] == "left out: 2 events, 1 objects"
    assert pq.read_table(outputs["events"])["number"].to_pylist() == [5]


def test_without_numbers_of_events_each_row_of_a_file_is_one(tmp_path):
    rows = [{"met": [1.0, 2.0], "pt": [[7.0, 8.0], []]}, {"met": [3.0], "pt": [[9.0]]}]
    table = {"files": [write_parquet(tmp_path / f"{k}.parquet", columns) for k, columns in enumerate(rows)]}
    made = read(
        tmp_path,
        events={**table, "columns": {"met": "met"}},
        collections={"objects": {**table, "columns": {"pt": "pt"}}},
    )
    assert made["events"]["n_objects"].to_pylist() == [2, 0, 1]
    assert made["events"]["number"].to_pylist() == [0, 1, 0]
    assert made["objects"].to_pydict() == {"event": [0, 0, 2], "pt": [7, 8, 9]}


def test_files_follow_each_other_and_one_number_of_events_is_kept(tmp_path):
    (tmp_path / "b").mkdir()
    first = write_csv(tmp_path / "x.csv", {"id": [5, 2**60 + 1], "a": [0.5, 1.5]})
    second = write_csv(tmp_path / "b/x.csv", {"a": [2.5], "id": [-3]})
    events = {"files": [first, second], "event": "id", "columns": {"a": "a", "id": {"column": "id", "type": "whole"}}}
    made = read(tmp_path, events=events)["events"].to_pydict()
    assert made["event"] == [0, 1, 2]
    assert made["a"] == [0.5, 1.5, 2.5]
    assert made["id"] == made["number"] == [5, 2**60 + 1, -3]
    assert made["source"] == [f"{tmp_path.name}/x.csv", f"{tmp_path.name}/x.csv", "b/x.csv"]


def test_csv_without_a_header_line(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("\n1;g;2.5\n\n2; h ;3.5\n")
    named = {"files": [str(path)], "separator": ";", "names": ["id", "class", "a"]}
    columns = {"a": "a", "kind": {"column": "class", "type": "text"}}
    made = read(tmp_path, events={**named, "columns": columns})["events"].to_pydict()
    assert made["a"] == [2.5, 3.5]
    assert made["kind"] == ["g", "h"]
    path.write_text("1;g;2.5\n\n2;h;x\n")
    with pytest.raises(InputError, match=r"bare\.csv: line 3, column a: 'x' is no number; correct the line"):
        read(tmp_path, events={**named, "columns": columns})
    with pytest.raises(InputError, match=r"line 1 holds numbers, not the names of columns; add a line of names"):
        read(tmp_path, events={**named, "names": None, "columns": columns})
    with pytest.raises(InputError, match=r"line 1 has 3 values for 2 names; correct these, or the line"):
        read(tmp_path, events={**named, "names": ["id", "a"], "columns": {"a": "a"}})


def test_columns_by_patterns(tmp_path):
    columns = {"run": [1, 2], **{f"t{i}": [i, 10 * i] for i in range(12)}}
    path = write_csv(tmp_path / "traces.csv", columns)
    spread = {"run": {"column": "run", "type": "whole"}, "trace_{00..11}": {"column": "t{0..11}", "unit": 2.0}}
    made = read(tmp_path, events={"files": [path], "columns": spread})["events"].to_pydict()
    assert [name for name in made if name.startswith("trace")] == [f"trace_{i:02}" for i in range(12)]
    assert made["trace_11"] == [22, 220]
    bare = write_csv(tmp_path / "bare.csv", columns, header=False)
    named = {"files": [bare], "names": list(columns)}
    made = read(tmp_path, events={**named, "columns": {"t1*": "t1*"}})["events"].to_pydict()
    assert (made["t1"], made["t10"], made["t11"]) == ([1, 10], [10, 100], [11, 110])
    assert "t2" not in made
    for wrong, message in (
        ({"v*": "v*"}, "'v.' is no name of any of run, t0"),
        ({"t*": "u*"}, "give `names`, and no other column"),
        ({"t_{0..3}": "t{0..4}"}, "stands for 4 columns, t.0..4. for 5"),
    ):
        with pytest.raises(InputError, match=message):
            settings(events={**named, "columns": wrong})


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".npz"])
def test_missing_numbers_are_kept_where_it_is_said_what_they_are(tmp_path, suffix):
    absent = "" if suffix == ".csv" else np.nan
    path = FORMATS[suffix](tmp_path / f"t{suffix}", {"a": [1.5, absent, -999.0, 4.0], "b": [1.0, 2.0, 3.0, 4.0]})
    columns = {"a": {"column": "a", "unit": 10.0}, "b": "b"}
    events = {"files": [path], "columns": columns, "missing": ["", "NA", -999]}
    made = read(tmp_path, events=events)["events"]
    assert made["a"].to_pylist() == [15.0, None, None, 40.0]
    assert made["b"].null_count == 0
    with pytest.raises(InputError, match=r"column a: (there is no value|.*no finite number)"):
        read(tmp_path, events={**events, "missing": []})


def test_texts_of_hdf5_of_a_fixed_length(tmp_path):
    records = np.array([(1.5, b"g"), (2.5, "\N{GREEK SMALL LETTER GAMMA}".encode())], [("a", "f4"), ("class", "S4")])
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["table"] = records
    columns = {"a": "a", "kind": {"column": "class", "type": "text"}}
    made = read(tmp_path, events={"files": [str(tmp_path / "a.h5")], "table": "table", "columns": columns})
    assert made["events"]["kind"].to_pylist() == ["g", "\N{GREEK SMALL LETTER GAMMA}"]


def test_categories_and_switches_of_parquet(tmp_path):
    kinds = pa.array(["g", "h", "g"]).dictionary_encode()
    path = write_parquet(
        tmp_path / "a.parquet", {"class": kinds, "large": kinds.cast(pa.large_string()), "on": [True, False, True]}
    )
    columns = {name: {"column": name, "type": "text"} for name in ("class", "large")}
    columns["on"] = {"column": "on", "type": "whole"}
    made = read(tmp_path, events={"files": [path], "columns": columns})["events"].to_pydict()
    assert made["class"] == made["large"] == ["g", "h", "g"]
    assert made["on"] == [1, 0, 1]


def test_text_that_is_no_utf_8_is_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["class"] = np.array([b"g", b"\xff"])
    columns = {"class": {"column": "class", "type": "text"}}
    with pytest.raises(InputError, match=r"a\.h5: column class holds no text in UTF-8"):
        read(tmp_path, events={"files": [str(tmp_path / "a.h5")], "columns": columns})


def test_lists_in_entries_of_root(tmp_path):
    """One entry an event: its values, and lists of those of its objects."""
    path = tmp_path / "tree.root"
    with uproot.recreate(path) as file:
        file.mktree("events", {"id": "int64", "met": "float32", "pt": "var * float32"}).extend(
            {"id": [4, 9, 6], "met": [1.5, 2.5, 3.5], "pt": ak.Array([[3.0, 2.0], [], [5.0]])}
        )
    table = {"files": [str(path)], "table": "events", "event": "id"}
    events = {**table, "columns": {"met": "met"}}
    made = read(tmp_path, events=events, collections={"jets": {**table, "columns": {"pt": "pt"}}})
    assert made["events"]["n_jets"].to_pylist() == [2, 0, 1]
    assert made["jets"].to_pydict() == {"event": [0, 0, 2], "pt": [3.0, 2.0, 5.0]}
    with pytest.raises(InputError, match=r"its columns hold lists; name columns with one value an event"):
        read(tmp_path, events={**table, "columns": {"met": "met", "pt": "pt"}})


def test_many_rows_need_no_loop(tmp_path):
    """A table of a million events with three million objects, in any order, within seconds."""
    rng = np.random.default_rng(0)
    number = rng.permutation(1_000_000)
    write_parquet(tmp_path / "events.parquet", {"id": number, "a": rng.random(number.size)})
    of_object = rng.integers(0, number.size, 3_000_000)
    write_parquet(tmp_path / "objects.parquet", {"id": of_object, "pt": of_object * 0.5})
    table = {name: {"files": [str(tmp_path / f"{name}.parquet")], "event": "id"} for name in ("events", "objects")}
    objects = {**table["objects"], "columns": {"pt": "pt"}}
    made = read(tmp_path, events={**table["events"], "columns": {"a": "a"}}, collections={"objects": objects})
    event = made["objects"]["event"].to_numpy()
    assert np.array_equal(made["objects"]["pt"].to_numpy(), (number[event] * 0.5).astype(np.float32))
    assert np.array_equal(np.bincount(of_object, minlength=number.size)[number], made["events"]["n_objects"].to_numpy())


def test_shards_with_texts_and_without_objects_are_gathered(tmp_path):
    shards = []
    for number, objects in enumerate((OBJECTS, {name: values[:0] for name, values in OBJECTS.items()})):
        folder = tmp_path / str(number)
        folder.mkdir()
        table = {"event": ["run", "number"]}
        events = {**table, "files": [write_csv(folder / "events.csv", EVENTS)], "columns": OF_EVENTS}
        own = {**table, "files": [write_csv(folder / "objects.csv", objects)], "columns": OF_OBJECTS}
        read(folder, events=events, collections={"objects": own})
        shards.append({name: folder / f"made/{name}.parquet" for name in ("objects", "events")})
    outputs = {name: tmp_path / f"{name}.parquet" for name in ("objects", "events")}
    gather(shards, outputs, tmp_path / "counts.json")
    assert read_events(outputs["events"])["primary"].to_pylist() == EVENTS["class"] * 2
    assert read_events(outputs["events"])["n_objects"].to_pylist() == [2, 0, 2, 0, 0, 0]
    assert pq.read_table(outputs["objects"])["event"].to_pylist() == [0, 0, 2, 2]
    assert json.loads((tmp_path / "counts.json").read_text()) == {}


def test_command_makes_the_shard_and_says_what_was_read(tmp_path, capsys):
    event = ["run", "number"]
    events = {"files": [write_csv(tmp_path / "events.csv", EVENTS)], "event": event, "columns": OF_EVENTS}
    objects = {"files": [write_csv(tmp_path / "objects.csv", OBJECTS)], "event": event, "columns": OF_OBJECTS}
    own = settings(events=events, collections={"objects": objects})
    box = {"x": [0, 1], "y": [0, 1], "z": [0, 1]}
    request = {"pdg": [], "others": False, "detector": box, "order": "as_given"}
    source = {"module": "files", "parameters": files.told(own, 0)}
    arguments = Namespace(
        files=[Path(name) for name in files.files(own)],
        library=[],
        job=json.dumps({"config": {"source": source, "request": request}}),
        shard=0,
        tables=[tmp_path / f"0.{name}.parquet" for name in ("objects", "events")],
        provenance=tmp_path / "record.json",
    )
    runpy.run_path(str(Path(__file__).parents[2] / "scripts/shard.py"))["main"](arguments)
    assert [pq.read_table(path).num_rows for path in arguments.tables] == [4, 3]
    assert json.loads(arguments.provenance.read_text())["counts"] == {"objects": 4, "events": 3}
    said = capsys.readouterr().err
    assert "read 3 events: energy from 0.0035 to 1.5; primary g 2, h 1; n_objects from 0 to 2" in said
    assert "read 4 objects: pt from 1 to 4; kind jet 2, e 1, mu 1" in said


def changed(columns: dict[str, list[Any]], **values: list[Any]) -> dict[str, list[Any]]:
    return {**columns, **values}


# What a file holds, what the settings say beside it, and the one line that refuses it
REFUSED: dict[str, tuple[str, dict[str, list[Any]], dict[str, Any], str]] = {
    "no number": (".csv", changed(EVENTS, E=[1, "x", 2]), {}, r"line 3, column E: 'x' is no number; correct the line"),
    "a missing number": (".csv", changed(EVENTS, E=[1, 2, ""]), {}, r"line 4, column E: there is no value; correct"),
    "a missing text": (
        ".csv",
        changed(EVENTS, **{"class": ["g", " ", "h"]}),
        {},
        r"line 3, column class: there is no value; fill it, or leave the event out",
    ),
    "NaN": (
        ".csv",
        changed(EVENTS, E=[1, 2, "nan"]),
        {},
        r"line 4, column E: nan: this is no finite number; correct it",
    ),
    "infinite": (
        ".parquet",
        changed(EVENTS, E=[1.0, np.inf, 2.0]),
        {},
        r"row 2, column E: inf: this is no finite numb",
    ),
    "too large": (".csv", changed(EVENTS, E=[1, "1e60", 2]), {}, r"line 3, column E: .* too large for a 32-bit number"),
    "empty in Parquet": (".parquet", changed(EVENTS, E=[1.0, None, 2.0]), {}, r"row 2, column E is empty; fill it or"),
    "ragged": (".csv", changed(EVENTS, E=[1, "2,3", 4]), {}, r"line 3 has 5 values for 4 columns; correct the line"),
    "unknown column": (".csv", EVENTS, {"columns": {"a": "theta"}}, r"no column theta; it has run, number, E, class"),
    "a fraction": (
        ".csv",
        changed(EVENTS, run=[1, 1.5, 2]),
        {},
        r"line 3, column run: '1\.5' is no whole number of 64",
    ),
    "a whole number that is too large": (
        ".csv",
        changed(EVENTS, run=[1, 2**63, 2]),
        {},
        r"line 3, column run: .* of 64",
    ),
    "a fraction in Parquet": (
        ".parquet",
        changed(EVENTS, run=[1, 1.5, 2]),
        {},
        r"row 2, column run: 1\.5: this must be",
    ),
    "an event twice": (
        ".csv",
        changed(EVENTS, run=[1, 2, 1]),
        {},
        r"line 4: event 1, 7 stands a second time, after \S+: line 2; take one out, or name as `event` all columns",
    ),
    "no event": (".csv", {name: [] for name in EVENTS}, {}, r"holds no row; give a file with events"),
    "text as a number": (
        ".parquet",
        EVENTS,
        {"columns": {"a": "class"}},
        r"column class holds no numbers; say type: te",
    ),
    "a number as text": (
        ".h5",
        EVENTS,
        {"columns": {"a": {"column": "E", "type": "text"}}},
        r"column E holds numbers; say type: whole or number",
    ),
    "text that numbers events": (
        ".parquet",
        EVENTS,
        {"event": "class", "columns": {"a": "E"}},
        r"class holds no numbers",
    ),
    "several numbers a row": (
        ".npz",
        changed(EVENTS, E=[[1.0, 2.0]] * 3),
        {},
        r"column E holds 2 numbers a row; name one, such as E\[0\]",
    ),
    "another format": (".csv", EVENTS, {"format": "parquet"}, r"is no Parquet file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(tmp_path, case):
    suffix, columns, said, message = REFUSED[case]
    path = FORMATS[suffix](tmp_path / f"events{suffix}", columns)
    events = {"files": [path], "event": ["run", "number"], "columns": OF_EVENTS, **said}
    with pytest.raises(InputError, match=message) as refused:
        read(tmp_path, events=events)
    assert "\n" not in str(refused.value)
    assert path in str(refused.value)
    assert not list(tmp_path.glob("made/*"))


def test_objects_of_an_unknown_event_are_refused(tmp_path):
    event = ["run", "number"]
    events = {"files": [write_csv(tmp_path / "events.csv", EVENTS)], "event": event, "columns": OF_EVENTS}
    path = write_csv(tmp_path / "objects.csv", changed(OBJECTS, run=[2, 1, 3, 1]))
    objects = {"files": [path], "event": event, "columns": OF_OBJECTS}
    with pytest.raises(
        InputError, match=r"objects\.csv: line 4: event 3, 7 is not in \S+events\.csv; leave its rows out"
    ):
        read(tmp_path, events=events, collections={"objects": objects})
    assert not list(tmp_path.glob("made/*"))


TABLE = {"files": ["a.csv"], "columns": {"a": "a"}}
OF_ROWS = {"files": ["b.csv"], "event": "id", "columns": {"pt": "pt"}}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, r"config: files: is missing: name files of hits here, or files of events below events"),
        ({"files": ["a.csv"], "events": TABLE}, r"files: is for hits, from which events follow; give it or events"),
        ({"events": TABLE, "min_hits": 2}, r"min_hits: is for hits"),
        ({"files": ["a.csv"], "collections": {"objects": OF_ROWS}}, r"collections: belong to events"),
        ({"events": TABLE, "collections": {"objects": OF_ROWS}}, r"objects.event names 1 columns and events.event 0"),
        ({"events": {**TABLE, "event": "id"}, "collections": {"split": OF_ROWS}}, r"collections\.split: another table"),
        ({"events": {**TABLE, "event": "id"}, "collections": {"hits": OF_ROWS}}, r"hits\.columns\.x: hits have this"),
        ({"events": {**TABLE, "columns": {"source": "a"}}}, r"columns\.source: every table of events has a column"),
        ({"events": {**TABLE, "columns": {"a": ["a", "b"]}}}, r"columns\.a: an event has one value; name one column"),
        ({"events": {**TABLE, "columns": {"a": {"column": "a", "unit": "ft"}}}}, r"a unit is mm, cm, m, keV, MeV, GeV"),
        (
            {"events": {**TABLE, "columns": {"a": {"column": "a", "type": "text", "unit": "mm"}}}},
            r"unit: a column of type text has none; leave it out",
        ),
        (
            {"events": {**TABLE, "columns": {"a": "a", "b": {"column": "a", "type": "text"}}}},
            r"column 'a' is named as text and as a number; choose one",
        ),
        (
            {"events": {**TABLE, "event": "id", "columns": {"n_objects": "n"}}, "collections": {"objects": OF_ROWS}},
            r"events\.columns\.n_objects: the number of rows of objects has this name",
        ),
        (
            {"events": {**TABLE, "event": "id"}, "collections": {"objects": {**OF_ROWS, "event": []}}},
            r"collections\.objects\.event names 0 columns and events\.event 1",
        ),
        (
            {"events": TABLE, "collections": {"objects": {**OF_ROWS, "files": ["b.csv"], "event": []}}},
            r"objects\.event: is missing: name the columns that tell which event a row is of; only rows of the same",
        ),
        ({"events": {**TABLE, "within": {"b": [0, 1]}}}, r"within: 'b' is none of the columns of numbers"),
        ({"events": {**TABLE, "within": {"a": [1, 0]}}}, r"within\.a: the least value lies above the largest"),
        (
            {
                "events": {**TABLE, "event": "id"},
                "collections": {"objects": {**OF_ROWS, "columns": {"pt": ["pt1", "pt2"], "eta": "eta"}}},
            },
            r"columns\.eta names 1 columns, pt 2; give each as many",
        ),
        (
            {"events": {**TABLE, "columns": {"a": {"colunm": "a"}}}},
            r"files\.events\.columns\.a\.colunm = 'a': unknown key; valid: column, type, unit",
        ),
    ],
)
def test_settings_that_contradict_themselves_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        settings(**values)


def check(columns: dict[str, Any], values: Sequence[int | str], names: Sequence[str] = ("a.csv",)) -> None:
    own = settings(events={**TABLE, "files": list(names), "columns": columns})
    classes = [{"name": f"c{i}", "values": [value]} for i, value in enumerate(values)]
    question = Question(name="kind", column="primary", classes=classes)
    files.check(own, [question], Box(x=(0, 1), y=(0, 1), z=(0, 1)), "as_given")


def test_the_study_s_questions_need_a_column_of_their_type():
    text, whole = ({"column": "class", "type": kind} for kind in ("text", "whole"))
    check({"primary": text}, ["g", "h"])
    check({"primary": whole}, [0, 1])
    with pytest.raises(InputError, match=r"question kind: column 'primary' is none of the events; valid: a, source"):
        check({"a": text}, ["g", "h"])
    with pytest.raises(InputError, match=r"the values of its classes are of type text, .* \(type: text\)"):
        check({"primary": "class"}, ["g", "h"])
    with pytest.raises(InputError, match=r"the values of its classes are of type whole, .* \(type: whole\)"):
        check({"primary": text}, [0, 1])
    with pytest.raises(InputError, match=r"the workflow takes braces for a wildcard"):
        check({"primary": text}, ["g", "h"], ["{a}.csv"])


def test_hits_are_told_as_before():
    """The job of a shard of hits, whose text decides what is made again."""
    assert settings(files=["a.csv"]).model_dump(include={"events", "collections"}) == {
        "events": None,
        "collections": {},
    }
    assert set(files.told(settings(files=["a.csv"]), 0)) == {"files", "columns", "margin", "min_hits", "skip"}
