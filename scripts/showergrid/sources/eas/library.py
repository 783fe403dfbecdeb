"""The library of interactions that all showers draw from: arrays by name, and the same as compiled code reads them.

Each projectile has equally many interactions at each of its energies. Of an interaction the hadrons and muons that may
matter (`particles.LEAST`) are listed with their share of the projectile's energy, and so are its photons, which stand
for electrons too; both lists go by falling share and have its sum so far, so that one can be drawn by its energy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from showergrid.core.progress import progress
from showergrid.core.seeds import seed_of
from showergrid.sources.eas.interactions import Interaction, Model
from showergrid.sources.eas.nuclei import nuclear_interactions
from showergrid.sources.eas.particles import LEAST, MASS, NUCLEON, PHOTON, PROJECTILES
from showergrid.sources.eas.settings import PRIMARIES, InteractionSettings

LOWEST, HIGHEST = np.log10(2.0), 11.3  # of hadrons, log10 GeV
LOW_POINTS = 7
STEP = 0.25  # of log10 of the energy above the transition
NUCLEAR = np.arange(7.0, 11.4, 0.5)  # energies of nuclei, log10 GeV
NUCLEI = {name: nucleons for name, nucleons in PRIMARIES.items() if nucleons > 1}
CHROMO = {"He": "He4", "O": "O16", "Fe": "Fe56"}
LEAST_PHOTON = 0.1  # GeV: below it there is no cascade


class Interactions(NamedTuple):
    """Interactions of R projectiles at E energies, n at each: number k of them is row * E * n + energy * n + k.

    log_energy (E,) [log10 GeV], ascending, the transition twice; cross_section (R, E) [mb]; start (R E n + 1,) int64:
    where the hadrons of each begin; hadrons (H, 4) float32: SUM, SHARE, PT [GeV], KIND; photon_start, photons (P, 2)
    float32: SUM, SHARE.
    """

    log_energy: np.ndarray
    cross_section: np.ndarray
    start: np.ndarray
    hadrons: np.ndarray
    photon_start: np.ndarray
    photons: np.ndarray


SUM, SHARE, PT, KIND = range(4)  # columns


def make_library(settings: InteractionSettings) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """The arrays of both, hadrons and nuclei, by the names of their fields, and the seeds.

    Beside them stand of each interaction `rest`, the share of the energy of those that are too slow to be listed, and
    `target`, the nucleons of air that took part: all shares sum to 1 and the mass of these.

    Raises:
        InputError: chromo lacks a model or its data.
    """
    seeds = {name: 1 + seed_of(settings.seed, "air_showers", name) % (2**31 - 2) for name in ("high", "low")}
    high, low = Model(settings.high, seeds["high"]), Model(settings.low, seeds["low"])
    return {**_hadronic(high, low, settings), **_nuclear(high, settings.events)}, seeds


def _hadronic(high: Model, low: Model, settings: InteractionSettings) -> dict[str, np.ndarray]:
    edge = np.log10(settings.transition)
    below = np.linspace(LOWEST, edge, LOW_POINTS)
    above = np.linspace(edge, HIGHEST, 1 + round((HIGHEST - edge) / STEP))
    energies = 10.0 ** np.concatenate([below, above])
    cross_section = np.empty((len(PROJECTILES), energies.size))
    points = []
    every = [(row, i) for row in range(len(PROJECTILES)) for i in range(energies.size)]
    for row, i in progress(every, "interactions", "energy"):
        model = low if i < below.size else high
        # At low energies it hardly changes: that of the high model there
        cross_section[row, i] = high.cross_section(PROJECTILES[row], max(energies[i], settings.transition))
        found = model.interactions(PROJECTILES[row], float(energies[i]), settings.events)
        points.append(_point(found, float(energies[i])))
    return _joined("hadronic", np.log10(energies), cross_section, points)


def _nuclear(high: Model, events: int) -> dict[str, np.ndarray]:
    cross_section = np.empty((len(NUCLEI), NUCLEAR.size))
    points = []
    for row, (name, nucleons) in enumerate(NUCLEI.items()):
        for i, log_energy in enumerate(progress(NUCLEAR, f"interactions of {name}", "energy")):
            energy = float(10**log_energy)
            cross_section[row, i] = high.cross_section(CHROMO[name], energy / nucleons)
            points.append(_point(nuclear_interactions(high, nucleons, energy, events), energy))
    return _joined("nuclear", NUCLEAR, cross_section, points)


def _point(interactions: Iterable[Interaction], energy: float) -> list[tuple[np.ndarray, ...]]:
    """Of each interaction of one energy kind, share and pt of hadrons, share of photons, rest and target."""
    made = []
    for one in interactions:
        order = np.argsort(-one.energy, kind="stable")
        kind, share, pt = one.kind[order], one.energy[order] / energy, one.pt[order]
        photon = kind == PHOTON
        listed = share * energy > np.append(LEAST, LEAST_PHOTON)[kind]
        hadron, cascading = listed & ~photon, listed & photon
        made.append((kind[hadron], share[hadron], pt[hadron], share[cascading], share[~listed].sum(), one.target))
    return made


def _joined(
    name: str, log_energy: np.ndarray, cross_section: np.ndarray, points: list[list[tuple[np.ndarray, ...]]]
) -> dict[str, np.ndarray]:
    kind, share, pt, photon, rest, target = zip(*(one for point in points for one in point), strict=True)
    arrays = {
        "log_energy": log_energy,
        "cross_section": cross_section,
        "start": _starts(share),
        "hadrons": np.concatenate(
            [np.stack([np.cumsum(s), s, p, k], axis=1) for s, p, k in zip(share, pt, kind, strict=True)]
        ),
        "photon_start": _starts(photon),
        "photons": np.concatenate([np.stack([np.cumsum(s), s], axis=1) for s in photon]),
        "rest": np.array(rest),
        "target": np.array(target, np.int16),
    }
    for key in ("hadrons", "photons"):
        arrays[key] = arrays[key].astype(np.float32)
    return {f"{name}.{key}": value for key, value in arrays.items()}


def _starts(lists: Iterable[np.ndarray]) -> np.ndarray:
    return np.cumsum([0, *(one.size for one in lists)]).astype(np.int64)


def interactions_of(library: Mapping[str, np.ndarray], name: str) -> Interactions:
    """Those of the library that are `hadronic` or `nuclear`."""
    return Interactions(*(np.ascontiguousarray(library[f"{name}.{field}"]) for field in Interactions._fields))
