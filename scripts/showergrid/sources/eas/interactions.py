"""Hadronic interactions with air by the models of chromo: each as what takes part in the rest of a shower."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.eas.particles import KIND, NUCLEON, PHOTON, TO_PHOTONS

AIR = (("N", 0.784), ("O", 0.216))  # of its nuclei; argon is taken for nitrogen
NUCLEONS = 14 * 0.784 + 16 * 0.216  # of a nucleus of air, the mean
UNTOUCHED = 1e-3  # a projectile that keeps all but this share of its energy has not interacted


@dataclass(frozen=True)
class Interaction:
    """What comes of an interaction: kind (N,) int8 of particles.py, energy (N,) and pt (N,) [GeV].

    target: nucleons of the air that took part; charged or neutral hadrons of other kinds are in none of these.
    """

    kind: np.ndarray
    energy: np.ndarray
    pt: np.ndarray
    target: int


class Model:
    """A model of chromo by its name."""

    def __init__(self, name: str, seed: int) -> None:
        """Start it; its files of data must be there, for nothing is downloaded.

        Raises:
            InputError: chromo has no such model, or it needs data that are not there.
        """
        import chromo.models
        from chromo.constants import GeV
        from chromo.kinematics import FixedTarget
        from chromo.util import CompositeTarget

        check_model(name)
        made = getattr(chromo.models, name)
        self.name, self._kinematics, self._gev = name, FixedTarget, GeV
        self.target = CompositeTarget(AIR)
        with _quiet():
            self.run = made(self.at("p", 1e3), seed=seed)

    def at(self, projectile: str | tuple[int, int], energy: float) -> Any:
        """Kinematics: a projectile (A, Z of a nucleus) of an energy (of a nucleon) [GeV] on air at rest."""
        return self._kinematics(energy * self._gev, projectile, self.target)

    def cross_section(self, projectile: str | tuple[int, int], energy: float) -> float:
        """Of the production of particles in air [mb]."""
        self.run.kinematics = self.at(projectile, energy)
        return float(self.run.cross_section().prod)

    def interactions(self, projectile: str, energy: float, count: int) -> list[Interaction]:
        """So many interactions; those in which nothing happens are drawn again."""
        self.run.kinematics = self.at(projectile, energy)
        baryons = 1 if projectile == "p" else 0
        made: list[Interaction] = []
        with _quiet():
            while len(made) < count:
                drawn = [self._interaction(event, baryons) for event in self.run(count - len(made))]
                made += [one for one in drawn if one.energy.size and one.energy.max() < energy * (1 - UNTOUCHED)]
        return made

    def _interaction(self, event: Any, baryons: int) -> Interaction:
        """A spectator of the target is no part of it: UrQMD counts the collisions of each particle."""
        final = event.status == 1
        counts = getattr(getattr(self.run._lib, "isys", None), "ncoll", None)
        if counts is not None:
            before = event.status.size - int(self.run._lib.sys.npart)  # beam and target stand first
            final[before:] &= np.asarray(counts)[: event.status.size - before] > 0
        pdg, energy, pt = event.pid[final], event.en[final], np.hypot(event.px[final], event.py[final])
        code = np.abs(pdg)
        neutral = np.isin(code, TO_PHOTONS)
        kind = np.array([KIND.get(int(c), -1) for c in code], np.int8)
        target = int(np.sign(pdg[kind == NUCLEON]).sum()) - baryons
        kind[neutral] = PHOTON
        photons = np.where(neutral, 2, 1)  # of each: a meson as two, of half its energy and momentum
        kind, energy, pt = (np.repeat(values, photons) for values in (kind, energy / photons, pt / photons))
        known = kind >= 0
        return Interaction(kind[known], energy[known], pt[known], target)


def check_model(name: str) -> None:
    """Refuse a model that chromo lacks, or whose data are not there: chromo would fetch them.

    Raises:
        InputError: one line with what to fetch, and the folder in which it is looked for.
    """
    import chromo
    import chromo.models

    models = [known for known in dir(chromo.models) if isinstance(getattr(chromo.models, known), type)]
    if name not in models:
        raise InputError(f"config: air_showers.library: chromo has no model {name!r}; valid: {', '.join(models)}")
    url = getattr(getattr(chromo.models, name), "_data_url", None)
    if url is None:
        return
    archive = Path(url)
    folder = Path(chromo.__file__).parent / "iamdata" / archive.stem.split("_v")[0]
    if not (folder / archive.stem).is_file():
        raise InputError(
            f"config: air_showers.library: {name} needs data that chromo does not hold: fetch {url}, unpack it in "
            f"{folder.parent}, and make an empty file {folder / archive.stem}; or choose Sibyll23d"
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Elsewhere, since UrQMD leaves a table in the folder of the call, and without warnings of what is not decayed."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
