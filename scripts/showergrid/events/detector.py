"""The detector: a box along its axes."""

from __future__ import annotations

from pydantic import Field, model_validator

from showergrid.core.settings import Settings


def check_ascending(name: str, interval: tuple[float, float]) -> None:
    """Refuse an interval whose lower bound does not come first; `name` is that of its key."""
    if interval[0] > interval[1]:
        raise ValueError(f"{name}: the lower bound comes first, {interval[0]} > {interval[1]}")


class Box(Settings):
    """A box along the detector's axes."""

    x: tuple[float, float] = Field(description="lower and upper bound in x, the drift axis [cm]")
    y: tuple[float, float] = Field(description="lower and upper bound in y, upwards [cm]")
    z: tuple[float, float] = Field(description="lower and upper bound in z, the beam axis [cm]")

    @model_validator(mode="after")
    def _check(self) -> Box:
        for axis in ("x", "y", "z"):
            check_ascending(axis, getattr(self, axis))
        return self

    @property
    def stretch(self) -> dict[str, float]:
        """Pixels that span the box along each axis per pixel in x, so that a pixel has as many cm on every axis."""
        extent = {axis: high - low for axis, (low, high) in self.model_dump().items()}
        return {axis: cm / extent["x"] for axis, cm in extent.items()}

    def pixel_cm(self, resolution: int, padding: float) -> dict[str, float]:
        """Edge of a pixel along each axis [cm], for hits that fill the box: without `padding` the same on all axes.

        padding: length by which the range of an axis is longer than the box at either end [cm].
        """
        edge = (self.x[1] - self.x[0]) / resolution
        return {axis: edge * (1 + 2 * padding / (high - low)) for axis, (low, high) in self.model_dump().items()}
