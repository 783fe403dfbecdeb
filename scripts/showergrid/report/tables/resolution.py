"""The results of the resolution study: by network, with its window fixed in pixels or in centimetres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from showergrid.report.settings.labels import HumanLabels
from showergrid.report.settings.published import PublishedResolution
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables.results import Measured, Result, identical_rows, judged, measure, printed

PIXELS, CENTIMETRES = "pixels", "centimetres"  # what a window is fixed in


class ResolutionSettings(Reported):
    """Settings of the resolution study."""

    published_resolution: PublishedResolution | None = Field(default=None, description="numbers to set beside ours")


@dataclass(frozen=True)
class ResolutionSeries:
    """One network on one representation with its window fixed in `kind`: c -> result, and c -> published accuracy."""

    representation: str
    kind: str
    model: str
    results: Mapping[int, Result]
    published: Mapping[int, float]

    @property
    def name(self) -> str:
        """Name of the series in a warning."""
        return self.shown(HumanLabels())

    def shown(self, labels: HumanLabels) -> str:
        """The same for readers."""
        return f"{labels.model(self.model)} ({labels.representation(self.representation)}, window in {self.kind})"


@dataclass(frozen=True)
class ResolutionResults:
    """All series in the order of the grid; `identical` holds the names of those whose numbers are all the same."""

    settings: ResolutionSettings
    series: tuple[ResolutionSeries, ...]
    identical: tuple[tuple[str, ...], ...]
    test_events: int
    test_groups: int | None


def build(settings: ResolutionSettings, results: Path) -> ResolutionResults:
    """Read the cells of the study from `results` and compare the resolutions of each network.

    Raises:
        InputError: a file of a cell is missing or bad, a place appears twice, or test events differ.
    """
    measured = measure(settings.places, settings, results)
    grouped: dict[tuple[str, str, str], list[PlaceSettings]] = {}
    for place in settings.places:
        grouped.setdefault((place.representation, _kind(settings, place), place.model), []).append(place)
    made = tuple(_series(settings, measured, *key, places) for key, places in grouped.items())
    shown = {scan.name: {str(c): printed(result) for c, result in scan.results.items()} for scan in made}
    return ResolutionResults(settings, made, identical_rows(shown), measured.test_events, measured.test_groups)


def _kind(settings: ResolutionSettings, place: PlaceSettings) -> str:
    """What the window is fixed in; a place without settings takes it from another place of its network."""
    said = [place, *(other for other in settings.places if other.model == place.model)]
    known = next((other.settings for other in said if other.settings is not None), None)
    return CENTIMETRES if known is not None and known.window_cm is not None else PIXELS


def _series(
    settings: ResolutionSettings,
    measured: Measured,
    representation: str,
    kind: str,
    model: str,
    places: Sequence[PlaceSettings],
) -> ResolutionSeries:
    names = {place.name: place.name for place in places}
    results = {result.resolution: result for result in judged(measured, names, settings).values()}
    theirs, published = settings.published_resolution, {}
    if theirs and kind == PIXELS and theirs.representation in (None, representation):
        published = theirs.resolution.get(model, {})
    return ResolutionSeries(representation, kind, model, results, dict(sorted(published.items())))
