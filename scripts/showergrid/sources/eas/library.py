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
from showergrid.sources.eas.nuclei import breaks_nuclei, breakups
from showergrid.sources.eas.particles import LEAST, PHOTON, PROJECTILES
from showergrid.sources.eas.settings import InteractionSettings

LOWEST, HIGHEST = np.log10(2.0), 11.3  # of hadrons, log10 GeV
LOW_POINTS = 7
STEP = 0.25  # of log10 of the energy above the transition
MASSES = range(2, 57)  # nucleons of nuclei: what iron may break into
NUCLEAR = np.array([6.0, 8.0, 10.0])  # energies of a nucleon in them, log10 GeV: it hardly matters
LEAST_PHOTON = 0.1  # GeV: below it there is no cascade


class Breakups(NamedTuple):
    """Nuclei of MASSES in air at K energies of a nucleon, n at each: number k is (mass - 2) * K * n + energy * n + k.

    log_energy (K,) [log10 GeV]; cross_section (55, K) [mb]; start (55 K n + 1,) int64: where the fragments of each
    begin; fragments (F,) int64: their nucleons. The nucleons that are in none interact.
    """

    log_energy: np.ndarray
    cross_section: np.ndarray
    start: np.ndarray
    fragments: np.ndarray


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
    nuclear = high if breaks_nuclei(high) else Model("Sibyll23d", seeds["high"])
    return {**_hadronic(high, low, settings), **_nuclear(nuclear, settings.breakups)}, seeds


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
    return _joined(np.log10(energies), cross_section, points)


def _nuclear(model: Model, count: int) -> dict[str, np.ndarray]:
    cross_section = np.empty((len(MASSES), NUCLEAR.size))
    fragments = []
    for row, nucleons in enumerate(progress(MASSES, "nuclei", "mass")):
        for i, energy in enumerate(10**NUCLEAR):
            cross_section[row, i] = model.cross_section((nucleons, nucleons // 2), float(energy))
            fragments.extend(breakups(model, nucleons, float(energy), count))
    arrays = {
        "log_energy": NUCLEAR,
        "cross_section": cross_section,
        "start": _starts(fragments),
        "fragments": np.concatenate(fragments),
    }
    return {f"nuclear.{name}": values for name, values in arrays.items()}


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
    log_energy: np.ndarray, cross_section: np.ndarray, points: list[list[tuple[np.ndarray, ...]]]
) -> dict[str, np.ndarray]:
    kind, share, pt, photon, rest, target = zip(*(one for point in points for one in point), strict=True)
    hadrons = [np.stack([np.cumsum(s), s, p, k], axis=1) for s, p, k in zip(share, pt, kind, strict=True)]
    arrays = {
        "log_energy": log_energy,
        "cross_section": cross_section,
        "start": _starts(share),
        "hadrons": np.concatenate(hadrons).astype(np.float32),
        "photon_start": _starts(photon),
        "photons": np.concatenate([np.stack([np.cumsum(s), s], axis=1) for s in photon]).astype(np.float32),
        "rest": np.array(rest),
        "target": np.array(target, np.int16),
    }
    return {f"hadronic.{name}": values for name, values in arrays.items()}


def _starts(lists: Iterable[np.ndarray]) -> np.ndarray:
    return np.cumsum([0, *(one.size for one in lists)]).astype(np.int64)


def tables_of(library: Mapping[str, np.ndarray]) -> tuple[Interactions, Breakups]:
    """What compiled code reads of the arrays of a library."""
    return (
        Interactions(*(library[f"hadronic.{name}"] for name in Interactions._fields)),
        Breakups(*(library[f"nuclear.{name}"] for name in Breakups._fields)),
    )
