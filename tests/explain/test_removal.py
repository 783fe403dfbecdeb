"""Hits taken away from events, and how a cell answers then."""

import csv

import numpy as np
import pytest
from asked import PARTICLE, PARTICLES, image
from hypothesis import given
from hypothesis import strategies as st
from synthetic_hits import CALIBRATION, hits_of, random_events

from showergrid.evaluation.settings import Bootstrap
from showergrid.events.order import reordered
from showergrid.explain.removal import MEASURED, OF_CLASS, WAYS, Trained, in_order, kept, table, write_table
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.report.figures.removal import read_table, removal_figure
from showergrid.report.settings.labels import HumanLabels
from showergrid.tasks.asked import tasks_of
from showergrid.training.loop import build

# Charges of two events, the first hit of each neither the largest nor the smallest
CHARGES = [[5.0, 9.0, 1.0, 7.0, 3.0, 2.0, 8.0, 4.0, 6.0, 10.0], [2.0, 1.0, 3.0]]
LEFT = {  # by hand: 30 % of ten hits are three, of three one; the first hit is always among them
    "highest charge": [[5.0, 9.0, 10.0], [2.0]],
    "lowest charge": [[5.0, 1.0, 2.0], [2.0]],
    "first": [[5.0, 9.0, 1.0], [2.0]],
    "last": [[5.0, 6.0, 10.0], [2.0]],
}


def charges(hits):
    return [part.tolist() for part in np.split(hits.charge, hits.offsets[1:-1])]


@pytest.mark.parametrize("way", LEFT)
def test_hits_kept_by_hand(way):
    hits = hits_of([[(float(i), 0, 0, q) for i, q in enumerate(event)] for event in CHARGES], first=7)
    left = kept(hits, way, 0.3, seed=1)
    assert charges(left) == LEFT[way]
    assert left.event.tolist() == [7, 8]
    assert left.position[:, 0].tolist() == [float(CHARGES[0].index(q)) for q in LEFT[way][0]] + [0.0]


@given(st.sampled_from(WAYS), st.floats(0.01, 1), st.floats(0.01, 1), st.integers(0, 3))
def test_a_smaller_share_is_part_of_a_larger_one(way, first, second, seed):
    hits = hits_of(random_events(seed, 6))
    small, large = (kept(hits, way, share, seed) for share in sorted([first, second]))
    size = np.diff(hits.offsets)
    for share, left in zip(sorted([first, second]), (small, large), strict=True):
        number = np.diff(left.offsets)
        assert np.all((number >= share * size - 1e-6) & (number < share * size + 1))
        assert np.array_equal(left.position[left.offsets[:-1]], hits.position[hits.offsets[:-1]])
    rows = {(i, *hit, q) for i, hit, q in zip(large.row, map(tuple, large.position), large.charge, strict=True)}
    assert {(i, *hit, q) for i, hit, q in zip(small.row, map(tuple, small.position), small.charge, strict=True)} <= rows


def test_hits_left_at_random_are_any():
    hits = hits_of([[(float(i), 0, 0, 1.0) for i in range(11)] for _ in range(2000)])
    left = kept(hits, "random", 0.5, seed=1)
    count = np.bincount(left.position[:, 0].astype(int), minlength=11)
    assert count[0] == 2000
    assert np.all(np.abs(count[1:] - 1000) < 5 * np.sqrt(2000 * 0.25))  # 5 others of 10: half of the events each
    assert np.array_equal(left.charge, kept(hits, "random", 0.5, seed=1).charge)


def test_chosen_events_are_found_in_chunks_and_in_the_order_of_their_images():
    chunks = [hits_of(random_events(1, 4)), hits_of(random_events(2, 3), first=4)]
    chosen = in_order(chunks, np.array([1, 2, 5]), None)
    assert chosen.event.tolist() == [1, 2, 5]
    whole = [chunk.only(np.isin(chunk.event, [1, 2, 5])) for chunk in chunks]
    assert np.array_equal(chosen.charge, np.concatenate([part.charge for part in whole]))
    timed = [type(part)(part.event, part.offsets, part.position, part.charge, -part.charge) for part in chunks]
    chosen = in_order(timed, np.array([1, 2, 5]), "truth_time")
    assert all(np.all(np.diff(event) <= 0) for event in map(np.array, charges(chosen)))


