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
    showers: int = Field(ge=1, le=10_000_000, description="showers in all; the classes alternate [1]")
    shard_size: int = Field(ge=1, le=100_000, description="showers of one job [1]")
    energy: tuple[Positive, Positive] = Field(description="range of the uniform kinetic energy [GeV]")
    angles: Angles
    vertex: Box = Field(description="region of the primary's uniform start")
    geant4_data: str | None = Field(description="folder of the full Geant4 data, or null for the small argon set")
    em_model: Literal["option0", "option1", "option2", "option3", "option4", "standard", "livermore", "penelope"] = (
        Field(description="Geant4's electromagnetic physics; the small argon set carries option1 and option2")
    )
    production_cut: float = Field(gt=0, le=10, description="range below which Geant4 makes no secondary [cm]")
    min_hits: int = Field(ge=1, description="events with fewer hits are drawn again [1]")

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

    a: float = Field(gt=0, le=1, description="A [1]")
    k: float = Field(gt=0, le=1, description="k [(kV/cm) (g/cm2) / MeV]")


class ModifiedBox(Settings):
    """The modified box model as ArgoNeuT measured it: R = ln(alpha + b) / b, b = beta dE/dx / (density field)."""

    alpha: float = Field(gt=0, le=1, description="alpha [1]")
    beta: float = Field(gt=0, le=1, description="beta [(kV/cm) (g/cm2) / MeV]")


class Recombination(Settings):
    """The law for the share of electrons that escape their ions, with the constants of both laws."""

    model: Literal["birks", "modified_box"]
    birks: Birks
    modified_box: ModifiedBox


class Diffusion(Settings):
    """Spread of the drifting electrons: sigma = sqrt(2 D t)."""

    longitudinal: float = Field(ge=0, le=100, description="coefficient along the drift [cm2/s]")
    transverse: float = Field(ge=0, le=100, description="coefficient across the drift [cm2/s]")


class Cuboid(Settings):
    """Edges of a cuboid of space."""

    x: float = Field(gt=0, le=500, description="edge along the drift [cm]")
    y: float = Field(gt=0, le=500, description="edge along y [cm]")
    z: float = Field(gt=0, le=500, description="edge along the beam [cm]")


class Readout(Settings):
    """How deposits become hits."""

    field: float = Field(gt=0, le=5, description="electric field of the drift [kV/cm]")
    density: float = Field(gt=0, le=3, description="density of the liquid argon [g/cm3]")
    ionisation_energy: float = Field(gt=0, le=100, description="mean energy for one pair of electron and ion [eV]")
    recombination: Recombination
    drift_velocity: float = Field(gt=0, le=1, description="drift velocity of electrons [cm/us]")
    lifetime: float | None = Field(gt=0, description="mean life of a drifting electron, null for none lost [us]")
    diffusion: Diffusion
    gain: float = Field(gt=0, description="charge of a hit per electron [tick ADC]")
    noise: float = Field(ge=0, description="standard deviation of the charge of a hit [electrons]")
    pitch: float = Field(gt=0, le=2, description="edge of the cubes in which charge is collected [cm]")
    threshold: float = Field(ge=0, le=0.15, description="energy of a minimum ionising track that makes a hit [MeV]")
    merging: float = Field(ge=0, description="hits of one event in a cube with this edge become one; 0: none [cm]")
    clustering: Cuboid | None = Field(
        description="cells that must touch for their hits to stay in one shower, null to keep all hits"
    )
    tpc: Literal["both", "vertex"] = Field(description="hits of both drift volumes, or of the vertex's alone")

    @model_validator(mode="after")
    def _check(self) -> Readout:
        if 0 < self.merging < self.pitch:
            raise ValueError(f"merging {self.merging} is smaller than pitch {self.pitch}; use 0 for no merging")
        return self
