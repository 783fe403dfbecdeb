"""Classify the events of files of hits, or of tables with a collection of hits, with a trained cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from showergrid.apply.events import UnlabelledEvents
from showergrid.apply.file_tables import ABOUT, tables_of
from showergrid.apply.ranges import Ranges
from showergrid.apply.scores import Scores
from showergrid.apply.scoring import score
from showergrid.apply.settings import Unlabelled
from showergrid.core.errors import InputError
from showergrid.events.hits import read_events, read_hits


def score_hits(weights: dict[str, Tensor], cell: dict[str, Any], settings: Unlabelled, output: Path) -> Scores:
    """Classify the events of the files that `settings` name; `weights` and `cell` are what `read_model` returns.

    Raises:
        InputError: a file cannot be used, or is `output`, where the scores will be written.
    """
    events, ranges = UnlabelledEvents(settings, cell, output), Ranges(cell)
    _, answers = score(weights, cell, ranges.passing(events.hits()))
    lines = [*events.tally.lines_left_out(), *(f"warning: {line}" for line in ranges.warnings())]
    return Scores(events.table(), ranges.outside, answers, lines, events.tally.counts())


def score_tables_of_hits(weights: dict[str, Tensor], cell: dict[str, Any], settings: Unlabelled) -> Scores:
    """The same of tables, whose collection `hits` stands in the order that the cell needs.

    Raises:
        InputError: there is no such collection, or a file cannot be used.
    """
    if "hits" not in settings.collections:
        raise InputError("the cell sees what is made of hits; name files of hits, or those of a collection hits")
    ranges = Ranges(cell)
    with tables_of(settings) as (tables, tally):
        events = read_events(tables["events"]).select(ABOUT)
        _, answers = score(weights, cell, ranges.passing(read_hits(tables["hits"])))
    lines = [*tally.lines_left_out(), *(f"warning: {line}" for line in ranges.warnings())]
    return Scores(events, ranges.outside, answers, lines, tally.counts())
