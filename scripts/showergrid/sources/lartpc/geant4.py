"""Showers: primaries drawn from the study's distributions, carried through liquid argon by Geant4.

One shard is one job with random streams of its own, so its showers depend on (seed, shard) alone.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.sources.lartpc import argon
from showergrid.sources.lartpc.settings import Simulation

DATA = "GEANT4_DATA_DIR"  # environment variable that names Geant4's data folder
MATERIAL = "G4_lAr"  # liquid argon of 1.396 g/cm3

_data: tuple[str | None, Callable[[Path], Path]] | None = None  # what Geant4 has read in this process


@dataclass(frozen=True)
class Primaries:
    """Particles that start showers: pdg (E,) int32, energy (E,) [GeV], vertex (E, 3) [cm], direction (E, 3) unit."""

    pdg: np.ndarray
    energy: np.ndarray
    vertex: np.ndarray
    direction: np.ndarray


@dataclass(frozen=True)
class Deposits:
    """Energy left in the argon along straight steps; where nothing was resolved, start and end are one point.

    event (N,) int64: index of the primary; start, end (N, 3) [cm]; energy (N,) > 0 [MeV]; time (N, 2): of start and end
    since the primary [ns].
    """

    event: np.ndarray
    start: np.ndarray
    end: np.ndarray
    energy: np.ndarray
    time: np.ndarray


@dataclass(frozen=True)
class Tracks:
    """Particles that Geant4 followed, as they start; sorted by event and number.

    event (T,) int64: index of the primary; number, parent (T,) int64: its own and its parent's number in the event, 1
    and 0 for the primary; pdg (T,) int32; energy (T,): kinetic [GeV]; position (T, 3) [cm]; direction (T, 3) unit;
    creator (T,) bytes: Geant4's name of the process that made it.
    """

    event: np.ndarray
    number: np.ndarray
    parent: np.ndarray
    pdg: np.ndarray
    energy: np.ndarray
    position: np.ndarray
    direction: np.ndarray
    creator: np.ndarray

    def rows(self, event: np.ndarray, number: np.ndarray) -> np.ndarray:
        """The rows of tracks that are named by event and number (N,); of number 0, which is none, any row."""
        width = int(self.number.max(initial=0)) + 1
        key = self.event * width + self.number  # ascending, as the tracks are
        return np.minimum(np.searchsorted(key, event * width + number), key.size - 1)


def draw(pdg: np.ndarray, settings: Simulation, random: np.random.Generator) -> Primaries:
    """One primary for each code of `pdg` (E,): energy and vertex uniform, the projected angles Gaussian."""
    count = pdg.size
    energy = random.uniform(*settings.energy, count)
    vertex = np.stack([random.uniform(*getattr(settings.vertex, axis), count) for axis in ("x", "y", "z")], axis=1)
    width = np.radians([settings.angles.x, settings.angles.y])
    # Beyond a right angle the tangent would change its sign; such angles are set just below it.
    angle = np.clip(random.standard_normal((count, 2)) * width, -1.5, 1.5)
    direction = np.concatenate([np.tan(angle), np.ones((count, 1))], axis=1)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return Primaries(pdg.astype(np.int32), energy, vertex, direction)


@contextmanager
def geant4_data(folder: str | None, write: Callable[[Path], Path] = argon.write) -> Iterator[None]:
    """Let Geant4 find its data: the full set in `folder`, or what `write` writes for the duration of the block.

    Geant4 reads its data once a process, so a process has one set of them.

    Raises:
        InputError: `folder` is not a folder; Geant4 has read other data in this process.
    """
    global _data
    if folder is not None and not Path(folder).is_dir():
        raise InputError(f"simulation.geant4_data: {folder} is no folder; name Geant4's data folder, or null")
    if _data not in (None, (folder, write)):
        raise InputError("Geant4 has read other data in this process, and reads them once; use a process of its own")
    _data = (folder, write)
    # Geant4 sets the variables of its folders where they are not set, and children inherit them; those of an
    # installation of Geant4 would come before GEANT4_DATA_DIR.
    before = {name: os.environ.pop(name) for name in (DATA, *argon.FOLDERS) if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="showergrid-argon-") as own:
        # calzone reads the variable when it is imported and when it first runs.
        os.environ[DATA] = folder or str(write(Path(own)))
        try:
            yield
        finally:
            for name in (DATA, *argon.FOLDERS):
                os.unsetenv(name)  # Python does not know of what Geant4 has set
            del os.environ[DATA]
            os.environ.update(before)


class Detector:
    """A box of liquid argon in which Geant4 follows showers; what leaves the box is lost.

    Use it inside the block of `geant4_data`.
    """

    def __init__(self, box: Box, em_model: str, production_cut: float, seed: int, had_model: str | None = None) -> None:
        """`production_cut` in cm; `seed` of Geant4's random numbers, which continue from run to run.

        `had_model`: Geant4's physics list of hadrons; None: they only ionise.
        """
        import calzone  # after geant4_data has set the environment

        low, high = (np.array([getattr(box, axis)[i] for axis in ("x", "y", "z")]) for i in (0, 1))
        self._calzone = calzone
        self._centre = (low + high) / 2
        self._simulation = calzone.Simulation(
            {"Argon": {"box": list(map(float, high - low)), "material": MATERIAL, "role": "record_deposits"}},
            physics=calzone.Physics(em_model=em_model, had_model=had_model, default_cut=production_cut),
            sample_deposits="detailed",
            random=calzone.Random(seed),
        )

    def run(self, primaries: Primaries) -> Deposits:
        """Deposits of the showers of `primaries`."""
        return self._deposits(self._simulate(primaries))[0]

    def follow(self, primaries: Primaries) -> tuple[Deposits, np.ndarray, Tracks]:
        """Deposits of the showers of `primaries`, for each the number of its track (N,) int64, and all tracks."""
        self._simulation.tracking = True
        try:
            recorded = self._simulate(primaries)
        finally:
            self._simulation.tracking = False
        tracks = recorded.tracks
        starts = recorded.vertices[recorded.vertices["process"] == b""]  # of each track its first vertex
        starts = starts[np.lexsort((starts["tid"], starts["event"]))]
        tracks = tracks[np.lexsort((tracks["tid"], tracks["event"]))]
        assert np.array_equal(starts["tid"], tracks["tid"])
        return *self._deposits(recorded), Tracks(
            event=tracks["event"].astype(np.int64),
            number=tracks["tid"].astype(np.int64),
            parent=tracks["parent"].astype(np.int64),
            pdg=tracks["pid"].astype(np.int32),
            energy=starts["energy"] / 1e3,  # MeV to GeV
            position=starts["position"] + self._centre,
            direction=starts["direction"],
            creator=tracks["creator"],
        )

    def first_interactions(self, primaries: Primaries) -> np.ndarray:
        """(E, 3) [cm]: where each primary first interacted or, if it never did, left the box."""
        self._simulation.tracking, self._simulation.secondaries = True, False
        try:
            vertices = self._simulate(primaries).vertices
        finally:
            self._simulation.tracking, self._simulation.secondaries = False, True
        first = np.searchsorted(vertices["event"], np.arange(primaries.pdg.size)) + 1  # 0 is the primary's start
        return vertices["position"][first] + self._centre

    def _deposits(self, recorded: Any) -> tuple[Deposits, np.ndarray]:
        """What Geant4 recorded as deposits, and the number of the track of each."""
        deposits = recorded.deposits.get("Argon")
        if deposits is None:  # nothing at all was deposited
            none, whole = np.zeros((0, 3)), np.zeros(0, np.int64)
            return Deposits(whole, none, none, none[:, 0], none[:, :2]), whole
        line, point = (table[table["value"] > 0] for table in (deposits.line, deposits.point))
        track = np.concatenate([line["tid"], point["tid"]]).astype(np.int64)
        return Deposits(
            event=np.concatenate([line["event"], point["event"]]).astype(np.int64),
            start=np.concatenate([line["start"], point["position"]]) + self._centre,
            end=np.concatenate([line["end"], point["position"]]) + self._centre,
            energy=np.concatenate([line["value"], point["value"]]),
            time=np.concatenate([line["time"], np.stack([point["time"]] * 2, axis=1)]) * 1e9,  # s to ns
        ), track

    def _simulate(self, primaries: Primaries) -> Any:
        return self._simulation.run(
            self._calzone.particles(
                primaries.pdg.size,
                pid=primaries.pdg,
                energy=primaries.energy * 1e3,  # GeV to MeV
                position=primaries.vertex - self._centre,
                direction=primaries.direction,
            )
        )
