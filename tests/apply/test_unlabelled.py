"""Hits of files to be classified are those that ingestion would give a study, whatever the format, without labels."""

import csv

import hit_files
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from asked import question
from hit_files import LAYOUTS, PLAIN, UNLABELLED, showers

from showergrid.apply.events import UnlabelledEvents, read_unlabelled
from showergrid.apply.ranges import Ranges
from showergrid.apply.scores import Scores, check_suffix, write_scores
from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import Hits, read_hits
from showergrid.events.questions import Question
from showergrid.sources.reading.ingest import ingest
from showergrid.sources.reading.settings import ColumnMap, Ingest

NAMES = ("electron", "photon", "muon")
DETECTOR = {"x": (-200, 200), "y": (-200, 200), "z": (0, 500)}


def asked(folder, files, columns=None, order="axis", own=None, **table):
    """Events for a cell of a study whose hits are in `order`, with a representation that may have its `own`."""
    path = None
    if columns is not None:
        path = folder / "map.yaml"
        path.write_text(yaml.safe_dump(columns))
    settings = read_unlabelled(path, [str(file) for file in files])
    cell = {
        "hits": {"order": order, "detector": DETECTOR},
        "resolution": 100,
        "representation": {"name": "voxels", "module": "voxels", "parameters": {}, "order": own, **table},
        "model": {"window": {"shape": [1], "placement": {}, "margin": {}, "origin": "first_hit"}},
    }
    return UnlabelledEvents(settings, cell, folder / "scores.csv")


def ingested(folder, file, columns, order="axis"):
    settings = Ingest(files=[str(file)], columns=ColumnMap(**columns))
    outputs = folder / "hits.parquet", folder / "events.parquet"
    ingest(settings, [11, 22], Box(**DETECTOR), order, *outputs)
    return outputs


def together(chunks):
    """Event, position and charge of all hits, one row each."""
    return np.concatenate([np.column_stack([hits.event[hits.row], hits.position, hits.charge]) for hits in chunks])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_hits_are_those_of_a_study_in_every_format(tmp_path, layout):
    write, suffix, columns = LAYOUTS[layout]
    file = tmp_path / f"showers{suffix}"
    write(file, [showers(12), showers(9, pdg=22, first=12)])
    hits, events = ingested(tmp_path, file, columns)
    unlabelled = asked(tmp_path, [file], columns)
    assert np.array_equal(together(unlabelled.hits(rows=200)), together(read_hits(hits)))
    assert unlabelled.table().equals(
        pq.read_table(events).select(unlabelled.table().column_names).cast(unlabelled.table().schema)
    )


def test_labels_may_be_missing_of_one_class_or_of_none_of_the_classes(tmp_path):
    block = showers(8, pdg=13)
    hit_files.csv(tmp_path / "muons.csv", [block])
    hit_files.csv(tmp_path / "bare.csv", [block], tuple(UNLABELLED))
    hit_files.csv(
        tmp_path / "reference.csv", [block], tuple(UNLABELLED), ("Event", "hitsX", "hitsY", "hitsZ", "hitsCharge")
    )
    muons = together(asked(tmp_path, [tmp_path / "muons.csv"], PLAIN).hits())
    assert np.array_equal(muons, together(asked(tmp_path, [tmp_path / "bare.csv"], UNLABELLED).hits()))
    assert np.array_equal(muons, together(asked(tmp_path, [tmp_path / "reference.csv"]).hits()))


def test_what_is_skipped_is_left_out_and_counted(tmp_path):
    block = showers(5)
    block["z"][block["event"] == 2] = 900
    hit_files.csv(tmp_path / "a.csv", [block])
    events = asked(tmp_path, [tmp_path / "a.csv"], {**PLAIN, "skip": ["hits_outside", "empty_events"]})
    assert together(events.hits())[:, 0].max() == 3
    assert events.table()["number"].to_pylist() == [0, 1, 3, 4]
    outside = int(np.sum(block["event"] == 2))
    assert events.tally.lines_left_out() == [f"left out: hits_outside {outside}, empty_events 1"]
    hit_files.csv(tmp_path / "b.csv", [{**block, "z": block["z"] + 1000}])
    nothing = asked(tmp_path, [tmp_path / "b.csv"], {**PLAIN, "skip": ["hits_outside", "empty_events"]})
    with pytest.raises(InputError, match="no event is left"):
        list(nothing.hits())


def test_a_table_of_a_study_is_taken_in_its_order(tmp_path, capsys):
    hit_files.csv(tmp_path / "showers.csv", [showers(8), showers(8, pdg=22, first=8)])
    hits, _ = ingested(tmp_path, tmp_path / "showers.csv", PLAIN, "truth_time")
    stored = together(read_hits(hits))
    assert np.array_equal(together(asked(tmp_path, [hits]).hits()), stored)
    assert "the rows are taken to stand in the order axis" in capsys.readouterr().err
    assert not np.array_equal(together(asked(tmp_path, [hits], {"order": "axis", **UNLABELLED}).hits()), stored)
    assert np.array_equal(together(asked(tmp_path, [hits], {"order": "as_given", **UNLABELLED}).hits()), stored)


