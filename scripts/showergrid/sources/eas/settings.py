"""Settings of simulated air showers and of the tanks that see them; docs/air_showers.md has sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Settings

PRIMARIES = {"p": 1, "He": 4, "O": 16, "Fe": 56}  # nucleons
Primary = Literal["p", "He", "O", "Fe"]


class InteractionSettings(Settings):
    """The hadronic interactions that all showers draw from, made once."""

    seed: int = Field(default=1, ge=0, lt=2**32, description="seed of the interactions")
    high: str = Field(default="Sibyll23d", description="model at high energies, as chromo names it")
    low: str = Field(default="UrQMD34", description="model at low energies, as chromo names it")
    transition: float = Field(default=80, ge=60, le=1000, description="energy between the two [GeV]")
    events: int = Field(default=200, ge=10, le=2000, description="interactions of each projectile at each energy")
    breakups: int = Field(default=50, ge=5, le=1000, description="of each nucleus at each energy")


class Sky(Settings):
    """Energies and directions of the showers."""

    log_energy: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        default=[18.5, 20.0], description="range of the energy, flat in its logarithm [log10 eV]"
    )
    zenith: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        default=[0.0, 60.0], description="range of the zenith angle, as showers fall on flat ground [deg]"
    )

    @model_validator(mode="after")
    def _check(self) -> Sky:
        for name, least, most in (("log_energy", 16, 20.3), ("zenith", 0, 65)):
            low, high = getattr(self, name)
            if not least <= low <= high <= most:
                raise ValueError(f"{name}: [{low}, {high}] is no range within {least} and {most}")
        return self


class Tanks(Settings):
    """The tanks on the ground, and what each makes of the particles in it."""

    spacing: float = Field(default=1500, ge=100, le=5000, description="of the triangular grid [m]; infill: 750")
    distance: float = Field(default=3500, ge=200, le=6000, description="largest one from the axis [m]")
    least_signal: float = Field(default=3, gt=0, description="of a tank that is read out [VEM]")
    least_tanks: int = Field(default=3, ge=1, le=20, description="that are read out, for a shower to be kept")
    saturation: float = Field(default=215, gt=0, description="largest signal of a bin [VEM]")
    noise: float = Field(default=0.007, ge=0, description="standard deviation of the noise in a bin [VEM]")
    bins: int = Field(default=400, ge=100, le=2000, description="of the trace, 25 ns each")
    decay: float = Field(default=60, gt=0, le=300, description="time with which the light of a particle fades [ns]")
    electron_energy: float = Field(
        default=110, gt=0, le=1000, description="that a tank absorbs of an electron and the photons beside it [MeV]"
    )


class Reconstruction(Settings):
    """How well energy and direction of a shower are known."""

    energy: float = Field(default=0.15, ge=0, le=1, description="relative standard deviation of the energy")
    zenith: float = Field(default=1.0, ge=0, le=10, description="standard deviation of the zenith angle [deg]")


class AirShowers(Settings):
    """Which showers are simulated, and what is seen of them."""

    seed: int = Field(ge=0, lt=2**32, description="seed; every shower has streams of its own under it")
    showers: int = Field(ge=1, le=10_000_000, description="showers of each primary in all")
    shard_size: int = Field(default=500, ge=1, le=100_000, description="showers of each primary in one job")
    primaries: list[Primary] = Field(default=[*PRIMARIES], min_length=1, description="those that are simulated")
    event: Literal["shower", "tank"] = Field(
        default="shower", description="what an event is: a shower with a collection of its tanks, or one tank"
    )
    library: InteractionSettings = Field(default=InteractionSettings(), description="hadronic interactions")
    sky: Sky = Field(default=Sky(), description="energies and directions")
    thinning: float = Field(
        default=1e-5, ge=1e-7, le=1e-2, description="share of the energy below which one stands for many"
    )
    tanks: Tanks = Field(default=Tanks(), description="tanks on the ground")
    reconstruction: Reconstruction = Field(default=Reconstruction(), description="of energy and direction")

    @model_validator(mode="after")
    def _check(self) -> AirShowers:
        if len(set(self.primaries)) < len(self.primaries):
            raise ValueError("primaries: one stands twice")
        return self

    @property
    def shards(self) -> int:
        """Number of jobs that make the showers."""
        return -(-self.showers // self.shard_size)
