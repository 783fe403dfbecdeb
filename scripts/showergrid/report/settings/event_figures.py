"""Settings of the figures of events."""

from __future__ import annotations

from pydantic import Field

from showergrid.core.settings import Resolution, Settings
from showergrid.events.questions import Question
from showergrid.inputs.settings import Representation, WindowSettings
from showergrid.report.settings.labels import HumanLabels


class DrawnRepresentation(Settings):
    """A representation and the resolution at which its events are drawn."""

    representation: Representation
    resolution: Resolution = Field(description="pixels across the detector in x")


class DrawnResolutions(Settings):
    """One event drawn at several resolutions, with the window that a network sees."""

    representation: Representation = Field(description="one with two image axes")
    resolutions: list[Resolution] = Field(min_length=1, description="pixels across in x")
    window: WindowSettings | None = Field(description="window to outline, or none")


class EventFigures(Settings):
    """Which events are drawn, and how."""

    question: Question
    labels: HumanLabels = HumanLabels()
    energy: float = Field(gt=0, description="of each class the event nearest to it is drawn [GeV]")
    representations: list[DrawnRepresentation] = Field(min_length=1, description="columns of events.pdf")
    resolutions: DrawnResolutions
