"""Files that cannot be used are refused with one line that says where and what to do, and nothing is written.

With INGEST_MESSAGES set to a path, all messages are written there, to be read by a person.
"""

import fcntl
import gzip
import os
import pickle
import runpy
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import h5py
import hit_files
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uproot
import yaml
from hit_files import LAYOUTS, PLAIN, Block, blocks, joined, showers

SCRIPT = Path(__file__).parents[2] / "scripts/ingest.py"

HEADER = "Event,Energy,PDGcode,hitsX,hitsY,hitsZ,hitsCharge"
# Two events a class in the reference's layout; line 1 is the header
LINES = [
    HEADER,
    *[
        f"{event},0.{event + 5 - pdg // 11},{pdg},{x}.5,-20,{100 + x},{300 + x}"
        for pdg in (11, 22)
        for event in (1, 2)
        for x in (1, 2, 3)
    ],
]
MESSAGES: dict[str, str] = {}

Made = Callable[[Path], None]
# name -> (file, what makes it, the column map if one is needed, parts that the message must have)
CASES: dict[str, tuple[str, Made, dict | None, list[str]]] = {}


def text(lines: list[str] | str, encoding: str = "utf-8") -> Made:
    content = lines if isinstance(lines, str) else "\n".join(lines) + "\n"
    return lambda path: path.write_bytes(content.encode(encoding))


def changed(line: int, old: str, new: str) -> Made:
    """The reference's layout with `old` on one line, counted from 1, replaced."""
    lines = LINES.copy()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return text(lines)


def changed_bytes(line: int, old: bytes, new: bytes) -> Made:
    lines = [row.encode() for row in LINES]
    lines[line - 1] = lines[line - 1].replace(old, new)
    return lambda path: path.write_bytes(b"\n".join(lines))


def case(name: str, file: str, made: Made, parts: list[str], columns: dict | None = None) -> None:
    assert name not in CASES
    CASES[name] = file, made, columns, parts


def layout(name: str, parts: list[Block] | None = None, cut: float | None = None) -> Made:
    """A file of a layout, cut off after a share of its bytes if one is given."""

    def made(path: Path) -> None:
        LAYOUTS[name][0](path, parts or list(blocks(4, 15)))
        if cut is not None:
            content = path.read_bytes()
            path.write_bytes(content[: int(cut * len(content))])

    return made


def damaged(name: str, place: float) -> Made:
    """A file of a layout in which 100 bytes at a share of its length are turned."""

    def made(path: Path) -> None:
        LAYOUTS[name][0](path, list(blocks(4, 15)))
        content = np.frombuffer(path.read_bytes(), np.uint8).copy()
        content[int(place * content.size) :][:100] ^= 0xFF
        path.write_bytes(content.tobytes())

    return made


def other(**columns: np.ndarray | None) -> Block:
    """Two events a class with some columns replaced, or left out if None."""
    block = joined([showers(2, 11), showers(2, 22, first=2)]) | columns
    return {name: values for name, values in block.items() if values is not None}


def at(name: str, row: int, value: float) -> Block:
    block = other()
    block[name] = block[name].astype(float)
    block[name][row] = value
    return block


def hdf5(**datasets: np.ndarray) -> Made:
    def made(path: Path) -> None:
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name] = values

    return made


def tree(**branches) -> Made:
    def made(path: Path) -> None:
        with uproot.recreate(path) as file:
            file["events"] = branches

    return made


def npz(**arrays: np.ndarray) -> Made:
    return lambda path: np.savez(path, **arrays)


def table(**columns) -> Made:
    return lambda path: pq.write_table(pa.table(columns), path)


def png() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")


REFERENCE = {"event": "Event", "energy": "Energy", "pdg": "PDGcode"} | {n: f"hits{n.upper()}" for n in "xyz"}
REFERENCE["charge"] = "hitsCharge"
counts = np.array([3, 4])
lists = {name: ak.unflatten(np.arange(7.0) + 1, counts) for name in ("x", "y", "z", "charge")}
OF_LISTS = {name: name for name in ("x", "y", "z", "charge")}
FLAT = other()
N = FLAT["x"].size

