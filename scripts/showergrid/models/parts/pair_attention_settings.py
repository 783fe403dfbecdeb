"""Hyperparameters of a transformer whose attention knows how pairs of entries differ."""

from __future__ import annotations

from pydantic import Field

from showergrid.models.parts.hit_transformer_settings import Attention
from showergrid.models.parts.network_settings import Count
from showergrid.models.parts.places import Places


class PairAttention(Attention):
    """A few encoder layers, a network of the pairs that all of them share, and a classifier."""

    places: Places = [0, 1, 2]
    pair_neurons: Count = Field(default=16, description="neurons of the network that looks at each pair")
