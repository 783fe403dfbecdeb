"""Accuracy by the study's split and by others of the same events, side by side, and how far they lie apart.

Two splits have test events of their own, some in common. Events, or their groups where `split.by` names some, are drawn
over the union of all test sets, and a split's accuracy in a resample is that over the drawn events of its own test set.
So what both splits ask is drawn together, and the noise that they share leaves the difference. Seeds are paired
(`comparisons.paired`). Which events stand in which set is drawn once: the interval does not hold what another draw of
the sets would change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
from pydantic import Field

from showergrid.core.cells import input_name
from showergrid.core.errors import InputError
from showergrid.core.variants import base
from showergrid.evaluation.bootstrap import event_weights
from showergrid.evaluation.cell_folder import read_run
from showergrid.evaluation.comparisons import Difference, Estimate, Sample, estimate, paired
from showergrid.evaluation.metrics import accuracy
from showergrid.evaluation.predictions import Answered
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.settings import Split
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.ablations import Factor, Variant, level_text
from showergrid.report.settings.tables import Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import cell_files, folders

FACTOR = "split"
SEVERAL_SPLITS = True  # it compares cells whose test events differ


class Parameters(Reported):
    """Settings of the table of splits, an ablation whose factor `split` has null first."""

    split: Split
    factors: list[Factor] = Field(min_length=1, description="what is varied")
    places: list[Variant] = Field(min_length=1, description="one for every combination of values")

    @property
    def names(self) -> list[str | None]:
        """The splits in their order; None: the study's own.

        Raises:
            InputError: the ablation does not vary the split, or does not begin with the study's own.
        """
        values = next((factor.values for factor in self.factors if factor.name == FACTOR), [])
        if len(values) < 2 or values[0] is not None:
            raise InputError(
                f"config: ablation {self.name}: module splits compares splits; give factors.split null and other names"
            )
        return values


@dataclass(frozen=True)
class BySplit:
    """One model with the same values of all other factors: its accuracy by each split, and the differences.

    Those are of every further split to the first.
    """

    place: Variant
    others: Mapping[str, str]
    accuracies: Mapping[str | None, Estimate]
    differences: Mapping[str | None, Difference]


@dataclass(frozen=True)
class SplitResults:
    """The rows in the order of the study, and the numbers of test events and of groups of each split."""

    settings: Parameters
    rows: tuple[BySplit, ...]
    events: Mapping[str | None, int]
    groups: Mapping[str | None, int | None]


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder.

    Raises:
        InputError: the ablation does not compare splits.
    """
    _ = settings.names
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> SplitResults:
    """Read the cells below the study's folder `results` and compare their accuracies by split.

    Raises:
        InputError: a file of a cell is missing or bad, or cells of one split have different test events.
    """
    test: dict[str | None, Answered] = {}
    answers: dict[str, np.ndarray] = {}
    rows: dict[tuple[str, ...], dict[str | None, Variant]] = {}
    for place in settings.places:
        if place.status != "run":
            raise InputError(f"ablation {settings.name}: {place.name} has no cells ({place.status}); leave it out")
        name = place.levels[FACTOR]
        for folder in folders([place], results):
            answered = read_run(folder, settings.question).test
            if not np.array_equal(test.setdefault(name, answered).event, answered.event):
                raise InputError(f"{folder}: its test events are not those of its split; make the cell again")
            answers.setdefault(place.name, []).append(answered.probability)
        others = tuple(level_text(value) for factor, value in place.levels.items() if factor != FACTOR)
        rows.setdefault(others, {})[name] = place
    drawn = over_union(
        {name: (test[split], np.stack(answers[name])) for split, name in _named(settings.places)}, settings.bootstrap
    )
    made = tuple(_row(settings, by_split, drawn) for by_split in rows.values())
    events = {name: answered.event.size for name, answered in test.items()}
    groups = {name: None if told.group is None else np.unique(told.group).size for name, told in test.items()}
    return SplitResults(settings, made, events, groups)


def over_union(cells: Mapping[str, tuple[Answered, np.ndarray]], bootstrap: Bootstrap) -> dict[str, Sample]:
    """The accuracy of every cell on resamples of the union of their test events.

    Args:
        cells: name -> its test events, with labels and groups, and the probabilities (S, n, K) that its S seeds give.
        bootstrap: settings of the bootstrap over events.
    """
    tests = [test for test, _ in cells.values()]
    event = reduce(np.union1d, [test.event for test in tests])
    labels, group = np.empty(event.size, np.int64), np.empty(event.size, np.int64)
    for test in tests:
        at = np.searchsorted(event, test.event)
        labels[at] = test.labels
        group[at] = test.event if test.group is None else test.group
    resampled: dict[str, list[np.ndarray]] = {name: [] for name in cells}
    for weights in event_weights(labels, bootstrap, "splits", group=group):
        for name, (test, probability) in cells.items():
            own = weights[:, np.searchsorted(event, test.event)]
            resampled[name].append(np.stack([accuracy(test.labels, of_seed, own) for of_seed in probability]))
    return {
        name: Sample(
            values=np.array([np.mean(of_seed.argmax(axis=1) == test.labels) for of_seed in probability]),
            resampled=np.concatenate(resampled[name], axis=1),
        )
        for name, (test, probability) in cells.items()
    }


