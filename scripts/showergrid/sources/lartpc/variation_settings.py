"""Settings of the detector variations: readouts within their uncertainties."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from showergrid.core.checking import checked
from showergrid.core.settings import Name, Settings
from showergrid.sources.lartpc.settings import Readout

NOMINAL = "nominal"


class Variation(Settings):
    """One readout: that of the study with some values changed."""

    name: Name = Field(description="name of the variation")
    readout: dict[str, Any] = Field(min_length=1, description="keys of readout that differ, inner maps key by key")


class Variations(Settings):
    """The varied readouts, and on how many showers they are tried."""

    shards: Annotated[int, Field(ge=1)] = Field(description="shards whose test events are taken, from the first on")
    readouts: list[Variation] = Field(description="the varied readouts")

    @model_validator(mode="after")
    def _named(self) -> Variations:
        names = [NOMINAL, *(variation.name for variation in self.readouts)]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"readouts: {doubled[0]!r} stands twice, or is that of the study itself")
        return self


def readouts(readout: Readout, variations: Variations) -> dict[str, dict[str, Any]]:
    """The study's own readout and each variation of it, complete and checked, as JSON values.

    Raises:
        InputError: a variation has a key or a value that a readout cannot have.
    """
    own = readout.model_dump(mode="json")
    by_name = {NOMINAL: own}
    for variation in variations.readouts:
        varied = checked(Readout, merged(own, variation.readout), f"config: variation {variation.name}: readout")
        by_name[variation.name] = varied.model_dump(mode="json")
    return by_name


def merged(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`values` with `changes` in their place; in a nested map, only the keys that are named change."""
    return values | {
        key: merged(values[key], value) if isinstance(value, dict) and isinstance(values.get(key), dict) else value
        for key, value in changes.items()
    }
