"""The jobs that explain a trained cell, and what is refused."""

from pathlib import Path

import pytest
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan import explain_jobs, jobs
from showergrid.plan.checks import read_study
from showergrid.plan.study import Study

CELL = {"representation": "projection_y", "resolution": 200, "model": "simple", "seed": 19}


def study(**changes) -> Study:
    config = configuration("test")
    for key, value in changes.items():
        config["explanation"][key] |= value
    return read_study(config)


def told(**changes) -> dict[str, dict]:
    """The configuration of the job of each step."""
    return {step: jobs.job(study(**changes), step, None, **CELL) for step in explain_jobs.STEPS}


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"removal": {"kept": [0.5]}}, {"removal"}),
        ({"heatmaps": {"steps": 9}}, {"heatmaps"}),
        ({"shown": {"heatmaps": 3}}, {"heatmap_figure"}),
        ({"shown": {"mistakes": 3}}, {"mistakes"}),
    ],
)
def test_a_job_is_told_what_it_depends_on(changes, steps):
    before, after = told(), told(**changes)
    assert {step for step in before if before[step] != after[step]} == steps


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"removal": {"kept": [0.5, 0.5]}}, "a share stands twice"),
        ({"removal": {"kept": [0.0]}}, "greater than 0"),
        ({"heatmaps": {"masked": 1.0}}, "less than 1"),
        ({"shown": {"heat": 1}}, "heat"),
    ],
)
def test_wrong_values_are_refused_in_one_line(changes, words):
    with pytest.raises(InputError, match=words) as refused:
        study(**changes)
    assert "explanation" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_first_seed_of_each_place_of_table_1():
    paths = explain_jobs.files(study())
    assert "cells/projection_y/c100/complex/seed19/figures/heatmaps.pdf" in paths
    assert not [path for path in paths if "seed20" in path]  # the second seed
    assert not [path for path in paths if "simple_cm" in path]  # of another table
    assert not [path for path in paths if "voxels/c100/efficientnet" in path]  # a pair without a meaning


@pytest.mark.parametrize("model", ["transformer", "linear_svm"])
def test_lists_cannot_be_drawn(model):
    cell = {**CELL, "representation": "hits", "model": model}
    for step in explain_jobs.OF_IMAGES:
        with pytest.raises(InputError, match=r"hits gives lists.*removal\.pdf") as refused:
            jobs.job(study(), step, None, **cell)
        assert "\n" not in str(refused.value)
    assert jobs.job(study(), "removal", None, **cell)["removal"]["events"] == 40
    paths = [path for path in explain_jobs.files(study()) if f"hits/c200/{model}" in path and path.endswith(".pdf")]
    assert [Path(path).name for path in paths] == ["removal.pdf"]


def test_a_network_of_pixels_has_no_heat_maps():
    config = configuration("test")
    config["models"].append({"name": "sparse", "module": "sparse_resnet", "win_shape": [20, 20]})
    config["grid"].append(
        {"table": "table1", "representations": ["projection_y"], "resolutions": [200], "models": ["sparse"]}
        | {"seeds": [19]}
    )
    sparse, cell = read_study(config), {**CELL, "model": "sparse"}
    for step in explain_jobs.OF_GRADIENTS:
        with pytest.raises(InputError, match=r"^sparse sees no empty pixels.*removal\.pdf") as refused:
            jobs.job(sparse, step, None, **cell)
        assert "\n" not in str(refused.value)
    assert jobs.job(sparse, "removal", None, **cell)["model"]["packed"]
    paths = [path for path in explain_jobs.files(sparse) if "/sparse/" in path and path.endswith(".pdf")]
    assert [Path(path).name for path in paths] == ["removal.pdf", "mistakes.pdf"]
