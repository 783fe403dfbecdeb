"""Interactions of other generators from files: which file has which event, and what is derived of each.

All formats are told alike, from the momenta of the neutrino and of the lepton that it becomes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.sources.nu.constants import NUCLEON
from showergrid.sources.nu.interaction_file_settings import InteractionFiles
from showergrid.sources.nu.interaction_files import gst, nuhepmc, rootracker
from showergrid.sources.nu.interaction_files.record import InteractionRecord
from showergrid.sources.nu.interaction_files.trees import trees
from showergrid.sources.nu.interactions import FinalStates, PlacedInteractions
from showergrid.sources.nu.kinematics import square
from showergrid.sources.nu.particles import unknown
from showergrid.sources.nu.settings import NeutrinoSample

OF_TREES = {gst.TREE: gst, rootracker.TREE: rootracker}
EQUAL = 1e-6  # relative difference of weights that are the same


def read_interactions(
    settings: InteractionFiles, samples: Mapping[str, NeutrinoSample], detector: Box, first: int, stop: int
) -> PlacedInteractions:
    """The interactions from `first` to before `stop` of all files, one file after the other.

    Args:
        settings: the files, and where their interactions happen.
        samples: by name; an interaction is of the first that has its neutrino and current.
        detector: where interactions may happen, if the files say where.
        first: counted from 0 on.
        stop: as first.

    Raises:
        InputError: a file cannot be used, they hold fewer interactions, one is of no sample, happens outside of the
            detector or has a particle that Geant4 does not know, or they have weights.
    """
    parts, before = [], 0
    paths = [Path(file) for file in settings.files]
    weight = float(_format(paths[0]).read(paths[0], 0, 1).weight[0])
    for path in paths:
        kind = _format(path)
        events = kind.count(path)
        start, end = max(first - before, 0), min(stop - before, events)
        if start < end:
            record = kind.read(path, start, end)
            name = path.name if len({other.name for other in paths}) == len(paths) else str(path)
            parts.append(_checked(record, settings, samples, detector, path, name, start, weight))
        before += events
    if before < stop:
        raise InputError(
            f"neutrinos.events: {stop} are asked for, and neutrinos.interactions.files hold {before}; lower it"
        )
    return _joined(parts)


def _format(path: Path) -> ModuleType:
    """The module that reads a file, by the ending of its name or by its tree."""
    if path.name.removesuffix(".gz").endswith(nuhepmc.ENDINGS):
        return nuhepmc
    if path.suffix != ".root":
        raise InputError(f"{path}: name it .root, or .hepmc3 or .hepmc (also .gz), as its format is")
    known = [OF_TREES[tree] for tree in trees(path) if tree in OF_TREES]
    if not known:
        raise InputError(
            f"{path}: has neither a tree gst nor gRooTracker; convert it with GENIE's gntpc -f gst or -f rootracker"
        )
    return known[0]


def _checked(
    record: InteractionRecord,
    settings: InteractionFiles,
    samples: Mapping[str, NeutrinoSample],
    detector: Box,
    path: Path,
    name: str,
    first: int,
    weight: float,
) -> PlacedInteractions:
    """`weight`: that of the first event of the first file."""
    if np.any(other := np.abs(record.weight - weight) > EQUAL * abs(weight)):
        row = np.argmax(other)
        raise InputError(
            f"{path}: event {first + row} has the weight {record.weight[row]:g} and the first of all {weight:g}; "
            "a study cannot have different weights: draw events by weight"
        )
    if np.any(bad := unknown(record.pdg)):
        row = np.argmax(bad)
        raise InputError(
            f"{path}: event {first + record.event[row]}: Geant4 does not follow particle {record.pdg[row]}; let the "
            "generator decay it"
        )
    if np.any(strange := ~np.isfinite(record.momentum).all(axis=1)):
        raise InputError(
            f"{path}: event {first + record.event[np.argmax(strange)]}: a momentum is no finite number; leave it out"
        )
    vertex = record.vertex + np.array(settings.origin)
    if settings.vertex == "file":
        low, high = np.array([getattr(detector, axis) for axis in AXES]).T
        inside = np.all((vertex >= low) & (vertex <= high), axis=1)  # NaN is not
        if not inside.all():
            row = np.argmin(inside)
            place = "({:g}, {:g}, {:g}) cm is outside of the detector".format(*vertex[row])
            raise InputError(
                f"{path}: event {first + row}: its vertex {place}; correct neutrinos.interactions.origin, or choose "
                "vertex: drawn"
            )
    states = _final_states(record)
    count = states.energy.size
    return PlacedInteractions(
        flavour=_flavours(states, samples, path, first),
        states=states,
        vertex=vertex,
        source=np.full(count, name, dtype=object),
        number=first + np.arange(count),
    )


def _final_states(record: InteractionRecord) -> FinalStates:
    """W is that of a nucleon at rest, as an experiment would reckon it: W^2 = M^2 + 2 M nu - Q^2."""
    q2 = np.maximum(-square(record.beam - record.outgoing), 0)
    transfer = record.beam[:, 0] - record.outgoing[:, 0]
    return FinalStates(
        neutrino=record.neutrino,
        charged=record.charged,
        mode=record.mode,
        energy=record.beam[:, 0],
        q2=q2,
        w=np.sqrt(np.maximum(NUCLEON**2 + 2 * NUCLEON * transfer - q2, 0)),
        inelasticity=transfer / record.beam[:, 0],
        event=record.event,
        pdg=record.pdg,
        momentum=record.momentum,
    )


def _flavours(states: FinalStates, samples: Mapping[str, NeutrinoSample], path: Path, first: int) -> np.ndarray:
    flavour = np.full(states.neutrino.size, "", dtype=object)
    for name, sample in reversed(samples.items()):
        own = np.isin(states.neutrino, list(sample.neutrinos)) & (states.charged == (sample.current == "cc"))
        flavour[own] = name
    if np.any(other := flavour == ""):
        row = np.argmax(other)
        current = "cc" if states.charged[row] else "nc"
        raise InputError(
            f"{path}: event {first + row}: no sample of neutrinos.samples has {current} of neutrino "
            f"{states.neutrino[row]}; define one in neutrinos.definitions"
        )
    return flavour


def _joined(parts: Sequence[PlacedInteractions]) -> PlacedInteractions:
    states = [part.states for part in parts]
    first = np.cumsum([0, *(part.energy.size for part in states)])
    names = ("neutrino", "charged", "mode", "energy", "q2", "w", "inelasticity", "pdg", "momentum")
    joined = FinalStates(
        **{name: np.concatenate([getattr(part, name) for part in states]) for name in names},
        event=np.concatenate([part.event + shift for part, shift in zip(states, first, strict=False)]),
    )
    names = ("flavour", "vertex", "source", "number")
    own = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return PlacedInteractions(states=joined, **own)
