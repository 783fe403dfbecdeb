"""Representations of hits that only the simulation knows: what is read, and what is not done with their cells."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.paths import Paths
from showergrid.plan.study import Study
from showergrid.report.reports.ablation import Parameters
from showergrid.report.tables.captions import origin_text

TRUE = {"name": "true_y", "module": "projection", "axis": "y", "hits": "turned"}
PLACE = {"representation": "true_y", "resolution": 100, "model": "simple", "seed": 19}


def study(ablations: Sequence[dict[str, Any]] = (), **changes: Any) -> Study:
    config = configuration("test")
    config["ablations"] += ablations
    [own] = [entry for entry in config["representations"] if entry["name"] == "projection_y"]
    config["representations"].append({**own, **TRUE, **changes})
    config["showers"]["idealised"] = [{"name": "turned", "turned": True}]
    config["grid"].append({"representations": ["true_y"], "resolutions": [100], "models": ["simple"], "seeds": [19]})
    return read_study(config)


def test_inputs_are_made_of_the_table_that_is_named():
    paths = Paths(study())
    results = paths.results
    assert f"{results}/data/turned.parquet" in paths.data
    assert paths.tables_read("true_y") == [f"{results}/data/turned.parquet"]
    assert paths.tables_read("projection_y") == [f"{results}/data/hits.parquet"]
    assert paths.calibration_read("true_y") == [f"{results}/data/calibration.json"]


def test_a_study_without_idealised_hits_hears_nothing_of_them():
    plain = read_study(configuration("test"))
    assert "idealised" not in json.dumps(job(plain, "shard", None, shard=0))
    assert [entry["name"] for entry in job(study(), "shard", None, shard=0)["source"]["parameters"]["idealised"]] == [
        "turned"
    ]


@pytest.mark.parametrize("step", ["export", "vary_cell", "removal", "mistakes"])
def test_such_a_cell_is_not_shown_hits_of_a_detector(step):
    with pytest.raises(InputError, match="true_y shows turned, hits that no detector sees"):
        job(study(), step, None, **PLACE)


def test_jobs_say_of_which_hits_and_in_which_order():
    ideal, own = (
        job(study(), "represent", None, representation=name, resolution=100) for name in ("true_y", "projection_y")
    )
    assert ideal["representation"]["hits"] == "turned"
    assert "hits" not in own["representation"]
    assert job(study(), "train", None, **PLACE)["representation"]["hits"] == "turned"
    shown = study().catalogue.representations
    assert shown.order("true_y") == "truth_time"
    assert shown.order("projection_y") is None


def test_tables_say_which_order_was_used():
    factors = {"representation": ["projection_y", "true_y"]}
    ladder = {key: PLACE[key] for key in ("resolution", "model")} | {"seeds": [19], "factors": factors}
    ablation = {"name": "known", "representation": "projection_y", **ladder}
    told = job(study(ablations=[ablation]), "report", None, report="ablations/known")["report"]["parameters"]
    assert [place["settings"].get("order") for place in told["places"]] == [None, "truth_time"]
    settings = Parameters(**told)
    own, true = settings.labels.unbroken.representation("projection_y"), "true_y"
    assert origin_text(settings).startswith(f"Order of hits: axis ({own}), truth_time ({true});")
    assert settings.order_of(place.settings for place in settings.places) == "axis and truth_time"


@pytest.mark.parametrize(
    ("table", "said"), [("events", "events is no table of hits, it has no x"), ("hits", "are shown anyway")]
)
def test_other_tables_are_refused(table, said):
    with pytest.raises(InputError, match=f"representation true_y: hits: .*{said}"):
        study(hits=table)


def test_what_cannot_be_is_refused():
    with pytest.raises(
        InputError, match="representation true_y: shows straight, and showers gives events, hits, turned"
    ):
        study(hits="straight")
    with pytest.raises(InputError, match="representation true_y: order: the hits of turned have one"):
        study(order="truth_time")
