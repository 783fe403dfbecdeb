"""Networks for tables of variables."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from showergrid.models.parts.layers import Heads
from showergrid.models.parts.network_settings import Head


class DenseNetwork(nn.Module):
    """Tables (N, F) to logits (N, classes); what it hands to its classifier, `head`, are the variables themselves."""

    def __init__(self, parameters: Head, variables: int, heads: Sequence[int]) -> None:
        super().__init__()
        self.head = Heads(parameters, variables, heads)

    def forward(self, x: Tensor) -> Tensor:
        """Tables to logits."""
        return self.head(x)
