"""The trace of an event, such as that of a tank: the values of a collection in bins, as variables in their order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.core.settings import Name, Settings
from showergrid.inputs.variables import Scale, Tables, Variables

KIND = "table"
COUNTED = "bins"


class Parameters(Settings):
    """Where the trace stands, how many bins of it are shown, and its scale."""

    collection: Name = Field(description="collection whose entries are the bins of the trace that hold anything")
    bin: str = Field(description="column of the number of a bin, from 0")
    value: str = Field(description="column of the value in a bin")
    bins: int = Field(ge=2, le=10_000, description="bins that are shown, the first ones; later ones are cut")
    unit: float | None = Field(
        default=None,
        gt=0,
        description="values are taken as ln(1 + value / unit), null: as they are [as the value]",
    )
    scale: Scale = Field(
        default="z_score",
        description="common scale of the training events: mean 0 and standard deviation 1, 0 to 1, or none",
    )


def names(parameters: Parameters) -> list[str]:
    """The names of the bins, in their order."""
    return [f"{parameters.value}_{k}" for k in range(parameters.bins)]


def reads(parameters: Parameters) -> dict[str, list[str]]:
    """The collection that is read, and its columns."""
    return {parameters.collection: [parameters.bin, parameters.value]}


def variables(tables: Tables, parameters: Parameters) -> Variables:
    """The first bins of the traces of all events: (E, bins), 0 where a trace has no entry.

    Raises:
        InputError: the number of a bin is no whole number from 0.
    """
    number, value = tables.of_entry[parameters.bin], tables.of_entry[parameters.value]
    if (bad := (number < 0) | (number != np.floor(number))).any():
        where = int(np.argmax(bad))
        event = tables.event[tables.row[where]]
        raise InputError(
            f"{parameters.collection}: event {event}: {parameters.bin} {number[where]:g} is no whole number from 0; "
            "give the number of each bin"
        )
    shown = number < parameters.bins
    place = tables.row[shown] * parameters.bins + number[shown].astype(np.int64)
    size = tables.event.size
    traces = np.bincount(place, value[shown], size * parameters.bins).reshape(size, parameters.bins)
    if parameters.unit is not None:
        # not NumPy's logarithm, whose last digit depends on the CPU's instruction set
        ratio = np.maximum(traces, 0) / parameters.unit
        traces = pc.log1p(pa.array(ratio.ravel())).to_numpy().reshape(traces.shape)
    return Variables(tables.event, np.arange(size + 1), traces, names(parameters))
