"""Figures of one cell: its training, the ROC curve and the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from showergrid.evaluation.metrics import THRESHOLD
from showergrid.report.figures.style import BLUE, GREY, ORANGE, new_figure, save, styled
from showergrid.training.history import Epoch


def history_figure(history: list[Epoch], best_epoch: int, path: Path) -> None:
    """Training and validation loss and accuracy by epoch."""
    with styled():
        figure = new_figure(7, 3)
        for axes, quantity, label in zip(
            figure.subplots(1, 2), ("loss", "accuracy"), ("cross-entropy", "accuracy"), strict=True
        ):
            for split, name, color, marker in (
                ("train", "training", BLUE, "o"),
                ("val", "validation", ORANGE, "s"),
            ):
                values = [getattr(row, f"{split}_{quantity}") for row in history]
                axes.plot([row.epoch for row in history], values, marker + "-", ms=4, color=color, label=name)
            axes.axvline(best_epoch, color=GREY, lw=1, ls=":", label="weights kept")
            axes.set(xlabel="epoch", ylabel=label)
            axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
        save(figure, path)


def roc_points(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the other class (k,) and of the positive class (k,) that are answered positive, at every threshold."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)  # equal scores pass a threshold together
    positive = np.cumsum(labels[order] == 0)[last]
    other = np.cumsum(labels[order] != 0)[last]
    return np.append(0, other / max(1, other[-1])), np.append(0, positive / max(1, positive[-1]))


def roc_figure(labels: np.ndarray, scores: np.ndarray, names: Sequence[str], area: dict, path: Path) -> None:
    """The ROC curve of the test events, labels (n,) and scores (n,), with its point at a score of 0.5 marked.

    `area` holds the value, low and high of the area under the curve.
    """
    with styled():
        figure = new_figure(4, 3.8)
        axes = figure.subplots()
        false, true = roc_points(labels, scores)
        axes.plot([0, 1], [0, 1], ls=":", lw=1, color=GREY, label="guessing")
        axes.plot(false, true, color=BLUE, label=_area_text(area))
        answered = scores >= THRESHOLD
        working = [np.mean(answered[labels == label]) if np.any(labels == label) else np.nan for label in (1, 0)]
        axes.plot(*working, "o", color=ORANGE, label=f"score {THRESHOLD}")
        axes.set(
            xlabel=f"{names[1]}s taken for {names[0]}s",
            ylabel=f"efficiency for {names[0]}s",
            xlim=(-0.01, 1.01),
            ylim=(-0.01, 1.01),
            aspect="equal",
        )
        axes.legend(loc="lower right")
        save(figure, path)


def confusion_figure(confusion: dict[str, dict[str, dict]], path: Path) -> None:
    """The confusion matrix of metrics.json by true class (rows) and answer (columns): events and share of the row."""
    names = list(confusion)
    counts = np.array([[confusion[true][answer]["value"] for answer in names] for true in names], dtype=np.float64)
    share = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    with styled():
        figure = new_figure(4, 3.4)
        axes = figure.subplots()
        shown = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for i, j in np.ndindex(*counts.shape):
            ink = "white" if share[i, j] > 0.5 else "black"
            axes.text(j, i, f"{counts[i, j]:.0f}\n{share[i, j]:.3f}", ha="center", va="center", color=ink, size=11)
        axes.set_xticks(range(len(names)), names)
        axes.set_yticks(range(len(names)), names, rotation=90, va="center")
        axes.set(xlabel="answered", ylabel="true")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        figure.colorbar(shown, ax=axes, label="share of the true class")
        save(figure, path)


def _area_text(area: dict) -> str:
    if area["value"] is None:
        return "area not defined"
    return f"area {area['value']:.3f} ({area['low']:.3f} to {area['high']:.3f})"
