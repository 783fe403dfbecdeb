"""What a study that asks prongs plans, and what it refuses; nothing of it is told to other studies."""

import copy
from pathlib import Path
from typing import Any

import pytest
from studies import ROOT, configuration

from showergrid.core import plugins
from showergrid.core.errors import InputError
from showergrid.plan import explain_jobs
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.paths import Paths
from showergrid.plan.study import Study

PRONGS = merged(read_layers(ROOT, [Path(ROOT, "config/neutrinos/prongs.yaml")], {}))
SEES = {"representation": "prongs", "resolution": 222, "model": "transformer_cvn", "seed": 1}
PROFILES = {"representation": "profiles", "resolution": 444, "model": "prong_trace", "seed": 1}
SEES_NONE = {"representation": "views", "resolution": 222, "model": "lite0", "seed": 1}


def study(**changes: Any) -> Study:
    return read_study(copy.deepcopy(PRONGS) | changes)


def test_prongs_are_asked_of_models_that_see_them():
    asked = study()
    sees, sees_none = (job(asked, "train", None, **place) for place in (SEES, SEES_NONE))
    assert [question["name"] for question in sees["questions"]] == ["flavour"]
    assert [question["name"] for question in sees["prong_questions"]] == ["particle"]
    assert "prong_questions" not in sees_none
    for place in (SEES, SEES_NONE):  # every cell has both files
        assert job(asked, "evaluate", None, **place)["prong_questions"][0]["column"] == "kind"
    assert "predictions.prongs.parquet" in Paths(asked).evaluated
    assert job(asked, "split", None)["questions"] == [
        {"column": "flavour", "other": "refuse", "values": [["numu"], ["nue"], ["nc"]]}
    ]
    assert asked.report("table_prongs").question["of"] == "prong"
    assert asked.report("table1").question["name"] == "flavour"


def test_other_studies_hear_nothing_of_prongs():
    other = read_study(configuration("test"))
    place = {"representation": "projection_y", "resolution": 100, "model": "simple", "seed": 19}
    for step in ("train", "evaluate"):
        assert "prong" not in str(job(other, step, None, **place))
    assert not Paths(other).prongs
    assert not [name for name in Paths(other).evaluated if "prong" in name]


@pytest.mark.parametrize("step", ["export", "tune", "removal", "features"])
def test_what_knows_nothing_of_prongs_is_refused(step):
    with pytest.raises(InputError, match="prongs shows prongs, which this file knows nothing of"):
        job(study(), step, None, **SEES)


def changed(question: dict[str, Any]) -> dict[str, Any]:
    return {"questions": [PRONGS["questions"][0], PRONGS["questions"][1] | question]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"questions": PRONGS["questions"][::-1]}, "questions: particle is of prongs; let one of events stand first"),
        (
            changed({"column": "flavour"}),
            "question particle: column 'flavour' is none of the prongs; valid: prong, ",
        ),
        (changed({"other": "drop"}), "of prongs none is dropped or left out"),
        (
            {"reports": PRONGS["reports"] | {"table1": {"module": "table", "question": "particle"}}},
            "table1: lite0 on views sees no prongs, of which question particle is",
        ),
        (
            {"reports": PRONGS["reports"] | {"table_prongs": {"module": "selection", "question": "particle"}}},
            "table_prongs: question particle is of prongs, which selection does not show",
        ),
    ],
)
def test_refusals(changes, message):
    with pytest.raises(InputError, match=message):
        study(**changes)


@pytest.mark.parametrize(
    ("window", "message"),
    [
        (
            {"win_origin": "charge_centre"},
            "model prong_trace on profiles: win_origin: is charge_centre, and pixels count from the start",
        ),
        (
            {"win_placement": {"z": "centre"}},
            r"model prong_trace on profiles: win_placement\.z: is centre, and pixels count from the start",
        ),
    ],
)
def test_windows_of_profiles_begin_at_the_start_of_a_prong(window, message):
    [*others, trace] = copy.deepcopy(PRONGS["models"])
    with pytest.raises(InputError, match=message):
        study(models=[*others, trace | window])


