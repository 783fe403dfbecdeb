"""Settings of further tables of hits of the same showers: by the truth, or as readouts that differ see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.settings import Name, Settings
from showergrid.sources.lartpc.settings import Readout
from showergrid.sources.lartpc.variation_settings import merged

# Tables of a study, whichever its source
TAKEN = ("hits", "events", "prongs", "objects", "split", "directions", "starts")


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
        return _changed(own, self.readout, f"config: showers.idealised: {self.name}: readout")


class Mixed(Settings):
    """Hits of the same showers in the study's order, each shower as one of several readouts sees it."""

    name: Name = Field(description="name of the table, which a representation names as its hits")
    readouts: Annotated[list[dict[str, Any]], Field(min_length=1)] = Field(
        description="keys of readout that differ, inner maps key by key, a map a readout; of each shower one is drawn"
    )

    def read_out_by(self, own: Readout) -> list[Readout]:
        """The whole readouts, checked.

        Raises:
            InputError: a key or a value is none of a readout.
        """
        where = f"config: showers.mixed: {self.name}: readouts"
        return [_changed(own, changes, f"{where}: {number}") for number, changes in enumerate(self.readouts, 1)]


def check_further(idealised: Sequence[Idealised], mixed: Sequence[Mixed], own: Readout) -> None:
    """Refuse two tables of one name, one with the name of a table that studies have, and a readout that cannot be.

    Raises:
        InputError: as it says.
    """
    names = [*TAKEN, *(entry.name for entry in (*idealised, *mixed))]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        key = "idealised" if doubled[0] in [entry.name for entry in idealised] else "mixed"
        raise InputError(f"config: showers.{key}: two tables would have the name {doubled[0]}; choose another")
    for entry in (*idealised, *mixed):
        entry.read_out_by(own)


def _changed(own: Readout, changes: dict[str, Any], where: str) -> Readout:
    """A readout that differs from the study's own, checked."""
    return checked(Readout, merged(own.model_dump(mode="json"), changes), where)
