"""Settings of simulated neutrino interactions; docs/neutrino_detector.md has sources."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from showergrid.core.settings import Name, Settings
from showergrid.events.detector import Box
from showergrid.sources.lartpc.settings import Readout
from showergrid.sources.nu.cosmic_settings import CosmicMuons
from showergrid.sources.nu.generator_settings import LibrarySettings, NeutrinoGenerator
from showergrid.sources.nu.interaction_file_settings import InteractionFiles
from showergrid.sources.nu.prong_settings import Merging

GENERATED = (12, -12, 14, -14)  # PDG codes of the neutrinos that the generator has
NEUTRINOS = (*GENERATED, 16, -16)


class NeutrinoSample(Settings):
    """Interactions of one kind; their events have its name as flavour."""

    neutrinos: dict[Annotated[int, BeforeValidator(int)], Annotated[float, Field(gt=0)]] = Field(
        min_length=1, description="PDG codes of neutrinos, with their shares of the events in any unit"
    )
    current: Literal["cc", "nc"] = Field(description="cc: charged, nc: neutral")

    @model_validator(mode="after")
    def _check(self) -> NeutrinoSample:
        if unknown := [code for code in self.neutrinos if code not in NEUTRINOS]:
            raise ValueError(f"neutrinos: {unknown[0]} is none of {', '.join(map(str, NEUTRINOS))}")
        return self


def _class_of(sample: Any) -> str:
    """The class of a sample: of a configuration that names its kind, that; else interactions of neutrinos."""
    kind = sample.get("kind") if isinstance(sample, dict) else getattr(sample, "kind", None)
    return "CosmicMuons" if kind == "cosmic_muons" else "NeutrinoSample"


AnySample = Annotated[
    Annotated[NeutrinoSample, Tag("NeutrinoSample")] | Annotated[CosmicMuons, Tag("CosmicMuons")],
    Discriminator(_class_of),
]
SAMPLES: dict[str, AnySample] = {
    "numu": NeutrinoSample(neutrinos={14: 1.0}, current="cc"),
    "nue": NeutrinoSample(neutrinos={12: 1.0}, current="cc"),
    "nc": NeutrinoSample(neutrinos={14: 1.0}, current="nc"),
    "cosmic": CosmicMuons(kind="cosmic_muons"),
}
INTERACTIONS = [name for name, sample in SAMPLES.items() if isinstance(sample, NeutrinoSample)]


def _with_known(given: Any) -> Any:
    return {**SAMPLES, **given} if isinstance(given, dict) else given


class Thresholds(Settings):
    """Kinetic energies above which a particle that leaves the nucleus is counted."""

    proton: float = Field(default=0, ge=0, le=10, description="of protons [GeV]")
    charged_pion: float = Field(default=0, ge=0, le=10, description="of charged pions [GeV]")
    neutral_pion: float = Field(default=0, ge=0, le=10, description="of neutral pions [GeV]")
    neutron: float = Field(default=0, ge=0, le=10, description="of neutrons [GeV]")


class Neutrinos(Settings):
    """Which interactions are simulated, and what the detector sees of them."""

    seed: int = Field(ge=0, lt=2**32, description="seed; every shard has streams of its own under it")
    interactions: InteractionFiles | None = Field(
        default=None,
        exclude_if=lambda files: files is None,
        description="files of other generators, whose interactions are simulated in their order; null: generated ones",
    )
    events: int = Field(
        ge=1,
        le=10_000_000,
        description="events of each sample in all; the samples alternate. Of files: all events together",
    )
    shard_size: int = Field(
        default=250, ge=1, le=100_000, description="events of each sample in one job. Of files: all events together"
    )
    samples: list[Name] = Field(default=INTERACTIONS, min_length=1, description="those that are simulated")
    definitions: Annotated[dict[Name, AnySample], BeforeValidator(_with_known)] = Field(
        default=SAMPLES,
        description="samples by name; the known ones stand beside those given here",
    )
    library: LibrarySettings = Field(default=LibrarySettings(), description="cross-sections")
    generator: NeutrinoGenerator = Field(default=NeutrinoGenerator(), description="flux and interactions")
    vertex: Box = Field(
        description="box in which neutrinos interact, uniformly, and which cosmic muons cross; inside detector"
    )
    geant4_data: str | None = Field(default=None, description="folder of Geant4's full data; null: the small argon set")
    em_model: Literal["option0", "option1", "option2", "option3", "option4", "standard", "livermore", "penelope"] = (
        Field(
            default="option1",
            description="Geant4's electromagnetic physics; of the small argon set option1 or option2",
        )
    )
    production_cut: float = Field(
        default=0.05, gt=0, le=10, description="range below which Geant4 makes no secondary [cm]"
    )
    readout: Readout = Field(description="how deposits become hits")
    reconstruction: Merging | None = Field(
        default=None, description="prongs as a reconstruction might leave them; null: as they are in truth"
    )
    counted_above: Thresholds = Field(default=Thresholds(), description="particles that are counted")
    min_hits: int = Field(
        default=10, ge=1, description="events with fewer hits are drawn again; those of files are left out"
    )

    @model_validator(mode="after")
    def _check(self) -> Neutrinos:
        if len(set(self.samples)) < len(self.samples):
            raise ValueError("samples: one stands twice")
        if unknown := [name for name in self.samples if name not in self.definitions]:
            raise ValueError(f"samples: {unknown[0]} has no definition; known: {', '.join(self.definitions)}")
        if self.interactions is not None and (cosmic := [name for name in self.samples if name in self.cosmic]):
            raise ValueError(f"samples: {cosmic[0]} is of cosmic muons, which files of interactions lack; leave it out")
        if self.interactions is None:
            samples = [sample for sample in self.definitions.values() if isinstance(sample, NeutrinoSample)]
            defined = [code for sample in samples for code in sample.neutrinos]
            if unknown := [code for code in defined if code not in GENERATED]:
                raise ValueError(f"neutrinos: {unknown[0]} is none of {', '.join(map(str, GENERATED))}")
        if self.geant4_data is None and self.em_model not in ("option1", "option2"):
            raise ValueError(f"em_model {self.em_model} needs geant4_data; without it: option1 or option2")
        return self

    @property
    def cosmic(self) -> dict[str, CosmicMuons]:
        """The definitions that are of cosmic muons, by name."""
        return {name: sample for name, sample in self.definitions.items() if isinstance(sample, CosmicMuons)}

    @property
    def total(self) -> int:
        """Number of events in all, of all samples."""
        return self.events * self.alternating

    @property
    def alternating(self) -> int:
        """Number of samples that take turns; events of files have their own order."""
        return len(self.samples) if self.interactions is None else 1

    @property
    def shards(self) -> int:
        """Number of jobs that make the events."""
        return -(-self.events // self.shard_size)
