"""Settings of the table of selections: the class shares that a beam has, and the energies at which bias is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from showergrid.core.settings import Name, Settings

Share = Annotated[float, Field(gt=0)]
EQUAL = "equal"  # the name of equal shares, which every table shows


class ClassSelection(Settings):
    """For which mixtures of classes events are selected, and by which energies answers are counted."""

    shares: dict[Name, dict[Name, Share]] = Field(
        default={}, description="further mixtures by their names: of each class its events to those of the others"
    )
    energies: list[float] = Field(default=[], description="edges of the bins of energy, ascending; none: one bin [GeV]")

    @model_validator(mode="after")
    def _check(self) -> ClassSelection:
        if EQUAL in self.shares:
            raise ValueError(f"shares: {EQUAL} stands for equal shares, which are always shown; choose another name")
        if any(high <= low for low, high in zip(self.energies, self.energies[1:], strict=False)):
            raise ValueError("energies must rise")
        return self
