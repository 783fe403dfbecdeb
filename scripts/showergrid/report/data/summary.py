"""The events beside the reference's published numbers, and how well simple classifiers tell the classes apart."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from xgboost import XGBClassifier

from showergrid.core.atomic import replacing
from showergrid.events.hits import AXES
from showergrid.events.questions import Question
from showergrid.report.data.sample import CHARGE_EDGES, EventSample, quantile
from showergrid.report.data.settings import Baselines, Boosting, PublishedData

QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)
EXTENT_COLUMNS = ("smallest", "q25", "median", "q75", "largest")


def summary(
    sample: EventSample,
    split: np.ndarray,
    question: Question,
    counts: dict[str, dict[str, int]] | None,
    baselines: Baselines,
    published: PublishedData | None,
    order: str,
) -> dict[str, Any]:
    """All numbers of the analysis, ours and published side by side, ready for JSON.

    A number is None where it cannot be known: where it needs energies that the data lack, where it was not published,
    and, for the events drawn again, where they were not simulated here.

    Args:
        sample: the events.
        split: (E,) str, train, validation or test; empty for an event that is in none.
        question: what is asked of the events.
        counts: numbers of events kept and drawn again, by PDG code.
        baselines: settings of the simple classifiers.
        published: numbers of the reference.
        order: how the hits of an event are ordered.
    """
    return {
        "events": int(sample.label.size),
        "classes": {name: _counts(sample, counts, question, k) for k, name in enumerate(question.names)},
        "order": order,
        "published": published.note if published else None,
        "energy": _energies(sample, question.names),
        "hits": _hits(sample, question.names, published),
        "smallest_event": _beside(int(sample.n_hits.min()), published.smallest if published else None),
        "extent": {
            axis: {
                "quartiles": [
                    _beside(ours, theirs)
                    for ours, theirs in zip(
                        _five(sample.extent[:, i])[1:4],
                        getattr(published.quartiles, axis) if published else [None] * 3,
                        strict=True,
                    )
                ],
                "largest": _beside(
                    float(sample.extent[:, i].max()), getattr(published.largest, axis) if published else None
                ),
                "classes": {
                    name: dict(zip(EXTENT_COLUMNS, _five(sample.extent[sample.of(k), i]), strict=True))
                    for k, name in enumerate(question.names)
                },
            }
            for i, axis in enumerate(AXES)
        },
        "charge": {
            "quantiles": {
                str(share): 10 ** quantile(sample.charges.sum(axis=0), CHARGE_EDGES, share) for share in QUANTILES
            },
            "largest_in_first_fifth": float((sample.largest <= 0.2).mean()),
        },
        "accuracy": _accuracies(sample, split, len(question.classes), baselines, published),
    }


def write_extents(sample: EventSample, classes: list[str], published: PublishedData | None, path: Path) -> None:
    """Write the quartiles of the extents [cm] as CSV: a row for each axis and class, and for all classes.

    Published numbers stand in the rows of all classes; what was not published is left empty.
    """
    header = ["axis", "class", "events", *EXTENT_COLUMNS, *(f"published_{name}" for name in EXTENT_COLUMNS[1:])]
    with replacing(path) as partial, open(partial, "w", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        for i, axis in enumerate(AXES):
            for name, k in [("all", None), *((name, k) for k, name in enumerate(classes))]:
                of = sample.of(k)
                row = {"axis": axis, "class": name, "events": int(of.sum())}
                row |= dict(zip(EXTENT_COLUMNS, _five(sample.extent[of, i]), strict=True))
                if published and k is None:
                    theirs = [*getattr(published.quartiles, axis), getattr(published.largest, axis)]
                    row |= {f"published_{key}": value for key, value in zip(EXTENT_COLUMNS[1:], theirs, strict=True)}
                writer.writerow(row)


def _counts(
    sample: EventSample, counts: dict[str, dict[str, int]] | None, question: Question, k: int
) -> dict[str, int | None]:
    """Events of class `k` kept and, where its particles were simulated here, drawn again."""
    simulated = counts is not None and question.column == "pdg"
    redrawn = sum(counts[str(pdg)]["redrawn"] for pdg in question.values[k]) if simulated else None
    return {"kept": int(sample.of(k).sum()), "redrawn": redrawn}


def _energies(sample: EventSample, classes: list[str]) -> dict[str, dict[str, float] | None] | None:
    """Smallest, median and largest energy of each class [GeV]."""

    def of(k: int) -> dict[str, float] | None:
        energy = sample.energy[sample.of(k) & np.isfinite(sample.energy)]
        if energy.size == 0:
            return None
        return {"smallest": float(energy.min()), "median": float(np.median(energy)), "largest": float(energy.max())}

    energies = {name: of(k) for k, name in enumerate(classes)}
    return energies if any(energies.values()) else None


def _hits(
    sample: EventSample, classes: list[str], published: PublishedData | None
) -> list[dict[str, float | None]] | None:
    """Median hits of an event at the published energies."""
    if published is None or not np.isfinite(sample.energy).any():
        return None
    return [
        {
            "energy": point.energy,
            **_beside(_median_hits(sample, point.energy, point.width), point.hits),
            **{name: _median_hits(sample, point.energy, point.width, k) for k, name in enumerate(classes)},
        }
        for point in published.hits
    ]


def _beside(ours: float | None, theirs: float | None) -> dict[str, float | None]:
    ratio = None if ours is None or theirs is None else ours / theirs
    return {"ours": ours, "published": theirs, "ratio": ratio}


def _five(values: np.ndarray) -> list[float | None]:
    """Smallest, quartiles and largest of values (n,)."""
    return np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist() if values.size else [None] * 5


def _median_hits(sample: EventSample, energy: float, width: float, k: int | None = None) -> float | None:
    inside = sample.of(k) & (np.abs(sample.energy - energy) <= width / 2)
    return float(np.median(sample.n_hits[inside])) if inside.any() else None


def _accuracies(
    sample: EventSample,
    split: np.ndarray,
    classes: int,
    baselines: Baselines,
    published: PublishedData | None,
) -> dict[str, Any]:
    """Accuracy on test events, with its binomial standard error, of classifiers fitted to the training events.

    One cut tells two classes apart and no more.
    """
    label, train, test = sample.label, split == "train", split == "test"
    answers = {"xgboost": _boosted(sample.first[train], label[train], sample.first[test], baselines.xgboost)}
    if classes == 2:
        answers = {"charge_at_start": _cut(sample.start[train], label[train], sample.start[test]), **answers}
    theirs = published.accuracy if published else {}
    measured = {}
    for name, answer in answers.items():
        accuracy = float((answer == label[test]).mean())
        error = float(np.sqrt(accuracy * (1 - accuracy) / test.sum()))
        measured[name] = {"ours": accuracy, "standard_error": error, "published": theirs.get(name)}
    published_only = {
        name: {"ours": None, "published": value} for name, value in theirs.items() if name not in measured
    }
    return {"test_events": int(test.sum()), **measured, **published_only}


def _cut(values: np.ndarray, label: np.ndarray, unseen: np.ndarray) -> np.ndarray:
    """Answers (0 or 1) of the one cut, in either direction, that is right for most of the training events."""
    order = np.argsort(values, kind="stable")
    ones = np.append(0, np.cumsum(label[order]))
    places = np.arange(values.size + 1)
    above_is_one = (places - ones) + (ones[-1] - ones)  # training events answered right if those above are class 1
    up, down = int(above_is_one.argmax()), int(above_is_one.argmin())
    upwards = above_is_one[up] >= values.size - above_is_one[down]
    place = up if upwards else down
    edges = np.concatenate([[-np.inf], values[order], [np.inf]])
    above = unseen > (edges[place] + edges[place + 1]) / 2
    return np.where(above, 1, 0) if upwards else np.where(above, 0, 1)


def _boosted(first: np.ndarray, label: np.ndarray, unseen: np.ndarray, settings: Boosting) -> np.ndarray:
    """The class that XGBoost answers, on padded lists of hits, (E, K, 4)."""
    model = XGBClassifier(
        n_estimators=settings.trees,
        max_depth=settings.depth,
        learning_rate=settings.learning_rate,
        subsample=settings.rows,
        colsample_bytree=settings.columns,
        tree_method="hist",
        random_state=settings.seed,
        n_jobs=1,
    )
    model.fit(first.reshape(len(first), -1), label)
    return model.predict(unseen.reshape(len(unseen), -1))
