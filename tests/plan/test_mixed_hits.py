"""Representations of hits of detectors that differ: what is read, and that their cells are otherwise like others."""

import json
from typing import Any

import pytest
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.paths import Paths
from showergrid.plan.reads import Reads
from showergrid.plan.study import Study
from showergrid.report.tables.captions import interval_text
from showergrid.report.tables.grid import GridSettings

PLACE = {"representation": "varied_y", "resolution": 100, "model": "simple", "seed": 19}


@pytest.fixture(scope="module")
def study() -> Study:
    config = configuration("test")
    [own] = [entry for entry in config["representations"] if entry["name"] == "projection_y"]
    told = {"name": "varied_y", "module": "projection", "axis": "y", "hits": "varied"}
    config["representations"].append({**own, **told})
    config["showers"]["mixed"] = [{"name": "varied", "readouts": [{}, {"lifetime": 2000}]}]
    block = {"table": "varied", "resolutions": [100], "models": ["simple"], "seeds": [19]}
    config["grid"].append({**block, "representations": ["projection_y", "varied_y"]})
    config["grid"].append({**block, "table": "alone", "representations": ["varied_y"], "resolutions": [200]})
    for table in ("varied", "alone"):
        config["reports"][table] = {"module": "table"}
        config["reports"][f"{table}_containment"] = {"module": "containment", "of": table}
    return read_study(config)


def test_inputs_are_made_of_the_table_that_is_named(study):
    paths = Paths(study)
    assert f"{paths.results}/data/varied.parquet" in paths.data
    assert paths.tables_read("varied_y") == [f"{paths.results}/data/varied.parquet"]
    # and a cell is asked without some of those hits
    reads = Reads(paths, lambda step, **place: job(study, step, None, **PLACE))
    wildcards = {"input": "varied_y/c100", "model": "simple", "seed": "19"}
    assert reads.shown_hits(wildcards) == [f"{paths.results}/data/varied.parquet"]


def test_cells_are_told_what_those_of_the_study_s_own_hits_are(study):
    own, varied = (
        {**told["representation"], "name": None}
        for told in (
            job(study, "train", None, **{**PLACE, "representation": name}) for name in ("projection_y", "varied_y")
        )
    )
    assert own == varied
    shown = study.catalogue.representations
    assert shown.order("varied_y") is None
    assert shown.is_image_of_hits("varied_y")
    for step in ("export", "vary_cell", "removal", "mistakes"):
        job(study, step, None, **PLACE)  # is not refused


def test_they_are_not_drawn_as_the_study_s_own(study):
    shown = study.catalogue.representations
    assert [shown.is_image_of_own_hits(name) for name in ("varied_y", "projection_y")] == [False, True]
    told = job(study, "event_figures", None)
    assert "varied_y" not in [entry["representation"]["name"] for entry in told["representations"]]
    contained = job(study, "report", None, report="varied_containment")["report"]["parameters"]
    assert [entry["name"] for entry in contained["representations"]] == ["projection_y"]
    with pytest.raises(InputError, match="alone_containment: none of its cells sees images of hits of the study"):
        job(study, "report", None, report="alone_containment")


def test_tables_say_whose_test_events_are_read_out_otherwise(study):
    told = job(study, "report", None, report="varied")["report"]["parameters"]
    assert [place["settings"].get("mixed") for place in told["places"]] == [None, True]
    settings = GridSettings(**told)
    varied = settings.labels.unbroken.representation("varied_y")
    said = f"Of {varied} also the test events are each seen by one of several readouts."
    assert interval_text(settings).endswith(said)
    own = settings.model_copy(update={"places": settings.places[:1]})
    assert interval_text(own).endswith("where there are several seeds.")


def test_a_study_without_mixed_hits_hears_nothing_of_them(study):
    plain = read_study(configuration("test"))
    assert "mixed" not in json.dumps(job(plain, "shard", None, shard=0))
    told: dict[str, Any] = job(study, "shard", None, shard=0)["source"]["parameters"]
    assert told["mixed"] == [{"name": "varied", "readouts": [{}, {"lifetime": 2000}]}]
