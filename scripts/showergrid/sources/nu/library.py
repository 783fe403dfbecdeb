"""Tables of the cross-sections of free nucleons, which all shards read, and the drawing of W and Q2 from them.

A channel is a current, a neutrino, a nucleon and a mode, such as "cc/14/n/qe". Its table has for each energy the total
and, for bins of (w, u), the share below each: w runs from the least to the largest possible mass of the hadrons, u is
half of 1 - cosine of the lepton's angle in the centre of mass, on which Q2 depends linearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from showergrid.core.progress import progress
from showergrid.sources.nu import deep_inelastic, delta, quasi_elastic
from showergrid.sources.nu.constants import LEPTONS, NUCLEON, PION
from showergrid.sources.nu.generator_settings import LibrarySettings
from showergrid.sources.nu.interactions import MODES
from showergrid.sources.nu.kinematics import breakup

ENERGIES = np.geomspace(0.05, 30.0, 64)  # GeV, where the nucleon rests
SHAPES = {"qe": (1, 128), "delta": (48, 32), "dis": (40, 40)}  # bins in w and u
POWERS = {"qe": 2, "delta": 2, "dis": 3}  # u is this power of what is binned evenly: most is at small Q2
NEUTRINOS = (12, -12, 14, -14)
NUCLEONS = ("p", "n")


def channels() -> list[tuple[str, bool, int, str, str]]:
    """Name, whether the current is charged, neutrino, nucleon and mode of all channels.

    The neutral current is the same for all flavours, and stands once under 14 and -14.
    """
    named = []
    for charged in (True, False):
        for neutrino in NEUTRINOS if charged else (14, -14):
            for nucleon in NUCLEONS:
                for mode in MODES:
                    if charged and mode == "qe" and nucleon != ("n" if neutrino > 0 else "p"):
                        continue
                    named.append((channel(charged, neutrino, nucleon, mode), charged, neutrino, nucleon, mode))
    return named


def channel(charged: bool, neutrino: int, nucleon: str, mode: str) -> str:
    """The name of a channel."""
    flavour = neutrino if charged else (14 if neutrino > 0 else -14)
    return f"{'cc' if charged else 'nc'}/{flavour}/{nucleon}/{mode}"


def make_library(settings: LibrarySettings) -> dict[str, np.ndarray]:
    """All tables, float64: `{channel}/total` (E,) [1e-38 cm2], `{channel}/below` (E, W * U); and `dis_from` (2,)."""
    arrays = {"dis_from": np.array(settings.dis_from)}
    for name, charged, neutrino, nucleon, mode in progress(channels(), "cross-sections", "channel"):
        total, below = _table(settings, charged, neutrino, nucleon, mode)
        arrays[f"{name}/total"], arrays[f"{name}/below"] = total, below
    return arrays


def lepton_mass(charged: bool, neutrino: np.ndarray | int) -> np.ndarray:
    """Mass of the outgoing lepton [GeV]: 0 of a neutrino."""
    flavour = np.abs(neutrino)
    charged_mass = np.where(flavour == 14, LEPTONS[13], LEPTONS[11])
    return np.where(charged, charged_mass, 0.0)


def masses(mode: str, dis_from: float, highest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest mass of the hadrons [GeV] where that of all that comes out may be at most `highest` (n,)."""
    if mode == "qe":
        return np.full_like(highest, NUCLEON), np.full_like(highest, NUCLEON)
    least = np.full_like(highest, NUCLEON + PION + 1e-3 if mode == "delta" else dis_from)
    return least, np.minimum(highest, delta.HIGHEST) if mode == "delta" else highest