# Values
case("a text for a number", "hits.csv", changed(4, "3.5", "three"), ["line 4", "hitsX", "'three'"])
case("an empty value", "hits.csv", changed(5, "-20", ""), ["line 5", "hitsY", "no value"])
case("not a number", "hits.csv", changed(6, "302", "nan"), ["line 6", "hitsCharge", "nan", "finite"])
case("infinite", "hits.csv", changed(6, "102", "inf"), ["line 6", "hitsZ", "inf", "finite"])
case("too large for 32 bits", "hits.csv", changed(6, "302", "1e39"), ["line 6", "hitsCharge", "1e+39", "32-bit"])
case("no charge", "hits.csv", changed(7, "303", "0"), ["line 7", "hitsCharge", "above 0", "hits_without_charge"])
case("negative charge", "hits.csv", changed(7, "303", "-3"), ["line 7", "hitsCharge", "-3"])
case("no energy", "hits.csv", text([line.replace(",0.5,", ",0,") for line in LINES]), ["line 2", "Energy", "above 0"])
case("half an event number", "hits.csv", changed(3, "1,", "1.5,"), ["line 3", "Event", "1.5", "whole"])
case("half a label", "hits.csv", changed(3, ",11,", ",11.5,"), ["line 3", "PDGcode", "11.5", "whole"])
case("a large event number", "hits.csv", changed(3, "1,", "9007199254740993000,"), ["line 3", "Event", "told apart"])
case("not finite in Parquet", "h.parquet", layout("parquet", [at("x", 9, np.nan)]), ["row 10", "column x"], PLAIN)
case("not finite in HDF5", "h.h5", layout("hdf5", [at("charge", 9, np.inf)]), ["row 10", "column charge"], PLAIN)
case("not finite in ROOT", "h.root", layout("root", [at("z", 9, np.nan)]), ["row 10", "column z"], PLAIN)
case(
    "not finite in a list",
    "h.root",
    layout("root lists", [at("z", int(hit_files.starts(FLAT)[2]) + 1, np.nan)]),
    ["entry 2, hit 2", "column z"],
    PLAIN,
)
case(
    "a gap in Parquet",
    "h.parquet",
    table(**{**FLAT, "y": pa.array([1.0, None] + [2.0] * (N - 2))}),
    ["row 2", "column y"],
    PLAIN,
)
case("text in Parquet", "h.parquet", table(**{**FLAT, "y": ["a"] * N}), ["column y", "numbers"], PLAIN)
case("text in HDF5", "h.h5", hdf5(**{**FLAT, "y": np.array([b"a"] * N)}), ["column y", "numbers"], PLAIN)
case(
    "too large an unsigned number",
    "h.h5",
    hdf5(**{**FLAT, "event": np.full(N, 2**63 + 5, np.uint64)}),
    ["row 1", "event"],
    PLAIN,
)

# Columns
case("a missing column", "hits.csv", changed(1, "hitsZ", "z"), ["no column hitsZ", "hitsCharge"])
case("a doubled column", "hits.csv", changed(1, "hitsY", "hitsX"), ["line 1", "hitsX", "2 times"])
case("no line of names", "hits.csv", text(LINES[1:]), ["line 1", "names of columns"])
case("semicolons", "hits.csv", text([line.replace(",", ";") for line in LINES]), ["line 1", 'separator: ";"'])
case("a missing column in Parquet", "h.parquet", table(**other(x=None)), ["no column x"], PLAIN)
case("a missing dataset", "h.h5", layout("hdf5"), ["no column hits_x", "charge"], {**PLAIN, "x": "hits_x"})
case(
    "a missing field", "h.h5", layout("hdf5 compound"), ["no column hits/q"], {**PLAIN, "table": "hits", "charge": "q"}
)
case("a missing branch", "h.root", layout("root"), ["no column hits_x"], {**PLAIN, "x": "hits_x"})
case("a missing tree", "h.root", layout("root"), ["no tree event", "hits"], {**PLAIN, "table": "event"})
case("a missing group", "h.h5", layout("hdf5"), ["no table reco"], {**PLAIN, "table": "reco"})
case("columns of different lengths", "h.h5", hdf5(**{**FLAT, "y": FLAT["y"][:-1]}), [f"{N - 1}"], PLAIN)
case("a column of several numbers", "h.h5", hdf5(**{**FLAT, "x": np.ones((N, 3))}), ["column x", "x[0]"], PLAIN)
case(
    "beyond a column's numbers",
    "h.h5",
    hdf5(**{**FLAT, "p": np.ones((N, 3))}),
    ["p[3]", "3 numbers"],
    {**PLAIN, "x": "p[3]"},
)
case("no column of events", "hits.csv", text(LINES), ["event"], {n: c for n, c in REFERENCE.items() if n != "event"})
case("text in ROOT", "h.root", tree(**{**FLAT, "y": ak.Array(["a"] * N)}), ["branch y", "numbers"], PLAIN)

