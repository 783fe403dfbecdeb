"""Settings of the simulated showers and of the readout that makes hits of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.events.detector import Box, check_ascending

Positive = Annotated[float, Field(gt=0)]


class Angles(Settings):
    """Widths of the Gaussian angles between the beam axis and the shower's projections on two planes."""

    x: float = Field(ge=0, le=60, description="standard deviation of the angle in the x-z plane [degrees]")
    y: float = Field(ge=0, le=60, description="standard deviation of the angle in the y-z plane [degrees]")


class Simulation(Settings):
    """Which showers are simulated, and how Geant4 does it."""

    seed: int = Field(ge=0, lt=2**32, description="seed of the showers; every shard has a stream of its own under it")
    showers: int = Field(ge=1, le=10_000_000, description="showers in all; the classes alternate")
    shard_size: int = Field(ge=1, le=100_000, description="showers of one job")
    energy: tuple[Positive, Positive] = Field(description="range of the uniform kinetic energy [GeV]")
    angles: Angles = Field(description="angles of the showers to the beam axis")
    vertex: Box = Field(description="box in which showers start, uniformly; inside detector")
    geant4_data: str | None = Field(description="folder of Geant4's full data; null: the small argon set")
    em_model: Literal["option0", "option1", "option2", "option3", "option4", "standard", "livermore", "penelope"] = (
        Field(description="Geant4's electromagnetic physics; of the small argon set option1 or option2")
    )
    production_cut: float = Field(gt=0, le=10, description="range below which Geant4 makes no secondary [cm]")
    min_hits: int = Field(ge=1, description="events with fewer hits are drawn again")

    @model_validator(mode="after")
    def _check(self) -> Simulation:
        check_ascending("energy", self.energy)
        if self.geant4_data is None and self.em_model not in ("option1", "option2"):
            raise ValueError(f"em_model {self.em_model} needs geant4_data; without it: option1 or option2")
        return self

    @property
    def shards(self) -> int:
        """Number of jobs that make the showers."""
        return -(-self.showers // self.shard_size)


class Birks(Settings):
    """Birks' law as ICARUS measured it: R = a / (1 + k dE/dx / (density field))."""

    a: float = Field(gt=0, le=1, description="share of electrons that escape where dE/dx is small")
    k: float = Field(gt=0, le=1, description="factor of dE/dx over density and field [(kV/cm) (g/cm2) / MeV]")


class ModifiedBox(Settings):
    """The modified box model as ArgoNeuT measured it: R = ln(alpha + b) / b, b = beta dE/dx / (density field)."""

    alpha: float = Field(gt=0, le=1, description="constant under the logarithm")
    beta: float = Field(gt=0, le=1, description="factor of dE/dx over density and field [(kV/cm) (g/cm2) / MeV]")


class Recombination(Settings):
    """The law for the share of electrons that escape their ions, with the constants of both laws."""

    model: Literal["birks", "modified_box"] = Field(description="law that is used")
    birks: Birks = Field(description="constants of Birks' law, used or not")
    modified_box: ModifiedBox = Field(description="constants of the modified box model, used or not")


class Diffusion(Settings):
    """Spread of the drifting electrons: sigma = sqrt(2 D t)."""

    longitudinal: float = Field(ge=0, le=100, description="coefficient along the drift [cm2/s]")
    transverse: float = Field(ge=0, le=100, description="coefficient across the drift [cm2/s]")


class Cuboid(Settings):
    """Edges of a cell."""

    x: float = Field(gt=0, le=500, description="edge along the drift [cm]")
    y: float = Field(gt=0, le=500, description="edge along y [cm]")
    z: float = Field(gt=0, le=500, description="edge along the beam [cm]")


class Readout(Settings):
    """How deposits become hits."""

    field: float = Field(gt=0, le=5, description="electric field of the drift [kV/cm]")
    density: float = Field(gt=0, le=3, description="density of the liquid argon [g/cm3]")
    ionisation_energy: float = Field(gt=0, le=100, description="mean energy for one pair of electron and ion [eV]")
    recombination: Recombination = Field(description="share of electrons that escape their ions")
    drift_velocity: float = Field(gt=0, le=1, description="drift velocity of electrons [cm/us]")
    lifetime: float | None = Field(gt=0, description="mean life of a drifting electron; null: none is lost [us]")
    diffusion: Diffusion = Field(description="spread of drifting electrons")
    gain: float = Field(gt=0, description="charge of a hit [tick ADC per electron]")
    noise: float = Field(ge=0, description="standard deviation of the charge collected in one cube [electrons]")
    pitch: float = Field(gt=0, le=2, description="edge of the cubes in which charge is collected [cm]")
    threshold: float = Field(
        ge=0,
        le=0.15,
        description="a cube is a hit above the charge that this energy of a minimum ionising track leaves [MeV]",
    )
    merging: float = Field(ge=0, description="hits of an event in a cube of this edge become one; 0: none do [cm]")
    clustering: Cuboid | None = Field(
        description="cells whose touching keeps hits together, of which the cluster with most charge stays; null: all"
    )
    tpc: Literal["both", "vertex"] = Field(
        description="hits of both drift volumes, or of that in which the shower starts"
    )

    @model_validator(mode="after")
    def _check(self) -> Readout:
        if 0 < self.merging < self.pitch:
            raise ValueError(f"merging {self.merging} is smaller than pitch {self.pitch}; use 0 for no merging")
        return self
