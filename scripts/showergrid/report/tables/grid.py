"""The results of a table of networks and representations, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from showergrid.report.settings.published import PublishedGrid
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables.results import UNTRIED, Result, identical_rows, judged, measure, printed


class GridSettings(Reported):
    """Settings of a table of networks and representations, each pair of which is a place at most once."""

    meaningless: list[tuple[str, str]] = Field(description="pairs of representation and network without a meaning")
    kinds: dict[str, str] = Field(default={}, description="kind of each network, under which its row stands")
    published_grid: PublishedGrid | None = Field(default=None, description="numbers to set beside ours")

    @property
    def rows(self) -> list[str]:
        """The networks, in the order of the places."""
        return list(dict.fromkeys(place.model for place in self.places))

    @property
    def by_kind(self) -> dict[str, list[str]]:
        """The networks of each kind, in the order of the places."""
        kinds: dict[str, list[str]] = {}
        for model in self.rows:
            kinds.setdefault(self.kinds.get(model, ""), []).append(model)
        return kinds

    @property
    def columns(self) -> list[str]:
        """The representations, in the order of the places."""
        return list(dict.fromkeys(place.representation for place in self.places))


@dataclass(frozen=True)
class GridResults:
    """All results, by representation and model; `identical` groups the models whose numbers are all the same."""

    settings: GridSettings
    results: Mapping[tuple[str, str], Result]
    identical: tuple[tuple[str, ...], ...]
    test_events: int
    test_groups: int | None

    @property
    def told(self) -> list[Result]:
        """The results, kind by kind and network by network, without what is nowhere run."""
        tried = [result for result in self.results.values() if result.status not in UNTRIED]
        columns, models = {result.representation for result in tried}, {result.model for result in tried}
        return [
            self.results[column, model]
            for group in self.settings.by_kind.values()
            for model in group
            for column in self.settings.columns
            if column in columns and model in models
        ]


def build(settings: GridSettings, results: Path) -> GridResults:
    """Read the cells of a table from the study's folder `results` and compare them column by column.

    Raises:
        InputError: a file of a cell is missing or bad, or test events differ.
    """
    pairs = [(column, model) for column in settings.columns for model in settings.rows]
    places = {(place.representation, place.model): place for place in settings.places}
    run = {pair: places[pair] for pair in pairs if pair in places and places[pair].status == "run"}
    measured = measure(list(run.values()), settings, results)
    made = {pair: _without_numbers(settings, places.get(pair), *pair) for pair in pairs}
    for column in settings.columns:
        names = {model: run[column, model].name for model in settings.rows if (column, model) in run}
        made |= {(column, model): result for model, result in judged(measured, names, settings).items()}
    shown = {model: {column: printed(made[column, model]) for column in settings.columns} for model in settings.rows}
    return GridResults(settings, made, identical_rows(shown), measured.test_events, measured.test_groups)


def _without_numbers(settings: GridSettings, place: PlaceSettings | None, column: str, model: str) -> Result:
    """The result of a pair that is no place, or of a place without numbers."""
    if place is not None:
        return Result(column, model, place.status, resolution=place.resolution)
    if (column, model) not in settings.meaningless:
        return Result(column, model, "not run")
    resolutions = [place.resolution for place in settings.places if place.representation == column]
    return Result(column, model, "n/a", resolution=resolutions[-1])
