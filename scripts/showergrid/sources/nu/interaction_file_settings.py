"""Settings of interactions that are read from files of other generators; docs/neutrino_detector.md explains them."""

from __future__ import annotations

from os.path import normpath
from typing import Literal

from pydantic import Field, model_validator

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

    @model_validator(mode="after")
    def _each_once(self) -> InteractionFiles:
        paths = [normpath(file) for file in self.files]
        if doubled := [file for file, path in zip(self.files, paths, strict=True) if paths.count(path) > 1]:
            raise ValueError(f"files: {doubled[0]} stands twice, so that its events would; name it once")
        return self
