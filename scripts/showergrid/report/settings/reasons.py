"""Settings of the physical reasons for which answers are sorted, and of their gallery."""

from __future__ import annotations

from pydantic import Field

from showergrid.core.settings import Name, Resolution, Settings


class Reasons(Settings):
    """Where one reason for a wrong answer ends and the next begins; the first that holds counts."""

    off: float = Field(
        default=2.0,
        gt=0,
        description="distance beyond which the nearest hit says that a start is lost, the first that it is missed [cm]",
    )
    dedx: float = Field(
        default=3.2, gt=0, description="dE/dx above which the start of a shower looks like that of a photon [MeV/cm]"
    )
    share: float = Field(
        default=0.1, gt=0, lt=0.5, description="part of a pair's energy below which its smaller electron hardly shows"
    )
    pixel: float = Field(
        default=0.4, gt=0, description="distance from its vertex within which a photon starts without a gap [cm]"
    )


class ReasonFigure(Settings):
    """Of which cell the most confident wrong answers are drawn, reason by reason."""

    of: Name = Field(description="report of module reasons, which shows the cell")
    representation: str = Field(min_length=1, description="representation of the cell")
    resolution: Resolution | None = Field(default=None, description="resolution of the cell; null: nothing is binned")
    model: str = Field(min_length=1, description="model of the cell")
    seed: int = Field(ge=0, description="seed of the cell")
    shown: int = Field(default=4, ge=1, le=8, description="events of each reason")
    reach: float = Field(default=14.0, gt=0, le=100, description="how far behind its start a shower is drawn [cm]")
