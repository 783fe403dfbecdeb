"""Hyperparameters of a transformer over hits, named as in torch.nn.TransformerEncoderLayer."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from showergrid.models.parts.network_settings import Count, Head


class Attention(Head):
    """A few encoder layers and a classifier."""

    num_layers: Count = Field(default=2, description="encoder layers")
    d_model: Count = Field(default=48, description="values that stand for a hit inside the network")
    nhead: Count = Field(default=4, description="attention heads of a layer, among which they are divided")
    dim_feedforward: Count = Field(default=96, description="neurons of the network behind each attention")
    clf_neurons: list[Count] = Field(default=[32], description="neurons of each hidden layer")

    @model_validator(mode="after")
    def _divides(self) -> Attention:
        if self.d_model % self.nhead:
            raise ValueError(f"d_model = {self.d_model} cannot be divided among nhead = {self.nhead} heads")
        return self

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any number of hits."""
