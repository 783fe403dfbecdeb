"""The events beside what was published of the reference's, and how well simple classifiers tell the classes apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from xgboost import XGBClassifier

from showergrid.figures import BLUE, GREY, ORANGE, new_figure, save, styled
from showergrid.hits import AXES, read_events, read_hits
from showergrid.settings.validation import Baselines, Boosting, PublishedData

CHARGE_EDGES = np.linspace(1, 5, 81)  # of the logarithm of the charge in tick ADC
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)


@dataclass(frozen=True)
class Sample:
    """What the analysis needs of the E events of a study.

    pdg (E,) int; energy (E,) [GeV]; n_hits (E,) int; extent (E, 3): largest less smallest coordinate [cm];
    start (E,): charge of the hits near the first one [tick ADC]; first (E, K, 4) float32: the first K hits, position
    from the first hit [cm] and charge, NaN where an event has fewer; charges (B,) int: hits in the bins between
    CHARGE_EDGES; largest (E,): place of the hit with most charge in the order, 0 to 1.
    """

    pdg: np.ndarray
    energy: np.ndarray
    n_hits: np.ndarray
    extent: np.ndarray
    start: np.ndarray
    first: np.ndarray
    charges: np.ndarray
    largest: np.ndarray


def read_sample(hits: Path, events: Path, settings: Baselines) -> Sample:
    """Read the study's tables, the hits chunk by chunk."""
    table = read_events(events)
    kept = settings.xgboost.hits
    extent, start, first, largest = [], [], [], []
    charges = np.zeros(CHARGE_EDGES.size - 1, np.int64)
    for chunk in read_hits(hits):
        begin, row = chunk.offsets[:-1], chunk.row
        extent.append(np.maximum.reduceat(chunk.position, begin) - np.minimum.reduceat(chunk.position, begin))
        offset = chunk.position - chunk.position[begin][row]
        near = np.einsum("ij,ij->i", offset, offset) <= settings.start_length**2
        start.append(np.bincount(row, chunk.charge * near, begin.size))
        number = np.arange(row.size) - begin[row]
        lists = np.full((begin.size, kept, 4), np.nan, np.float32)
        early = number < kept
        lists[row[early], number[early]] = np.column_stack([offset, chunk.charge])[early]
        first.append(lists)
        top = np.lexsort((-number, chunk.charge, row))[chunk.offsets[1:] - 1]  # of equal charges the first
        largest.append(number[top] / np.maximum(np.diff(chunk.offsets) - 1, 1))
        charges += np.histogram(np.log10(chunk.charge), CHARGE_EDGES)[0]
    return Sample(
        pdg=table["pdg"].to_numpy(),
        energy=table["energy"].to_numpy().astype(np.float64),
        n_hits=table["n_hits"].to_numpy(),
        extent=np.concatenate(extent),
        start=np.concatenate(start),
        first=np.concatenate(first),
        charges=charges,
        largest=np.concatenate(largest),
    )


def summary(
    sample: Sample,
    split: np.ndarray,
    classes: list[dict[str, Any]],
    counts: dict[str, dict[str, int]],
    baselines: Baselines,
    published: PublishedData,
    order: str,
) -> dict[str, Any]:
    """All figures of the analysis, ours and published side by side, as JSON takes them.

    Args:
        sample: the events.
        split: (E,) str, train, validation or test.
        classes: name and PDG code of each class.
        counts: of events kept and drawn again, by PDG code.
        baselines: settings of the simple classifiers.
        published: numbers of the reference.
        order: how the hits of an event are ordered.
    """
    return {
        "events": int(sample.pdg.size),
        "classes": {one["name"]: counts[str(one["pdg"])] for one in classes},
        "order": order,
        "published": published.note,
        "hits": [
            {
                "energy": point.energy,
                **_beside(_median_hits(sample, point.energy, point.width), point.hits),
                **{one["name"]: _median_hits(sample, point.energy, point.width, one["pdg"]) for one in classes},
            }
            for point in published.hits
        ],
        "smallest_event": _beside(int(sample.n_hits.min()), published.smallest),
        "extent": {
            axis: {
                "quartiles": [
                    _beside(float(ours), theirs)
                    for ours, theirs in zip(
                        np.quantile(sample.extent[:, i], [0.25, 0.5, 0.75]),
                        getattr(published.quartiles, axis),
                        strict=True,
                    )
                ],
                "largest": _beside(float(sample.extent[:, i].max()), getattr(published.largest, axis)),
            }
            for i, axis in enumerate(AXES)
        },
        "charge": {
            "quantiles": {str(share): _charge_quantile(sample.charges, share) for share in QUANTILES},
            "largest_in_first_fifth": float((sample.largest <= 0.2).mean()),
        },
        "accuracy": _accuracies(sample, split, classes, baselines, published),
    }


def _beside(ours: float, theirs: float) -> dict[str, float]:
    return {"ours": ours, "published": theirs, "ratio": ours / theirs}


def _median_hits(sample: Sample, energy: float, width: float, pdg: int | None = None) -> float:
    inside = np.abs(sample.energy - energy) <= width / 2
    if pdg is not None:
        inside &= sample.pdg == pdg
    return float(np.median(sample.n_hits[inside])) if inside.any() else 0.0


def _charge_quantile(charges: np.ndarray, share: float) -> float:
    """Charge below which `share` of the hits lie, from the histogram."""
    below = np.append(0, np.cumsum(charges)) / charges.sum()
    return float(10 ** np.interp(share, below, CHARGE_EDGES))


