"""Shards of showers: what they depend on, and how they become the study's tables."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from showergrid.core.errors import InputError
from showergrid.events.hits import EVENTS, HITS, read_events, read_hits
from showergrid.sources.lartpc import argon, hadron_data
from showergrid.sources.lartpc.geant4 import geant4_data
from showergrid.sources.lartpc.settings import Readout, Simulation
from showergrid.sources.lartpc.showers import simulate_shard
from showergrid.sources.parts.gathering import gather

CODES = [11, 22]


@pytest.fixture
def shard(simulation, readout, detector_box):
    def make(number: int, order: str = "truth_time", **changes):
        settings = Simulation(**{**simulation, **changes})
        return simulate_shard(number, CODES, settings, Readout(**readout), detector_box, order)

    return make


def content(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def test_a_shard_depends_on_seed_and_number_alone(shard):
    alone = shard(1)
    after_others = [shard(0), shard(1), shard(1, showers=40)]
    assert [content(table) for table in alone] == [content(table) for table in after_others[1]]
    assert [content(table) for table in alone] == [content(table) for table in after_others[2]]  # a smaller study
    assert content(alone[0]) != content(after_others[0][0])
    assert content(alone[0]) != content(shard(1, seed=2023)[0])


def test_a_shard_has_the_classes_in_turn_and_its_hits_inside_the_detector(shard, detector_box):
    hits, events = shard(1, shard_size=25)
    assert hits.schema.equals(HITS)
    assert events.schema.equals(EVENTS)
    assert events["pdg"].to_pylist() == [CODES[number % 2] for number in range(25, 50)]
    assert events["event"].to_pylist() == list(range(25))
    energy = events["energy"].to_numpy()
    assert 0.08 <= energy.min() < energy.max() <= 2.27
    assert np.bincount(hits["event"].to_numpy()).tolist() == events["n_hits"].to_pylist()
    for axis in ("x", "y", "z"):
        low, high = getattr(detector_box, axis)
        assert low <= hits[axis].to_numpy().min() < hits[axis].to_numpy().max() <= high
    time, event = hits["time"].to_numpy(), hits["event"].to_numpy()
    assert np.all(np.diff(time)[np.diff(event) == 0] >= 0)


def test_the_order_moves_hits_but_changes_none(shard):
    by_time, along_axis = (shard(0, order)[0] for order in ("truth_time", "axis"))
    keys = [(name, "ascending") for name in HITS.names]
    assert by_time.sort_by(keys).equals(along_axis.sort_by(keys))
    assert not by_time.equals(along_axis)


def test_small_events_are_drawn_again_and_counted(shard):
    _, events = shard(0, energy=(0.08, 0.1), min_hits=60)
    assert min(events["n_hits"].to_pylist()) >= 60
    counts = json.loads(events.schema.metadata[b"redrawn"])
    assert set(counts) == {"11", "22"}
    assert sum(counts.values()) > 0


def test_what_cannot_be_is_refused(shard):
    with pytest.raises(InputError, match="shard 3: the study has 3"):
        shard(3)
    with pytest.raises(InputError, match="order: random"):
        shard(0, "random")
    with pytest.raises(InputError, match="min_hits"):
        shard(0, min_hits=10**6, energy=(0.001, 0.002))
    with pytest.raises(InputError, match="geant4_data"):
        shard(0, geant4_data="no/such/folder")


@pytest.mark.parametrize(
    "change",
    [
        {"em_model": "option4"},  # without the full data
        {"energy": (2.0, 1.0)},
        {"vertex": {"x": (0, 1), "y": (0, 1), "z": (1, 0)}},
        {"showers": 0},
        {"production_cut": -1},
    ],
)
def test_settings_out_of_range_are_refused(simulation, change):
    with pytest.raises(ValidationError):
        Simulation(**{**simulation, **change})


def test_the_other_small_physics_list_runs_too(shard):
    hits, events = shard(2, em_model="option2")
    assert events.num_rows == 20
    assert hits.num_rows == sum(events["n_hits"].to_pylist())


@pytest.fixture
def files(shard, tmp_path) -> list[dict[str, Path]]:
    paths = [{name: tmp_path / f"{k}.{name}.parquet" for name in ("hits", "events")} for k in range(3)]
    for number, of_shard in enumerate(paths):
        for table, path in zip(shard(number), of_shard.values(), strict=True):
            pq.write_table(table, path)
    return paths


def test_gathered_shards_are_numbered_on(files, tmp_path):
    outputs = [tmp_path / name for name in ("hits.parquet", "events.parquet", "counts.json")]
    gather(files, dict(zip(("hits", "events"), outputs, strict=False)), outputs[2])
    events = read_events(outputs[1])
    assert events["event"].to_pylist() == list(range(60))
    assert events["number"].to_pylist() == list(range(20)) * 3
    assert events["source"].to_pylist()[::20] == ["shard 0", "shard 1", "shard 2"]
    chunks = list(read_hits(outputs[0], hits_per_chunk=1000))
    assert np.concatenate([chunk.event for chunk in chunks]).tolist() == list(range(60))
    sizes = np.concatenate([np.diff(chunk.offsets) for chunk in chunks])
    assert sizes.tolist() == events["n_hits"].to_pylist()
    second = pq.read_table(files[1]["hits"])
    whole = pq.read_table(outputs[0])
    first_rows = sum(events["n_hits"].to_pylist()[:20])
    assert whole["charge"].slice(first_rows, second.num_rows).equals(second["charge"])
    counts = json.loads(outputs[2].read_text())
    assert {code: count["kept"] for code, count in counts.items()} == {"11": 30, "22": 30}


def test_gathering_twice_gives_the_same_bytes(files, tmp_path):
    names = ("hits.parquet", "events.parquet", "counts.json")
    for run in ("one", "other"):
        hits, events, counts = (tmp_path / run / name for name in names)
        gather(files, {"hits": hits, "events": events}, counts)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_folders_of_another_geant4_change_nothing(simulation, readout, detector_box, monkeypatch):
    asked = 0, CODES, Simulation(**simulation), Readout(**readout), detector_box, "truth_time"
    ours = simulate_shard(*asked)[0]
    for name in argon.FOLDERS:
        monkeypatch.setenv(name, "no/such/folder")
    # A new process, which reads its data anew
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        assert process.submit(simulate_shard, *asked).result()[0].equals(ours)


def test_no_folder_that_is_gone_is_left_to_children(shard):
    shard(0)
    variables = subprocess.run(["env"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "G4LEDATA" not in variables


def test_a_process_has_one_set_of_data(shard):
    shard(0)
    with pytest.raises(InputError, match="process of its own"), geant4_data(None, hadron_data.write):
        pass
