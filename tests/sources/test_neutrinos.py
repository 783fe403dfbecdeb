"""Neutrino events: their shards, tables and truth."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.questions import Question
from showergrid.plan.layers import merged, read_layers
from showergrid.sources import neutrinos
from showergrid.sources.nu.columns import EVENTS, NEUTRINO_HITS, PRONGS
from showergrid.sources.nu.events import seeds, simulate_shard

ROOT = Path(__file__).parents[2]
STUDY = merged(read_layers(ROOT, [ROOT / "config/neutrinos/test.yaml"], {}))
BOX = Box(**STUDY["detector"])


def simulated_apart(*asked):
    """The shard, simulated in a process of its own: Geant4 reads its data once a process, perhaps those of showers."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(simulate_shard, *asked).result()


def settings(**changes) -> neutrinos.Parameters:
    return neutrinos.Parameters(
        **STUDY["neutrinos"] | {"events": 24, "shard_size": 12, "reconstruction": None} | changes
    )


@pytest.fixture(scope="module")
def library():
    return neutrinos.library(settings().library)[0]


@pytest.fixture(scope="module")
def simulated(library):
    return simulated_apart(1, settings(), library, BOX, "truth_time")


@pytest.fixture(scope="module")
def tables(simulated) -> dict[str, pd.DataFrame]:
    return {name: table.to_pandas() for name, table in simulated[0].items()}


