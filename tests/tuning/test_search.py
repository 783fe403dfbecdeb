"""Searches for hyperparameters: what is refused, which trials are run even after kills, and what becomes of them."""

import copy
import itertools
import math
import multiprocessing
import os
import signal
import sys
from pathlib import Path

import optuna
import pytest
import yaml
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job, published
from showergrid.plan.study import Study
from showergrid.report.figures.tuning import (
    history_figure,
    importances,
    importances_figure,
    parallel_figure,
    parameters_figure,
)
from showergrid.tuning import search
from showergrid.tuning.best import read_best, with_values
from showergrid.tuning.settings import Search
from showergrid.tuning.trials import (
    COMPLETE,
    FAILED,
    PRUNED,
    Trial,
    best,
    joined,
    read_trials,
    write_best,
    write_trials,
)

ROOT = Path(__file__).parents[2]
TEST = configuration("test")
SPACE = {
    "optim_lr": {"low": 1.0e-4, "high": 1.0e-1, "log": True},
    "batch_size": {"low": 8, "high": 32, "step": 8},
    "conv_sizes": {"choices": [[3, 3], [5, 5]]},
    "dropout": {"low": 0.0, "high": 0.5},
}
GRID = {"batch_size": {"low": 8, "high": 24, "step": 8}, "bn": {"choices": [False, True]}}
EPOCHS = 9


def searched(**changes) -> dict:
    defaults = {"representation": "projection_y", "resolution": 100, "model": "simple", "seeds": [19], "sampler": "TPE"}
    return {**defaults, "pruner": "none", "trials": 14, "seed": 1, "space": SPACE, **changes}


def study(*searches: dict, **changes) -> Study:
    return read_study({**copy.deepcopy(TEST), "tuning": list(searches), **changes})


