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
    points: dict[_Shared, list[tuple[float, Estimate]]] = {}
    for place in settings.places:
        found = measured.results[place.name]
        if "test_accuracy" in found.estimates:
            point = place.levels[settings.against], found.estimates["test_accuracy"]
            points.setdefault(_Shared.of(place, settings.against), []).append(point)
    several = len({(shared.representation, shared.resolution) for shared in points}) > 1
    curves = [
        Curve(shared.label(settings.labels, several), sorted(own, key=lambda point: point[0]))
        for shared, own in points.items()
    ]
    return Curves(settings, tuple(curves))


@dataclass(frozen=True)
class _Shared:
    """What the points of one curve share; others: the values of all other factors but that on the axis, in words."""

    representation: str
    resolution: int | None
    model: str
    others: tuple[str, ...]

    @classmethod
    def of(cls, place: Variant, against: str) -> _Shared:
        entries = ("representation", "resolution", "model")
        return cls(
            base(place.representation),
            None if against == "resolution" else place.resolution,
            base(place.model),
            tuple(f"{k} {level_text(value)}" for k, value in place.levels.items() if k not in (against, *entries)),
        )

    def label(self, labels: HumanLabels, several: bool) -> str:
        """What the legend calls the curve: its model, of `several` inputs also that, and the other values."""
        named = labels.sentence(self.representation, self.resolution, self.model)
        return ", ".join([named if several else labels.model(self.model), *self.others])
