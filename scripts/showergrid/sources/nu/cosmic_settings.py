"""Settings of cosmic muons as a sample beside interactions of neutrinos; docs/neutrino_detector.md has sources."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.events.detector import check_ascending

MUON_MASS = 0.1056584  # GeV, PDG


class CosmicMuons(Settings):
    """Single muons from above, without a neutrino, as they are at sea level under no roof."""

    kind: Literal["cosmic_muons"] = Field(description="what tells it from a sample of interactions")
    energy: tuple[float, float] = Field(default=(0.2, 1000.0), description="ends of the energies, rest included [GeV]")
    zenith_power: float = Field(default=2, ge=0, le=10, description="power of the cosine of the zenith, in intensity")
    charge_ratio: float = Field(default=1.2766, gt=0, description="positive muons to a negative one")

    @model_validator(mode="after")
    def _check(self) -> CosmicMuons:
        check_ascending("energy", self.energy)
        if self.energy[0] <= MUON_MASS or self.energy[1] > 2000:
            raise ValueError(f"energy: a muon has more than {MUON_MASS} GeV, and the spectrum is known to 2000 GeV")
        return self
