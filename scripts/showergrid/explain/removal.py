"""Score test events with a trained cell after some of their hits are removed, as if they were new events."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from torch import Tensor

from showergrid.core.atomic import replacing
from showergrid.core.seeds import generator
from showergrid.evaluation.answers import answer
from showergrid.evaluation.metrics import split_metrics
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.hits import Hits
from showergrid.events.order import reordered
from showergrid.events.questions import Question
from showergrid.explain.selection import largest
from showergrid.inputs import settings
from showergrid.inputs.input_file import Images, InputFile, read_input
from showergrid.inputs.making import write_input
from showergrid.inputs.views import cut_views
from showergrid.tasks.asked import tasks_of

WAYS = ("random", "highest charge", "lowest charge", "first", "last")  # which hits are kept
ENDS = {"": "value", "_low": "low", "_high": "high"}
MEASURED = ("accuracy", "roc_auc")
OF_CLASS = ("efficiency", "purity")


def in_order(chunks: Iterable[Hits], chosen: np.ndarray, order: str | None) -> Hits:
    """The hits of the `chosen` events (n,), sorted, in the study's order or in the representation's own `order`.

    With an `order`, the hits need their time.
    """
    parts = [chunk.only(np.isin(chunk.event, chosen)) for chunk in chunks]
    joined = Hits(
        event=np.concatenate([part.event for part in parts]),
        offsets=np.append(0, np.cumsum(np.concatenate([np.diff(part.offsets) for part in parts]))),
        position=np.concatenate([part.position for part in parts]),
        charge=np.concatenate([part.charge for part in parts]),
        time=np.concatenate([part.time for part in parts]) if order else None,
    )
    return reordered(joined, order) if order else joined


def kept(hits: Hits, way: str, share: float, seed: int) -> Hits:
    """The events with only a `share` of their hits, rounded up, chosen in one of WAYS.

    The first hit of an event always stays, as the images have their origin there. The hits of a smaller share are among
    those of a larger one, at random too.
    """
    number = np.arange(hits.charge.size) - hits.offsets[:-1][hits.row]
    values = {
        "random": generator(seed, "removal").random(hits.charge.size),
        "highest charge": hits.charge,
        "lowest charge": -hits.charge,
        "first": -number,
        "last": number,
    }[way].astype(np.float64)
    values[hits.offsets[:-1]] = np.inf
    chosen = largest(values, hits.offsets, share)
    size = np.add.reduceat(chosen.astype(np.int64), hits.offsets[:-1])
    return Hits(hits.event, np.append(0, np.cumsum(size)), hits.position[chosen], hits.charge[chosen])


@dataclass(frozen=True)
class Trained:
    """A trained cell, `weights` and `cell` as `read_model` returns them, and inputs of whole events."""

    weights: dict[str, Tensor]
    cell: dict[str, Any]
    whole: InputFile

    def answers(self, hits: Hits) -> np.ndarray:
        """(E, classes) float64: the first question's answer for `hits`, which are in the order of the cell's inputs.

        Inputs are made anew with the cell's own calibration. Each window lies where it does for the event with all its
        hits, so that nothing but the hits differs.
        """
        made = settings.InputSettings(
            representation=settings.Representation(**{**self.cell["representation"], "order": None}),
            resolution=self.cell["resolution"],
        )
        with TemporaryDirectory() as folder:
            path = Path(folder, "input.safetensors")
            write_input(path, [hits], self.cell["calibration"], made)
            left = read_input(path)
            if isinstance(left, Images):
                rows = np.searchsorted(self.whole.event, left.event)
                placed = {name: getattr(self.whole, name)[rows] for name in ("centre", "end", "direction")}
                left = replace(left, **placed)
            seen = cut_views(self.cell, {left.representation: left}, hits.event)
            tasks = tasks_of(self.cell)
            return answer(self.weights, self.cell, tasks, seen)[tasks[0].question.name]


def table(
    trained: Trained,
    hits: Hits,
    question: Question,
    labels: np.ndarray,
    shares: Sequence[float],
    seed: int,
    bootstrap: Bootstrap,
    group: np.ndarray | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield a row for each way and each of the `shares`.

    `labels` (E,) are those of the events of `hits`, `group` (E,) their groups; None if each event stands by itself.
    """
    for way, share in itertools.product(WAYS, shares):
        left = kept(hits, way, share, seed)
        report = split_metrics(labels, trained.answers(left), question, bootstrap, "removal", group)
        metrics = {name: report[name] for name in MEASURED}
        for kind in (question.names[k] for k in question.against_rest):
            before = "" if question.positive else f"{kind}_"
            metrics |= {f"{before}{name}": report["classes"][kind][name] for name in OF_CLASS}
        measured = {f"{name}{end}": metric[key] for name, metric in metrics.items() for end, key in ENDS.items()}
        yield {"way": way, "kept": share, "events": labels.size, "hits": left.charge.size / labels.size, **measured}


def write_table(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write removal.csv; a metric that is not defined, such as purity without positive answers, is left empty."""
    rows = list(rows)
    with replacing(path) as partial, open(partial, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