def csv(table: SplitResults) -> str:
    """One row for each model, split and quantity: the accuracy, or the difference to that by the first split."""
    factors = [factor.name for factor in table.settings.factors if factor.name != FACTOR]
    header = ["representation", "resolution", *[f"level_{name}" for name in factors], "seeds", "split", "test_events"]
    header += ["test_groups", "quantity", "value", "low", "high", "std", "p"]
    rows = []
    for row in table.rows:
        same = {"representation": base(row.place.representation), "resolution": row.place.resolution}
        same |= {f"level_{name}": level for name, level in row.others.items()}
        same |= {"seeds": " ".join(map(str, row.place.seeds))}
        for what, numbers in (("accuracy", row.accuracies), ("difference", row.differences)):
            for name, measured in numbers.items():
                sizes = {"test_events": table.events[name], "test_groups": table.groups[name]}
                rows.append(
                    same | {"split": _called(table.settings, name)} | sizes | {"quantity": what} | vars(measured)
                )
    return written(header, rows)


def layout(table: SplitResults) -> list[TableGrid]:
    """One table with a row per model: its accuracy by each split, and the differences."""
    settings, labels = table.settings, table.settings.labels.unbroken
    first, *further = settings.names
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        title = input_name(labels.representation(row.place.representation), row.place.resolution)
        cells = [estimates.measured(row.accuracies[name]) for name in settings.names]
        for name in further:
            apart = row.differences[name]
            interval = number(apart.high - apart.value), number(apart.value - apart.low)
            cells.append(TableCell(number(apart.value), interval=interval))
        called = [labels.model(base(row.place.model))]
        called += [f"{name} {level}" for name, level in row.others.items() if name != "model"]
        groups.setdefault(title, []).append(Row((", ".join(called),), (tuple(cells),)))
    heads = [f"by {_called(settings, name)}" for name in settings.names]
    heads += [f"{_called(settings, name)} less {_called(settings, first)}" for name in further]
    return [
        TableGrid(
            label=f"tab:ablation-{settings.name}",
            caption=f"{captions.question_text(settings)} where training, validation and test events are divided by "
            f"{_listed(settings, table)}.",
            stub=(Stub("model", 24),),
            columns=(Columns("accuracy", tuple(heads)),),
            groups=tuple(Group(tuple(rows), title) for title, rows in groups.items()),
            notes=joined(
                [
                    _kept_text(settings),
                    f"Intervals draw {_drawn_text(settings)} over all test events of the splits together, and seeds, "
                    "in pairs; which events a split puts into a set is not drawn anew.",
                    captions.mixed_text(settings),
                    captions.seeds_text([row.place for row in table.rows]),
                ]
            ),
        )
    ]


def _named(places: Sequence[Variant]) -> list[tuple[str | None, str]]:
    return [(place.levels[FACTOR], place.name) for place in places]


def _row(settings: Parameters, places: Mapping[str | None, Variant], drawn: Mapping[str, Sample]) -> BySplit:
    first, *further = settings.names
    own = places[first]
    others = {name: level_text(value) for name, value in own.levels.items() if name != FACTOR}
    samples = {name: drawn[place.name] for name, place in places.items()}
    return BySplit(
        own,
        others,
        {name: estimate(samples[name], settings.bootstrap, places[name].name) for name in settings.names},
        {name: paired(samples[name], samples[first], settings.bootstrap, places[name].name) for name in further},
    )


def _called(settings: Parameters, name: str | None) -> str:
    """What a split is called: the study's own by what stays together in it."""
    return name or settings.split.by or "event"


def _listed(settings: Parameters, table: SplitResults) -> str:
    """The splits with the sizes of their test sets."""
    texts = []
    for name in settings.names:
        together = f" of {table.groups[name]} {settings.split.by}s" if table.groups[name] is not None else ""
        texts.append(f"{_called(settings, name)} ({table.events[name]} test events{together})")
    return captions.listed(texts)


def _kept_text(settings: Parameters) -> str:
    """What each split keeps in one set."""
    kept = {name: split.by for name, split in settings.split.divisions.items() if name in settings.names}
    return " ".join(
        f"By {_called(settings, name)}: "
        + (f"events of one {by} stand in one set." if by else "every event stands by itself, whatever it shares.")
        for name, by in kept.items()
    )


def _drawn_text(settings: Parameters) -> str:
    return f"{settings.split.by}s" if settings.split.by else "events"
