"""Settings of the table of detector variations."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from showergrid.report.settings.tables import PlaceSettings, Reported


class VariationTable(Reported):
    """What the table of variations states beside the numbers of its cells."""

    places: list[PlaceSettings] = Field(min_length=1)
    variations: dict[str, dict[str, Any]] = Field(
        min_length=1, description="name of each variation -> keys of readout that differ"
    )
