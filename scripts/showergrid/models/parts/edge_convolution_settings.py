"""Hyperparameters of graph networks over a set, such as of hits."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from showergrid.models.parts.network_settings import Count, Head
from showergrid.models.parts.places import Places


class Graph(Head):
    """Convolutions over the edges between each entry and those nearest to it, and a classifier."""

    neighbours: Count = Field(default=8, description="nearest entries that an entry hears of, itself included")
    places: Places = [0, 1, 2]
    widths: list[Count] = Field(
        default=[32, 32, 64], min_length=1, description="values that stand for an entry behind each convolution"
    )
    clf_neurons: list[Count] = Field(default=[32], description="neurons of each hidden layer")

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any number of entries."""
