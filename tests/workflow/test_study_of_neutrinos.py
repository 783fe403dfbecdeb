"""Neutrino interactions from their generator to a table, as a user makes them."""

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors import safe_open
from study import Project, checkout

FLAVOURS = ["numu", "nue", "nc"]
EVENTS = 24  # of each, as the configuration says
CONFIG = "config/neutrinos/test.yaml"
RESULTS = "results-neutrinos-test"
OWN = ("sources/neutrinos.py", "sources/nu/", "sources/lartpc/hadron_data.py")  # files of neutrinos alone


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    project = checkout(tmp_path_factory.mktemp("neutrinos") / "project")
    project.snakemake("--cores", "2", f"{RESULTS}/table1.tex", config=CONFIG)
    return project


def test_events_hits_and_prongs_of_all_shards_belong_together(made):
    data = made.root / RESULTS / "data"
    events, hits, prongs = (
        pq.read_table(data / f"{name}.parquet").to_pandas() for name in ("events", "hits", "prongs")
    )
    assert events["event"].tolist() == list(range(3 * EVENTS))
    assert events["flavour"].tolist() == FLAVOURS * EVENTS  # also where one shard ends
    assert events["source"].tolist() == ["shard 0"] * 36 + ["shard 1"] * 36
    assert hits.groupby("event").size().tolist() == events["n_hits"].tolist()
    owned = hits[hits["prong"] >= 0].groupby(["event", "prong"]).size()
    assert prongs.set_index(["event", "prong"])["hits"].sort_index().equals(owned.rename("hits").astype("int32"))
    counts = json.loads((data / "shards/1.hits.parquet.provenance.json").read_text())["counts"]
    assert set(counts["redrawn"]) == set(FLAVOURS)


def test_a_cell_answers_for_every_event(made):
    cell = made.root / RESULTS / "cells/projection_y/c200/simple/seed1"
    answers = pq.read_table(cell / "predictions.parquet").to_pandas().sort_values("event")
    events = pq.read_table(made.root / RESULTS / "data/events.parquet").to_pandas()
    assert answers["event"].tolist() == events["event"].tolist()
    assert answers["flavour"].tolist() == events["flavour"].tolist()
    np.testing.assert_allclose(answers[[f"flavour.{name}" for name in FLAVOURS]].sum(axis=1), 1, atol=1e-5)
    sets = answers.groupby(["split", "flavour"]).size().unstack()
    assert set(sets.index) == {"train", "validation", "test"}
    assert (sets.nunique(axis=1) == 1).all()  # as many of each flavour
    report = json.loads((cell / "metrics.json").read_text())["questions"]["flavour"]["test"]
    right = answers[answers["split"] == "test"]
    best = right[[f"flavour.{name}" for name in FLAVOURS]].to_numpy().argmax(axis=1)
    assert report["accuracy"]["value"] == pytest.approx(np.mean(np.array(FLAVOURS)[best] == right["flavour"]))


