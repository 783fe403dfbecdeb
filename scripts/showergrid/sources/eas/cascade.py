"""The cascade of hadrons: a thinned Monte Carlo over the library of interactions, compiled by Numba.

Along the axis a particle has a depth; across it a place and a small angle, which the transverse momenta of interactions
and decays give it. So muons arrive on the ground where their ancestors sent them.

Thinning (Hillas, Nucl. Phys. B Proc. Suppl. 52B (1997) 29): below a share of the primary's energy one particle stands
for others. Of what an interaction hands on below it some are kept, at even steps along the sum of their energies; where
all lies below it one hadron and one photon. Weights keep all sums as they are on average.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from showergrid.sources.eas.atmosphere import TOP, depth, height
from showergrid.sources.eas.decays import MOST, decay
from showergrid.sources.eas.interactions import NUCLEONS
from showergrid.sources.eas.library import KIND, PT, SHARE, SUM, Breakups, Interactions
from showergrid.sources.eas.muons import to_ground
from showergrid.sources.eas.particles import C_TAU, K_LONG, LEAST, MASS, MUON, NUCLEON, NUCLEUS, PHOTON, ROW

LENGTH = NUCLEONS * 1.66053907e-24 / 1e-27  # mean free path times the cross-section [g/cm2 mb]
HADRON_LOSS = 2.0e-3  # of a charged hadron by ionisation [GeV cm2/g]
DEPTH_STEP, DEPTHS = 10.0, 220  # bins of slant depth [g/cm2], of photons
ENERGY_STEP, LOWEST, ENERGIES = 0.1, -1.0, 125  # bins of log10 of their energy [GeV]
PLACES = 8  # of a particle on the stack: energy [GeV], slant depth [g/cm2], height, x, y [m], angles to both, weight
COLUMNS = 6  # of a muon: height where it starts [m], x, y at the ground [m], energy [GeV], delay [ns], weight
STACK, MUONS = 500_000, 300_000  # how many fit
ROOM = 200_000  # on the stack, for what one interaction hands on: 56 nucleons of 3,000 hadrons each


@njit(error_model="numpy")
def shower(
    random: np.random.Generator,
    nucleons: int,
    energy: float,
    cosine: float,
    thinning: float,
    ground: float,
    hadronic: Interactions,
    nuclear: Breakups,
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """One shower.

    Args:
        random: its random stream.
        nucleons: of the primary.
        energy: of the primary [GeV].
        cosine: of the zenith angle.
        thinning: share of the energy.
        ground: height of the tanks [m].
        hadronic: interactions of hadrons.
        nuclear: break-ups of nuclei.

    Returns:
        Photons and electrons (DEPTHS, ENERGIES) that start cascades, by slant depth and energy; muons (N, COLUMNS) that
        arrive at the ground; the slant depth of the first interaction [g/cm2]; how many interactions were followed. No
        muons and a negative number: there were more than fit.
    """
    photons = np.zeros((DEPTHS, ENERGIES))
    muons = np.empty((MUONS, COLUMNS))
    kinds, stack = np.empty(STACK, np.int8), np.empty((STACK, PLACES))
    decayed_kinds, decayed = np.empty(MOST, np.int8), np.empty((MOST, 3))
    threshold = thinning * energy
    bottom = depth(ground) / cosine
    n = m = count = 0
    first = -1.0
    kinds[0], n = NUCLEUS + nucleons if nucleons > 1 else NUCLEON, 1
    stack[0] = energy, 0.0, TOP, 0.0, 0.0, 0.0, 0.0, 1.0
    while n > 0:
        n -= 1
        kind = kinds[n]
        e, x0, h0, x, y, ax, ay, weight = stack[n]
        if n + ROOM > STACK:
            return photons, muons[:0], first, -1
        if kind > NUCLEUS:
            mass = kind - NUCLEUS
            number, x1 = draw(random, nuclear.log_energy, nuclear.cross_section, nuclear.start, mass - 2, e / mass, x0)
            if x1 > bottom:
                continue
            if first < 0:
                first = x1
            h1 = height(x1 * cosine)
            at = x1, h1, x + ax * (h0 - h1) / cosine, y + ay * (h0 - h1) / cosine, ax, ay, weight
            wounded = mass
            for k in range(nuclear.start[number], nuclear.start[number + 1]):
                fragment = nuclear.fragments[k]
                wounded -= fragment
                kinds[n] = NUCLEUS + fragment if fragment > 1 else NUCLEON
                stack[n] = e / mass * fragment, at[0], at[1], at[2], at[3], at[4], at[5], at[6]
                n += 1
            for _ in range(wounded):
                count += 1
                number, _ = draw(
                    random, hadronic.log_energy, hadronic.cross_section, hadronic.start, ROW[NUCLEON], e / mass, x1
                )
                n = interact(random, hadronic, number, e / mass, threshold, at, kinds, stack, n, photons)
            continue
        if e < LEAST[kind]:
            continue
        if kind == MUON:
            at_ground, lives, late, spread = to_ground(e, h0, ground, cosine)
            if at_ground > 0 and lives > 1e-3:
                if m == MUONS:
                    return photons, muons[:0], first, -1
                way = (h0 - ground) / cosine
                x, y = x + ax * way + spread * random.normal(), y + ay * way + spread * random.normal()
                muons[m] = h0, x, y, at_ground, late, weight * lives
                m += 1
            continue
        number, x1 = draw(random, hadronic.log_energy, hadronic.cross_section, hadronic.start, ROW[kind], e, x0)
        decays = False
        if C_TAU[kind] > 0:
            h1 = h0 + e / MASS[kind] * C_TAU[kind] * np.log(random.random()) * cosine
            if h1 > ground:
                decayed_at = depth(h1) / cosine
                decays = decayed_at < x1
        if decays:
            x1 = decayed_at
        elif x1 > bottom:
            continue
        else:
            h1 = height(x1 * cosine)
        way = (h0 - h1) / cosine
        x, y = x + ax * way, y + ay * way
        if kind < K_LONG:
            e -= HADRON_LOSS * (x1 - x0)
            if e < LEAST[kind]:
                continue
        if decays:
            products = decay(random, kind, e, decayed_kinds, decayed)
            for k in range(products):
                own = decayed[k, 0]
                if decayed_kinds[k] == PHOTON:
                    add_photon(photons, x1, own, weight)
                else:
                    kinds[n] = decayed_kinds[k]
                    stack[n] = own, x1, h1, x, y, ax + decayed[k, 1] / own, ay + decayed[k, 2] / own, weight
                    n += 1
            continue
        if first < 0:
            first = x1
        count += 1
        at = x1, h1, x, y, ax, ay, weight
        n = interact(random, hadronic, number, e, threshold, at, kinds, stack, n, photons)
    return photons, muons[:m].copy(), first, count


@njit(error_model="numpy")
def draw(
    random: np.random.Generator,
    grid: np.ndarray,
    cross_section: np.ndarray,
    start: np.ndarray,
    row: int,
    energy: float,
    depth: float,
) -> tuple[int, float]:
    """The number of an interaction, at one of the two energies of the grid beside its own, and the depth of it."""
    log_energy = np.log10(energy)
    i = np.searchsorted(grid, log_energy)
    if i == grid.size or (i > 0 and random.random() * (grid[i] - grid[i - 1]) < grid[i] - log_energy):
        i -= 1
    each = (start.size - 1) // cross_section.size
    where = depth - LENGTH / cross_section[row, i] * np.log(random.random())
    return (row * grid.size + i) * each + int(random.random() * each), where


@njit(error_model="numpy")
def interact(
    random: np.random.Generator,
    table: Interactions,
    number: int,
    energy: float,
    threshold: float,
    at: tuple[float, ...],
    kinds: np.ndarray,
    stack: np.ndarray,
    n: int,
    photons: np.ndarray,
) -> int:
    """Put what comes of interaction `number` on the stack of n particles, and its photons into their bins.

    at: all PLACES of the projectile but its energy [GeV]. Returns how many particles there are now.
    """
    hadrons = table.hadrons[table.start[number] : table.start[number + 1]]
    cascades = table.photons[table.photon_start[number] : table.photon_start[number + 1]]
    least = threshold / energy
    if len(hadrons):
        whole, step, place = thinned(random, hadrons, least)
        for k in range(whole):
            n = add_hadron(random, hadrons[k], energy, 1.0, at, kinds, stack, n)
        while place < hadrons[-1, SUM]:
            k = found(hadrons, whole, place)
            n = add_hadron(random, hadrons[k], energy, step / hadrons[k, SHARE], at, kinds, stack, n)
            place += step
    if len(cascades):
        whole, step, place = thinned(random, cascades, least)
        for k in range(whole):
            add_photon(photons, at[0], cascades[k, SHARE] * energy, at[-1])
        while place < cascades[-1, SUM]:
            k = found(cascades, whole, place)
            add_photon(photons, at[0], cascades[k, SHARE] * energy, at[-1] * step / cascades[k, SHARE])
            place += step
    return n


@njit(error_model="numpy")
def thinned(random: np.random.Generator, rows: np.ndarray, least: float) -> tuple[int, float, float]:
    """Of rows by falling share: how many have `least` or more, and which others stand for the rest.

    Returns:
        The number of those that are kept as they are, and a step and a first place along the sum of shares: a row in
        which a place falls is kept, with a weight of step / share.
    """
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle, SHARE] >= least:
            low = middle + 1
        else:
            high = middle
    before = rows[low - 1, SUM] if low else 0.0
    step = min(least, rows[-1, SUM] - before)
    if step <= 0:
        return low, 1.0, np.inf
    return low, step, before + random.random() * step


@njit(error_model="numpy")
def found(rows: np.ndarray, first: int, place: float) -> int:
    """The row, from `first` on, in which a place along the sum of shares falls."""
    low, high = first, len(rows) - 1
    while low < high:
        middle = (low + high) // 2
        if rows[middle, SUM] <= place:
            low = middle + 1
        else:
            high = middle
    return low


@njit(error_model="numpy")
def add_hadron(
    random: np.random.Generator,
    hadron: np.ndarray,
    energy: float,
    heavier: float,
    at: tuple[float, ...],
    kinds: np.ndarray,
    stack: np.ndarray,
    n: int,
) -> int:
    """Put a row of a table on the stack, its angle at random about its parent's, its weight `heavier` times that."""
    depth, height, x, y, ax, ay, weight = at
    own = hadron[SHARE] * energy
    angle = min(hadron[PT] / own, 1.0)
    phi = 2 * np.pi * random.random()
    kinds[n] = hadron[KIND]
    stack[n] = own, depth, height, x, y, ax + angle * np.cos(phi), ay + angle * np.sin(phi), weight * heavier
    return n + 1


@njit(error_model="numpy")
def add_photon(photons: np.ndarray, where: float, energy: float, weight: float) -> None:
    """Count a photon or an electron that starts a cascade."""
    i = int(where / DEPTH_STEP)
    j = int((np.log10(energy) - LOWEST) / ENERGY_STEP) if energy > 0 else -1
    if i < DEPTHS and 0 <= j < ENERGIES:
        photons[i, j] += weight
