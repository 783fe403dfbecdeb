"""NuHepMC: HepMC3's text with conventions for neutrinos, S. Gardiner et al., arXiv:2310.13211.

The text is that of A. Buckley et al., Comput. Phys. Commun. 260 (2021) 107310. A line begins with what it holds: E an
event, U its units, W weights, A an attribute, P a particle, V a vertex.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.nu.interaction_files.record import LEPTONS, NEUTRINOS, InteractionRecord, first_of_each

ENDINGS = (".hepmc3", ".hepmc")
HEADER = "HepMC::Asciiv3-START_EVENT_LISTING"
FINAL, BEAM = 1, 4  # status of particles
PRIMARY = "1"  # status of the vertex of the interaction
ENERGY, LENGTH = {"MEV": 1e-3, "GEV": 1.0}, {"MM": 0.1, "CM": 1.0}  # in GeV and cm
POSITION = ("lab_pos", "LabPos")  # names of the attribute in one version or another
PROCESSES = {1: "coh", 2: "qe", 3: "mec", 4: "res", 5: "sis", 6: "dis"}  # hundreds of the process, convention E.C.1


@dataclass
class _Event:
    """The lines of an event, split at blanks."""

    particles: list[str] = field(default_factory=list)
    count: int = 0  # of particles, as the event says
    energy: float = 1.0  # of its units, in GeV
    length: float = 1.0  # of its units, in cm
    weights: list[str] = field(default_factory=list)
    primary: str = ""  # number of the vertex of the interaction
    process: int = 0
    vertex: list[float] = field(default_factory=lambda: [np.nan] * 3)


def count(path: Path) -> int:
    """How many interactions a file holds.

    Raises:
        InputError: it is no NuHepMC file, or not whole.
    """
    try:
        with _opened(path) as lines:
            _conventions(lines, path)
            return 1 + sum(line.startswith("E ") for line in lines)
    except (ValueError, EOFError, OSError) as error:  # of bytes that are no text, or of gzip
        raise InputError(f"{path}: cannot be read ({error}); it is cut off or damaged, get it again") from None


def read(path: Path, first: int, stop: int) -> InteractionRecord:
    """The interactions from `first` to before `stop`; the lepton is that which leaves the vertex of the interaction.

    Raises:
        InputError: it is no NuHepMC file, is not whole, or an interaction has no incoming neutrino or no such lepton.
    """
    try:
        with _opened(path) as lines:
            place, numbered, head = _conventions(lines, path)
            events = [
                _event(text, path, first + number)
                for number, text in enumerate(islice(_texts(chain([head], lines)), first, stop))
            ]
        # mother, PDG code, px, py, pz, energy, mass, status
        particles = np.loadtxt([line for event in events for line in event.particles], usecols=range(2, 10), ndmin=2)
        weight = np.array([float(event.weights[place]) if event.weights else 1.0 for event in events])
    except (ValueError, IndexError, EOFError, OSError) as error:
        raise InputError(f"{path}: cannot be read ({error}); it is cut off or damaged, get it again") from None
    size = [len(event.particles) for event in events]
    owner = np.repeat(np.arange(len(events)), size)
    mother, pdg, status = particles[:, 0], particles[:, 1].astype(np.int32), particles[:, 7]
    momentum = particles[:, [5, 2, 3, 4]] * np.array([event.energy for event in events])[owner, None]
    primary = np.array([int(event.primary) for event in events])
    code = np.abs(pdg)
    probe = first_of_each(
        (status == BEAM) & np.isin(code, NEUTRINOS), owner, len(events), "incoming neutrino", path, first
    )
    made = (mother == primary[owner]) & np.isin(code, LEPTONS)
    lepton = first_of_each(made, owner, len(events), "lepton from the vertex of its interaction", path, first)
    final = status == FINAL
    return InteractionRecord(
        neutrino=pdg[probe],
        lepton=pdg[lepton],
        charged=pdg[lepton] % 2 == 1,  # codes of charged leptons are odd
        mode=np.array([_mode(event.process, numbered) for event in events], dtype=object),
        beam=momentum[probe],
        outgoing=momentum[lepton],
        vertex=np.array([event.vertex for event in events]) * np.array([event.length for event in events])[:, None],
        weight=weight,
        event=owner[final],
        pdg=pdg[final],
        momentum=momentum[final],
    )


def _opened(path: Path) -> TextIO:
    if not path.is_file():
        raise InputError(f"{path}: no such file; correct neutrinos.interactions.files")
    return gzip.open(path, "rt") if path.suffix == ".gz" else path.open()


def _conventions(lines: Iterator[str], path: Path) -> tuple[int, bool, str]:
    """The place of the weight CV, whether processes are numbered by convention E.C.1, and the first event's line."""
    place, numbered, follows = 0, False, False
    if not next(lines, "").startswith("HepMC::Version 3") or not next(lines, "").startswith(HEADER):
        raise InputError(f"{path}: is no text of HepMC3; write it with HepMC3's WriterAscii")
    for line in lines:
        if line.startswith("E "):
            if not follows:
                raise InputError(f"{path}: has no attribute NuHepMC.Version; convert it to NuHepMC")
            return place, numbered, line
        follows |= line.startswith("A NuHepMC.Version.")
        numbered |= line.startswith("A NuHepMC.Conventions ") and "E.C.1" in line.split()
        if line.startswith("W "):
            names = line[2:].strip().replace("\\|", " ").split()
            place = names.index("CV") if "CV" in names else 0
    raise InputError(f"{path}: has no events; it is cut off, get it again")


def _texts(lines: Iterator[str]) -> Iterator[list[str]]:
    """The lines of each event."""
    text: list[str] = []
    for line in lines:
        if line.startswith(("E ", "HepMC::")) and text:
            yield text
            text = []
        if not line.startswith("HepMC::"):
            text.append(line)
    if text:
        yield text


def _event(text: list[str], path: Path, number: int) -> _Event:
    event = _Event(count=int(text[0].split()[3]))
    for line in text[1:]:
        match line.split():
            case ["P", *_]:
                event.particles.append(line)
            case ["V", vertex, status, *_] if status == PRIMARY:
                event.primary = vertex
            case ["U", energy, length] if energy in ENERGY and length in LENGTH:
                event.energy, event.length = ENERGY[energy], LENGTH[length]
            case ["W", *weights]:
                event.weights = weights
            case ["A", "0", "signal_process_id" | "ProcID", process]:
                event.process = int(process)
            case ["A", "0", name, x, y, z, *_] if name in POSITION:
                event.vertex = [float(x), float(y), float(z)]
    if len(event.particles) != event.count:
        raise InputError(f"{path}: event {number} has not all its particles; the file is cut off, get it again")
    if not event.primary:
        raise InputError(f"{path}: event {number} has no vertex of status 1, where it interacts; leave it out")
    return event


def _mode(process: int, numbered: bool) -> str:
    return PROCESSES.get(process // 100, "other") if numbered else "unknown"
