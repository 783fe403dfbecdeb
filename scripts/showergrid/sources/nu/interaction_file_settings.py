"""Settings of interactions that are read from files of other generators; docs/neutrino_detector.md explains them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from showergrid.core.settings import Settings


class InteractionFiles(Settings):
    """Files whose interactions take the place of generated ones, in their order."""

    files: list[str] = Field(
        min_length=1, description="GENIE's gst or rootracker (.root), or NuHepMC (.hepmc3, .hepmc, also .gz)"
    )
    vertex: Literal["drawn", "file"] = Field(
        default="drawn", description="where they happen: uniformly in the box `vertex`, or where the files say"
    )
    origin: tuple[float, float, float] = Field(
        default=(0, 0, 0), description="what is added to x, y and z of a file's vertices [cm]"
    )