def test_the_detector_is_that_of_the_cell_or_of_the_map(tmp_path):
    block = {**showers(3), "z": showers(3)["z"] + 600}
    hit_files.csv(tmp_path / "far.csv", [block])
    with pytest.raises(InputError, match="outside the detector"):
        together(asked(tmp_path, [tmp_path / "far.csv"], UNLABELLED).hits())
    wide = {**UNLABELLED, "detector": {**{axis: list(DETECTOR[axis]) for axis in "xy"}, "z": [0, 2000]}}
    assert together(asked(tmp_path, [tmp_path / "far.csv"], wide).hits())[:, 3].min() > 500


@pytest.mark.parametrize(
    ("columns", "order", "own", "said"),
    [
        ({**UNLABELLED, "order": "axis"}, "truth_time", None, "trained on hits in the order truth_time; leave order"),
        (UNLABELLED, "truth_time", None, r"name its column \(time\) in a column map, or give order: as_given"),
        (UNLABELLED, "axis", "truth_time", r"name its column \(time\) in a column map$"),
        ({**UNLABELLED, "charge": "q"}, "axis", None, "no column q"),
    ],
)
def test_an_order_that_cannot_be_had_is_refused(tmp_path, columns, order, own, said):
    hit_files.csv(tmp_path / "showers.csv", [showers(3)])
    with pytest.raises(InputError, match=said):
        together(asked(tmp_path, [tmp_path / "showers.csv"], columns, order, own).hits())


def test_files_and_outputs_that_cannot_be_used_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        asked(tmp_path, [tmp_path / "showers.csv"])
    (tmp_path / "scores.csv").write_text("Event\n")
    with pytest.raises(InputError, match="would be lost"):
        asked(tmp_path, [tmp_path / "scores.csv"])
    with pytest.raises(InputError, match="the cell sees turned, hits that only"):
        asked(tmp_path, [tmp_path / "showers.csv"], hits="turned")
    with pytest.raises(InputError, match=r"\.csv or \.parquet"):
        check_suffix(tmp_path / "scores.json")
    settings = read_unlabelled(None, [str(tmp_path / "scores.csv")])
    with pytest.raises(InputError, match="make it again with this version"):
        UnlabelledEvents(settings, {"representation": {}}, tmp_path / "other.csv")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_scores_are_written_to_the_last_digit(tmp_path, suffix):
    score = np.random.default_rng(1).dirichlet([1, 1, 1], 50)
    score[0] = [0.5, 0.5, 0]
    events = pa.table({"event": np.arange(50), "source": ["a,b.csv"] * 50})
    path = tmp_path / f"scores{suffix}"
    questions = [Question(**question(*NAMES)), Question(**question("a", "b", name="kind"))]
    answers = {"particle": score, "kind": score[:, :2]}
    write_scores(path, Scores(events, np.zeros(50, int), answers, lines=[], counts={}), questions)
    if suffix == ".csv":
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = pq.read_table(path).to_pylist()
    names = [f"particle.{name}" for name in NAMES]
    of_kind = ["kind.answer", "kind.a", "kind.b"]
    assert list(rows[0]) == ["event", "source", "outside", "particle.answer", *names, *of_kind]
    assert np.array([[float(row[name]) for name in names] for row in rows]).tobytes() == score.tobytes()
    assert [row["particle.answer"] for row in rows] == [NAMES[i] for i in score.argmax(1)]
    assert rows[0]["particle.answer"] == "electron"  # a tie answers the first class
    assert {row["source"] for row in rows} == {"a,b.csv"}


def test_what_leaves_the_ranges_is_counted():
    axes = {axis: {"min": low, "max": high, "stretch": 1.0} for axis, (low, high) in DETECTOR.items()}
    described = {
        "resolution": 100,
        "model": {"window": {"shape": [8, 8, 8], "placement": {}, "margin": {}, "origin": "charge_centre"}},
        "representation": {
            "name": "voxels",
            "module": "voxels",
            "parameters": {"cube_pool": "mean", "log_trans": False, "headroom": 1.15},
        },
        "calibration": {"resolution": 100, "axes": axes, "ranges": {"charge": 50.0}},
    }
    position = np.array([[0, 0, 10], [201, 0, 10], [0, -203.5, -1], [0, 0, 20], [200, 0, 0]], float)
    inside = Hits(np.array([0]), np.array([0, 2]), position[3:], np.array([50.0, 20.0]))
    beyond = Hits(np.array([1, 2]), np.array([0, 3, 5]), position, np.array([1.0, 2, 3, 62.5, 5]))
    ranges = Ranges(described)
    assert list(ranges.passing([inside])) == [inside]
    assert ranges.warnings() == []
    assert list(ranges.passing([beyond])) == [beyond]
    assert ranges.outside.tolist() == [0, 2, 0]
    assert ranges.warnings() == [
        "2 hits of 1 of 3 events lie outside of the ranges of the cell's axes, "
        "by up to 1 cm in x, 3.5 cm in y, 1 cm in z",
        "voxels: charge is up to 62.5, and was up to 50 in the training events",
    ]
