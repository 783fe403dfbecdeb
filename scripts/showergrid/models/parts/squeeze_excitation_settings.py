"""The size of a network of residual blocks with squeeze and excitation that joins the views of an event."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from showergrid.models.parts.network_settings import Count, Head


class ViewsSize(Head):
    """Its channels, blocks and strides; docs/cvn.md has the published ones."""

    widths: list[Count] = Field(
        default=[16, 32, 64, 128], min_length=2, description="channels of a view, then of each stage behind the join"
    )
    depths: list[Count] = Field(default=[1, 1, 1, 1], description="residual blocks of a view, then of each stage")
    strides: list[Count] = Field(
        default=[1, 2, 2], description="stride of the first block of each stage behind the join [pixels]"
    )
    ratio: Count = Field(default=16, description="channels to one neuron of squeeze and excitation, of which one stays")
    l2: float = Field(
        default=1e-4,
        ge=0,
        description="factor of the squared weights of first convolutions and outputs, whose sum is added to the loss",
    )
    clf_neurons: list[Count] = Field(default=[], description="neurons of each hidden layer")

    @model_validator(mode="after")
    def _one_value_a_stage(self) -> ViewsSize:
        if len(self.depths) != len(self.widths):
            raise ValueError(f"depths needs {len(self.widths)} values, one for each of widths")
        if len(self.strides) != len(self.widths) - 1:
            raise ValueError(f"strides needs {len(self.widths) - 1} values, one for each of widths but the first")
        return self

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any window: convolutions and pooling are padded, so that a pixel is left at least."""