def test_events_without_prongs_are_not_asked_of_them():
    tiny = configuration("test")
    asked = PRONGS["questions"][1]
    with pytest.raises(InputError, match="question prong_kind: is of prongs, and showers gives none; leave it out"):
        read_study(tiny | {"questions": [*tiny["questions"], asked | {"name": "prong_kind"}]})


def test_the_figure_of_prongs_is_of_the_first_question_of_them():
    told = job(study(), "prong_figure", None, **SEES)
    assert told["question"]["name"] == "particle"
    assert told["labels"]["classes"]["photon_pi0"] == r"photon of $\pi^0$"
    with pytest.raises(InputError, match="views shows no prongs that are asked of"):
        job(study(), "prong_figure", None, **SEES_NONE)


def test_heat_maps_are_of_cells_whose_network_is_observed():
    asked = study()
    told = job(asked, "prong_heatmaps", None, **SEES)
    assert told["heatmaps"] == asked.config.explanation.heatmaps.model_dump()
    assert told["prong_questions"][0]["name"] == "particle"
    drawn = job(asked, "prong_heatmap_figure", None, **SEES)["asked"]
    assert [of["question"]["name"] for of in drawn] == ["flavour", "particle"]
    assert [len(of["labels"]["classes"]) for of in drawn] == [3, 3]
    for step in ("prong_heatmaps", "prong_heatmap_figure"):
        with pytest.raises(InputError, match=r"^views shows no prongs; of its cells ask figures/heatmaps\.pdf$"):
            job(asked, step, None, **SEES_NONE)
    figures = [Path(file) for file in explain_jobs.files(asked) if file.endswith(".pdf")]
    assert {file.parts[-4] for file in figures if file.stem == "prong_heatmaps"} == {"transformer_cvn", "cvn_alone"}
    reports = {
        name: entry for name, entry in PRONGS["reports"].items() if entry and entry.get("question") != "particle"
    }
    figures = {name: of for name, of in PRONGS["figures"].items() if name != "roc"}
    changes = {"questions": PRONGS["questions"][:1], "ablations": [], "reports": reports, "figures": figures}
    without = study(grid=PRONGS["grid"][:1], **changes)
    assert [of["question"]["name"] for of in job(without, "prong_heatmap_figure", None, **SEES)["asked"]] == ["flavour"]


def test_a_network_that_is_not_observed_has_no_heat_maps_of_prongs(monkeypatch):
    monkeypatch.delattr(plugins.load("models", "transformer_cvn"), "observed")
    with pytest.raises(InputError, match="transformer_cvn does not show what its answers rest on"):
        job(study(), "prong_heatmaps", None, **SEES)
    assert not [file for file in explain_jobs.files(study()) if "prong_heatmaps" in file]


def test_models_take_maps_or_profiles_of_prongs_by_their_axes():
    asked = study()
    assert job(asked, "train", None, **PROFILES)["model"]["window"]["shape"] == [22]
    for place in (PROFILES | {"model": "transformer_cvn"}, SEES | {"model": "prong_trace"}):
        with pytest.raises(InputError, match=f"{place['model']} does not take {place['representation']}"):
            job(asked, "train", None, **place)


def test_roc_curves_are_of_classes_of_the_question_of_their_report():
    told = job(study(), "roc_figure", None)
    assert told["classes"] == ["electron", "muon"]
    assert told["answered"]["question"]["of"] == "prong"
    assert {place["representation"] for place in told["answered"]["places"]} == {"prongs", "profiles"}
    assert "roc" not in read_study(configuration("test")).config.model_dump()["figures"]
    figures = PRONGS["figures"] | {"roc": {"of": "table_particles", "classes": ["numu"]}}
    with pytest.raises(InputError, match="question particle has no class 'numu'; valid: electron, muon, "):
        job(study(figures=figures), "roc_figure", None)
    with pytest.raises(InputError, match=r"figures\.roc\.of: unknown table 'table9'"):
        study(figures=PRONGS["figures"] | {"roc": {"of": "table9", "classes": ["muon"]}})