def q2_range(s: np.ndarray, nucleon: np.ndarray, w: np.ndarray, lepton: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least Q2 [GeV2] and its span, at squared energies `s` (n,) in the centre of mass, for all masses (n,) [GeV]."""
    root = np.sqrt(s)
    before = (s - nucleon**2) / (2 * root)
    energy, momentum = (s + lepton**2 - w**2) / (2 * root), breakup(root, lepton, w)
    return 2 * before * (energy - momentum) - lepton**2, 4 * before * momentum


def _table(
    settings: LibrarySettings, charged: bool, neutrino: int, nucleon: str, mode: str
) -> tuple[np.ndarray, np.ndarray]:
    bins, power = SHAPES[mode], POWERS[mode]
    lepton = float(lepton_mass(charged, neutrino))
    s = NUCLEON**2 + 2 * NUCLEON * ENERGIES
    least, most = masses(mode, settings.dis_from[0], np.sqrt(s) - lepton)
    open_channel = most > least if mode != "qe" else np.sqrt(s) > NUCLEON + lepton
    e, i, j = (axis.ravel() for axis in np.meshgrid(np.flatnonzero(open_channel), *map(np.arange, bins), indexing="ij"))
    w = least[e] + (i + 0.5) / bins[0] * (most - least)[e]
    edges = (np.arange(bins[1] + 1) / bins[1]) ** power
    u, du = ((j + 0.5) / bins[1]) ** power, np.diff(edges)[j]
    start, span = q2_range(s[e], np.full(e.size, NUCLEON), w, np.full(e.size, lepton))
    q2, energy = np.maximum(start + u * span, 1e-9), ENERGIES[e]
    if mode == "qe":
        density = quasi_elastic.cross_section(energy, q2, lepton, settings.axial_mass, neutrino > 0, charged, nucleon)
        area = span * du
    elif mode == "delta":
        density = delta.cross_section(energy, q2, w, lepton, settings.delta_axial_mass, neutrino > 0, charged)
        if charged and nucleon == ("p" if neutrino > 0 else "n"):
            density = 3 * density
        area = span * du * ((most - least)[e] / bins[0])
    else:
        density = deep_inelastic.cross_section(energy, q2, w, settings.dis_from, neutrino > 0, charged, nucleon)
        area = span * du * ((most - least)[e] / bins[0])
    parts = np.zeros((ENERGIES.size, *bins))
    parts[e, i, j] = np.where(span > 0, density * area, 0)
    parts = parts.reshape(ENERGIES.size, -1)
    total = parts.sum(axis=1)
    below = np.cumsum(parts, axis=1) / np.where(total > 0, total, 1)[:, None]
    below[:, -1] = 1.0
    return total, below


@dataclass(frozen=True)
class Channel:
    """The table of one channel: `total` (E,) [1e-38 cm2] at ENERGIES, and the share `below` each bin (E, W * U)."""

    mode: str
    total: np.ndarray
    below: np.ndarray

    @classmethod
    def of(cls, library: Mapping[str, np.ndarray], charged: bool, neutrino: int, nucleon: str, mode: str) -> Channel:
        """That channel of the library; one without cross-section where the current cannot meet the nucleon."""
        name = channel(charged, neutrino, nucleon, mode)
        if f"{name}/total" not in library:
            return cls(mode, np.zeros(ENERGIES.size), np.ones((ENERGIES.size, 1)))
        return cls(mode, library[f"{name}/total"], library[f"{name}/below"])

    def cross_section(self, energy: np.ndarray) -> np.ndarray:
        """(n,) [1e-38 cm2] at `energy` (n,) where the nucleon rests [GeV], linear between the table's."""
        return np.interp(energy, ENERGIES, self.total)

    def draw(self, energy: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """w and u (n,) between 0 and 1 at `energy` (n,), as one of the two energies of the table beside it has them."""
        lower = np.clip(np.searchsorted(ENERGIES, energy, side="right") - 1, 0, ENERGIES.size - 2)
        part = (energy - ENERGIES[lower]) / (ENERGIES[lower + 1] - ENERGIES[lower])
        weight = part * self.total[lower + 1]
        whole = weight + (1 - part) * self.total[lower]
        row = lower + (random.random(energy.size) * whole < weight)
        shares = (self.below + np.arange(ENERGIES.size)[:, None]).ravel()
        place = np.searchsorted(shares, row + random.random(energy.size), side="right")
        bins = SHAPES[self.mode]
        i, j = np.divmod(np.minimum(place - row * self.below.shape[1], self.below.shape[1] - 1), bins[1])
        w = (i + random.random(energy.size)) / bins[0]
        u = ((j + random.random(energy.size)) / bins[1]) ** POWERS[self.mode]
        return w, u
