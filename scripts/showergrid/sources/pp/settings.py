"""Settings of simulated collisions of protons, and of the detector that sees them; docs/collisions.md has sources."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from showergrid.core.settings import Name, Settings


class Required(Settings):
    """A hadron that a collision must hold."""

    pdg: int = Field(description="its PDG code")
    pt: float = Field(ge=0, description="least transverse momentum [GeV]")


class Process(Settings):
    """A process of the collision, and how often its decays are tried."""

    lines: list[str] = Field(min_length=1, description="settings of Pythia that switch it on")
    tries: int = Field(default=1, ge=1, le=100_000, description="times that a collision decays; 1: as in nature")
    redecayed: list[int] = Field(
        default=[], description="PDG codes that each try decays anew, beside all that lives long"
    )
    required: Required | None = Field(default=None, description="what a collision must hold, null for nothing")


PROCESSES: dict[str, dict[str, Any]] = {
    "drell_yan": {
        "lines": ["WeakSingleBoson:ffbar2gmZ = on", "PhaseSpace:mHatMin = 50", "23:onMode = off", "23:onIfAny = 13"]
    },
    "higgs": {
        "lines": [
            "HiggsSM:gg2H = on",
            "25:m0 = 125",
            "25:onMode = off",
            "25:onIfMatch = 23 23",
            "23:onMode = off",
            "23:onIfAny = 11 13 15",
        ]
    },
    "jpsi": {
        "lines": ["Charmonium:all = on", "PhaseSpace:pTHatMin = 7", "443:onMode = off", "443:onIfMatch = 13 -13"],
        "tries": 5,
        "redecayed": [443],
        "required": {"pdg": 443, "pt": 8},
    },
    "ttbar": {"lines": ["Top:gg2ttbar = on", "Top:qqbar2ttbar = on"], "tries": 3},
    "w_jets": {"lines": ["WeakSingleBoson:ffbar2W = on", "24:onMode = off", "24:onIfAny = 13"], "tries": 10},
}


def _with_known(given: Any) -> Any:
    return {**PROCESSES, **given} if isinstance(given, dict) else given


class Region(Settings):
    """Muons that are seen in a ring of the detector: above both a transverse and a whole momentum."""

    eta: float = Field(gt=0, le=10, description="outer edge of the ring, in |eta|")
    pt: float = Field(default=0, ge=0, description="least transverse momentum [GeV]")
    p: float = Field(default=0, ge=0, description="least momentum [GeV]")


class MuonResolution(Settings):
    """sigma(pT) / pT: the three terms in quadrature."""

    constant: float = Field(default=0.01, ge=0, description="everywhere")
    eta: float = Field(default=0.012, ge=0, description="times |eta|")
    pt: float = Field(default=7e-5, ge=0, description="times pT [1/GeV]")


class MuonDetection(Settings):
    """Which muons are seen, and how well."""

    acceptance: list[Region] = Field(
        default=[Region(eta=1.3, pt=3.3), Region(eta=2.2, p=2.9), Region(eta=2.4, pt=0.8)],
        min_length=1,
        description="rings from the centre on",
    )
    efficiency: float = Field(default=0.97, gt=0, le=1, description="share of those that is found")
    resolution: MuonResolution = Field(default=MuonResolution(), description="of their transverse momentum")

    @model_validator(mode="after")
    def _check(self) -> MuonDetection:
        edges = [region.eta for region in self.acceptance]
        if edges != sorted(set(edges)):
            raise ValueError(f"acceptance: the edges {edges} of the rings do not ascend")
        return self


class JetDetection(Settings):
    """How jets are made of particles, and how well they are measured: sigma(pT) / pT, the terms in quadrature."""

    radius: float = Field(default=0.4, gt=0, le=2, description="radius of anti-kT")
    noise: float = Field(default=0, ge=0, description="over pT [GeV]")
    stochastic: float = Field(default=0.73, ge=0, description="over the root of pT [GeV^.5]")
    constant: float = Field(default=0.033, ge=0, description="everywhere")


class MetDetection(Settings):
    """The width of each component of the missing momentum: both terms in quadrature."""

    stochastic: float = Field(default=0.6, ge=0, description="times the root of the sum of all pT [GeV^.5]")
    vertex: float = Field(default=3.5, ge=0, description="of each other collision [GeV]")
    vertices: float = Field(default=12, ge=0, description="other collisions of a crossing, the mean")


class Apparatus(Settings):
    """The detector."""

    radius: float = Field(default=1290, gt=0, description="of the cylinder in which particles may decay [mm]")
    half_length: float = Field(default=2930, gt=0, description="of that cylinder [mm]")
    eta: float = Field(default=5.0, gt=0, le=10, description="largest |eta| of a particle that is seen")
    pt: float = Field(default=0.3, ge=0, description="least pT of a particle that is seen [GeV]")
    muons: MuonDetection = Field(default=MuonDetection(), description="muons that are seen")
    jets: JetDetection = Field(default=JetDetection(), description="jets of the particles that are seen")
    met: MetDetection = Field(default=MetDetection(), description="missing transverse momentum")


class Selection(Settings):
    """Which events and objects are kept."""

    muons: int = Field(default=2, ge=2, le=10, description="muons, at least")
    muon_pt: float = Field(default=0, ge=0, description="least pT of a muon [GeV]")
    jets: int = Field(default=0, ge=0, le=20, description="jets, at least")
    jet_pt: float = Field(default=20, gt=0, description="least pT of a jet [GeV]")
    jet_eta: float = Field(default=4.7, gt=0, le=10, description="largest |eta| of a jet")
    muon_distance: float = Field(
        default=0, ge=0, description="a jet so near to a muon is none, in eta and phi; 0: muons may be jets"
    )


class Collisions(Settings):
    """Which collisions are simulated, and what is seen and kept of them."""

    seed: int = Field(ge=0, lt=2**32, description="seed; every shard and process has streams of its own under it")
    events: int = Field(ge=1, le=10_000_000, description="events of each process in all")
    shard_size: int = Field(default=500, ge=1, le=100_000, description="events of each process in one job")
    processes: list[Name] = Field(default=list(PROCESSES), min_length=1, description="those that are simulated")
    definitions: Annotated[dict[Name, Process], BeforeValidator(_with_known)] = Field(
        default=PROCESSES, validate_default=True, description="processes by name, beside those that are known"
    )
    energy: float = Field(default=13_000, ge=100, le=200_000, description="of both protons together [GeV]")
    tune: int = Field(default=18, ge=1, description="Pythia's Tune:pp")
    detector: Apparatus = Field(default=Apparatus(), description="detector that sees them")
    selection: Selection = Field(default=Selection(), description="events and objects that are kept")

    @model_validator(mode="after")
    def _check(self) -> Collisions:
        if strangers := [name for name in self.processes if name not in self.definitions]:
            raise ValueError(f"processes: {strangers[0]} is none of definitions: {', '.join(self.definitions)}")
        if len(set(self.processes)) < len(self.processes):
            raise ValueError("processes: one stands twice")
        return self

    @property
    def shards(self) -> int:
        """Number of jobs that make the events."""
        return -(-self.events // self.shard_size)
