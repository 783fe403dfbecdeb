"""Spectra in the plan: what their jobs are told and read, and what is refused."""

import copy
from pathlib import Path

import pytest

from showergrid.core.errors import InputError
from showergrid.core.plugins import closure_modules
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.spectrum_jobs import reads
from showergrid.plan.study import Study

ROOT = Path(__file__).parents[2]
COLLISIONS = merged(read_layers(ROOT, [ROOT / "config/collisions/default.yaml"], {}))
HITS = {
    "name": "hits",
    "representation": "A",
    "resolution": 112,
    "model": "simple",
    "seed": 1,
    "files": ["a.csv"],
}


def read(*shown: dict, predict: tuple = (), **changes) -> Study:
    """The study of collisions with changes of its spectrum, and other panels if there are any."""
    config = copy.deepcopy(COLLISIONS)
    config["predict"] += predict
    config["spectra"][0] |= changes
    if shown:
        config["spectra"][0]["of"] = list(shown)
    return read_study(config)


def spectrum(study: Study) -> dict:
    return job(study, "spectrum", None, spectrum="dimuon_mass")


def test_files_are_told_as_the_prediction_is():
    study = read()
    told = spectrum(study)
    names = ["A/c112/simple/seed1", "run2010_circles", "run2011_circles"]
    assert [panel["name"] for panel in told["panels"]] == [*names, "mass/cut/seed1", "run2010_cut", "run2011_cut"]
    for panel in told["panels"]:
        if panel["files"]:
            assert panel["files"] == job(study, "predict", None, prediction=panel["name"])["prediction"]
    assert closure_modules(told) == ("showergrid.representations.dimuon",)


def test_the_files_that_it_reads():
    read_by = reads(spectrum(read()), "results-x")
    assert read_by["tables"] == ["results-x/data/events.parquet", "results-x/data/objects.parquet"]
    assert read_by["files"] == ["open_data/cms_dimuon_run2010b.csv.gz", "open_data/cms_zmumu_run2011a.csv.gz"]
    assert read_by["answers"] == [
        "results-x/cells/A/c112/simple/seed1/predictions.parquet",
        "results-x/predictions/run2010_circles.parquet",
        "results-x/predictions/run2011_circles.parquet",
        "results-x/cells/mass/cut/seed1/predictions.parquet",
        "results-x/predictions/run2010_cut.parquet",
        "results-x/predictions/run2011_cut.parquet",
    ]


def test_of_files_alone_no_table_of_the_study_is_read():
    assert reads(spectrum(read({"prediction": "run2010_cut"})), "r")["tables"] == []


def test_panels_have_a_name_without_a_label():
    shown = {"representation": "mass", "model": "cut", "seed": 1}
    panels = spectrum(read(shown, {"prediction": "run2010_cut"}))["panels"]
    assert [panel["label"] for panel in panels] == ["cut on dimuon mass", "run2010_cut"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"representation": "pairs"}, r"spectra\.dimuon_mass\.representation: unknown representation 'pairs'"),
        ({"representation": "objects"}, "objects is no table of variables of the events; name one"),
        ({"representation": "A"}, "A is no table of variables of the events; name one"),
        ({"column": "pt"}, r"spectra\.dimuon_mass: pair has no 'pt'; valid: mass, same_sign"),
        ({"where": {"sign": 0}}, "pair has no 'sign'; valid: mass, same_sign"),
        (
            {"of": [{"prediction": "run2012"}]},
            r"spectra\.dimuon_mass\.of: unknown prediction 'run2012'; valid: run2010",
        ),
        ({"of": [{"prediction": "hits"}], "predict": [HITS]}, "prediction hits is of hits, and has no such variables"),
        ({"of": [{"representation": "mass", "model": "cat", "seed": 1}]}, "unknown model 'cat'"),
        (
            {"of": [{"representation": "mass", "resolution": 3, "model": "cut", "seed": 1}]},
            "resolution: mass has none, as nothing is binned; leave it out",
        ),
        ({"of": [{"representation": "mass", "model": "cut"}]}, "representation, model and seed of a cell"),
        ({"of": [{"prediction": "run2010_cut", "seed": 1}]}, "a prediction or a cell, not both"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, words):
    with pytest.raises(InputError, match=words):
        read(**changes)