# Lists and offsets
short = {**lists, "y": ak.unflatten(np.arange(7.0), np.array([4, 3]))}
case("lists of different lengths", "h.root", tree(**short), ["entry 0", "x has 3", "y has 4"], OF_LISTS)
empty = {name: ak.unflatten(np.arange(7.0) + 1, np.array([3, 0, 4])) for name in lists}
case("an entry without hits", "h.root", tree(**empty), ["entry 1", "no hits", "skip: [empty_events]"], OF_LISTS)
ALL_OUTSIDE = {**PLAIN, "skip": ["hits_outside"], "detector": {"x": [300, 400], "y": [0, 1], "z": [0, 1]}}
case("no hit left", "h.npz", npz(**FLAT), ["row 1", "no hit left", "skip: [empty_events]"], ALL_OUTSIDE)
NOTHING = {**ALL_OUTSIDE, "skip": ["hits_outside", "empty_events"]}
case("no event left", "h.npz", npz(**FLAT), ["no event is left", f"hits_outside {N}", "empty_events 4"], NOTHING)
case("an unknown thing to skip", "hits.csv", text(LINES), ["skip", "'all'"], {**REFERENCE, "skip": ["all"]})
OFFSETS = {**PLAIN, "event": {"offsets": "first"}}
case("offsets that do not ascend", "h.h5", hdf5(**FLAT, first=np.array([0, 9, 5, 12])), ["first", "event 1"], OFFSETS)
case("offsets beyond the hits", "h.h5", hdf5(**FLAT, first=np.array([0, 9, N + 5])), ["first", "event 2"], OFFSETS)
case("offsets not from 0", "h.h5", hdf5(**FLAT, first=np.array([3, 9])), ["first", "event 0"], OFFSETS)
case(
    "counts that do not add up",
    "h.h5",
    hdf5(**FLAT, n=np.array([3, 4])),
    ["n", "add up"],
    {**PLAIN, "event": {"counts": "n"}},
)
case("offsets in CSV", "hits.csv", text(LINES), ["HDF5 and .npz only"], {**REFERENCE, "event": {"offsets": "first"}})
case(
    "neither hits nor events",
    "h.h5",
    hdf5(**{**FLAT, "y": np.ones(N - 1)}, first=np.array([0, 9])),
    ["column y"],
    OFFSETS,
)

point = np.empty(2, object)
point[:] = [np.arange(24.0), np.arange(17.0)]


