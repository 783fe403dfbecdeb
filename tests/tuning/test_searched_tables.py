"""The published searches of models for tables, as config/magic/default.yaml has them, on a few Gaussian events."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
import yaml

from showergrid.inputs.input_file import TableInput
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.report.figures.tuning import importances, parallel_figure, parameters_figure
from showergrid.tasks.asked import tasks_of
from showergrid.tuning.search import search
from showergrid.tuning.settings import Search
from showergrid.tuning.trial import Trials
from showergrid.tuning.trials import COMPLETE, PRUNED, Trial, read_trials, write_best, write_trials

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("one_thread")
EVENTS, VARIABLES = 300, 10
SETS = {"train": (0, 200), "validation": (200, EVENTS)}
FEW = {"n_epochs": 3, "min_epochs": 1, "batch_size": 50}


@cache
def config() -> dict[str, Any]:
    made = merged(read_layers(ROOT, [ROOT / "config/magic/default.yaml"], {}))
    return {**made, "training": {**made["training"], **FEW}}


SEARCHES = [(entry["representation"], entry["model"]) for entry in config()["tuning"]]


def told(representation: str, model: str, **changes) -> dict[str, Any]:
    """What the job of a search is told; `changes` are of the search."""
    searches = [{**entry, **changes} if entry["model"] == model else entry for entry in config()["tuning"]]
    study = read_study({**config(), "tuning": searches, "ablations": []})
    return job(study, "tune", None, representation=representation, resolution=None, model=model, worker=0)


def run(folder: Path, cell: dict[str, Any], heard: Callable[[int, int], None] = lambda trial, step: None) -> list:
    """The trials of a search; `heard` is told of each step of each trial before it counts."""
    random = np.random.default_rng(1)
    kind = np.arange(EVENTS) % 2
    values = random.normal(size=(EVENTS, VARIABLES)) * (1 + kind[:, None] * np.linspace(0, 1.5, VARIABLES))
    seen = TableInput(cell["representation"]["name"], None, np.arange(EVENTS), values.astype(np.float32))
    events = pa.table({"event": np.arange(EVENTS), "particle": np.array(["g", "h"])[kind]})
    settings = Search(**cell["search"])
    trials = Trials(
        cell=cell,
        tasks=tasks_of(cell),
        seeds=tuple(settings.seeds),
        seen=seen,
        events=events,
        split={name: np.arange(*ends) for name, ends in SETS.items()},
        device=torch.device("cpu"),
        scratch=folder / "scratch",
        digest="digest",
        epochs=cell["epochs"],
    )
    (folder / "scratch").mkdir(parents=True, exist_ok=True)

    def measure(number: int, values: dict[str, Any], told: Callable[[int, float], None]) -> float:
        return trials.measure(number, values, lambda step, accuracy: (heard(number, step), told(step, accuracy)))

    return search(settings, 0, trials.epochs * len(trials.seeds), folder / "journal", measure)


def die(trial: int, step: int) -> None:
    """Die of SIGKILL in the middle of the seventh trial, whose fit has begun."""
    if trial == 6:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("representation", "model"), SEARCHES)
def test_each_space_can_be_searched_and_gives_the_same_again(tmp_path, representation, model):
    cell = told(representation, model, trials=2)
    rows = run(tmp_path / "once", cell)
    assert [row.state for row in rows] == [COMPLETE] * 2
    assert min(row.val_accuracy for row in rows) > 0.4
    assert max(row.val_accuracy for row in rows) > 0.6
    assert run(tmp_path / "again", cell) == rows
    space = Search(**cell["search"]).space
    write_trials(tmp_path / "trials.csv", rows, list(space))
    assert read_trials(tmp_path / "trials.csv", space) == rows


@pytest.mark.parametrize(("representation", "model"), SEARCHES)
def test_published_values_stand_beside_ours_and_tell_what_lies_outside(tmp_path, representation, model):
    asked = Search(**next(entry for entry in config()["tuning"] if entry["model"] == model))
    ends = {key: domain.ends[0] for key, domain in asked.space.items()}
    rows = [Trial(0, COMPLETE, 0.7, 1, ends), Trial(1, COMPLETE, 0.6, 1, ends)]
    write_best(tmp_path / "best.yaml", asked, rows)
    beside = yaml.safe_load((tmp_path / "best.yaml").read_text())["published"]
    outside = {"svm": {"C"}, "xgboost": {"n_estimators"}}.get(model, set())
    assert {key for key, told in beside.items() if not told["searched"]} == outside
    assert {key: told["value"] for key, told in beside.items()} == asked.published
    assert "published" not in told(representation, model)["search"]  # another one makes no trial again
    if model == "stacked":  # which has every kind of parameter
        parameters_figure(rows, asked, tmp_path / "figure.pdf")


def test_boosting_is_pruned_by_its_rounds(tmp_path):
    """Of trees that hardly learn after five that do, the first rows decide."""
    space = {"learning_rate": {"choices": [0.3, 0.0001]}, "n_estimators": {"choices": [40, 60]}}
    cell = told("variables", "xgboost", trials=14, sampler="random", space=space, published={})
    assert cell["epochs"] == 60
    rows = run(tmp_path, cell)
    pruned = [row for row in rows if row.state == PRUNED]
    assert pruned
    assert all(row.epochs < 6 for row in pruned)  # of ten rounds each
    assert {row.values["learning_rate"] for row in rows if row.state == COMPLETE} >= {0.3}


def test_a_search_of_trees_that_is_killed_ends_in_the_same_trials(tmp_path):
    """A fit has no checkpoint: the trial under way is drawn and fitted again, and those before it are not."""
    space = {"learning_rate": {"low": 1e-3, "high": 1.0, "log": True}, "n_estimators": {"choices": [30, 60]}}
    cell = told("variables", "xgboost", trials=10, space=space, published={})
    rows = run(tmp_path / "alone", cell)
    assert {row.state for row in rows} == {COMPLETE, PRUNED}
    process = multiprocessing.get_context("fork").Process(target=run, args=(tmp_path / "killed", cell, die))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    tried = []
    assert run(tmp_path / "killed", cell, lambda trial, step: tried.append(trial)) == rows
    assert sorted(set(tried)) == [6, 7, 8, 9]


def test_lists_of_numbers_are_drawn_entry_by_entry(tmp_path):
    cell = told("ranged", "stacked", trials=12, sampler="random")
    settings = Search(**cell["search"])
    rows = search(settings, 0, 1, tmp_path / "journal", lambda number, values, told: len(values["code_layers"]) / 10)
    layers = [row.values["code_layers"] for row in rows]
    assert {len(own) for own in layers} == {2, 3, 4}
    assert all(2 <= neurons <= 19 for own in layers for neurons in own)
    assert len({tuple(own) for own in layers}) == 12
    assert list(settings.parts)[:5] == ["code_layers.length", *(f"code_layers.{i}" for i in range(1, 5))]
    assert settings.split(rows[0].values)["code_layers.2"] == layers[0][1]
    shares = importances(rows, settings)
    assert max(shares, key=shares.get) == "code_layers.length"
    assert "code_layers.4" not in shares  # shorter lists have none
    for draw in (parallel_figure, parameters_figure):
        draw(rows, settings, tmp_path / "figure.pdf")
