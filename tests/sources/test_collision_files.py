"""Files of collisions that others made: the maps of docs/collisions.md, against what csv and awkward read."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uproot
import yaml
from shared_files import shared_file

from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.events.muons import MUON_MASS
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.variables import read_variables_of
from showergrid.sources import files
from showergrid.sources.pp.events import JET, MUON

PAGE = Path(__file__).parents[2] / "docs/collisions.md"


def documented(name: str) -> dict[str, Any]:
    """The map on the page whose first line names it."""
    blocks = re.findall(r"```yml\n# (.*?)\n(.*?)```", PAGE.read_text(), re.S)
    return next(yaml.safe_load(text)["files"] for title, text in blocks if title.startswith(name))


def read(told: dict[str, Any], path: Path, folder: Path) -> dict[str, pa.Table]:
    """The tables that a map makes of one file."""
    told["events"]["files"] = [str(path)]
    for collection in told["collections"].values():
        for part in (collection, *collection.get("more", [])):
            part["files"] = [str(path)]
    settings = checked(files.Parameters, told, "config", "files.")
    outputs = {name: folder / f"{name}.parquet" for name in ("events", *settings.collections)}
    files.make(settings, None, 0, outputs)
    return {name: pq.read_table(output) for name, output in outputs.items()}


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        return [{name.strip(): value for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", ["cms_dimuon_run2010b", "cms_zmumu_run2011a"])
def test_pairs_of_muons_of_cms(tmp_path, name):
    path = shared_file(f"{name}.csv.gz")
    made, rows = read(documented(name), path, tmp_path), rows_of(path)
    events, objects = made["events"], made["objects"].to_pydict()
    assert events.num_rows == len(rows)
    assert events["number"].to_pylist() == list(range(len(rows)))
    assert set(events["n_objects"].to_pylist()) == {2}
    assert set(objects["kind"]) == {MUON}
    for column, theirs in (("pt", "pt"), ("eta", "eta"), ("phi", "phi"), ("charge", "Q")):
        expected = [float(row[f"{theirs}{k}"]) for row in rows for k in (1, 2)]
        np.testing.assert_allclose(objects[column], expected, rtol=1e-6, atol=1e-6)
    if "dimuon_mass" in events.column_names:
        pt, eta, phi = (np.array(objects[column]).reshape(-1, 2).T for column in ("pt", "eta", "phi"))
        mass = np.sqrt(2 * pt[0] * pt[1] * (np.cosh(eta[0] - eta[1]) - np.cos(phi[0] - phi[1])))
        # Theirs has the muons' own masses, which count where both are slow and near to each other
        assert np.mean(np.abs(mass / events["dimuon_mass"].to_numpy() - 1) < 0.03) > 0.99


@pytest.fixture
def nano(tmp_path) -> Path:
    """A file like those of CMS: a tree of events with muons and jets side by side, and other trees beside it."""
    random = np.random.default_rng(1)
    sizes = random.integers(0, 4, (2, 30))

    def jagged(size: np.ndarray) -> ak.Array:
        pt, eta, phi = random.exponential(25, size.sum()) + 3, *random.normal(0, 2, (2, size.sum()))
        values = {"pt": pt, "eta": eta, "phi": phi}
        return ak.zip({name: ak.unflatten(numbers.astype(np.float32), size) for name, numbers in values.items()})

    muons = jagged(sizes[0])
    muons["charge"] = ak.unflatten(random.choice(np.array([-1, 1], np.int32), sizes[0].sum()), sizes[0])
    path = tmp_path / "nano.root"
    event = {"run": "uint32", "luminosityBlock": "uint32", "event": "uint64", "MET_pt": "float32", "MET_phi": "float32"}
    places = "pt: float32, eta: float32, phi: float32"
    lists = {"Muon": f"var * {{{places}, charge: int32}}", "Jet": f"var * {{{places}}}"}
    with uproot.recreate(path) as file:
        file.mktree("Events", event | lists).extend(
            {
                "run": np.ones(30, np.uint32),
                "luminosityBlock": np.full(30, 7, np.uint32),
                "event": np.arange(100, 130, dtype=np.uint64),
                "MET_pt": random.exponential(20, 30).astype(np.float32),
                "MET_phi": random.uniform(-3, 3, 30).astype(np.float32),
                "Muon": muons,
                "Jet": jagged(sizes[1]),
            }
        )
        file.mktree("Runs", {"run": "uint32"}).extend({"run": np.ones(1, np.uint32)})
    return path


def test_nanoaod(tmp_path, nano):
    """Events with two muons or more, their jets above 20 GeV and within 4.7: the selection of simulated ones."""
    made = read(documented("nanoaod"), nano, tmp_path)
    events, objects = made["events"], made["objects"].to_pydict()
    with uproot.open(nano) as file:
        theirs = file["Events"].arrays()
    theirs = theirs[ak.num(theirs["Muon_pt"]) >= 2]
    assert 5 < len(theirs) < 25
    assert events["met"].to_pylist() == theirs["MET_pt"].to_list()
    assert events["met_phi"].to_pylist() == theirs["MET_phi"].to_list()
    assert events["number"].to_pylist() == (theirs["event"] - 100).to_list()
    jet = (theirs["Jet_pt"] >= 20) & (np.abs(theirs["Jet_eta"]) <= 4.7)
    assert 0 < ak.sum(jet) < ak.count(theirs["Jet_pt"])
    assert events["n_objects"].to_pylist() == (ak.num(theirs["Muon_pt"]) + ak.sum(jet, axis=1)).to_list()
    for name in ("pt", "eta", "phi"):
        both = ak.concatenate([theirs[f"Muon_{name}"], theirs[f"Jet_{name}"][jet]], axis=1)
        assert objects[name] == ak.flatten(both).to_list()
    kinds = ak.concatenate([ak.full_like(theirs["Muon_pt"], MUON), ak.full_like(theirs["Jet_pt"][jet], JET)], axis=1)
    assert objects["kind"] == ak.flatten(kinds).to_list()
    charge = ak.concatenate([theirs["Muon_charge"], ak.zeros_like(theirs["Jet_pt"][jet])], axis=1)
    assert objects["charge"] == ak.flatten(charge).to_list()


def test_nanoaod_is_shown_by_representations_that_need_two_muons(tmp_path, nano):
    told = documented("nanoaod")
    representation = {"name": "dimuon", "module": "dimuon", "parameters": {"variables": ["mass", "met", "jets"]}}
    shown = InputSettings(representation=representation, resolution=None)
    tables = {name: tmp_path / f"{name}.parquet" for name in ("events", "objects")}
    events = read(told, nano, tmp_path)["events"]
    values = read_variables_of(shown, list(tables.values())).values
    assert values[:, 1].tolist() == events["met"].to_pylist()
    assert np.all(values[:, 0] > 2 * MUON_MASS)
    del told["collections"]["objects"]["min_rows"]
    read(told, nano, tmp_path)
    with pytest.raises(InputError, match=r"has [01] muons, and its variables need two"):
        read_variables_of(shown, list(tables.values()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": {"pt": "pt", "kind": {}}}, r"columns\.kind = \{\}: column: name one, or give a"),
        ({"columns": {"pt": "pt", "kind": {"column": "k", "constant": 1}}}, "column: name one, or give a constant"),
        ({"columns": {"pt": "pt", "kind": {"constant": "muon"}}}, "'muon' is not of type number"),
        ({"columns": {"kind": {"constant": 1}}}, "all are constants"),
        ({"more": [{"files": ["b.csv"], "event": "n", "columns": {"pt": "pt", "eta": "eta"}}]}, r"more.0.columns"),
        ({"more": [{"files": ["b.csv"], "event": ["n", "m"], "columns": {"pt": "pt"}}]}, r"more.0.event: names 2"),
    ],
)
def test_maps_that_contradict_themselves_are_refused(change, message):
    objects = {"files": ["a.csv"], "event": "n", "columns": {"pt": "pt"}, **change}
    told = {
        "events": {"files": ["e.csv"], "event": "n", "columns": {"met": "met"}},
        "collections": {"objects": objects},
    }
    with pytest.raises(InputError, match=message):
        checked(files.Parameters, told, "config", "files.")


def test_an_object_of_an_unknown_event_is_refused_with_its_own_file(tmp_path):
    texts = {"e.csv": "n,met\n1,5\n", "a.csv": "n,pt\n1,5\n", "b.csv": "n,pt\n1,4\n2,3\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    part = {"event": "n", "columns": {"pt": "pt"}}
    objects = {**part, "files": [str(tmp_path / "a.csv")], "more": [{**part, "files": [str(tmp_path / "b.csv")]}]}
    events = {"files": [str(tmp_path / "e.csv")], "event": "n", "columns": {"met": "met"}}
    settings = checked(files.Parameters, {"events": events, "collections": {"objects": objects}}, "config")
    assert len(settings.named) == 3
    with pytest.raises(InputError, match=r"b\.csv: .*event 2 is not in"):
        files.make(settings, None, 0, {name: tmp_path / f"{name}.parquet" for name in ("events", "objects")})
