"""The cascade of hadrons: a thinned Monte Carlo over the library of interactions, compiled by Numba.

Along the axis a particle has a depth; across it a place and a small angle, which the transverse momenta of interactions and
decays give it. So muons arrive on the ground where their ancestors sent them.

Thinning (Hillas, Nucl. Phys. B Proc. Suppl. 52B (1997) 29): below a share of the primary's energy one particle stands for
others. An interaction above that energy hands on a particle below it with a probability that is proportional to its
energy; below it, it hands on one hadron and one photon, drawn by their energies. Weights keep all sums as they are on average.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from showergrid.sources.eas.atmosphere import depth, height
from showergrid.sources.eas.decays import decay
from showergrid.sources.eas.interactions import NUCLEONS
from showergrid.sources.eas.library import Interactions
from showergrid.sources.eas.muons import to_ground
from showergrid.sources.eas.particles import C_TAU, K_LONG, LEAST, MASS, MUON, PHOTON, ROW

LENGTH = NUCLEONS * 1.66053907e-24 / 1e-27  # mean free path times the cross-section [g/cm2 mb]
HADRON_LOSS = 2.0e-3  # of a charged hadron by ionisation [GeV cm2/g]
DEPTH_STEP, DEPTHS = 10.0, 220  # bins of slant depth [g/cm2], of photons
ENERGY_STEP, LOWEST, ENERGIES = 0.1, -1.0, 125  # bins of log10 of their energy [GeV]
COLUMNS = 7  # of a muon: height where it starts [m], x, y at the ground [m], energy [GeV], delay [ns], weight, depth there
STACK, MUONS = 200_000, 300_000


@njit
def shower(
    seed: int,
    nucleus: int,
    energy: float,
    cosine: float,
    thinning: float,
    ground: float,
    hadronic: Interactions,
    nuclear: Interactions,
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """One shower.

    Args:
        seed: of its random stream.
        nucleus: row of the primary in `nuclear`, -1 for a proton.
        energy: of the primary [GeV].
        cosine: of the zenith angle.
        thinning: share of the energy.
        ground: height of the tanks [m].
        hadronic: interactions of hadrons.
        nuclear: of nuclei, which are broken up by their first one.

    Returns:
        Photons and electrons (DEPTHS, ENERGIES) that start cascades, by slant depth and energy; muons (N, COLUMNS) that
        arrive at the ground; the slant depth of the first interaction [g/cm2]; how many interactions were followed. No muons
        and a negative number: there were more than fit.
    """
    np.random.seed(seed)
    photons = np.zeros((DEPTHS, ENERGIES))
    muons = np.empty((MUONS, COLUMNS))
    kinds, stack = np.empty(STACK, np.int8), np.empty((STACK, 7))  # energy, depth, weight, x, y, angles to both
    decayed_kinds, decayed = np.empty(6, np.int8), np.empty((6, 3))
    threshold = thinning * energy
    bottom = depth(ground) / cosine
    n = m = count = 0
    if nucleus >= 0:
        point, first = draw(nuclear, nucleus, np.log10(energy), 0.0)
        n = interact(
            nuclear, point, energy, first, 1.0, 0.0, 0.0, 0.0, 0.0, threshold, kinds, stack, n, photons
        )
        count = 1
    else:
        first = -1.0
        kinds[0], n = 0, 1
        stack[0] = energy, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0
    while n > 0:
        n -= 1
        kind = kinds[n]
        e, x0, weight, x, y, ax, ay = stack[n]
        if e < LEAST[kind]:
            continue
        h0 = height(x0 * cosine)
        if kind == MUON:
            at_ground, lives, late, spread = to_ground(e, h0, ground, cosine)
            if at_ground > 0 and lives > 1e-3:
                if m == MUONS:
                    return photons, muons[:0], first, -1
                way = (h0 - ground) / cosine
                muons[m, 0], muons[m, 3], muons[m, 4], muons[m, 5], muons[m, 6] = h0, at_ground, late, weight * lives, x0
                muons[m, 1] = x + ax * way + spread * np.random.normal()
                muons[m, 2] = y + ay * way + spread * np.random.normal()
                m += 1
            continue
        point, crossed = draw(hadronic, ROW[kind], np.log10(e), x0)
        x1 = crossed
        decays = False
        if C_TAU[kind] > 0:
            h1 = h0 + e / MASS[kind] * C_TAU[kind] * np.log(np.random.random()) * cosine
            if h1 > ground:
                decays_at = depth(h1) / cosine
                if decays_at < x1:
                    decays, x1 = True, decays_at
        if x1 > bottom:
            continue
        way = (h0 - height(x1 * cosine)) / cosine
        x, y = x + ax * way, y + ay * way
        if kind < K_LONG:
            e -= HADRON_LOSS * (x1 - x0)
            if e < LEAST[kind]:
                continue
        if decays:
            products = decay(kind, e, decayed_kinds, decayed)
            for k in range(products):
                own = decayed[k, 0]
                if decayed_kinds[k] == PHOTON:
                    add_photon(photons, x1, own, weight)
                else:
                    kinds[n] = decayed_kinds[k]
                    stack[n] = own, x1, weight, x, y, ax + decayed[k, 1] / own, ay + decayed[k, 2] / own
                    n += 1
            continue
        if first < 0:
            first = x1
        count += 1
        if n + 30_000 > STACK:
            return photons, muons[:0], first, -1
        n = interact(hadronic, point, e, x1, weight, x, y, ax, ay, threshold, kinds, stack, n, photons)
    return photons, muons[:m].copy(), first, count


@njit
def draw(table: Interactions, row: int, log_energy: float, start: float) -> tuple[int, float]:
    """The number of an interaction at one of the two energies beside it, and the depth at which it happens."""
    grid = table.log_energy
    i = np.searchsorted(grid, log_energy)
    if i == grid.size or (i > 0 and np.random.random() * (grid[i] - grid[i - 1]) < grid[i] - log_energy):
        i -= 1
    point = row * grid.size + i
    each = (table.start.size - 1) // table.cross_section.size
    where = start - LENGTH / table.cross_section[row, i] * np.log(np.random.random())
    return point * each + int(np.random.random() * each), where


@njit
def interact(
    table: Interactions,
    number: int,
    energy: float,
    where: float,
    weight: float,
    x: float,
    y: float,
    ax: float,
    ay: float,
    threshold: float,
    kinds: np.ndarray,
    stack: np.ndarray,
    n: int,
    photons: np.ndarray,
) -> int:
    """Put what comes of interaction `number` on the stack of n particles; its photons into their bins."""
    first, last = table.start[number], table.start[number + 1]
    first_photon, last_photon = table.photon_start[number], table.photon_start[number + 1]
    if energy <= threshold:
        if last > first:
            total = table.sum[last - 1]
            k = first + np.searchsorted(table.sum[first:last], np.random.random() * total)
            k = min(k, last - 1)
            n = add_hadron(table, k, energy, where, weight * total / table.share[k], x, y, ax, ay, kinds, stack, n)
        if last_photon > first_photon:
            total = table.photon_sum[last_photon - 1]
            k = first_photon + np.searchsorted(
                table.photon_sum[first_photon:last_photon], np.random.random() * total
            )
            k = min(k, last_photon - 1)
            share = table.photon_share[k]
            add_photon(photons, where, share * energy, weight * total / share)
        return n
    for k in range(first, last):
        kept = table.share[k] * energy / threshold
        if kept >= 1 or np.random.random() < kept:
            n = add_hadron(table, k, energy, where, weight / min(kept, 1.0), x, y, ax, ay, kinds, stack, n)
    for k in range(first_photon, last_photon):
        kept = table.photon_share[k] * energy / threshold
        if kept >= 1 or np.random.random() < kept:
            add_photon(photons, where, table.photon_share[k] * energy, weight / min(kept, 1.0))
    return n


@njit
def add_hadron(
    table: Interactions,
    k: int,
    energy: float,
    where: float,
    weight: float,
    x: float,
    y: float,
    ax: float,
    ay: float,
    kinds: np.ndarray,
    stack: np.ndarray,
    n: int,
) -> int:
    """Put hadron k of the table on the stack, its angle turned at random about its parent's."""
    own = table.share[k] * energy
    angle = min(table.pt[k] / own, 1.0)
    phi = 2 * np.pi * np.random.random()
    kinds[n] = table.kind[k]
    stack[n] = own, where, weight, x, y, ax + angle * np.cos(phi), ay + angle * np.sin(phi)
    return n + 1


@njit
def add_photon(photons: np.ndarray, where: float, energy: float, weight: float) -> None:
    """Count a photon or an electron that starts a cascade."""
    i = int(where / DEPTH_STEP)
    j = int((np.log10(energy) - LOWEST) / ENERGY_STEP) if energy > 0 else -1
    if i < DEPTHS and 0 <= j < ENERGIES:
        photons[i, j] += weight
