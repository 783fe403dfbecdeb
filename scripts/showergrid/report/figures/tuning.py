"""Figures of a search: its history, which hyperparameters matter, and what each does to the validation accuracy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import NullFormatter
from optuna.importance import FanovaImportanceEvaluator, get_param_importances

from showergrid.report.figures.style import BLUE, GREEN, GREY, ORANGE, new_figure, save, styled
from showergrid.tuning.search import distribution, params_of
from showergrid.tuning.settings import Domain, Search, label
from showergrid.tuning.trials import COMPLETE, PRUNED, Trial, best

ACCURACY = "validation accuracy"


def history_figure(trials: Sequence[Trial], path: Path) -> None:
    """Validation accuracy by trial, and the best so far."""
    with styled():
        figure = new_figure(6, 3.4)
        axes = figure.subplots()
        _points(axes, trials, [trial.number for trial in trials])
        complete = [trial for trial in trials if trial.state == COMPLETE]
        so_far = np.maximum.accumulate([trial.val_accuracy for trial in complete])
        axes.step([trial.number for trial in complete], so_far, where="post", color=ORANGE, label="best so far")
        axes.set(xlabel="trial", ylabel=ACCURACY)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(fontsize=8)
        save(figure, path)


def importances_figure(trials: Sequence[Trial], search: Search, path: Path) -> None:
    """Share of the variance of the validation accuracy that each hyperparameter explains (fANOVA)."""
    shares = importances(trials, search)
    with styled():
        figure = new_figure(5, 0.8 + 0.4 * max(2, len(search.parts)))
        axes = figure.subplots()
        if not shares:
            axes.text(0.5, 0.5, "all trials are equal", transform=axes.transAxes, ha="center", color=GREY)
        names = list(reversed(shares))
        bars = axes.barh(names, [shares[name] for name in names], color=BLUE, height=0.6)
        axes.bar_label(bars, fmt="%.2f", padding=3)
        axes.set(xlabel="share of the variance", xlim=(0, 1.1))
        save(figure, path)


def importances(trials: Sequence[Trial], search: Search) -> dict[str, float]:
    """The share of each hyperparameter, largest first; empty if the complete trials have fewer than two accuracies.

    Entries that some lists are too short for have none. Computed by functional ANOVA of a random forest (Hutter et al.,
    ICML 2014), seeded by the search's seed.
    """
    complete = [trial for trial in trials if trial.state == COMPLETE]
    if len({trial.val_accuracy for trial in complete}) < 2:
        return {}
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize")
    for trial in complete:
        params = params_of(trial.values, search)
        distributions = {key: distribution(search.parts[key]) for key in params}
        study.add_trial(optuna.create_trial(params=params, distributions=distributions, value=trial.val_accuracy))
    return get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=search.seed))


def parameters_figure(trials: Sequence[Trial], search: Search, path: Path) -> None:
    """Each hyperparameter against the validation accuracy; a line stands where others have published one."""
    space = search.parts
    columns = min(3, len(space))
    rows = -(-len(space) // columns)
    with styled():
        figure = new_figure(3.2 * columns, 2.8 * rows)
        panels = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for axes in panels.flat[len(space) :]:
            axes.set_visible(False)
        values = [search.split(trial.values) for trial in trials]
        published = search.split(search.published)
        for axes, (key, domain) in zip(panels.flat, space.items(), strict=False):
            _points(axes, trials, [_position(own[key], domain) if key in own else np.nan for own in values])
            if key in published and (domain.choices is None or domain.holds(published[key])):
                axes.axvline(_position(published[key], domain), color=GREEN, lw=1, ls="--", label="published")
            axes.set_xlabel(key)
            if domain.choices is not None:
                axes.set_xticks(range(len(domain.choices)), domain.labels, rotation=20)
                axes.set_xlim(-0.5, len(domain.choices) - 0.5)
            elif domain.log:
                shown = [*domain.ends, *([published[key]] if key in published else [])]
                axes.set(xscale="log", xlim=(min(shown) / 1.3, max(shown) * 1.3))
                if max(shown) >= 10 * min(shown):  # else the powers of ten alone would be too few
                    axes.xaxis.set_minor_formatter(NullFormatter())
        for axes in panels[:, 0]:
            axes.set_ylabel(ACCURACY)
        handles = {
            text: sign for axes in panels.flat for sign, text in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        panels[0, 0].legend(handles.values(), handles.keys(), fontsize=8)
        save(figure, path)


def parallel_figure(trials: Sequence[Trial], search: Search, path: Path) -> None:
    """A line for each complete trial through its values and its validation accuracy, each on an axis of its own."""
    complete = [trial for trial in trials if trial.state == COMPLETE]
    accuracies = np.array([trial.val_accuracy for trial in complete])
    low, high = accuracies.min(), accuracies.max()
    scale = Normalize(low, high if high > low else low + 1e-3)
    space = search.parts
    with styled():
        figure = new_figure(1.5 * (len(space) + 1) + 1.4, 3.6)
        axes = figure.subplots()
        colors = ScalarMappable(scale, "viridis")
        for trial in sorted(complete, key=lambda trial: trial.val_accuracy):
            values = search.split(trial.values)
            heights = [_height(values[key], domain) if key in values else np.nan for key, domain in space.items()]
            heights.append(float(scale(trial.val_accuracy)))
            first = trial == best(trials)
            axes.plot(heights, color=colors.to_rgba(trial.val_accuracy), lw=2.5 if first else 1)
        for x, domain in enumerate(space.values()):
            _marks(axes, x, [(_height(value, domain), label(value)) for value in domain.ends])
        _marks(axes, len(space), [(float(scale(value)), f"{value:.3f}") for value in {low: 0, high: 1}])
        axes.set_xticks(range(len(space) + 1), [*space, ACCURACY.replace(" ", "\n")])
        axes.set(xlim=(-0.3, len(space) + 0.5), ylim=(-0.05, 1.05), yticks=[])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        figure.colorbar(colors, ax=axes, label=ACCURACY)
        save(figure, path)


def _points(axes: Axes, trials: Sequence[Trial], x: Sequence[float]) -> None:
    """Draw the trials by their validation accuracy and mark the best; failed trials, which have none, are left out."""
    best_trial = best(trials)
    for state, style in ((COMPLETE, {"color": BLUE}), (PRUNED, {"mec": GREY, "mfc": "none"})):
        shown = [(at, trial.val_accuracy) for at, trial in zip(x, trials, strict=True) if trial.state == state]
        if shown:
            axes.plot(*zip(*shown, strict=True), "o", ms=4, ls="none", label=state, **style)
    at = next(at for at, trial in zip(x, trials, strict=True) if trial == best_trial)
    axes.plot(at, best_trial.val_accuracy, "*", ms=11, ls="none", color=ORANGE, label="best")


def _marks(axes: Axes, x: int, marks: Sequence[tuple[float, str]]) -> None:
    """Draw a vertical axis at `x` from 0 to 1, with marks (height and text) on it."""
    axes.plot([x, x], [0, 1], color=GREY, lw=0.8, zorder=0)
    for height, text in marks:
        box = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.5}
        axes.text(x + 0.04, height, text, fontsize=8, va="center", bbox=box)


def _position(value: Any, domain: Domain) -> float:
    """The position of a value on an axis; choices stand in their order."""
    return value if domain.choices is None else domain.labels.index(label(value))


def _height(value: Any, domain: Domain) -> float:
    """The height of a value between the ends of its axis, 0 to 1."""
    if domain.choices is not None:
        return _position(value, domain) / max(1, len(domain.choices) - 1)
    low, high, at = (math.log(v) if domain.log else v for v in (domain.low, domain.high, value))
    return (at - low) / (high - low)
