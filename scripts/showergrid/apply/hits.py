"""Classify the events of files of hits with a trained cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from showergrid.apply.events import UnlabelledEvents
from showergrid.apply.ranges import Ranges
from showergrid.apply.scores import Scores
from showergrid.apply.scoring import score
from showergrid.apply.settings import Unlabelled


def score_hits(weights: dict[str, Tensor], cell: dict[str, Any], settings: Unlabelled, output: Path) -> Scores:
    """Classify the events of the files that `settings` name; `weights` and `cell` are what `read_model` returns.

    Raises:
        InputError: a file cannot be used, or is `output`, where the scores will be written.
    """
    events, ranges = UnlabelledEvents(settings, cell, output), Ranges(cell)
    _, answers = score(weights, cell, ranges.passing(events.hits()))
    lines = [*events.tally.lines_left_out(), *(f"warning: {line}" for line in ranges.warnings())]
    return Scores(events.table(), ranges.outside, answers, lines, events.tally.counts())
