"""What a study that asks hits plans, and what it refuses; nothing of it is told to other studies."""

import copy
from pathlib import Path
from typing import Any

import pytest
from studies import ROOT, configuration

from showergrid.core.errors import InputError
from showergrid.plan import explain_jobs
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.paths import Paths
from showergrid.plan.reads import Reads
from showergrid.plan.study import Study

HITS = merged(read_layers(ROOT, [Path(ROOT, "config/neutrinos/hits.yaml")], {}))
OTHERS = {name: entry for name, entry in HITS["reports"].items() if name != "table_hits"}
ANSWERS = {"representation": "voxels", "resolution": 444, "model": "sparse_unet", "seed": 1}
SILENT = {"representation": "voxels", "resolution": 444, "model": "sparse_resnet", "seed": 1}


def study(**changes: Any) -> Study:
    return read_study(copy.deepcopy(HITS) | changes)


def with_resnet() -> dict[str, Any]:
    block = {"table": "table2", "representations": ["voxels"], "resolutions": [444], "seeds": [1]}
    return {
        "models": [*HITS["models"], {"name": "sparse_resnet"}],
        "grid": [*HITS["grid"], block | {"models": ["sparse_resnet"]}],
        "reports": HITS["reports"] | {"table2": {"module": "table"}},
    }


def test_hits_are_asked_of_models_that_answer_pixels():
    asked = study(**with_resnet())
    answers, silent = (job(asked, "train", None, **place) for place in (ANSWERS, SILENT))
    assert [question["name"] for question in answers["questions"]] == ["flavour"]
    assert [question["name"] for question in answers["hit_questions"]] == ["kind"]
    assert "hit_questions" not in silent
    for place in (ANSWERS, SILENT):  # every cell has both files
        assert job(asked, "evaluate", None, **place)["hit_questions"][0]["of"] == "hit"
    paths = Paths(asked)
    assert "predictions.hits.parquet" in paths.evaluated
    reads = Reads(paths, lambda step, **place: {ANSWERS["model"]: answers, "sparse_resnet": silent}[place["model"]])
    assert reads.asked_hits(ANSWERS) == [f"{paths.results}/data/hits.parquet"]
    assert reads.prongs(ANSWERS) == [f"{paths.results}/data/prongs.parquet"]
    assert reads.asked_hits(SILENT) == reads.prongs(SILENT) == []
    assert "cells/voxels/c444/sparse_unet/seed1/figures/hits.pdf" in explain_jobs.files(asked)


def test_other_studies_hear_nothing_of_hits_asked():
    other = read_study(configuration("test"))
    place = {"representation": "projection_y", "resolution": 100, "model": "simple", "seed": 19}
    for step in ("train", "evaluate"):
        assert "hit_questions" not in job(other, step, None, **place)
    assert not Paths(other).asked_hits
    assert not [name for name in Paths(other).evaluated if "hits" in name]


def test_the_figure_of_hits_is_of_the_first_question_of_them():
    asked = study(**with_resnet())
    assert job(asked, "hit_figure", None, **ANSWERS)["question"]["name"] == "kind"
    with pytest.raises(InputError, match="sparse_resnet answers no hits that are asked of"):
        job(asked, "hit_figure", None, **SILENT)


@pytest.mark.parametrize("step", ["export", "tune", "removal", "features"])
def test_what_knows_nothing_of_hits_is_refused(step):
    with pytest.raises(InputError, match="sparse_unet answers hits, which this file knows nothing of"):
        job(study(), step, None, **ANSWERS)


def test_roc_curves_of_hits_are_refused():
    figures = {"roc": {"of": "table_hits", "classes": ["track"]}}
    with pytest.raises(InputError, match=r"figures\.roc\.of: table_hits is of hits, of which no ROC curve is drawn"):
        job(study(figures=HITS.get("figures", {}) | figures), "roc_figure", None)


def both_networks(**changes: Any) -> dict[str, Any]:
    """A report of hits of two networks that answer none, one of which does not fit into memory."""
    block = {"table": "table2", "representations": ["voxels"], "resolutions": [444], "seeds": [1]}
    return {
        "models": [*HITS["models"], {"name": "sparse_resnet"}, {"name": "silent", "module": "sparse_resnet"}],
        "grid": [*HITS["grid"], block | {"models": ["sparse_resnet", "silent"]}],
        "out_of_memory": [{"representation": "voxels", "resolution": 444, "model": "sparse_resnet"}],
        "reports": HITS["reports"] | {"table2": {"module": "hits", "question": "kind"}},
    } | changes


def test_each_place_of_a_report_of_hits_answers_them():
    with pytest.raises(InputError, match="table2: silent answers no hits, of which question kind is"):
        study(**both_networks())
    too_large = [{"representation": "voxels", "resolution": 444, "model": name} for name in ("sparse_resnet", "silent")]
    assert "table2" in study(**both_networks(out_of_memory=too_large)).reports


def test_places_without_meaning_are_not_refused():
    views = {"name": "points", "module": "hits", "sort": "distance", "headroom": 1}
    block = {"table": "table1", "representations": ["points"], "resolutions": [444], "models": ["sparse_unet"]}
    shown = study(representations=[*HITS["representations"], views], grid=[*HITS["grid"], block | {"seeds": [1]}])
    [place] = [place for place in shown.report("table_hits").places if place.representation == "points"]
    assert shown.status(place) == "n/a"


def changed(question: dict[str, Any]) -> dict[str, Any]:
    return {"questions": [HITS["questions"][0], HITS["questions"][1] | question]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"questions": HITS["questions"][::-1]}, "questions: kind is of hits; let one of events stand first"),
        (changed({"column": "flavour"}), "question kind: column 'flavour' is none of the prongs; valid: prong, "),
        (changed({"other": "drop"}), "hits of no class have no answer; leave out other and left_out"),
        (changed({"name": "charge"}), "question charge: a column of predictions has this name"),
        (
            {"questions": HITS["questions"][:1], "reports": OTHERS},
            "answers hits, and no question is of them",
        ),
        (
            {"reports": OTHERS | {"table_hits": {"module": "hits", "of": "table1"}}},
            "table_hits: hits shows nothing but questions of hits; name another",
        ),
        (
            {"reports": OTHERS | {"table_hits": {"module": "measures", "of": "table1", "question": "kind"}}},
            "table_hits: measures shows no questions of hits; name another",
        ),
        (
            with_resnet() | {"reports": OTHERS | {"table2": {"module": "hits", "question": "kind"}}},
            "table2: sparse_resnet answers no hits, of which question kind is; show it in another table",
        ),
        (
            {"representations": [HITS["representations"][0] | {"order": "axis"}, HITS["representations"][1]]},
            "sparse_unet on voxels: hits have no single pixel there",
        ),
        (
            {
                "representations": [{"name": "views", "module": "wire_views"}],
                "grid": [HITS["grid"][1] | {"representations": ["views"]}],
            },
            "sparse_unet_2d on views: hits have no single pixel there; name voxels or a projection",
        ),
        (
            {"models": [*HITS["models"], {"name": "both", "module": "joined", "backbone": "sparse_unet"}]},
            "model both: backbone: sparse_unet answers hits; name another network",
        ),
    ],
)
def test_refusals(changes, message):
    with pytest.raises(InputError, match=message):
        study(**changes)


def test_hits_without_prongs_are_not_asked():
    tiny = configuration("test")
    with pytest.raises(InputError, match="question kind: hits are what their prongs are, and showers gives no prongs"):
        read_study(tiny | {"questions": [*tiny["questions"], HITS["questions"][1]]})
