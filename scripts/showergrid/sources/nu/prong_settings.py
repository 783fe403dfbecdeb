"""Settings of the prongs of neutrino events."""

from __future__ import annotations

from pydantic import Field

from showergrid.core.settings import Settings


class Merging(Settings):
    """How prongs are mixed as a reconstruction would mix them."""

    pixel: float = Field(default=1.0, gt=0, le=100, description="edge of the cubes in which prongs are compared [cm]")
    share: float = Field(
        default=0.5, gt=0, le=1, description="prongs become one if more than this share of the cubes of one is shared"
    )
    least_hits: int = Field(default=5, ge=1, description="prongs with fewer are dropped, and their hits belong to none")
