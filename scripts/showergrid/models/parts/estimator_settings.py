"""Hyperparameters of models that are fitted as a whole, without gradients and epochs."""

from __future__ import annotations

from collections.abc import Sequence

from showergrid.core.settings import Settings


class Estimator(Settings):
    """The parameters of such a model, which takes windows of any size."""

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any window."""