def _accuracies(
    sample: Sample,
    split: np.ndarray,
    classes: list[dict[str, Any]],
    baselines: Baselines,
    published: PublishedData,
) -> dict[str, Any]:
    """Accuracy on test events, with its binomial standard error, of what was learnt from training events."""
    label = (sample.pdg == classes[1]["pdg"]).astype(np.int64)
    train, test = split == "train", split == "test"
    answers = {
        "charge_at_start": _cut(sample.start[train], label[train], sample.start[test]),
        "xgboost": _boosted(sample.first[train], label[train], sample.first[test], baselines.xgboost),
    }
    found = {}
    for name, answer in answers.items():
        accuracy = float((answer == label[test]).mean())
        error = float(np.sqrt(accuracy * (1 - accuracy) / test.sum()))
        found[name] = {"ours": accuracy, "standard_error": error, "published": published.accuracy.get(name)}
    others = {
        name: {"ours": None, "published": value} for name, value in published.accuracy.items() if name not in found
    }
    return {"test_events": int(test.sum()), **found, **others}


def _cut(values: np.ndarray, label: np.ndarray, unseen: np.ndarray) -> np.ndarray:
    """Answers (0 or 1) of the one cut, in either direction, that is right for most of the training events."""
    order = np.argsort(values, kind="stable")
    ones = np.append(0, np.cumsum(label[order]))
    places = np.arange(values.size + 1)
    above_is_one = (places - ones) + (ones[-1] - ones)  # training events that are right if those above are class 1
    up, down = int(above_is_one.argmax()), int(above_is_one.argmin())
    upwards = above_is_one[up] >= values.size - above_is_one[down]
    place = up if upwards else down
    edges = np.concatenate([[-np.inf], values[order], [np.inf]])
    above = unseen > (edges[place] + edges[place + 1]) / 2
    return np.where(above, 1, 0) if upwards else np.where(above, 0, 1)


def _boosted(first: np.ndarray, label: np.ndarray, unseen: np.ndarray, settings: Boosting) -> np.ndarray:
    """Answers (0 or 1) of XGBoost on padded lists of hits, (E, K, 4)."""
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


def draw(sample: Sample, found: dict[str, Any], classes: list[dict[str, Any]], path: Path) -> None:
    """Write four panels of what `summary` found: hits, extents, charges, accuracies, published values beside ours."""
    with styled():
        figure = new_figure(10, 7.5)
        (hits, extents), (charges, accuracies) = figure.subplots(2, 2)
        _draw_hits(hits, sample, found, classes)
        _draw_extents(extents, found)
        _draw_charges(charges, sample)
        _draw_accuracies(accuracies, found["accuracy"])
        figure.suptitle(f"{found['events']} simulated showers beside published ones")
        save(figure, path)


def _draw_hits(axes: Axes, sample: Sample, found: dict[str, Any], classes: list[dict[str, Any]]) -> None:
    dots = {"linestyle": "", "marker": ".", "markersize": 1.5, "alpha": 0.4, "rasterized": True}
    for one, color in zip(classes, (BLUE, GREY), strict=True):
        of = sample.pdg == one["pdg"]
        axes.plot(sample.energy[of], sample.n_hits[of], color=color, label=one["name"], **dots)
    energy = [point["energy"] for point in found["hits"]]
    axes.plot(energy, [point["ours"] for point in found["hits"]], "o", color="black", label="median")
    axes.plot(
        energy, [point["published"] for point in found["hits"]], "x", color=ORANGE, markersize=9, label="published"
    )
    axes.set(xlabel="energy [GeV]", ylabel="hits", xlim=(0, None), ylim=(0, None))
    axes.legend(markerscale=1.5)


def _draw_extents(axes: Axes, found: dict[str, Any]) -> None:
    for i, axis in enumerate(AXES):
        for shift, who, color in ((-0.12, "ours", "black"), (0.12, "published", ORANGE)):
            quartiles = [one[who] for one in found["extent"][axis]["quartiles"]]
            axes.plot([i + shift] * 2, [quartiles[0], quartiles[2]], color=color, linewidth=8, alpha=0.4)
            axes.plot(i + shift, quartiles[1], "o", color=color, label=who if i == 0 else None)
            axes.plot(i + shift, found["extent"][axis]["largest"][who], "^", color=color)
    axes.set(ylabel="extent of an event [cm]", ylim=(0, None))
    axes.set_xticks(range(3), AXES)
    axes.legend(title="bar: quartiles, dot: median, triangle: largest", title_fontsize=8)


def _draw_charges(axes: Axes, sample: Sample) -> None:
    axes.stairs(sample.charges / sample.charges.sum(), 10**CHARGE_EDGES, color="black")
    axes.set(xlabel="charge of a hit [tick ADC]", ylabel="share of hits", xscale="log", ylim=(0, None))


def _draw_accuracies(axes: Axes, found: dict[str, Any]) -> None:
    names = [name for name in found if name != "test_events"]
    for place, name in enumerate(names):
        if found[name]["ours"] is not None:
            axes.errorbar(found[name]["ours"], place, xerr=found[name]["standard_error"], fmt="o", color="black")
        if found[name]["published"] is not None:
            axes.plot(found[name]["published"], place, "x", color=ORANGE, markersize=9)
    axes.set(
        xlabel="accuracy on test events (dot: ours, cross: published)", xlim=(0.5, 1), ylim=(-0.5, len(names) - 0.5)
    )
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
