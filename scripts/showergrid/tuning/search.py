"""A search for hyperparameters with Optuna, which can be stopped at any moment and ends in the same trials.

Each trial is drawn in a study in memory, from the finished trials of the journal and a seed of its own, and is written
to the journal as one line when it has ended. A trial that is killed leaves nothing and is drawn again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, TrialState

from showergrid.core import seeds
from showergrid.core.cells import input_name
from showergrid.core.errors import InputError
from showergrid.core.progress import report
from showergrid.tuning.settings import Domain, Search, label
from showergrid.tuning.trials import COMPLETE, FAILED, PRUNED, Trial

STATES = {TrialState.COMPLETE: COMPLETE, TrialState.PRUNED: PRUNED, TrialState.FAIL: FAILED}
WORKER = "worker"  # attribute of a trial: who ran it

# Runs a trial: the number of the worker's trial, its values, and a function to which it reports the validation accuracy
# of each epoch -> validation accuracy.
Measure = Callable[[int, Mapping[str, Any], Callable[[int, float], None]], float]


def search(settings: Search, worker: int, epochs: int, journal: Path, measure: Measure) -> list[Trial]:
    """Run those trials of this worker that the journal does not hold yet, and return all of its trials.

    `epochs` is the largest number of epochs that a trial can run. The function to which `measure` reports an epoch
    raises optuna.TrialPruned if the trial is to be given up.

    Raises:
        InputError: the sampler lacks a package.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = _open(settings, journal)
    while len(mine := _trials_of(study, worker)) < settings.share[worker]:
        study.add_trial(_trial(settings, worker, len(mine), epochs, study.get_trials(), measure))
    return [_row(number, trial, settings.space) for number, trial in enumerate(mine)]


def _open(settings: Search, journal: Path) -> optuna.Study:
    """Open the study of the journal, or begin it; an incomplete last line, left by a kill, is cut off."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    lock = JournalFileOpenLock(str(journal))
    lock.acquire()
    try:
        with open(journal, "a+b") as file:
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
    finally:
        lock.release()
    storage = JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))
    return optuna.create_study(storage=storage, study_name=_name(settings), direction="maximize", load_if_exists=True)


def _name(settings: Search) -> str:
    """The name of the study, from which Hyperband draws a trial's bracket."""
    return f"{input_name(settings.representation, settings.resolution)} {settings.model}"


def _trials_of(study: optuna.Study, worker: int) -> list[FrozenTrial]:
    return [trial for trial in study.get_trials() if trial.user_attrs[WORKER] == worker]


def _trial(
    settings: Search, worker: int, number: int, epochs: int, finished: list[FrozenTrial], measure: Measure
) -> FrozenTrial:
    """Draw the `number`-th trial of a worker, given those that are `finished`, and run it."""
    seed = seeds.seed_of(settings.seed, "sampler", worker, number) % 2**32
    study = optuna.create_study(
        study_name=_name(settings),
        direction="maximize",
        sampler=_sampler(settings, seed),
        pruner=_pruner(settings, epochs),
    )
    study.add_trials(finished)
    if settings.sampler == "grid":
        study.enqueue_trial(_point(settings, worker + number * settings.workers))
    trial = study.ask({key: distribution(domain) for key, domain in settings.parts.items()})
    trial.set_user_attr(WORKER, worker)
    values = _values(trial.params, settings.space)
    what = f"trial {number + 1}/{settings.share[worker]}"
    shown = {key: f"{value:.3g}" if isinstance(value, float) else value for key, value in values.items()}
    report(f"{what}: {', '.join(f'{key} {value}' for key, value in shown.items())}")

    def told(step: int, accuracy: float) -> None:
        trial.report(accuracy, step)
        if step < epochs and trial.should_prune():
            raise optuna.TrialPruned

    try:
        accuracy = measure(number, values, told)
        study.tell(trial, accuracy)
        report(f"{what}: validation accuracy {accuracy:.4f}")
    except optuna.TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
        report(f"{what}: pruned")
    except InputError as error:  # these values cannot be trained, others can
        study.tell(trial, state=TrialState.FAIL)
        report(f"{what}: failed: {error}")
    return study.trials[-1]


def _sampler(settings: Search, seed: int) -> optuna.samplers.BaseSampler:
    if settings.sampler == "TPE":
        return optuna.samplers.TPESampler(seed=seed)
    if settings.sampler == "CMA-ES":
        try:
            import cmaes  # noqa: F401
        except ImportError:
            raise InputError(
                "tuning: sampler: CMA-ES needs the package cmaes, which this environment lacks; choose TPE or random"
            ) from None
        return optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)
    return optuna.samplers.RandomSampler(seed=seed)


def _pruner(settings: Search, epochs: int) -> optuna.pruners.BasePruner:
    if settings.pruner == "median":
        return optuna.pruners.MedianPruner()
    if settings.pruner == "Hyperband":
        return optuna.pruners.HyperbandPruner(max_resource=epochs)
    return optuna.pruners.NopPruner()


def _point(settings: Search, index: int) -> dict[str, Any]:
    """The point `index` of the grid, whose points are shuffled by the search's seed."""
    listed = [domain.labels or domain.listed for domain in settings.space.values()]
    points = list(itertools.product(*listed))
    order = seeds.generator(settings.seed, "grid").permutation(len(points))
    return dict(zip(settings.space, points[order[index]], strict=True))


def distribution(domain: Domain) -> BaseDistribution:
    """The distribution from which Optuna draws a hyperparameter; choices are given as labels."""
    if domain.choices is not None:
        return CategoricalDistribution(domain.labels)
    if domain.whole:
        return IntDistribution(domain.low, domain.high, log=domain.log, step=domain.step or 1)
    return FloatDistribution(domain.low, domain.high, log=domain.log, step=domain.step)


def params_of(values: Mapping[str, Any], settings: Search) -> dict[str, Any]:
    """Values as an Optuna study has them: choices as labels, lists as their length and entries."""
    parts = settings.parts
    split = settings.split(values)
    return {key: label(value) if parts[key].choices is not None else value for key, value in split.items()}


def _values(params: Mapping[str, Any], space: Mapping[str, Domain]) -> dict[str, Any]:
    """The values of the `params` of an Optuna study: choices from their labels, lists from length and entries."""
    drawn = {key: domain.joined(key, params) for key, domain in space.items()}
    return {key: space[key].value(value) if space[key].choices is not None else value for key, value in drawn.items()}


def _row(number: int, trial: FrozenTrial, space: Mapping[str, Domain]) -> Trial:
    reported = trial.intermediate_values
    accuracy = trial.value if trial.state == TrialState.COMPLETE else max(reported.values(), default=None)
    state = STATES[trial.state]
    return Trial(
        number=number,
        state=state,
        val_accuracy=None if state == FAILED else accuracy,
        epochs=len(reported),
        values=_values(trial.params, space),
    )