@pytest.fixture
def trained(tmp_path, one_thread):
    """A network that has not learnt anything, on voxels in the representation's own order, and hits in that order."""
    cell = {
        "seed": 1,
        "questions": [PARTICLE],
        "representation": {
            "name": "voxels",
            "module": "voxels",
            "parameters": {"cube_pool": "mean", "log_trans": False, "headroom": 1.0},
            "order": "axis",
        },
        "resolution": 8,
        "calibration": CALIBRATION | {"ranges": {"charge": 2000.0}},
        "model": {
            "name": "simple",
            "module": "simple",
            "parameters": {},
            "window": {
                "shape": [8, 8, 8],
                "placement": {"x": "direction", "y": "centre", "z": "direction"},
                "margin": {"x": 1, "z": 1},
                "origin": "first_hit",
            },
            "training": {
                "batch_size": 16,
                "n_epochs": 1,
                "min_epochs": 1,
                "patience": 1,
                "optim_name": "Adam",
                "optim_lr": 1e-3,
                "scheduler_name": "none",
                "scheduler_step_size": 1,
                "scheduler_gamma": 1.0,
                "precision": "float32",
                "threads": 1,
                "device": "cpu",
            },
        },
    }
    hits = hits_of(random_events(3, 40, largest=60, extent=3.0))
    images = InputSettings(representation=cell["representation"], resolution=8)
    write_input(tmp_path / "c8.safetensors", [hits], cell["calibration"], images)
    network = build(cell["model"], image((1, 8, 8, 8)), tasks_of(cell), seed=1)
    whole = read_images(tmp_path / "c8.safetensors")
    return Trained(network.state_dict(), cell, whole), reordered(hits, "axis")


def test_scores_of_whole_events_are_those_of_their_images(trained):
    from showergrid.evaluation.answers import answer
    from showergrid.inputs.settings import WindowSettings
    from showergrid.inputs.window import Window, cut

    cell, hits = trained
    window = Window.of(WindowSettings(**cell.cell["model"]["window"]), ("x", "y", "z"))
    expected = answer(cell.weights, cell.cell, tasks_of(cell.cell), cut(cell.whole, hits.event, window))["particle"]
    assert np.ptp(expected) > 0
    assert np.array_equal(cell.answers(hits), expected)


def test_the_window_stays_where_that_of_the_whole_event_is(trained):
    """One hit is left to each event: all images show one pixel, where the whole event's direction puts the origin."""
    cell, hits = trained
    assert len({tuple(direction) for direction in cell.whole.direction.tolist()}) > 2
    alone = kept(hits, "first", 0.01, seed=1)
    assert np.all(np.diff(alone.offsets) == 1)
    equal = type(alone)(alone.event, alone.offsets, alone.position, np.full(alone.charge.size, 500.0))
    answers = cell.answers(equal)[:, 0]
    groups = {tuple(direction): set() for direction in cell.whole.direction[:, [0, 2]].tolist()}
    for direction, score in zip(cell.whole.direction[:, [0, 2]].tolist(), answers.tolist(), strict=True):
        groups[tuple(direction)].add(round(score, 6))
    assert all(len(scores) == 1 for scores in groups.values())
    assert len({min(scores) for scores in groups.values()}) == len(groups)


def test_table_and_figure(trained, tmp_path):
    cell, hits = trained
    labels = np.tile([0, 1], 20)
    rows = list(table(cell, hits, PARTICLES, labels, [1.0, 0.1], 1, Bootstrap(seed=1, resamples=100, level=0.95)))
    write_table(tmp_path / "removal.csv", rows)
    with open(tmp_path / "removal.csv", newline="") as file:
        written = list(csv.DictReader(file))
    measured = [f"{name}{end}" for name in (*MEASURED, *OF_CLASS) for end in ("", "_low", "_high")]
    assert list(written[0]) == ["way", "kept", "events", "hits", *measured]
    assert [(row["way"], float(row["kept"])) for row in written] == [
        (way, share) for way in WAYS for share in (1.0, 0.1)
    ]
    whole = [row for row in written if row["kept"] == "1.0"]
    assert len({tuple(row[name] for name in written[0] if name != "way") for row in whole}) == 1  # whatever the way
    right = np.mean((cell.answers(hits)[:, 0] >= 0.5) == (labels == 0))
    assert float(whole[0]["accuracy"]) == right
    assert float(whole[0]["accuracy_low"]) <= right <= float(whole[0]["accuracy_high"])
    assert float(whole[0]["hits"]) == hits.charge.size / 40
    for name in ("one.pdf", "two.pdf"):
        removal_figure(read_table(tmp_path / "removal.csv"), HumanLabels(), tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
