"""The accuracy of an ablation against one of its factors, such as the number of training events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from showergrid.core.variants import base
from showergrid.evaluation.comparisons import Estimate
from showergrid.report.settings.ablations import AblationFigureSettings, Variant, level_text
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.tables.results import measure


@dataclass(frozen=True)
class Curve:
    """The test accuracy by value of the factor on the axis, ascending, where the other factors have one value each."""

    label: str
    points: Sequence[tuple[float, Estimate]]


@dataclass(frozen=True)
class Curves:
    """A curve for each combination of the other factors, in the order of the places."""

    settings: AblationFigureSettings
    curves: tuple[Curve, ...]


def build(settings: AblationFigureSettings, results: Path) -> Curves:
    """Read the cells of an ablation from the study's folder `results`.

    Raises:
        InputError: a file of a cell is missing or bad, or test events differ.
    """
    measured = measure(settings.places, settings, results)
    several = len({(base(place.representation), place.resolution) for place in settings.places}) > 1
    points: dict[str, list[tuple[float, Estimate]]] = {}
    for place in settings.places:
        found = measured.results[place.name]
        if "test_accuracy" in found.estimates:
            label = _label(place, settings.against, settings.labels, several)
            points.setdefault(label, []).append((place.levels[settings.against], found.estimates["test_accuracy"]))
    curves = [Curve(label, sorted(own, key=lambda point: point[0])) for label, own in points.items()]
    return Curves(settings, tuple(curves))


def _label(place: Variant, against: str, labels: HumanLabels, several: bool) -> str:
    """What the legend calls a curve: its model, of `several` inputs also that, and the values of all other factors."""
    model, representation = base(place.model), base(place.representation)
    named = labels.sentence(representation, place.resolution, model) if several else labels.model(model)
    told = {against, "model", *(("representation", "resolution") if several else ())}
    return ", ".join(
        [named, *(f"{name} {level_text(value)}" for name, value in place.levels.items() if name not in told)]
    )
