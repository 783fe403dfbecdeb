"""Hyperparameters of models that are fitted as a whole, without gradients and epochs."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from showergrid.core.settings import Settings


class Fitting(Settings):
    """All that training means to them."""

    threads: int = Field(ge=1, description="compute threads; part of the result, since they may change the bytes")


class Estimator(Settings):
    """Parameters of one, which takes windows of any size."""

    def check_window(self, window: Sequence[int]) -> None:
        """Any will do."""