# What is refused


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "simpel"}, ["simpel", "complex"]),
        ({"model": "efficientnet_lite0", "representation": "voxels"}, ["efficientnet_lite0", "voxels"]),
        ({"sampler": "tpe"}, ["sampler", "tpe", "'TPE'", "'CMA-ES'"]),
        ({"pruner": "mean"}, ["pruner", "mean", "'Hyperband'"]),
        ({"trials": 0}, ["trials", "0"]),
        ({"workers": 20}, ["workers = 20", "trials = 14"]),
        ({"space": {}}, ["space"]),
        ({"space": {"optm_lr": {"choices": [1]}}}, ["optm_lr", "optim_lr", "win_shape", "log_trans"]),
        ({"space": {"threads": {"choices": [1]}}}, ["threads", "no hyperparameter"]),
        ({"space": {"dropout": {"low": 0.0, "high": 1.5}}}, ["dropout", "1.5", "less than 1"]),
        ({"space": {"dropout": {"low": 0.5, "high": 0.1}}}, ["low = 0.5", "0.1"]),
        ({"space": {"dropout": {"low": 0.0, "high": 0.5, "log": True}}}, ["log", "above 0"]),
        ({"space": {"dropout": {"low": 0.0}}}, ["choices, or low and high"]),
        ({"space": {"bn": {"choices": [True, True]}}}, ["choices", "twice"]),
        ({"space": {"bn": {"choices": [True], "low": 1}}}, ["choices stand alone"]),
        ({"space": {"bn": {"values": [True]}}}, ["values", "unknown key", "choices"]),
        ({"space": {"log_trans": {"choices": ["yes"]}}}, ["log_trans", "yes"]),
        ({"space": {"win_shape": {"choices": [[2, 2]]}}}, ["win_shape", "[2, 2]"]),
        ({"space": {"min_epochs": {"choices": [3]}}}, ["min_epochs = 3", "n_epochs = 2"]),
        ({"sampler": "grid"}, ["grid", "choices or a step", "optim_lr"]),
        ({"sampler": "grid", "space": GRID}, ["trials = 14", "6 points"]),
    ],
)
def test_fault_is_named_in_one_line(changes, words):
    with pytest.raises(InputError) as refused:
        study(searched(**changes))
    line = str(refused.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == [], line


def test_a_place_is_searched_once_and_a_tuned_cell_needs_its_search():
    with pytest.raises(InputError, match="searched twice"):
        study(searched(), searched())
    block = {"representations": ["projection_y"], "resolutions": [200], "models": ["simple@tuned"], "seeds": [1]}
    with pytest.raises(InputError, match="no search of simple on projection_y/c200"):
        study(searched(), grid=[block])
    with pytest.raises(InputError, match="complex@tuned"):
        study(searched(), grid=[{**block, "models": ["complex@tuned"]}])


# A tuned network in the study


def test_a_tuned_network_stands_beside_its_own_in_the_table():
    both = {"table": "table1", "representations": ["projection_y"], "resolutions": [100], "seeds": [19]}
    tuned = study(searched(), grid=[{**both, "models": ["simple", "simple@tuned"]}])
    assert [cell.model for cell in tuned.cells] == ["simple", "simple@tuned"]
    told = job(tuned, "report", published(tuned.config, ROOT), report="table1")["report"]["parameters"]
    assert [place["model"] for place in told["places"]] == ["simple", "simple@tuned"]
    assert "tuned" not in told["places"][0]["settings"]
    assert told["places"][1]["settings"]["tuned"] == list(SPACE)


def test_another_space_changes_the_search_and_not_what_the_tuned_cells_are_told():
    cell = {"representation": "projection_y", "resolution": 100, "model": "simple@tuned", "seed": 19}
    worker = {"representation": "projection_y", "resolution": 100, "model": "simple", "worker": 0}
    before, after = study(searched()), study(searched(space=GRID))
    assert job(before, "train", None, **cell) == job(after, "train", None, **cell)
    assert job(before, "tune", None, **worker) != job(after, "tune", None, **worker)
    with pytest.raises(InputError, match="1 workers"):
        job(before, "tune", None, **{**worker, "worker": 1})


def test_values_go_where_their_keys_belong():
    cell = job(study(searched()), "train", None, representation="projection_y", resolution=100, model="simple", seed=1)
    before = copy.deepcopy(cell)
    changed = with_values(cell, {"log_trans": True, "optim_lr": 0.5, "bn": True, "win_shape": [20, 24]}, "here")
    assert changed["representation"]["parameters"]["log_trans"] is True
    assert changed["model"]["training"]["optim_lr"] == 0.5
    assert changed["model"]["parameters"]["bn"] is True
    assert changed["model"]["window"]["shape"] == [20, 24]
    assert cell == before
    changed["representation"]["parameters"]["log_trans"] = changed["model"]["parameters"]["bn"] = False
    changed["model"]["training"]["optim_lr"] = cell["model"]["training"]["optim_lr"]
    changed["model"]["window"]["shape"] = cell["model"]["window"]["shape"]
    assert changed == cell
    with pytest.raises(InputError, match="here: batch_size"):
        with_values(cell, {"batch_size": 0}, "here")


def test_other_values_of_a_table_need_no_window():
    place = {"representation": "features", "resolution": 200, "model": "xgboost"}
    cell = job(study(), "train", None, **place, seed=1)
    fewer = with_values(cell, {"radii": cell["representation"]["parameters"]["radii"][:3], "max_depth": 2}, "here")
    assert fewer["model"]["parameters"]["max_depth"] == 2
    assert len(fewer["representation"]["parameters"]["radii"]) == 3
    assert fewer["model"]["window"] is cell["model"]["window"] is None
    study(searched(**place, space={"radii": {"choices": [[1.0], [1.0, 2.0]]}}))


# The trials


def measure(number, values, told):
    """An accuracy, best at 3e-3 and [5, 5], that rises from epoch to epoch; the largest rates cannot be trained."""
    if values["optim_lr"] > 0.05:
        raise InputError("the loss is not finite")
    accuracy = 0.9 - 0.1 * abs(math.log10(values["optim_lr"] / 3e-3)) - 0.05 * (values["conv_sizes"] == [3, 3])
    for epoch in range(1, EPOCHS + 1):
        told(epoch, accuracy * (1 - math.exp(-epoch)))
    return accuracy


def killed(settings: dict, journal: Path, trial: int, epoch: int) -> None:
    """Search, and die of SIGKILL in epoch `epoch` of trial `trial`."""

    def dying(number, values, told):
        def last(step, accuracy):
            told(step, accuracy)
            if (number, step) == (trial, epoch):
                os.kill(os.getpid(), signal.SIGKILL)

        return measure(number, values, last)

    search.search(Search(**settings), 0, EPOCHS, journal, dying)


@pytest.mark.parametrize(
    ("sampler", "pruner"), [("TPE", "median"), ("random", "Hyperband"), ("CMA-ES", "none"), ("TPE", "Hyperband")]
)
def test_killed_in_a_trial_and_again_ends_in_the_same_trials(tmp_path, sampler, pruner):
    settings = searched(sampler=sampler, pruner=pruner)
    rows = search.search(Search(**settings), 0, EPOCHS, tmp_path / "alone.journal", measure)
    assert [row.number for row in rows] == list(range(14))
    assert {row.state for row in rows} >= {COMPLETE, *([PRUNED] if pruner != "none" else [])}
    journal = tmp_path / "killed.journal"
    complete = [row.number for row in rows if row.state == COMPLETE]
    for trial, epoch in ((complete[0], 3), (complete[-1], 1), (complete[-1], EPOCHS)):
        process = multiprocessing.get_context("fork").Process(target=killed, args=(settings, journal, trial, epoch))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert journal.read_bytes().count(b'"op_code":4') == trial
    with open(journal, "ab") as file:  # as a full disk or a dead machine would leave it
        file.write(b'{"op_code":4,"work')
    assert search.search(Search(**settings), 0, EPOCHS, journal, measure) == rows
    assert search.search(Search(**settings), 0, EPOCHS, journal, measure) == rows  # done: no more of them


def test_another_seed_tries_other_values_and_a_search_finds_the_best(tmp_path):
    rows, other_rows = (
        search.search(Search(**searched(seed=seed, trials=25)), 0, EPOCHS, tmp_path / f"{seed}.journal", measure)
        for seed in (1, 2)
    )
    assert not {row.values["optim_lr"] for row in rows} & {row.values["optim_lr"] for row in other_rows}
    assert best(rows).values["conv_sizes"] == best(other_rows).values["conv_sizes"] == [5, 5]
    assert best(rows).val_accuracy > 0.87  # within a factor of 2 of the best rate
    assert all(row.state == FAILED for row in rows if row.values["optim_lr"] > 0.05)
    assert all(row.values["batch_size"] in (8, 16, 24, 32) for row in rows)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_grid_has_each_point_once_whoever_does_it(tmp_path, workers):
    settings = Search(**searched(sampler="grid", trials=6, workers=workers, space=GRID))
    shares = [
        search.search(settings, worker, 2, tmp_path / "journal", lambda number, values, told: 0.5)
        for worker in range(workers)
    ]
    rows = joined(shares)
    assert [row.number for row in rows] == list(range(6))
    points = sorted((row.values["batch_size"], row.values["bn"]) for row in rows)
    assert points == sorted(itertools.product([8, 16, 24], [False, True]))


def test_workers_share_a_journal_at_the_same_time(tmp_path):
    settings = Search(**searched(workers=3, trials=8))
    fork = multiprocessing.get_context("fork")
    arguments = [(settings, worker, EPOCHS, tmp_path / "journal", measure) for worker in range(3)]
    processes = [fork.Process(target=search.search, args=call) for call in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    shares = [search.search(*call) for call in arguments]
    assert [len(share) for share in shares] == [3, 3, 2]
    rates = [row.values["optim_lr"] for share in shares for row in share]
    assert len(set(rates)) == 8


def test_without_its_package_cma_es_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cmaes", None)
    with pytest.raises(InputError, match="CMA-ES needs the package cmaes"):
        search.search(Search(**searched(sampler="CMA-ES")), 0, EPOCHS, tmp_path / "journal", measure)


# What becomes of them


ROWS = [
    Trial(0, COMPLETE, 0.8, 2, {"optim_lr": 0.00015, "batch_size": 8, "conv_sizes": [3, 3], "dropout": 0.1}),
    Trial(1, PRUNED, 0.9, 1, {"optim_lr": 0.1 + 0.2, "batch_size": 16, "conv_sizes": [5, 5], "dropout": 0.0}),
    Trial(2, FAILED, None, 0, {"optim_lr": 1e-3, "batch_size": 8, "conv_sizes": [3, 3], "dropout": 0.5}),
    Trial(3, COMPLETE, 0.85, 2, {"optim_lr": 2e-3, "batch_size": 24, "conv_sizes": [5, 5], "dropout": 0.2}),
    Trial(4, COMPLETE, 0.85, 2, {"optim_lr": 3e-3, "batch_size": 32, "conv_sizes": [3, 3], "dropout": 0.3}),
]


def test_best_is_the_first_of_the_highest_that_are_complete(tmp_path):
    assert best(ROWS).number == 3
    with pytest.raises(InputError, match="none of 2 trials"):
        best(ROWS[1:3])
    write_best(tmp_path / "best.yaml", Search(**searched()), ROWS)
    assert read_best(tmp_path / "best.yaml") == ROWS[3].values
    told = yaml.safe_load((tmp_path / "best.yaml").read_text())
    assert (told["trial"], told["val_accuracy"], told["trials"]) == (3, 0.85, {COMPLETE: 3, PRUNED: 1, FAILED: 1})


def test_trials_read_back_as_they_were(tmp_path):
    write_trials(tmp_path / "trials.csv", ROWS, list(SPACE))
    assert read_trials(tmp_path / "trials.csv", Search(**searched()).space) == ROWS
    with pytest.raises(InputError, match="is no table of this search"):
        read_trials(tmp_path / "trials.csv", Search(**searched(space=GRID)).space)


def test_what_is_no_result_of_a_search_is_refused(tmp_path):
    (tmp_path / "best.yaml").write_text("trial: 3\n")
    with pytest.raises(InputError, match=r"best\.yaml: is no result of a search"):
        read_best(tmp_path / "best.yaml")


def test_importance_is_that_of_the_only_value_that_matters(tmp_path):
    settings = Search(**searched(sampler="random", trials=40))
    rows = search.search(settings, 0, 1, tmp_path / "journal", lambda number, values, told: 0.5 + values["dropout"])
    importance = importances(rows, settings)
    assert next(iter(importance)) == "dropout"
    assert importance["dropout"] > 0.9
    assert sum(importance.values()) == pytest.approx(1)
    assert importances(ROWS[3:], settings) == {}  # equal accuracies tell nothing


@pytest.mark.parametrize("rows", [ROWS, ROWS[3:4]])
def test_figures_have_the_same_bytes_twice(tmp_path, rows):
    settings = Search(**searched())
    for figure in (importances_figure, parallel_figure, parameters_figure):
        for name in ("one.pdf", "two.pdf"):
            figure(rows, settings, tmp_path / name)
        assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    history_figure(rows, tmp_path / "history.pdf")
    assert (tmp_path / "history.pdf").read_bytes().startswith(b"%PDF")


def test_the_journal_is_one_of_optuna(tmp_path):
    rows = search.search(Search(**searched(trials=3)), 0, EPOCHS, tmp_path / "journal", measure)
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "journal"))
    loaded = optuna.load_study(study_name=None, storage=optuna.storages.JournalStorage(backend))
    assert [trial.params["optim_lr"] for trial in loaded.trials] == [row.values["optim_lr"] for row in rows]
