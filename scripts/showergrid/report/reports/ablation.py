"""An ablation: the results of every combination of factor values in one place, and the main effect of each value.

The main effect of a value is the mean test accuracy of all combinations with that value, each counted once, compared
with the same mean of its factor's first value. Both means are over the same combinations of the other factors (those
that lack numbers for one value of the factor are left out for all its values), the same test events and the same
seeds. Seed by seed, the combinations are averaged first (`comparisons.pooled`), then the difference is taken
(`comparisons.paired`), so that its noise between seeds is measured on the difference that is shown. This is correct
whether or not networks of one seed number deviate in the same direction, and is cautious where they don't: S seeds
leave S - 1 degrees of freedom, however many combinations there are. The p-values of all differences are
Holm-corrected together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.core.variants import base
from showergrid.evaluation.comparisons import Difference, Estimate, Sample, estimate, holm, paired, pooled
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number, signed
from showergrid.report.settings.ablations import Factor, Variant, level_label, level_text
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.captions import HEADS, IDENTICAL, STATUS, joined, listed
from showergrid.report.tables.csv_columns import NUMBERS, SETTINGS, VERDICT, number_values, place_values, setting_values
from showergrid.report.tables.results import (
    ACCURACIES,
    HAS_NUMBERS,
    Result,
    cell_files,
    identical_rows,
    judged,
    measure,
    printed,
    twins,
)

FACTOR_WIDTH = 11  # characters of a line in a column of values
PRONGS = True  # it shows questions of prongs too


class Parameters(Reported):
    """Settings of the tables of an ablation."""

    factors: list[Factor] = Field(min_length=1, description="what is varied")
    places: list[Variant] = Field(min_length=1, description="one for every combination of values")


@dataclass(frozen=True)
class Effect:
    """Mean test accuracy at one value of a factor; difference to its first value, with a corrected p-value.

    combinations: number of combinations of the other factors' values in the mean; with none there is no estimate.
    """

    factor: str
    level: str
    combinations: int
    estimate: Estimate | None = None
    difference: Difference | None = None


@dataclass(frozen=True)
class AblationResults:
    """Results in the order of the places; `identical` groups the rows (from 1) that have the same numbers."""

    settings: Parameters
    results: tuple[Result, ...]
    effects: tuple[Effect, ...]
    identical: tuple[tuple[str, ...], ...]
    test_events: int
    test_groups: int | None


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> AblationResults:
    """Read the cells of an ablation from `results`, compare them with each other, and average them by value.

    Raises:
        InputError: a file of a cell is missing or bad, a place occurs twice or lacks a factor, seeds or test events
            differ between places.
    """
    _check(settings)
    measured = measure(settings.places, settings, results)
    names = {place.name: place.name for place in settings.places}
    by_name = judged(measured, names, settings)
    made = tuple(by_name[place.name] for place in settings.places)
    shown = {str(row): {"all": printed(result)} for row, result in enumerate(made, 1)}
    effects = _effects(settings, measured.right)
    return AblationResults(settings, made, effects, identical_rows(shown), measured.test_events, measured.test_groups)


def layout(ablation: AblationResults) -> list[TableGrid]:
    """The table of all combinations and the table of the main effects."""
    return [_combinations(ablation), _main_effects(ablation)]


def csv(ablation: AblationResults) -> str:
    """One row per combination (`row` from 1), then one per effect (`factor` and `level`); unknown values are empty."""
    factors = [factor.name for factor in ablation.settings.factors]
    levels = {f"level_{name}": name for name in factors}
    first = ["row", *levels, *place_values(Result("", "", "")), *NUMBERS, *VERDICT, "flags"]
    last = ["combinations", "difference", "difference_low", "difference_high", "difference_p_value"]
    rows = [
        {"row": row, **{column: level_text(place.levels[name]) for column, name in levels.items()}}
        | place_values(result)
        | number_values(result)
        | {"flags": "; ".join(captions.flags(result, _twin_rows(ablation, row)))}
        | setting_values(result)
        | _said(ablation, [place])
        for row, (place, result) in enumerate(zip(ablation.settings.places, ablation.results, strict=True), 1)
    ]
    rows += [_effect_values(effect) | _said(ablation, _places_of(ablation, effect)) for effect in ablation.effects]
    return written([*first, *SETTINGS, "test_events", "order", "origin", "factor", "level", *last], rows)


def _check(settings: Parameters) -> None:
    for place in settings.places:
        if lacking := [factor.name for factor in settings.factors if factor.name not in place.levels]:
            raise InputError(f"ablation {settings.name}: {place.name} has no value of {lacking[0]}; name it in levels")
    run = [place for place in settings.places if place.status == "run"]
    if other := [place for place in run if place.seeds != run[0].seeds]:
        raise InputError(
            f"ablation {settings.name}: {other[0].name} has seeds {other[0].seeds}, {run[0].name} {run[0].seeds}; "
            "effects pair them, so give all the same"
        )


def _effects(settings: Parameters, right: Mapping[str, Sample]) -> tuple[Effect, ...]:
    """The effects of all values of all factors, in order, with p-values corrected together."""
    effects = [effect for factor in settings.factors for effect in _effects_of(settings, factor, right)]
    compared = [effect.difference for effect in effects if effect.difference is not None]
    corrected = iter(holm([difference.p for difference in compared]))
    return tuple(
        replace(effect, difference=replace(effect.difference, p=next(corrected))) if effect.difference else effect
        for effect in effects
    )


def _effects_of(settings: Parameters, factor: Factor, right: Mapping[str, Sample]) -> list[Effect]:
    """The effects of one factor, over the combinations of the others for which all its values have numbers."""
    levels = [level_text(value) for value in factor.values]
    by_others: dict[tuple[str, ...], dict[str, Sample]] = {}
    for place in settings.places:
        others = tuple(level_text(place.levels[other.name]) for other in settings.factors if other != factor)
        if place.name in right:
            by_others.setdefault(others, {})[level_text(place.levels[factor.name])] = right[place.name]
    whole = [cells for cells in by_others.values() if all(level in cells for level in levels)]
    if not whole:
        return [Effect(factor.name, level, 0) for level in levels]
    means = {level: pooled([cells[level] for cells in whole]) for level in levels}
    effects = []
    for level in levels:
        name = f"{settings.name}/{factor.name}/{level}"
        mean_accuracy = estimate(means[level], settings.bootstrap, name)
        apart = paired(means[level], means[levels[0]], settings.bootstrap, name) if level != levels[0] else None
        effects.append(Effect(factor.name, level, len(whole), mean_accuracy, apart))
    return effects


def _twin_rows(ablation: AblationResults, row: int) -> list[str]:
    return [f"row {twin}" for twin in twins(ablation.identical, str(row))]


def _places_of(ablation: AblationResults, effect: Effect) -> list[PlaceSettings]:
    """The combinations with the value of an effect."""
    return [place for place in ablation.settings.places if level_text(place.levels[effect.factor]) == effect.level]


def _said(ablation: AblationResults, places: Iterable[PlaceSettings]) -> dict[str, object]:
    return {
        "test_events": ablation.test_events,
        "order": ablation.settings.order_of(place.settings for place in places),
        "origin": ablation.settings.origin,
    }


def _effect_values(effect: Effect) -> dict[str, object]:
    row: dict[str, object] = {"factor": effect.factor, "level": effect.level, "combinations": effect.combinations}
    if effect.estimate is not None:
        row |= {"test_accuracy": effect.estimate.value, "test_accuracy_low": effect.estimate.low}
        row |= {"test_accuracy_high": effect.estimate.high, "test_accuracy_std": effect.estimate.std}
    if effect.difference is not None:
        row |= {"difference": effect.difference.value, "difference_low": effect.difference.low}
        row |= {"difference_high": effect.difference.high, "difference_p_value": effect.difference.p}
    return row


def _combinations(ablation: AblationResults) -> TableGrid:
    factors, labels = ablation.settings.factors, ablation.settings.labels.unbroken
    groups: dict[str, list[Row]] = {}
    for row, (place, result) in enumerate(zip(ablation.settings.places, ablation.results, strict=True), 1):
        levels = tuple(level_label(factor.name, place.levels[factor.name], labels) for factor in factors)
        mark = IDENTICAL * bool(_twin_rows(ablation, row))
        groups.setdefault(levels[0] if len(factors) > 1 else "", []).append(
            Row((f"{row}{mark}", *levels), (_cells(result),))
        )
    return TableGrid(
        label=f"tab:ablation-{ablation.settings.name}",
        caption=_caption(ablation),
        stub=(Stub("row"), *(Stub(factor.name, FACTOR_WIDTH) for factor in factors)),
        columns=(Columns("", (*HEADS, "interval", "std")),),
        groups=tuple(Group(tuple(rows)) for rows in groups.values()),
        notes=_notes(ablation),
        gap=2,
    )


def _cells(result: Result) -> tuple[TableCell, ...]:
    if result.status not in HAS_NUMBERS:
        return (TableCell(STATUS[result.status], span=len(HEADS) + 2),)
    first = [TableCell(number(result.estimates[name].value)) for name in ACCURACIES[:-1]]
    test = result.estimates["test_accuracy"]
    return (
        *first,
        TableCell(number(test.value), captions.best(result), marks=captions.marks(result)),
        TableCell(estimates.interval_text(test)),
        TableCell("" if test.std is None else number(test.std)),
    )


def _main_effects(ablation: AblationResults) -> TableGrid:
    labels = ablation.settings.labels.unbroken
    return TableGrid(
        label=f"tab:ablation-{ablation.settings.name}-effects",
        caption=_effects_caption(ablation),
        stub=(Stub("factor", 16), Stub("value", 16)),
        columns=(Columns("", ("mean test", "interval", "difference", "interval", "p", "comb.")),),
        groups=tuple(
            Group(tuple(_effect_row(effect, labels) for effect in ablation.effects if effect.factor == factor.name))
            for factor in ablation.settings.factors
        ),
        notes=_effects_notes(ablation),
        gap=2,
    )


def _effect_row(effect: Effect, labels: HumanLabels) -> Row:
    texts = [STATUS["not run"], "", "", "", "", str(effect.combinations)]
    if effect.estimate is not None:
        texts[:2] = number(effect.estimate.value), estimates.interval_text(effect.estimate)
    if (difference := effect.difference) is not None:
        texts[2:5] = (
            signed(difference.value),
            f"{signed(difference.low)} to {signed(difference.high)}",
            number(difference.p),
        )
    return Row((effect.factor, level_label(effect.factor, effect.level, labels)), (tuple(map(TableCell, texts)),))


def _caption(ablation: AblationResults) -> str:
    """What the table of combinations shows."""
    settings = ablation.settings
    names = [factor.name for factor in settings.factors]
    what = "combination" if len(names) > 1 else "value"
    return (
        f"Ablation {settings.name} of {_where(settings)}: every {what} of {listed(names)}, "
        f"{captions.events_text(settings, ablation.test_events, ablation.test_groups)}"
    )


def _notes(ablation: AblationResults) -> str:
    """All else that is needed to read it."""
    settings = ablation.settings
    return joined(
        [
            "All other settings are held fixed.",
            f"{captions.question_text(settings)}: {captions.accuracies_text(settings)}, and test.",
            captions.interval_text(settings),
            captions.epochs_text(settings),
            _seeds_text(ablation.results),
            captions.comparison_text(settings, "all rows"),
            captions.status_text(result.status for result in ablation.results),
            captions.collapsed_text(ablation.results),
            captions.identical_text([f"row {row}" for row in group] for group in ablation.identical),
            captions.origin_text(settings, leaving_out=[factor.name for factor in settings.factors]),
            _settings_text(ablation.results),
        ]
    )


def _effects_caption(ablation: AblationResults) -> str:
    """What the table of main effects shows."""
    settings = ablation.settings
    return (
        f"Main effects of ablation {settings.name}: mean test accuracy over all combinations of the other factors "
        f"(comb.: so many), and its difference to the factor's first value, with {100 * settings.bootstrap.level:g} % "
        "intervals."
    )


def _effects_notes(ablation: AblationResults) -> str:
    """All else that is needed to read it."""
    left_out = any(place.status != "run" for place in ablation.settings.places)
    return joined(
        [
            "Each combination counts once.",
            "Combinations that lack numbers for one value of a factor are left out for all its values." * left_out,
            "Differences are paired over the same test events and seed numbers: seed by seed the combinations are",
            "averaged, then the difference is taken, so the noise between seeds is that of the number shown, whether",
            "or not networks of one seed number lean the same way. It rests on as many numbers as there are seeds:",
            "with few of them expect too few differences, not too many. p: of no difference, two-sided, Holm-corrected",
            "over all rows of this table. The marks in the table of combinations do not pair seeds, so the two may",
            "disagree near the edge. A main effect hides interactions, which the table of combinations shows.",
            "A single seed: only events count, so intervals are too narrow by what a seed does."
            if any(len(result.seeds) == 1 for result in ablation.results)
            else "",
        ]
    )


def _where(settings: Parameters) -> str:
    """Network, representation and resolution, each with all its values where it is varied."""
    labels, places = settings.labels.unbroken, settings.places
    models = dict.fromkeys(labels.model(base(place.model)) for place in places)
    representations = dict.fromkeys(labels.representation(base(place.representation)) for place in places)
    resolutions = dict.fromkeys(str(place.resolution) for place in places if place.resolution)
    at = f", c {' / '.join(resolutions)}" if resolutions else ""
    return f"{' / '.join(models)} on {' / '.join(representations)}{at}"


def _seeds_text(results: Sequence[Result]) -> str:
    if any(len(result.seeds) > 1 for result in results):
        return "Numbers are means over seeds; std: standard deviation of the test accuracy over seeds."
    return captions.single_seed_text(results)


def _settings_text(results: Sequence[Result]) -> str:
    """Pixel size, window, batch size, precision, epochs and seeds, each with all its values where rows differ."""
    made = [captions.setting_texts(result)[1:] for result in results if result.status in HAS_NUMBERS]
    texts = [" or ".join(dict.fromkeys(column)) for column in zip(*made, strict=True)]
    return f"All rows: {', '.join(texts)}." if texts else ""
