"""Settings of hits for which the simulation's truth stands in for steps of readout and reconstruction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.settings import Name, Settings
from showergrid.sources.lartpc.settings import Readout
from showergrid.sources.lartpc.variation_settings import merged

TAKEN = (
    "hits",
    "events",
    "prongs",
    "objects",
    "split",
    "directions",
    "starts",
)  # tables of a study, whichever its source


class Idealised(Settings):
    """Hits of the same showers by their true time, in a table of their own."""

    name: Name = Field(description="name of the table, which a representation names as its hits")
    turned: bool = Field(
        default=False, description="whether each shower is turned about its first hit until its primary flies along z"
    )
    readout: dict[str, Any] = Field(
        default={}, description="keys of readout that differ, inner maps key by key; none: the study's own hits"
    )

    def read_out_by(self, own: Readout) -> Readout:
        """The whole readout, checked.

        Raises:
            InputError: a key or a value is none of a readout.
        """
        values = merged(own.model_dump(mode="json"), self.readout)
        return checked(Readout, values, f"config: showers.idealised: {self.name}: readout")


def check_idealised(idealised: Sequence[Idealised], own: Readout) -> None:
    """Refuse two tables of one name, one with the name of a table that studies have, and a readout that cannot be.

    Raises:
        InputError: as it says.
    """
    names = [*TAKEN, *(entry.name for entry in idealised)]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"config: showers.idealised: two tables would have the name {doubled[0]}; choose another")
    for entry in idealised:
        entry.read_out_by(own)