def points(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("point", data=point, dtype=h5py.vlen_dtype(np.float32))


POINTS = {name: f"point[{i}::8]" for i, name in enumerate(("x", "y", "z", "charge"))}
case("points that do not divide", "h.h5", points, ["entry 1", "17", "point[0::8]"], POINTS)

# Events
scattered = [LINES[0], *(LINES[i] for i in (1, 2, 4, 5, 6, 3)), *LINES[7:]]
case("scattered rows", "hits.csv", text(scattered), ["event 1", "line 2", "line 7", "sort"])
case("interleaved events", "hits.csv", text([LINES[0], *(LINES[i] for i in (1, 4, 2, 5, 3, 6))]), ["line 2", "line 4"])
case("too few hits", "hits.csv", text([*LINES[:3], *LINES[4:]]), ["line 2", "event 1", "2 hits", "small_events"])
case("too few in the end", "hits.csv", text(LINES[:-2]), ["line 11", "event 2", "1 hit,"])
case("labels that differ", "hits.csv", changed(4, ",11,", ",22,"), ["line 4", "from 11 to 22", "event 1"])
case("energies that differ", "hits.csv", changed(4, "0.5", "0.51"), ["line 4", "0.5 GeV to 0.51 GeV"])
labels = np.where(np.arange(N) == 1, 22, 11)
without = {name: column for name, column in PLAIN.items() if name != "energy"}
case("labels that differ, no energy", "h.h5", hdf5(**{**FLAT, "pdg": labels}), ["row 2", "from 11 to 22"], without)
case(
    "an unknown code",
    "hits.csv",
    text([line.replace(",22,", ",13,") for line in LINES]),
    ["line 8", "pdg 13", "11, 22"],
)
case(
    "a label that stands for nothing",
    "hits.csv",
    text(LINES),
    ["line 8", "22", "pdg: values"],
    {**REFERENCE, "pdg": {"column": "PDGcode", "values": {11: 11}}},
)
case("one class", "hits.csv", text(LINES[:7]), ["all events are of pdg 11", "leave pdg out"])
case(
    "no pattern for the file",
    "hits.csv",
    text(LINES),
    ["pdg.files", "no pattern"],
    {**REFERENCE, "pdg": {"files": {"e*": 11}}},
)

# Place and units
IN_MM = {**FLAT, **{axis: 10 * FLAT[axis] for axis in "xyz"}}
case("millimetres", "h.npz", npz(**IN_MM), ["row 1", "column x", "(-200 to 200 cm)", "x, y and z unit: mm"], PLAIN)
case(
    "another origin",
    "hits.csv",
    changed(3, ",102,", ",-90.2,"),
    [
        "line 3",
        "z = -90.2 cm",
        "margin of 5 cm",
        "flip or offset",
        "detector: {x: [1.5, 3.5], y: [-20, -19], z: [-91, 103]}",
    ],
)
case(
    "a little outside",
    "hits.csv",
    changed(3, ",2.5,", ",205.00001,"),
    ["x = 205.00001 cm", "detector: {x: [1, 206], y: [-20, -19], z: [101, 103]}"],
)
SMALL = {**FLAT, "z": FLAT["z"] / 4 - 5.96}  # of a detector that would fit into this one, as a tenth of its size would
case("a smaller detector", "h.npz", npz(**SMALL), ["flip or offset", "detector: {x: [-200, 200], y: [-200, "], PLAIN)
case(
    "metres, said",
    "h.npz",
    npz(**{**FLAT, **{axis: FLAT[axis] / 10 for axis in "xyz"}}),
    ["unit, flip or offset"],
    {**PLAIN, **{axis: {"column": axis, "unit": "m"} for axis in "xyz"}},
)
case(
    "beyond the voxels",
    "h.h5",
    hdf5(event=np.zeros(3, int), id=np.array([0, 1, 27]), q=np.ones(3)),
    ["row 3", "voxel"],
    {
        "event": "event",
        "voxel": {"column": "id", "shape": [3, 3, 3], "fastest": "x"},
        "x": {},
        "y": {},
        "z": {},
        "charge": "q",
    },
)

# Labels of their own table
LABELLED = {
    **{n: n for n in ("event", "x", "y", "z", "charge")},
    "pdg": "code",
    "labels": {"table": "truth", "event": "number"},
}


def with_truth(number: list[int], code: list[int]) -> Made:
    def made(path: Path) -> None:
        with h5py.File(path, "w") as file:
            for name in ("event", "x", "y", "z", "charge"):
                file[name] = FLAT[name]
            file["truth/number"], file["truth/code"] = np.array(number), np.array(code)

    return made


case("an event without a label", "h.h5", with_truth([0, 1, 2], [11, 11, 22]), ["event 3", "truth"], LABELLED)
case(
    "an event with two labels",
    "h.h5",
    with_truth([0, 1, 2, 3, 3], [11, 11, 22, 22, 11]),
    ["event 3", "two rows"],
    LABELLED,
)

# Files
case("an empty file", "hits.csv", text(""), ["is empty"])
case("an empty compressed file", "hits.csv.gz", lambda path: path.write_bytes(gzip.compress(b"")), ["is empty"])
case("names alone", "hits.csv", text(HEADER + "\n"), ["no hits"])
case(
    "no rows in Parquet", "h.parquet", table(**{name: values[:0] for name, values in FLAT.items()}), ["no hits"], PLAIN
)
case("no rows in HDF5", "h.h5", hdf5(**{name: values[:0] for name, values in FLAT.items()}), ["no hits"], PLAIN)
case("no entries in ROOT", "h.root", tree(**{name: values[:0] for name, values in FLAT.items()}), ["no hits"], PLAIN)
case("a line too short", "hits.csv", text([*LINES[:6], "1,0.6,11,3.5"]), ["line 7", "4 values for 7 columns"])
case("a line too long", "hits.csv", changed(6, "302", "302,7"), ["line 6", "8 values for 7 columns"])
case("not UTF-8", "hits.csv", changed_bytes(3, b"-20", b"\xe9"), ["line 3", "UTF-8"])
case("UTF-16", "hits.csv", text(LINES, "utf-16"), ["UTF-16"])
case(
    "a cut compressed file",
    "hits.csv.gz",
    lambda path: path.write_bytes(gzip.compress("\n".join(LINES * 50).encode())[:-40]),
    ["cut off"],
)
case("a cut Parquet file", "h.parquet", layout("parquet", cut=0.7), ["Parquet", "cut off"], PLAIN)
case("a cut HDF5 file", "h.h5", layout("hdf5", cut=0.7), ["HDF5", "cut off"], PLAIN)
case("a cut ROOT file", "h.root", layout("root lists", cut=0.5), ["ROOT", "cut off"], PLAIN)
case("a picture", "hits.csv", lambda path: path.write_bytes(png()), ["no CSV", "PNG"])
case("CSV called Parquet", "h.parquet", text(LINES), ["no Parquet file", "suffix"])
case("HDF5 called ROOT", "h.root", layout("hdf5"), ["no ROOT file", "HDF5"], PLAIN)
case(
    "compressed without its suffix",
    "hits.csv",
    lambda path: path.write_bytes(gzip.compress(b"Event")),
    ["no CSV", "gzip"],
)
case("an unknown suffix", "hits.dat", text(LINES), [".csv", "format"])
case("no file", "hits.csv", lambda path: None, ["no such file"])
case("a folder", "hits.csv", Path.mkdir, ["is no file"])
case("several trees", "h.root", lambda path: _two_trees(path), ["several trees", "a, b"], PLAIN)

LOCKED = []  # files that stay open


def locked(path: Path) -> None:
    LAYOUTS["hdf5"][0](path, blocks(4, 15))
    LOCKED.append(open(path, "rb"))  # noqa: SIM115
    fcntl.flock(LOCKED[-1], fcntl.LOCK_EX)


def linked(path: Path) -> None:
    hdf5(**FLAT)(path)
    with h5py.File(path, "a") as file:
        file["loop"], file["gone"] = h5py.SoftLink("/loop"), h5py.SoftLink("/nothing")


def damaged_gzip(path: Path) -> None:
    content = bytearray(gzip.compress("\n".join(LINES * 50).encode()))
    content[15] ^= 0xFF
    path.write_bytes(content)


case("damaged gzip", "hits.csv.gz", damaged_gzip, ["is cut off or damaged", "get the file again"])
case("carriage returns alone", "hits.csv", lambda path: path.write_bytes("\r".join(LINES).encode()), ["line feeds"])
case("a field without end", "hits.csv", changed(4, "3.5", "three" * 30_000), ["line 4", "field larger than"])
case("a second line of names", "hits.csv", text([*LINES[:5], *LINES]), ["line 6", "names of columns again"])
case("a comment", "hits.csv", text(["# from the night of 3 May", *LINES]), ["line 1 starts with #", "take it out"])
case("a locked file", "h.h5", locked, ["cannot be locked", "HDF5_USE_FILE_LOCKING"], PLAIN)
case("a link to itself", "h.h5", linked, ["too many links"], {**PLAIN, "x": "loop"})
case("a link to nothing", "h.h5", linked, ["gone is a link", "not there"], {**PLAIN, "x": "gone"})

case("an .npz without an array", "h.npz", layout("npz"), ["no column hits_x", "charge"], {**PLAIN, "x": "hits_x"})
case("an .npz without a table", "h.npz", layout("npz"), ["no table hits", "charge"], {**PLAIN, "table": "hits"})
case("an .npz of other lengths", "h.npz", npz(**{**FLAT, "y": FLAT["y"][:-1]}), [f"y has {N - 1}"], PLAIN)
case("an .npz of objects", "h.npz", npz(**{**FLAT, "y": point}), ["array y", "Python objects", "np.concatenate"], PLAIN)
case("an .npz of text", "h.npz", npz(**{**FLAT, "y": np.array(["a"] * N)}), ["column y", "numbers"], PLAIN)
case("lists in an .npz", "h.npz", npz(point=np.ones((2, 16))), ["arrays hold no lists", "point[0]"], POINTS)
case("a cut .npz", "h.npz", layout("npz", cut=0.7), [".npz", "cut off"], PLAIN)
case("a damaged .npz", "h.npz", damaged("npz", 0.5), [".npz", "cut off or damaged"], PLAIN)
case("a damaged Parquet file", "h.parquet", damaged("parquet", 0.5), ["Parquet", "cut off or damaged"], PLAIN)
case(
    "a damaged end of Parquet",
    "h.parquet",
    damaged("parquet", 0.99),
    ["No more data to read.);", "cut off or damaged"],
    PLAIN,
)
case("a damaged ROOT file", "h.root", damaged("root lists", 0.99), ["ROOT", "cut off or damaged"], PLAIN)
case(
    "another archive", "h.csv", lambda path: np.savez(path.open("wb"), **FLAT), ["no CSV", "ZIP archive", ".npz"], PLAIN
)
case("a pickle called .npz", "h.npz", lambda path: path.write_bytes(pickle.dumps([1])), ["no .npz", "pickle"], PLAIN)

# Maps
case("an unknown key", "hits.csv", text(LINES), ["hits", "unknown key", "valid:", "charge"], {**REFERENCE, "hits": 3})
case(
    "an unknown key of a column",
    "hits.csv",
    text(LINES),
    ["x.units", "valid: column, unit"],
    {**REFERENCE, "x": {"column": "hitsX", "units": "mm"}},
)
case(
    "an unknown unit",
    "hits.csv",
    text(LINES),
    ["x.unit", "'inch'", "mm, cm, m"],
    {**REFERENCE, "x": {"column": "hitsX", "unit": "inch"}},
)
case("a column named twice", "hits.csv", text(LINES), ["'hitsX'", "twice"], {**REFERENCE, "y": "hitsX"})
case("a map without z", "hits.csv", text(LINES), ["z", "missing"], {n: c for n, c in REFERENCE.items() if n != "z"})
case("true time without time", "hits.csv", text(LINES), ["truth_time", "time"], {"order": "truth_time"})
case("an unknown order", "hits.csv", text(LINES), ["order", "'time'"], {"order": "time"})


def _two_trees(path: Path) -> None:
    with uproot.recreate(path) as file:
        file["a"], file["b"] = {"x": FLAT["x"]}, {"x": FLAT["x"]}


def refused(monkeypatch, capsys, *arguments: str) -> str:
    """Run the command, which must fail, and return its one line."""
    monkeypatch.setattr(sys, "argv", ["ingest.py", "--hits", "hits.parquet", "--events", "events.parquet", *arguments])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert isinstance(ended.value.code, str), ended.value.code  # printed to standard error; the exit status is then 1
    assert "\n" not in ended.value.code
    assert capsys.readouterr().out == ""
    return ended.value.code


@pytest.fixture(scope="module", autouse=True)
def messages():
    yield
    if path := os.environ.get("INGEST_MESSAGES"):
        Path(path).write_text("".join(f"{name}:\n    {line}\n" for name, line in MESSAGES.items()))


@pytest.mark.parametrize("name", CASES)
def test_refused(tmp_path, monkeypatch, capsys, name):
    file, made, columns, parts = CASES[name]
    monkeypatch.chdir(tmp_path)
    made(Path(file))
    options = []
    if columns is not None:
        Path("map.yaml").write_text(yaml.safe_dump(columns))
        options = ["--columns", "map.yaml"]
    before = sorted(tmp_path.iterdir())
    line = MESSAGES[name] = refused(monkeypatch, capsys, *options, file)
    assert line.startswith("ingest.py: error: ")
    assert file in line or "map.yaml" in line or line.startswith("ingest.py: error: order")
    assert all(part in line for part in parts), line
    assert len(line) < 400
    assert sorted(tmp_path.iterdir()) == before


def test_there_are_many_of_them():
    assert len(CASES) >= 40


def test_files_and_outputs_that_clash(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text(LINES)(Path("hits.csv"))
    Path("link.csv").symlink_to("hits.csv")
    for name, arguments, part in (
        ("the same file twice", ["hits.csv", "./hits.csv"], "same file"),
        ("a link to the same file", ["hits.csv", "link.csv"], "same file"),
        ("no files", [], "no file"),
        ("a map that is not there", ["--columns", "m.yaml", "hits.csv"], "m.yaml"),
        ("an output for both", ["--hits", "a", "--events", "./a", "hits.csv"], "name two"),
        ("an output that is read", ["--hits", "hits.csv", "hits.csv"], "would be lost"),
    ):
        MESSAGES[name] = refused(monkeypatch, capsys, *arguments)
        assert part in MESSAGES[name]
    for content, part in (("- a\n", "column map"), ("a: [", "YAML"), ("", "column map")):
        Path("map.yaml").write_text(content)
        MESSAGES[f"a map that reads {content!r}"] = refused(monkeypatch, capsys, "--columns", "map.yaml", "hits.csv")
        assert part in MESSAGES[f"a map that reads {content!r}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hits.csv", "link.csv", "map.yaml"]


def test_a_fault_in_the_second_file_leaves_an_earlier_result_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text(LINES)(Path("a.csv"))
    changed(9, "302", "bad")(Path("b.csv"))
    for name in ("hits.parquet", "events.parquet"):
        Path(name).write_bytes(b"of last week")
    line = refused(monkeypatch, capsys, "a.csv", "b.csv")
    assert "b.csv: line 9, column hitsCharge: 'bad'" in line
    assert [Path(name).read_bytes() for name in ("hits.parquet", "events.parquet")] == [b"of last week"] * 2
    assert len(list(tmp_path.iterdir())) == 4


def test_the_detector_of_a_message_fits_as_it_stands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    block = other()
    for axis, scale in zip("xyz", (0.01234, 1, 23.4), strict=True):
        block[axis] = block[axis] * scale - 7
    npz(**block)(Path("h.npz"))
    Path("map.yaml").write_text(yaml.safe_dump({**PLAIN, "margin": 0}))
    line = refused(monkeypatch, capsys, "--columns", "map.yaml", "h.npz")
    pasted = line[line.rindex("detector: ") :]
    Path("map.yaml").write_text(yaml.safe_dump({**PLAIN, "margin": 0}) + pasted + "\n")
    runpy.run_path(str(SCRIPT), run_name="__main__")
    box = yaml.safe_load(pasted)["detector"]
    for axis in "xyz":
        assert np.ptp(box[axis]) < 1.1 * np.ptp(block[axis])


def test_lines_are_counted_as_an_editor_does(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("\n" + HEADER + "\n\n" + "\n\n".join(LINES[1:]).replace("302", "nan", 1) + "\n")
    lines = Path("a.csv").read_text().splitlines()
    number = next(i for i, line in enumerate(lines, 1) if "nan" in line)
    assert f"line {number}, column hitsCharge" in refused(monkeypatch, capsys, "a.csv")
