"""Settings of the containment of events in windows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from showergrid.core.settings import Resolution, Settings
from showergrid.events.questions import Question
from showergrid.events.settings import Axis
from showergrid.inputs.settings import Direction, WindowSettings
from showergrid.report.settings.labels import HumanLabels


class ImageAxes(Settings):
    """A representation and the axes of its images."""

    name: str = Field(min_length=1, description="name of the representation")
    axes: list[Axis] = Field(min_length=1, description="detector axes in the order of the image's dimensions")


class PlacedWindow(Settings):
    """The window of one network in one place of the grid."""

    representation: str = Field(min_length=1, description="one of the representations")
    resolution: int = Field(gt=0, description="pixels across the detector in x")
    model: str = Field(min_length=1, description="network that sees it")
    window: WindowSettings


class ContainmentSettings(Settings):
    """The shares of events that windows shall hold, and the windows of the study to measure."""

    name: str = Field(min_length=1, description="name of the table")
    question: Question
    labels: HumanLabels = HumanLabels()
    ranges: list[str] = Field(min_length=1, description="sets of events from which the ranges of the axes come")
    direction: Direction = Field(description="which showers run up")
    representations: list[ImageAxes] = Field(min_length=1, description="in the order of the table")
    resolutions: list[Resolution] = Field(min_length=1, description="pixels across in x")
    shares: list[Annotated[float, Field(gt=0, le=1)]] = Field(min_length=1, description="of the events to be held")
    windows: list[PlacedWindow] = Field(description="windows of the study")
