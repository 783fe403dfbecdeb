"""predictions.hits.parquet and the metrics of hits: what a cell answers of each hit that lies in its window.

Hits of one event are not independent, so that intervals resample events, each with all its hits: of an event only its
counts of hits, and sums of their charge, by true class and answer are kept. Charge is counted in whole steps, so that
sums do not depend on their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights, percentile_interval
from showergrid.evaluation.metrics import COLLAPSED_SHARE
from showergrid.evaluation.predictions import columns_of, with_answers
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.hits import HITS, open_table
from showergrid.events.prongs import hit_labels
from showergrid.events.questions import Question
from showergrid.events.split import GROUP, SETS
from showergrid.training.answer_file import HitAnswers

WRITTEN = ("validation", "test")  # sets whose hits the file has: those of the training events are the most, and used
CHARGE_STEP = 1 / 64  # tick ADC, of which sums of charge are whole multiples
WEIGHTED = ("hits", "charge")


@dataclass(frozen=True)
class AnsweredHits:
    """Hits with truth and answers; all arrays (H,) but for those of answers, (H, classes) float32.

    labels: name of question -> true classes int64, -1 for hits of none; charge: float32 [tick ADC]; sets: str, the set
    of its event; group: int64, that of its event, None if each event stands by itself.
    """

    answers: HitAnswers
    labels: Mapping[str, np.ndarray]
    charge: np.ndarray
    sets: np.ndarray
    group: np.ndarray | None


@dataclass(frozen=True)
class EventCounts:
    """Hits of E events, and steps of their charge, by true class and answer: (E, K, K) float64 of whole numbers each.

    event (E,) int64, sorted; left_out (E,) int64: hits of no class; group (E,) int64, None if each stands by itself.
    """

    event: np.ndarray
    hits: np.ndarray
    charge: np.ndarray
    left_out: np.ndarray
    group: np.ndarray | None

    @property
    def flat(self) -> np.ndarray:
        """(E, 2 K²): hits and charge side by side."""
        return np.concatenate(
            [self.hits.reshape(len(self.event), -1), self.charge.reshape(len(self.event), -1)], axis=1
        )


def truth_of_hits(
    path: Path, prongs: pa.Table, questions: Sequence[Question], answers: HitAnswers
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The classes (H,) int64 of the hits that have `answers`, by name of the question, and their charge (H,) float32.

    Raises:
        InputError: the file cannot be read, has no prongs, or lacks one of the hits.
    """
    file = open_table(path, pa.schema([HITS.field("event"), HITS.field("charge")]))
    if "prong" not in file.schema_arrow.names:
        raise InputError(f"{path}: has no column prong, by which hits have classes; ask nothing of hits")
    table = file.read(["event", "charge", "prong"], use_threads=False)
    event = table["event"].to_numpy()
    row = np.searchsorted(event, answers.event) + answers.number
    if row.size and (row.max() >= event.size or not np.array_equal(event[row], answers.event)):
        raise InputError(f"{path}: lacks hits that the cell has answers for; train the cell again")
    labels = hit_labels(prongs, questions, answers.event, table["prong"].to_numpy()[row].astype(np.int64))
    names = [question.name for question in questions]
    return dict(zip(names, labels.T, strict=True)), table["charge"].to_numpy()[row]


def counts(
    event: np.ndarray, label: np.ndarray, answer: np.ndarray, charge: np.ndarray, classes: int, group: np.ndarray | None
) -> EventCounts:
    """Count the hits (H,) of each event, of which those with label -1 are left out."""
    events, first, row = np.unique(event, return_index=True, return_inverse=True)
    told = label >= 0
    cell = (row[told] * classes + label[told]) * classes + answer[told]
    steps = np.rint(charge[told].astype(np.float64) / CHARGE_STEP)
    size, shape = events.size * classes**2, (events.size, classes, classes)
    return EventCounts(
        event=events,
        hits=np.bincount(cell, minlength=size).astype(np.float64).reshape(shape),
        charge=np.bincount(cell, steps, size).reshape(shape),
        left_out=np.bincount(row[~told], minlength=events.size),
        group=None if group is None else group[first],
    )