def content(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def test_a_shard_depends_on_seed_and_number_alone(simulated, library):
    told = neutrinos.told(settings(events=60), 1)
    again, counts = simulated_apart(1, neutrinos.Parameters(**told), library, BOX, "truth_time")
    assert {name: content(table) for name, table in again.items()} == {
        name: content(table) for name, table in simulated[0].items()
    }
    assert counts == simulated[1]
    assert seeds(settings(), 0) != seeds(settings(), 1) != seeds(settings(seed=2), 1)


def test_full_shards_are_told_the_same_whatever_the_total():
    few, many = settings(events=24), settings(events=60)
    assert neutrinos.told(few, 1) == neutrinos.told(many, 1)
    assert neutrinos.told(few, 0)["events"] == 12
    assert neutrinos.shards(settings(events=25)) == 3
    assert neutrinos.size(many).events == 180


def test_tables_have_the_columns_that_the_source_declares(simulated):
    assert neutrinos.events(settings()) == EVENTS == simulated[0]["events"].schema
    for name, schema in neutrinos.collections(settings()).items():
        assert simulated[0][name].schema == schema
    assert neutrinos.collections(settings()) == {"hits": NEUTRINO_HITS, "prongs": PRONGS}


def test_samples_alternate_and_say_what_they_are(tables):
    events = tables["events"]
    assert events["flavour"].tolist() == ["numu", "nue", "nc"] * 12
    assert events["neutrino"].tolist() == [14, 12, 14] * 12
    assert events["current"].tolist() == ["cc", "cc", "nc"] * 12
    assert events["event"].tolist() == events["number"].tolist() == list(range(36))
    assert set(events["source"]) == {"shard 1"}


def test_cosmic_muons_stand_beside_interactions(library):
    asked = settings(samples=["numu", "cosmic"], events=3, shard_size=3)
    events = simulated_apart(0, asked, library, BOX, "truth_time")[0]["events"].to_pandas()
    assert events["flavour"].tolist() == ["numu", "cosmic"] * 3
    assert events["neutrino"].tolist() == [14, 0] * 3
    assert events["current"].tolist() == ["cc", "none"] * 3
    assert (events["q2"] > 0).tolist() == [True, False] * 3
    inside = [events[f"vertex_{axis}"].between(*getattr(asked.vertex, axis)) for axis in "xyz"]
    assert np.all(inside, axis=0).tolist() == [True, False] * 3  # muons come from the surface


def test_truth_is_within_the_settings(tables):
    events = tables["events"]
    assert events["energy"].between(0.2, 10.01).all()
    assert (events["lepton_energy"] <= events["energy"] * 1.0001).all()
    assert (events["visible"] < events["energy"] + 0.5).all()  # captures of neutrons free some binding energy
    for axis in "xyz":
        assert events[f"vertex_{axis}"].between(*getattr(settings().vertex, axis)).all()
    assert events["n_hits"].min() >= settings().min_hits


def test_hits_and_prongs_tell_the_same(tables):
    events, hits, prongs = tables["events"], tables["hits"], tables["prongs"]
    assert hits.groupby("event").size().tolist() == events["n_hits"].tolist()
    assert (hits["prong"] >= 0).all()
    of_hits = hits.groupby(["event", "prong"])["charge"].agg(["size", "sum"])
    of_prongs = prongs.set_index(["event", "prong"])
    assert of_hits.index.equals(of_prongs.index)
    assert of_hits["size"].tolist() == of_prongs["hits"].tolist()
    np.testing.assert_allclose(of_hits["sum"], of_prongs["charge"], rtol=1e-4)
    assert prongs["purity"].between(0, 1.0001).all()
    assert prongs["completeness"].between(0, 1.0001).all()
    assert (prongs.groupby("event")["charge"].diff().dropna() <= 0).all()


def test_leptons_are_prongs_that_start_at_the_vertex(tables):
    events, prongs = tables["events"], tables["prongs"]
    leptons = prongs[prongs["kind"].isin(["electron", "muon"]) & (prongs["parent"] == 0)]
    of = events.set_index("event").loc[leptons["event"]]
    for axis in "xyz":
        np.testing.assert_allclose(leptons[axis], of[f"vertex_{axis}"], atol=1e-3)
    for flavour, kind in (("numu", "muon"), ("nue", "electron")):
        mine = leptons[leptons["event"].isin(events.loc[events["flavour"] == flavour, "event"])]
        own = mine[mine["kind"] == kind].merge(events, on="event")
        assert len(own) >= 10  # of 12: some are too slow to own a hit
        np.testing.assert_allclose(own["energy_x"], own["lepton_energy"], rtol=1e-4)


def test_the_first_hit_is_at_the_vertex(tables):
    first = tables["hits"].groupby("event").first()
    events = tables["events"].set_index("event")
    offset = np.linalg.norm([first[axis] - events[f"vertex_{axis}"] for axis in "xyz"], axis=0)
    charged = events["current"] == "cc"
    assert np.median(offset[charged]) < 1
    assert (offset[charged] < 5).mean() > 0.9


def test_the_vertex_is_also_told_from_the_centre_of_the_charge(tables):
    hits, events = tables["hits"], tables["events"]
    for axis in "xyz":
        centre = (hits[axis] * hits["charge"]).groupby(hits["event"]).sum() / hits.groupby("event")["charge"].sum()
        np.testing.assert_allclose(events[f"from_centre_{axis}"], events[f"vertex_{axis}"] - centre, atol=1e-2)
    assert events["from_centre_z"].mean() < -20  # what is seen lies ahead of the vertex


def test_particles_are_counted_above_their_thresholds(tables, library):
    high = settings(counted_above={"proton": 0.05, "charged_pion": 10}, events=12)
    events = simulated_apart(0, high, library, BOX, "truth_time")[0]["events"].to_pandas()
    low = simulated_apart(0, settings(events=12), library, BOX, "truth_time")[0]["events"].to_pandas()
    assert events["energy"].tolist() == low["energy"].tolist()
    assert (events["protons"] <= low["protons"]).all()
    assert events["protons"].sum() < low["protons"].sum()
    assert events["charged_pions"].sum() == 0 < low["charged_pions"].sum()
    assert events["neutrons"].tolist() == low["neutrons"].tolist()


def test_prongs_may_be_mixed(tables, library):
    merging = {"pixel": 1, "share": 0.5, "least_hits": 5}
    mixed = simulated_apart(1, settings(reconstruction=merging), library, BOX, "truth_time")[0]
    hits, prongs = mixed["hits"].to_pandas(), mixed["prongs"].to_pandas()
    pd.testing.assert_frame_equal(hits.drop(columns="prong"), tables["hits"].drop(columns="prong"))
    assert len(prongs) < len(tables["prongs"])
    assert prongs["hits"].min() >= 5
    assert 0 < (hits["prong"] < 0).mean() < 0.5
    assert prongs["purity"].mean() < tables["prongs"]["purity"].mean() + 0.05


def test_antineutrinos_come_by_configuration(library):
    mixture = {"anti": {"neutrinos": {-14: 3, 14: 1}, "current": "cc"}}
    own = settings(samples=["anti"], definitions=mixture, events=12)
    assert neutrinos.Parameters(**neutrinos.told(own, 0)).definitions["anti"].neutrinos == {-14: 3, 14: 1}
    tables = simulated_apart(0, own, library, BOX, "truth_time")[0]
    events, prongs = tables["events"].to_pandas(), tables["prongs"].to_pandas()
    assert set(events["neutrino"]) == {-14, 14}
    muons = prongs[(prongs["kind"] == "muon") & (prongs["parent"] == 0)].merge(events, on="event")
    assert set(zip(muons["neutrino"], muons["pdg"], strict=True)) == {(-14, -13), (14, 13)}


def question(**changes) -> Question:
    classes = [{"name": name, "values": [name]} for name in ("numu", "nue", "nc")]
    return Question(**{"name": "flavour", "column": "flavour", "classes": classes} | changes)


def test_what_contradicts_the_study_is_refused():
    neutrinos.check(settings(), [question()], BOX, "truth_time")
    with pytest.raises(InputError, match=r"question flavour: 'nc' is none of neutrinos\.samples: numu, nue"):
        neutrinos.check(settings(samples=["numu", "nue"]), [question()], BOX, "axis")
    with pytest.raises(InputError, match="column 'kind' is none of the events"):
        neutrinos.check(settings(), [question(column="kind")], BOX, "axis")
    outside = {"x": [-250, 0], "y": [0, 1], "z": [0, 1]}
    with pytest.raises(InputError, match=r"neutrinos\.vertex\.x = \[-250\.0, 0\.0\] is not inside"):
        neutrinos.check(settings(vertex=outside), [question()], BOX, "axis")
    with pytest.raises(InputError, match="order: as_given is for hits"):
        neutrinos.check(settings(), [question()], BOX, "as_given")
    with pytest.raises(InputError, match="shard 2: the study has 2"):
        simulated_apart(2, settings(), {}, BOX, "axis")
    for wrong, message in (
        ({"samples": ["nutau"]}, "nutau has no definition"),
        ({"samples": ["nue", "nue"]}, "one stands twice"),
        ({"definitions": {"tau": {"neutrinos": {16: 1}, "current": "cc"}}}, "16 is none of 12, -12, 14, -14"),
        ({"em_model": "option4"}, "option4 needs geant4_data"),
    ):
        with pytest.raises(ValidationError, match=message):
            settings(**wrong)
