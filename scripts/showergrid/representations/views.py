"""Several views of a shower as the channels of one image, such as three projections.

It makes no images of its own: each view is a window cut from the image file of another representation, which is made
once for all that use it.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.inputs.settings import Origin


class Parameters(Settings):
    """The views, in the order of their channels."""

    of: list[str] = Field(min_length=1, description="representations with images of their own, one a view")
    origins: list[Origin] = Field(default=[], description="what the window of each view follows; none: as the network")

    @model_validator(mode="after")
    def _one_a_view(self) -> Parameters:
        if self.origins and len(self.origins) != len(self.of):
            raise ValueError(f"origins needs {len(self.of)} values, one for each of of")
        return self