def together(told: Sequence[EventCounts]) -> list[EventCounts]:
    """The same on the events of all of them: in some windows an event may have no hits, and then it counts none."""
    events, first = np.unique(np.concatenate([own.event for own in told]), return_index=True)
    group = None if told[0].group is None else np.concatenate([own.group for own in told])[first]
    spread = []
    for own in told:
        row = np.searchsorted(events, own.event)
        columns = (own.hits, own.charge, own.left_out)
        whole = [np.zeros((events.size, *column.shape[1:]), column.dtype) for column in columns]
        for column, values in zip(whole, columns, strict=True):
            column[row] = values
        spread.append(EventCounts(events, *whole, group))
    return spread


def statistics(flat: np.ndarray, question: Question, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Every metric of each row of `weights` (b, E), of counts as `EventCounts.flat` has them, as name -> (b,).

    By hits, and each hit weighted by its charge (`by_charge/`): accuracy, efficiency and purity of each class; nan
    where it is not defined.
    """
    names = question.names
    sums = (weights @ flat).reshape(len(weights), len(WEIGHTED), len(names), len(names))  # whole numbers, so exact
    measured = {}
    for before, confusion in zip(("", "by_charge/"), np.moveaxis(sums, 1, 0), strict=True):
        right = np.einsum("bkk->bk", confusion)
        with np.errstate(invalid="ignore", divide="ignore"):
            efficiency, purity = right / confusion.sum(axis=2), right / confusion.sum(axis=1)
            measured[f"{before}accuracy"] = right.sum(axis=1) / confusion.sum(axis=(1, 2))
        for k, name in enumerate(names):
            measured[f"{before}classes/{name}/efficiency"] = efficiency[:, k]
            measured[f"{before}classes/{name}/purity"] = purity[:, k]
    return measured


def hit_metrics(questions: Sequence[Question], hits: AnsweredHits, bootstrap: Bootstrap) -> dict[str, dict]:
    """The metrics of each question and split: of how many hits of how many events, and each with its interval.

    Raises:
        InputError: an answer is no probability, or a set has no hits of a class.
    """
    measured: dict[str, dict] = {question.name: {} for question in questions}
    for question in questions:
        given = hits.answers.of[question.name]
        if bad := np.count_nonzero(~((given >= 0) & (given <= 1)).all(axis=1)):
            raise InputError(f"{bad} answers of hits are no probabilities; the training diverged, lower its lr")
        for split in SETS:
            part = hits.sets == split
            told = counts(
                hits.answers.event[part],
                hits.labels[question.name][part],
                given[part].argmax(axis=1),
                hits.charge[part],
                len(question.classes),
                None if hits.group is None else hits.group[part],
            )
            if not told.hits.any():
                raise InputError(f"split {split}: holds no hits of a class of {question.name}; give it a larger share")
            measured[question.name][split] = _measured(told, question, split, bootstrap)
    return measured


def _measured(told: EventCounts, question: Question, split: str, bootstrap: Bootstrap) -> dict:
    """The metrics of one split."""
    whole = statistics(told.flat, question, np.ones((1, told.event.size)))
    drawn = event_weights(np.zeros(told.event.size, np.int64), bootstrap, split, group=told.group)
    blocks = [statistics(told.flat, question, weights) for weights in drawn]
    answered = told.hits.sum(axis=(0, 1))
    report: dict = {
        "hits": int(told.hits.sum()),
        "left_out": int(told.left_out.sum()),
        "events": int(told.event.size),
        "collapsed": bool(answered.max() / answered.sum() >= COLLAPSED_SHARE),
    }
    for name, value in whole.items():
        *parents, last = name.split("/")
        place = report
        for parent in parents:
            place = place.setdefault(parent, {})
        resampled = np.concatenate([block[name] for block in blocks])
        ends = (None, None) if np.isnan(value[0]) else percentile_interval(resampled, bootstrap.level)
        value = None if np.isnan(value[0]) else float(value[0])
        place[last] = dict(zip(("value", "low", "high"), (value, *ends), strict=True))
    return report


def write_hit_predictions(path: Path, questions: Sequence[Question], hits: AnsweredHits) -> None:
    """Write predictions.hits.parquet of the validation and test events, sorted by event and number of the hit in it.

    The true class of a hit without one is null.
    """
    kept = np.isin(hits.sets, WRITTEN)
    answers = hits.answers
    table = pa.table(
        {
            "event": pa.array(answers.event[kept], pa.int64()),
            "hit": pa.array(answers.number[kept], pa.int32()),
            "split": pa.array(hits.sets[kept], pa.string()),
            "charge": pa.array(hits.charge[kept], pa.float32()),
        }
    )
    if hits.group is not None:
        table = table.append_column(GROUP, pa.array(hits.group[kept]))
    labels = {question.name: hits.labels[question.name][kept] for question in questions}
    given = {question.name: answers.of[question.name][kept] for question in questions}
    with replacing(path) as partial:
        pq.write_table(with_answers(table, questions, labels, given), partial, compression="zstd")


def no_hits(questions: Sequence[Question], group: bool) -> AnsweredHits:
    """What a cell answers that is not asked of hits; `group`: whether events stand in groups."""
    none = np.empty(0, np.int64)
    of = {asked.name: np.empty((0, len(asked.classes)), np.float32) for asked in questions}
    labels = {asked.name: none for asked in questions}
    no_charge, sets = np.empty(0, np.float32), np.empty(0, dtype="<U10")
    return AnsweredHits(HitAnswers(none, none, of), labels, no_charge, sets, none if group else None)


def read_hit_predictions(path: Path, question: Question, columns: Sequence[str] = ()) -> pa.Table:
    """Read the hits of the test events: event, hit, `columns` and those of the question.

    Raises:
        InputError: the file is missing, does not answer the question, or has no test event.
    """
    if not path.is_file():
        raise InputError(f"{path}: is missing; make it with snakemake, or give the cell another status")
    file = pq.ParquetFile(path)
    wanted = ["event", "hit", "split", *columns, question.name, *columns_of(question)]
    if lacking := [name for name in wanted if name not in file.schema_arrow.names]:
        raise InputError(f"{path}: has no column {lacking[0]}; evaluate the cell again")
    table = file.read([*wanted, *[name for name in (GROUP.name,) if name in file.schema_arrow.names]])
    table = table.filter(pc.equal(table["split"], "test")).combine_chunks()
    if table.num_rows == 0:
        raise InputError(f"{path}: holds no hits of test events; evaluate the cell again")
    return table


def truth_and_answer(table: pa.Table, question: Question) -> tuple[np.ndarray, np.ndarray]:
    """The true class (H,) int64 of each hit of a `table` of predictions, -1 for none, and the likeliest class (H,)."""
    index = pc.index_in(table[question.name], pa.array(question.names)).fill_null(-1)
    probability = np.stack([table[name].to_numpy() for name in columns_of(question)], axis=1)
    return index.to_numpy().astype(np.int64), probability.argmax(axis=1)


def read_counts(path: Path, question: Question) -> EventCounts:
    """Count the hits of the test events by true class and answer; raises as `read_hit_predictions`."""
    table = read_hit_predictions(path, question, ["charge"])
    group = table[GROUP.name].to_numpy() if GROUP.name in table.column_names else None
    told = truth_and_answer(table, question)
    return counts(table["event"].to_numpy(), *told, table["charge"].to_numpy(), len(question.classes), group)
