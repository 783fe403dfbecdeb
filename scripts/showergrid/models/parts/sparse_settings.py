"""Settings of networks that see occupied pixels alone."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from showergrid.models.parts.network_settings import Count, Head


class Levels(Head):
    """The levels of a network, each with pixels twice as wide as the one before."""

    blocks: list[Count] = Field(
        default=[2, 2, 2, 2], min_length=1, description="residual blocks of two convolutions at each level"
    )
    widths: list[Count] = Field(default=[16, 32, 64, 128], description="channels at each level")

    @model_validator(mode="after")
    def _one_width_a_level(self) -> Levels:
        if len(self.widths) != len(self.blocks):
            raise ValueError(f"widths needs {len(self.blocks)} values, one for each of blocks")
        return self

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any window: pixels are joined until one is left."""
