"""Figures of one cell: its training, the ROC curve and the confusion matrix."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from showergrid.evaluation.predictions import Answered
from showergrid.events.questions import Question
from showergrid.report.figures.style import BLUE, GREY, ORANGE, PALETTE, new_figure, save, styled
from showergrid.report.settings.labels import HumanLabels
from showergrid.training.history import Epoch


def history_figure(history: list[Epoch], best_epoch: int, path: Path) -> None:
    """Training and validation loss and accuracy by epoch."""
    with styled():
        figure = new_figure(7, 3)
        for axes, quantity in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
            for split, name, color, marker in (
                ("train", "training", BLUE, "o"),
                ("val", "validation", ORANGE, "s"),
            ):
                values = [getattr(row, f"{split}_{quantity}") for row in history]
                axes.plot([row.epoch for row in history], values, marker + "-", ms=4, color=color, label=name)
            axes.axvline(best_epoch, color=GREY, lw=1, ls=":", label="weights kept")
            axes.set(xlabel="epoch", ylabel=quantity)
            axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
        save(figure, path)


def roc_points(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the other events (k,) and of the positive ones (k,) that pass, at every threshold."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)  # equal scores pass a threshold together
    own = np.cumsum(positive[order])[last]
    other = np.cumsum(~positive[order])[last]
    return np.append(0, other / max(1, other[-1])), np.append(0, own / max(1, own[-1]))


def roc_figure(test: Answered, question: Question, labels: HumanLabels, metrics: dict, path: Path) -> None:
    """The ROC curves of the test events, of the positive class or of each against the rest, with their answers marked.

    `metrics` are those of the test events.
    """
    looked_at = question.against_rest
    several = len(looked_at) > 1
    answers = test.probability.argmax(axis=1)
    with styled():
        figure = new_figure(4, 3.8 + (0.26 * (len(looked_at) + 2) if several else 0))
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], ls=":", lw=1, color=GREY, label="guessing")
        for i, k in enumerate(looked_at):
            name, positive, answered = question.names[k], test.labels == k, answers == k
            color = PALETTE[i % len(PALETTE)] if several else BLUE
            area = _area_text(metrics["classes"][name]["roc_auc"])
            text = f"{labels.kind(name)}: {area}" if several else area
            axes.plot(*roc_points(positive, test.probability[:, k]), color=color, label=text)
            working = [np.mean(answered[part]) if part.any() else np.nan for part in (~positive, positive)]
            axes.plot(*working, "o", color=color if several else ORANGE, label=None if several else "score 0.5")
        if several:
            axes.plot([], [], "o", color=GREY, label="answered")
        own, others = labels.several(question.names[looked_at[0]]), labels.rest(question, looked_at[0])[1]
        axes.set(
            xlabel="others taken for the class" if several else f"{others} taken for {own}",
            ylabel="efficiency for the class" if several else f"efficiency for {own}",
            xlim=(-0.01, 1.01),
            ylim=(-0.01, 1.01),
            aspect="equal",
        )
        if several:  # many curves leave no room
            figure.legend(loc="outside lower center")
        else:
            axes.legend(loc="lower right")
        save(figure, path)


def confusion_figure(confusion: dict[str, dict[str, dict]], labels: HumanLabels, path: Path) -> None:
    """The confusion matrix of metrics.json by true class (rows) and answer (columns): events and share of the row."""
    names = list(confusion)
    counts = np.array([[confusion[true][answer]["value"] for answer in names] for true in names], dtype=np.float64)
    share = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    with styled():
        larger = max(0, len(names) - 2)
        figure = new_figure(4 + larger, 3.4 + larger)
        axes = figure.subplots()
        shown = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for i, j in np.ndindex(*counts.shape):
            ink = "white" if share[i, j] > 0.5 else "black"
            axes.text(j, i, f"{counts[i, j]:.0f}\n{share[i, j]:.3f}", ha="center", va="center", color=ink, size=11)
        shown_names = [labels.kind(name) for name in names]
        axes.set_xticks(range(len(names)), shown_names)
        axes.set_yticks(range(len(names)), shown_names, rotation=90, va="center")
        axes.set(xlabel="answered", ylabel="true")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        figure.colorbar(shown, ax=axes, label="share of the true class")
        save(figure, path)


def _area_text(area: dict) -> str:
    if area["value"] is None:
        return "area not defined"
    return f"area {area['value']:.3f} ({area['low']:.3f} to {area['high']:.3f})"
