"""How well the mean of the values of several cells is told, above what each place of its members tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from showergrid.core.errors import InputError
from showergrid.evaluation.predictions import Valued, columns_of
from showergrid.report.settings.tables import PlaceSettings
from showergrid.report.tables import values
from showergrid.report.tables.value_tables import csv, layout
from showergrid.report.tables.values import ValueResults
from showergrid.report.tables.values import ValueSettings as Parameters

__all__ = ["Parameters", "build", "csv", "layout", "reads"]
HOW = "mean"


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The predictions of the cells, and what was made of them, below the study's folder."""
    return {**values.reads(settings), "combined": [_file(settings)]}


def build(settings: Parameters, results: Path) -> ValueResults:
    """Measure the mean value of an ensemble's cells, and each member, on the same test events.

    Raises:
        InputError: a file is missing or bad, or test events differ.
    """
    members = values.answered(settings, results)
    test = members[0][1][0]
    path = results / _file(settings)
    if not path.is_file():
        raise InputError(f"{path}: is missing; make it with snakemake")
    combined = pq.ParquetFile(path).read()
    [column] = columns_of(settings.question)
    value = combined[f"{column}.{HOW}"].to_numpy()[np.searchsorted(combined["event"].to_numpy(), test.event)]
    together = PlaceSettings(
        representation="ensemble", resolution=None, model=HOW, seeds=[], status="run", settings=None
    )
    return values.measured(settings, [(together, [Valued(test.event, test.truth, value, test.group)]), *members])


def _file(settings: Parameters) -> str:
    return f"ensembles/{settings.name}.predictions.parquet"
