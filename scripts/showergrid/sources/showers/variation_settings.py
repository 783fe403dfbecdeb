"""Settings of the detector variations: readouts within their uncertainties."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from showergrid.core.checking import checked
from showergrid.core.settings import Name, Settings
from showergrid.sources.showers.settings import Readout

NOMINAL = "nominal"


class Variation(Settings):
    """One readout: that of the study with some values changed."""

    name: Name = Field(description="name of the variation")
    readout: dict[str, Any] = Field(min_length=1, description="keys of readout that differ, and their values")


class Variations(Settings):
    """Which readouts, and on how many showers."""

    shards: Annotated[int, Field(ge=1)] = Field(description="the test events of so many shards, from the first on")
    readouts: list[Variation]

    @model_validator(mode="after")
    def _named(self) -> Variations:
        names = [NOMINAL, *(one.name for one in self.readouts)]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"readouts: {doubled[0]!r} stands twice, or is that of the study itself")
        return self


def readouts(readout: Readout, variations: Variations) -> dict[str, dict[str, Any]]:
    """The study's own readout and each variation of it, whole and checked, as JSON takes them.

    Raises:
        InputError: a variation has a key or a value that the readout has not.
    """
    own = readout.model_dump(mode="json")
    found = {NOMINAL: own}
    for one in variations.readouts:
        varied = checked(Readout, _merged(own, one.readout), f"config: variation {one.name}: readout")
        found[one.name] = varied.model_dump(mode="json")
    return found


def _merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`values` with `changes` in their place; of a map within, those keys alone that are named."""
    return values | {
        key: _merged(values[key], value) if isinstance(value, dict) and isinstance(values.get(key), dict) else value
        for key, value in changes.items()
    }