def test_the_table_has_the_cell_with_its_interval(made):
    with open(made.root / RESULTS / "table1.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["representation"], row["model"], row["window"]) == ("projection_y", "simple", "32 32")
    assert row["status"] in ("ok", "collapsed")
    assert 0 <= float(row["test_accuracy"]) <= 1
    assert r"\begin{tabular}" in (made.root / RESULTS / "table1.tex").read_text()


def test_the_library_is_made_once_and_an_edit_of_the_prongs_reruns_the_shards(made, tmp_path):
    with safe_open(made.root / RESULTS / "data/library.safetensors", "numpy") as library:
        assert {f"{current}/14/{nucleon}/dis/total" for current in ("cc", "nc") for nucleon in "pn"} <= set(
            library.keys()
        )
    project = made.copy(tmp_path / "project")
    assert project.plan(f"{RESULTS}/table1.tex", config=CONFIG).jobs == []
    project.edit(CONFIG, "least_hits: 5", "least_hits: 6")
    jobs = project.plan(f"{RESULTS}/table1.tex", config=CONFIG).jobs
    assert sum(job.rule == "shard" for job in jobs) == 2
    assert not [job for job in jobs if job.rule == "library"]


OF_HITS = """
extends: config/neutrinos/test.yaml
questions:
  - name: flavour
    column: flavour
    classes: [{name: numu, values: [numu]}, {name: nue, values: [nue]}, {name: nc, values: [nc]}]
  - name: kind_of
    of: hit
    column: kind
    classes: [{name: track, values: [muon, proton, pion]}, {name: shower, values: [electron, photon_pi0, photon]}]
models:
  - {name: simple, win_shape: [32, 32]}
  - {name: unet, module: sparse_unet, win_shape: [64, 64], blocks: [1, 1], widths: [4, 6]}
grid:
  - {table: table1, representations: [projection_y], resolutions: [200], models: [simple, unet], seeds: [1]}
  - {table: table_hits, representations: [projection_y], resolutions: [200], models: [unet], seeds: [1]}
reports: {table1: {module: table}, table_hits: {module: hits, question: kind_of}}
"""


def test_hits_are_asked_of_a_network_of_pixels(made, tmp_path):
    """Accuracy is counted anew of the file; a cell that answers no hits has the file without rows."""
    project = made.copy(tmp_path / "project")
    (project.root / "hits.yaml").write_text(OF_HITS)
    cells = project.root / RESULTS / "cells/projection_y/c200"
    cell = cells / "unet/seed1"
    wanted = [f"{RESULTS}/{name}" for name in ("table1.tex", "table_hits.tex")]
    wanted.append(str((cell / "figures/hits.pdf").relative_to(project.root)))
    project.snakemake("--cores", "2", *wanted, config="hits.yaml")
    answers = pq.read_table(cell / "predictions.hits.parquet").to_pandas()
    hits = pq.read_table(project.root / RESULTS / "data/hits.parquet").to_pandas()
    hits["hit"] = hits.groupby("event").cumcount()
    prongs = pq.read_table(project.root / RESULTS / "data/prongs.parquet").to_pandas()
    told = answers.merge(hits, on=["event", "hit"], suffixes=("", "_of_hit")).merge(
        prongs[["event", "prong", "kind"]], on=["event", "prong"], how="left"
    )
    assert len(told) == len(answers)
    assert told["charge"].equals(told["charge_of_hit"])
    classes = {"track": ["muon", "proton", "pion"], "shower": ["electron", "photon_pi0", "photon"]}
    truth = told["kind"].map({kind: name for name, kinds in classes.items() for kind in kinds})
    assert truth.fillna("none").equals(told["kind_of"].fillna("none"))
    test = told[(told["split"] == "test") & told["kind_of"].notna()]
    right = np.where(test["kind_of.shower"] > test["kind_of.track"], "shower", "track") == test["kind_of"]
    metrics = json.loads((cell / "metrics.json").read_text())["questions"]["kind_of"]["test"]
    assert metrics["hits"] == len(test)
    assert metrics["accuracy"]["value"] == pytest.approx(np.mean(right))
    by_charge = metrics["by_charge"]["accuracy"]["value"]
    assert by_charge == pytest.approx(np.average(right, weights=test["charge"]), abs=1e-3)  # in steps of 1/64
    assert pq.read_table(cells / "simple/seed1/predictions.hits.parquet").num_rows == 0
    assert "kind_of" not in json.loads((cells / "simple/seed1/metrics.json").read_text())["questions"]
    with open(project.root / RESULTS / "table_hits.csv", newline="") as file:
        first = next(row for row in csv.DictReader(file) if row["quantity"] == "accuracy")
    assert float(first["value"]) == pytest.approx(np.mean(right), abs=1e-6)
    assert (cell / "figures/hits.pdf").read_bytes().startswith(b"%PDF")


def test_files_of_interactions_are_inputs_of_the_shards(made, tmp_path):
    project = made.copy(tmp_path / "project")
    (project.root / "beam.hepmc3").write_text("HepMC::Version 3.02.05\n")
    project.edit(CONFIG, "  events: 24\n", "  events: 24\n  interactions: {files: [beam.hepmc3]}\n")
    shards = [job for job in project.plan(f"{RESULTS}/table1.tex", config=CONFIG).jobs if job.rule == "shard"]
    assert len(shards) == 2
    assert all("beam.hepmc3" in job.inputs for job in shards)


def test_nothing_of_the_showers_reads_code_of_neutrinos(made):
    """So no edit there plans anything of the default study anew."""
    plan = made.plan("--forceall")
    read = {source for job in plan.jobs for source in made.sources(job)}
    assert read
    assert not {source for source in read if source.removeprefix("scripts/showergrid/").startswith(OWN)}
    assert all((made.root / "scripts/showergrid" / name).exists() for name in OWN)
