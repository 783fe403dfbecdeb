"""Collisions simulated, drawn, trained on and put into tables, one process of them of the user's own configuration."""

import csv
import json

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from study import Project, checkout

PROCESSES = ["drell_yan", "higgs", "zprime"]
EVENTS = 40  # of each process
ALONE = "PartonLevel:MPI = off"  # which takes most of the time
DECAYS = {23: ["23:onMode = off", "23:onIfAny = 13"], 32: ["32:onMode = off", "32:onIfAny = 13"]}
STUDY = {
    "extends": "config/collisions/default.yaml",
    "results": "results-few",
    "questions": [
        {"name": "process", "column": "process", "classes": [{"name": name, "values": [name]} for name in PROCESSES]}
    ],
    "collisions": {
        "events": EVENTS,
        "shard_size": EVENTS,
        "processes": PROCESSES,
        "definitions": {
            "drell_yan": {
                "lines": ["WeakSingleBoson:ffbar2gmZ = on", "PhaseSpace:mHatMin = 50", *DECAYS[23], ALONE],
                "tries": 3,  # so that events share a collision
            },
            "higgs": {"lines": ["HiggsSM:gg2H = on", "25:onMode = off", "25:onIfMatch = 23 23", *DECAYS[23], ALONE]},
            "zprime": {
                "lines": [
                    "NewGaugeBoson:ffbar2gmZZprime = on",
                    "Zprime:gmZmode = 3",
                    "32:m0 = 1000",
                    *DECAYS[32],
                    ALONE,
                ]
            },
        },
    },
    "split": {"test_fraction": 0.3, "validation_fraction": 0.3},
    "models": [{"name": "simple", "bn": True, "n_epochs": 1, "min_epochs": 1}, {"name": "cut"}],
    "grid": [
        {"table": "table1", "representations": ["A"], "resolutions": [32], "models": ["simple"], "seeds": [1]},
        {"table": "table1", "representations": ["mass"], "models": ["cut"], "seeds": [1]},
    ],
    "bootstrap": {"resamples": 100},
    "predict": [],
    "spectra": [],
}
CONFIG = "config/few.yaml"
RESULTS = "results-few"
OWN = (  # files of collisions alone
    *("sources/collisions.py", "sources/pp/", "representations/circles.py", "representations/dimuon.py"),
    *("inputs/collisions.py", "events/muons.py", "report/reports/measures.py", "report/tables/spectra.py"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    """The study, made to its tables."""
    project = checkout(tmp_path_factory.mktemp("few") / "project")
    (project.root / CONFIG).write_text(yaml.safe_dump(STUDY, sort_keys=False))
    tables = [f"{RESULTS}/{name}.tex" for name in ("table1", "table_measures")]
    project.snakemake("--cores", "2", *tables, f"{RESULTS}/comparison/pairs.md", config=CONFIG)
    return project


def test_a_process_of_the_configuration_is_simulated_and_told_apart(made):
    events = pq.read_table(made.root / RESULTS / "data/events.parquet")
    assert sorted(events["process"].to_pylist()) == sorted(PROCESSES * EVENTS)
    own = events.filter(pc.equal(events["process"], "zprime"))
    assert np.median(own["dimuon_mass"].to_numpy()) == pytest.approx(1000, rel=0.1)  # m0
    with open(made.root / RESULTS / "table1.csv", newline="") as file:
        rows = {(row["representation"], row["model"]): row for row in csv.DictReader(file)}
    assert float(rows["mass", "cut"]["test_accuracy"]) > 0.6  # a third at random
    assert {rows[place]["status"] for place in [("A", "simple"), ("mass", "cut")]} <= {"ok", "collapsed"}


def test_events_of_one_collision_stand_in_one_set_and_count_once(made):
    results = made.root / RESULTS
    events = pq.read_table(results / "data/events.parquet").sort_by("event")
    given = pq.read_table(results / "cells/mass/cut/seed1/predictions.parquet").sort_by("event")
    collision, group, sets = (
        table[name].to_numpy() for table, name in ((events, "collision"), (given, "group"), (given, "split"))
    )
    numbers = np.unique(collision)
    assert numbers.size < collision.size
    assert np.array_equal(group, np.searchsorted(numbers, collision))
    assert all(np.unique(sets[collision == number]).size == 1 for number in numbers)
    report = json.loads((results / "cells/mass/cut/seed1/metrics.json").read_text())["questions"]["process"]["test"]
    assert report["groups"] == np.unique(group[sets == "test"]).size
    assert report["groups"] <= report["events"] == np.count_nonzero(sets == "test")
    assert f"{report['events']} test events in {report['groups']} groups" in (results / "table1.md").read_text()


def test_measures_and_differences_are_told(made):
    results = made.root / RESULTS
    with open(results / "table_measures.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows if row["representation"] == "mass"] == ["", *PROCESSES]
    published = [row for row in rows if row["source"] == "published"]
    assert [(row["model"], row["accuracy"]) for row in published] == [("resnet50", "0.7209")]
    text = (results / "comparison/pairs.md").read_text()
    assert (
        "cut on dimuon mass | simple on drawing A at c 32 |" in text or "simple on drawing A at c 32 | cut on" in text
    )


def test_nothing_of_the_showers_reads_code_of_collisions(made):
    """So no edit there plans anything of the default study anew."""
    plan = made.plan("--forceall")
    assert plan.jobs
    read = {source for job in plan.jobs for source in made.sources(job)}
    assert read
    assert not {source for source in read if source.removeprefix("scripts/showergrid/").startswith(OWN)}
    of_collisions = made.plan("--forceall", f"{RESULTS}/table_measures.tex", config=CONFIG)
    told = {source for job in of_collisions.jobs for source in made.sources(job)}
    assert {name for name in OWN if any(name in source for source in told)} >= {*OWN[:5], "report/reports/measures.py"}
