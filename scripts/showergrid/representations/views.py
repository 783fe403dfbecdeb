"""Several views of an event, such as three projections, or a list of objects beside a table of variables.

It makes no input of its own: each view is what another representation shows, whose file is made once for all that use
it. Images of one size can be the channels of one image; a network for several inputs takes each by itself.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.inputs.settings import Origin

KIND = "several"


class Parameters(Settings):
    """The views, in the order in which they are taken."""

    of: list[str] = Field(min_length=1, description="representations to show, one a view")
    origins: list[Origin] = Field(
        default=[], description="what the window of each view follows; none: as the network says"
    )

    @model_validator(mode="after")
    def _one_a_view(self) -> Parameters:
        if self.origins and len(self.origins) != len(self.of):
            raise ValueError(f"origins needs {len(self.of)} values, one for each of of")
        return self
