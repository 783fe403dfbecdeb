"""Windows that hold the showers: against slow loops, by hand, and from hits to tables."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE
from hypothesis import given
from hypothesis import strategies as st
from synthetic_hits import Event, hits_of, random_events, write_hits

from showergrid.core.errors import InputError
from showergrid.events.hits import read_hits
from showergrid.events.split import SPLIT
from showergrid.report.formats import latex, markdown
from showergrid.report.formats.pdf import typeset
from showergrid.report.reports import containment as report
from showergrid.report.reports.containment import layout
from showergrid.report.settings.containment import ContainmentSettings
from showergrid.report.tables.containment import ContainmentResults, contain, smallest_window

SCRIPTS = Path(__file__).parents[2] / "scripts"
AXES = {
    "x": {"min": -200.0, "max": 200.0, "stretch": 1.0},
    "y": {"min": -200.0, "max": 200.0, "stretch": 1.0},
    "z": {"min": 0.0, "max": 500.0, "stretch": 1.25},
}
VIEWS = [{"name": "projection_y", "axes": ["x", "z"]}, {"name": "voxels", "axes": ["x", "y", "z"]}]
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")


def window(shape: list[int], origin: str = "first_hit") -> dict:
    placement = {"x": "direction", "y": "centre", "z": "start"}
    return {"shape": shape, "placement": placement, "margin": {"x": 10, "z": 5}, "origin": origin}


def placed(model: str, resolution: int, shape: list[int], origin: str = "first_hit") -> dict:
    name = "projection_y" if len(shape) == 2 else "voxels"
    return {"representation": name, "resolution": resolution, "model": model, "window": window(shape, origin)}


def config(**changes: object) -> dict:
    return {
        "name": "table_containment",
        "question": PARTICLE,
        "ranges": ["train"],
        "direction": "more_hits",
        "representations": VIEWS,
        "resolutions": [200, 400],
        "shares": [0.75, 1.0],
        "windows": [
            placed("simple", 400, [40, 60]),
            placed("complex", 400, [40, 60]),
            placed("simple", 200, [30, 40], "charge_centre"),
            placed("simple", 200, [30, 30, 40]),
        ],
    } | changes


def found_in(events: list[Event], **changes: object) -> ContainmentResults:
    return contain([hits_of(events)], AXES, ContainmentSettings(**config(**changes)))


def slow_pixels(event: Event, c: int) -> list[tuple[int, ...]]:
    counts = (c, c, round(1.25 * c))
    return [
        tuple(
            round((r - AXES[axis]["min"]) / (AXES[axis]["max"] - AXES[axis]["min"]) * count)
            for r, axis, count in zip(hit[:3], "xyz", counts, strict=True)
        )
        for hit in event
    ]


def slow_extents(event: Event, c: int) -> list[int]:
    return [max(line) - min(line) + 1 for line in zip(*slow_pixels(event, c), strict=True)]


def slow_joint(extents: list[list[int]], share: float) -> list[int]:
    """Raise the number of events that each axis alone holds until enough are held on all axes at once."""
    ordered = [sorted(line) for line in zip(*extents, strict=True)]
    for k in range(len(extents)):
        size = [line[k] for line in ordered]
        if sum(all(e <= s for e, s in zip(extent, size, strict=True)) for extent in extents) >= share * len(extents):
            return size
    raise AssertionError


def slow_shares(event: Event, c: int, settings: dict, axes: list[int]) -> tuple[bool, float, float]:
    """Whether the window holds all hits, and its shares of hits and charge: hit by hit."""
    pixels, shape = slow_pixels(event, c), settings["shape"]
    low = []
    for a, size in zip(axes, shape, strict=True):
        first = pixels[0][a]
        if settings["origin"] == "charge_centre":
            total = sum(hit[3] for hit in event)
            mean = tuple(sum(hit[3] * hit[i] for hit in event) / total for i in range(3))
            low.append(slow_pixels([(*mean, 1.0)], c)[0][a] - size // 2)
            continue
        balance = sum((hit[a] > event[0][a]) - (hit[a] < event[0][a]) for hit in event) if len(event) > 30 else 0
        place = settings["placement"]["xyz"[a]]
        if place == "centre" or (place == "direction" and balance == 0):
            low.append(first - size // 2)
        elif place == "start" or balance > 0:
            low.append(first - settings["margin"]["xyz"[a]])
        else:
            low.append(first - (size - 1 - settings["margin"]["xyz"[a]]))
    inside = [
        all(start <= pixel[a] < start + size for a, start, size in zip(axes, low, shape, strict=True))
        for pixel in pixels
    ]
    charge = sum(hit[3] for hit, kept in zip(event, inside, strict=True) if kept) / sum(hit[3] for hit in event)
    return all(inside), sum(inside) / len(inside), charge


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return random_events(7, 60, extent=12)


@pytest.fixture(scope="module")
def results(events: list[Event]) -> ContainmentResults:
    return found_in(events)


def test_one_axis_against_a_slow_loop(events: list[Event], results: ContainmentResults):
    assert len(results.alone) == 2 * 2 * 3
    for smallest in results.alone:
        sizes = sorted(slow_extents(event, smallest.resolution)["xyz".index(smallest.axes[0])] for event in events)
        assert smallest.pixels == (sizes[int(np.ceil(smallest.share * len(events))) - 1],)
        assert smallest.cm[0] == pytest.approx(smallest.pixels[0] * 400 / smallest.resolution)


@pytest.mark.parametrize(("name", "axes"), [("projection_y", [0, 2]), ("voxels", [0, 1, 2])])
def test_all_axes_at_once_against_a_slow_loop(
    events: list[Event], results: ContainmentResults, name: str, axes: list[int]
):
    for smallest in results.joint[name]:
        extents = [[slow_extents(event, smallest.resolution)[a] for a in axes] for event in events]
        assert list(smallest.pixels) == slow_joint(extents, smallest.share)
        held = sum(all(e <= s for e, s in zip(extent, smallest.pixels, strict=True)) for extent in extents)
        assert smallest.held == held / len(events) >= smallest.share


def test_placed_windows_against_a_slow_loop(events: list[Event], results: ContainmentResults):
    assert [entry.models for entry in results.placed] == [("simple", "complex"), ("simple",), ("simple",)]
    for entry in results.placed:
        axes = ["xyz".index(axis) for axis in entry.axes]
        slow = [slow_shares(event, entry.resolution, entry.window.model_dump(), axes) for event in events]
        whole, hits, charge = np.array(slow).T
        assert entry.held == np.mean(whole)
        assert entry.hits == pytest.approx(np.median(hits))
        assert entry.charge == pytest.approx(np.median(charge))
    assert 0 < results.placed[1].held < 1


def test_quartiles_of_the_reference():
    """Four events with the published quartiles of the extent in x and z [cm], on pixels of a centimetre."""
    sizes = ((31, 112), (47, 140), (72, 170), (264, 429))
    events = [[(-150, 0, 20, 1), (-150 + x, 0, 20 + z, 1)] for x, z in sizes]
    results = found_in(events, resolutions=[400], shares=[0.25, 0.5, 0.75, 1.0], windows=[])
    alone = {(smallest.axes, smallest.share): smallest.pixels[0] for smallest in results.alone}
    assert [alone[("x",), share] for share in (0.25, 0.5, 0.75, 1.0)] == [32, 48, 73, 265]
    assert [alone[("z",), share] for share in (0.25, 0.5, 0.75, 1.0)] == [113, 141, 171, 430]
    assert [smallest.pixels for smallest in results.joint["projection_y"]] == [
        (32, 113),
        (48, 141),
        (73, 171),
        (265, 430),
    ]
    assert results.placed == ()


def test_joint_window_is_larger_where_axes_disagree():
    """Half of the events are long in x, the others in z: sizes that hold half on each axis hold none on both."""
    events = [[(0, 0, 20, 1), (x, 0, 20 + z, 1)] for x, z in ((10, 100), (20, 90), (90, 20), (100, 10))]
    results = found_in(events, resolutions=[400], shares=[0.5], windows=[])
    assert {smallest.axes: smallest.pixels for smallest in results.alone}[("x",)] == (21,)
    assert results.joint["projection_y"][0].pixels == (91, 91)
    assert results.joint["projection_y"][0].held == 0.5


@given(
    st.lists(st.tuples(*[st.integers(1, 30)] * 2), min_size=1, max_size=40),
    st.sampled_from([0.01, 0.5, 0.75, 0.9, 1.0]),
)
def test_smallest_window_holds_enough_and_no_smaller_quantile_does(extents: list[tuple[int, int]], share: float):
    size, held = smallest_window(np.array(extents), share)
    assert held >= share or held == pytest.approx(share)
    assert size == slow_joint([list(extent) for extent in extents], share)


def test_chunks_make_no_difference(events: list[Event], results: ContainmentResults, tmp_path: Path):
    path = write_hits(tmp_path / "hits.parquet", events)
    chunked = contain(read_hits(path, hits_per_chunk=100), AXES, ContainmentSettings(**config()))
    assert chunked.alone == results.alone
    assert chunked.joint == results.joint
    for placement, expected in zip(chunked.placed, results.placed, strict=True):
        assert (placement.held, placement.hits) == (expected.held, expected.hits)
        assert placement.charge == pytest.approx(expected.charge)


def test_all_formats_say_the_same(results: ContainmentResults):
    tex, md = (kind.document(layout(results)) for kind in (latex, markdown))
    rows = list(csv.DictReader(io.StringIO(report.csv(results))))
    assert [row["kind"] for row in rows] == ["axis"] * 12 + ["joint"] * 8 + ["placed"] * 4
    for row in rows:
        text = " x ".join(row["window"].split())
        assert text in tex
        assert text in md
        assert row["events"] == "60"
    assert "simple, complex | " in md
    for words in ("60 training events (electron and photon), from which", "stands best for each event"):
        assert words in md
    more = ContainmentSettings(**config(ranges=["train", "validation"]))
    text = markdown.document(layout(replace(results, settings=more)))
    assert "; the ranges of the axes come from them and the validation events." in text


def test_a_window_of_an_unknown_representation_is_refused():
    windows = [placed("simple", 200, [3, 3]) | {"representation": "colour"}]
    with pytest.raises(InputError, match=r"colour is none of the representations \(projection_y, voxels\)"):
        found_in([[(0, 0, 0, 1)]], windows=windows)


def test_no_event_is_refused():
    with pytest.raises(InputError, match="no hit of a training event"):
        contain([], AXES, ContainmentSettings(**config()))


def run_command(folder: Path, out: Path, hash_seed: int) -> list[bytes]:
    out.mkdir()
    command = [sys.executable, SCRIPTS / "report.py", "--results", folder, "--provenance", out / "p.json"]
    files = [out / f"table.{name}" for name in ("tex", "csv", "md")]
    for path in files:
        command += [f"--{path.suffix[1:]}", path]
    told = {"report": {"name": "table_containment", "module": "containment", "parameters": config()}}
    job = json.dumps({"config": told}, sort_keys=True)
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    subprocess.run([*command, "--job", job], check=True, env=environment)
    assert (out / "p.json").exists()
    return [path.read_bytes() for path in files]


def test_command_reads_training_events_alone_and_is_the_same_twice(events: list[Event], tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    write_hits(data / "hits.parquet", [*events, [(-200, -200, 0, 1), (200, 200, 500, 1)]])
    sets = ["train"] * 60 + ["test"]  # the last one is as large as the detector
    pq.write_table(pa.table({"event": range(61), "split": sets}, schema=SPLIT), data / "split.parquet")
    (data / "calibration.json").write_text(json.dumps({"axes": AXES}))
    first = run_command(tmp_path, tmp_path / "a", 1)
    assert first == run_command(tmp_path, tmp_path / "b", 2)
    assert str(tmp_path).encode() not in b"".join(first)
    rows = list(csv.DictReader(io.StringIO(first[1].decode())))
    assert {row["events"] for row in rows} == {"60"}
    assert max(int(row["window"]) for row in rows if row["axes"] == "x") < 400


@needs_latex
def test_the_published_grid_fits_a_bare_article(events: list[Event], tmp_path: Path):
    resolutions = [250, 500, 1000, 1500, 2000, 2250, 2500, 3000]
    models = {"simple": [62, 128], "net & 5 %": [62, 128], "~^{b0}#$_deep": [224, 224], "thin": [11, 22]}
    windows = [placed(model, c, shape) for c in resolutions for model, shape in models.items()]
    changed = config(resolutions=resolutions, windows=windows)
    results = contain([hits_of(events)], AXES, ContainmentSettings(**changed))
    (tmp_path / "t.tex").write_text(latex.document(layout(results)))
    typeset(tmp_path / "t.tex", tmp_path / "t.pdf")
