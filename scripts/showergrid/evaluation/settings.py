"""Settings of the uncertainties, and of what tells two results apart."""

from __future__ import annotations

from pydantic import Field

from showergrid.core.settings import Settings


class Bootstrap(Settings):
    """How uncertainties are drawn: events with replacement, class by class."""

    seed: int = Field(ge=0, description="seed of the resampling, apart from every model seed")
    resamples: int = Field(ge=100, le=100_000, description="number of resamples")
    level: float = Field(gt=0.5, lt=1, description="confidence level of an interval")


class Comparison(Settings):
    """How two results are told apart."""

    alpha: float = Field(gt=0, lt=0.5, description="family-wise error rate of a column, Holm-corrected")
