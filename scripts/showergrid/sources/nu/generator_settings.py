"""Settings of the generator of neutrino interactions: flux, form factors, and the nucleus."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.events.detector import check_ascending

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Flux(Settings):
    """How many neutrinos there are of each energy."""

    energy: tuple[Positive, Positive] = Field(default=(0.5, 10.0), description="ends of the energies [GeV]")
    histogram: str | None = Field(
        default=None, description="CSV file: lower edges of bins [GeV] and neutrinos a bin; null: flat in energy"
    )

    @model_validator(mode="after")
    def _check(self) -> Flux:
        check_ascending("energy", self.energy)
        if self.energy[1] > 20:
            raise ValueError("energy: above 20 GeV are no cross-sections")
        return self


class LibrarySettings(Settings):
    """The cross-sections of free nucleons, which all shards read."""

    axial_mass: float = Field(default=1.03, gt=0.5, lt=2, description="of the dipole of quasi-elastic scattering [GeV]")
    delta_axial_mass: float = Field(default=1.05, gt=0.5, lt=2, description="of the axial form factor of Delta [GeV]")
    dis_from: tuple[float, float] = Field(
        default=(1.4, 1.7), description="masses of the hadrons between which deep inelastic scattering sets in [GeV]"
    )

    @model_validator(mode="after")
    def _check(self) -> LibrarySettings:
        check_ascending("dis_from", self.dis_from)
        return self


class Nucleus(Settings):
    """The nucleus of argon-40 as a Fermi gas in a sphere, and what hadrons meet on their way out."""

    radius: float = Field(default=1.2, ge=1, lt=2, description="of the sphere over the cubic root of 40 [fm]")
    separation_energy: float = Field(default=0.0295, ge=0, lt=0.1, description="that a struck nucleon takes [GeV]")
    fates: bool = Field(default=True, description="whether hadrons interact on their way out")
    medium: float = Field(default=0.75, gt=0, le=1, description="factor of the free cross-sections inside the nucleus")
    absorbed: Share = Field(default=0.35, description="share of the interacting pions that two nucleons absorb")
    exchanged: Share = Field(default=0.15, description="share of the interacting pions that change their charge")


class NeutrinoGenerator(Settings):
    """The generator of interactions."""

    flux: Flux = Field(default=Flux(), description="energies of the neutrinos")
    strings_from: float = Field(
        default=1.45, gt=1.3, description="mass of the hadrons above which they are made by strings [GeV]"
    )
    nucleus: Nucleus = Field(default=Nucleus(), description="the nucleus around it")
