"""What tanks see of a shower: muons by their track in water, photons and electrons by the energy that is absorbed.

A signal is counted in VEM, that of a vertical muon through the middle. Compiled by Numba.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from showergrid.sources.eas.atmosphere import depth
from showergrid.sources.eas.cascade import DEPTH_STEP
from showergrid.sources.eas.muons import LIGHT
from showergrid.sources.eas.particles import MASS, MUON
from showergrid.sources.eas.stations import AREA_SIDE, AREA_TOP, DEPTH, RADIUS

VEM = 240.0  # MeV that a vertical muon leaves: NIM A 798 (2015) 172
WIDTH = 0.15  # of the kernel in the logarithm of the distance from the axis
MOST = 2000  # muons, and photons, that are followed in a tank: more have a weight
PHOTON_ENERGY = 10.0  # MeV, mean: Nagano and Watson, Rev. Mod. Phys. 72 (2000) 689
ANGLE = 0.83 * PHOTON_ENERGY**-0.67  # rad, scale of their angle to the axis: Baltrusaitis et al., NIM A 240 (1985) 410
ATTENUATION = 100.0  # g/cm2, of photons between the axis and the tank
NODES = 60  # places on the axis from which photons come
HIGHEST = 12_000.0  # m along the axis
BIN = 25.0  # ns


@njit
def tracks(random: np.random.Generator, zenith: float) -> float:
    """Length [m] in water of one muon of a direction, which meets a tank anywhere."""
    sin, cos = np.sin(zenith), np.cos(zenith)
    if random.random() * (AREA_TOP * cos + AREA_SIDE * sin) < AREA_TOP * cos:
        # Through the lid: from a place on it to the wall, along x
        r, phi = RADIUS * np.sqrt(random.random()), 2 * np.pi * random.random()
        x, y = r * np.cos(phi), r * np.sin(phi)
        to_wall = np.sqrt(max(RADIUS**2 - y**2, 0.0)) - x
        down = DEPTH
    else:
        to_wall = 2 * np.sqrt(max(RADIUS**2 - (RADIUS * (2 * random.random() - 1)) ** 2, 0.0))
        down = DEPTH * random.random()
    return min(down / max(cos, 1e-6), to_wall / max(sin, 1e-6))


@njit
def muon_signals(
    random: np.random.Generator,
    muons: np.ndarray,
    distance: np.ndarray,
    ahead: np.ndarray,
    zenith: float,
    ground: float,
    traces: np.ndarray,
) -> np.ndarray:
    """Add the muons of a shower to traces (T, B) [VEM]; their expected number in each tank (T,).

    The density at a tank is that of the cascade's muons, smoothed over the logarithm of their distance. Those that hit
    are drawn from these by weight, each with its own energy and production height, so their time is that of their way:
    Cazon et al., Astropart. Phys. 36 (2012) 211.
    """
    area = AREA_TOP * np.cos(zenith) + AREA_SIDE * np.sin(zenith)
    bins = traces.shape[1]
    expected = np.zeros(distance.size)
    way = (muons[:, 0] - ground) / np.cos(zenith)
    own = np.log(np.sqrt(muons[:, 1] ** 2 + muons[:, 2] ** 2) + 1e-3)
    total = np.empty(muons.shape[0])
    for tank in range(distance.size):
        r, log_r, above = distance[tank], np.log(distance[tank]), ahead[tank]
        added = 0.0
        for k in range(muons.shape[0]):
            left = way[k] - above  # from its production to the plane of the tank
            if left > 100:
                # Muons spread with the way: one that is early is nearer to the axis
                off = (log_r - own[k] - np.log(left / max(way[k], 100.0))) / WIDTH
                if abs(off) < 3:
                    added += muons[k, 5] * np.exp(-(off**2) / 2)
            total[k] = added
        expected[tank] = added / (np.sqrt(2 * np.pi) * WIDTH * 2 * np.pi * r**2) * area
        number = random.poisson(expected[tank])
        weight = max(number / MOST, 1.0)
        for _ in range(min(number, MOST)):
            k = min(np.searchsorted(total, random.random() * added), muons.shape[0] - 1)
            left = max(way[k] - above, 100.0)
            time = (np.sqrt(left**2 + r**2) - left) / LIGHT + muons[k, 4]
            signal = min(tracks(random, zenith) / DEPTH, (muons[k, 3] - MASS[MUON]) * 1000 / VEM)
            traces[tank, min(int(time / BIN), bins - 1)] += weight * signal
    return expected


@njit
def photon_signals(
    random: np.random.Generator,
    expected: np.ndarray,
    distance: np.ndarray,
    ahead: np.ndarray,
    zenith: float,
    ground: float,
    electrons: np.ndarray,
    traces: np.ndarray,
) -> None:
    """Add photons and electrons of an expected signal (T,) [VEM] to traces (T, B).

    They come on straight lines from the axis, from where the profile (DEPTHS,) has many electrons and the way is not
    too long: by 1 / way^2, and by exponentials in the air that they cross and in their angle to the axis.
    """
    cos = np.cos(zenith)
    bins = traces.shape[1]
    step = HIGHEST / NODES
    total = np.empty(NODES)
    for tank in range(distance.size):
        r, above = distance[tank], ahead[tank]
        base = ground + above * cos
        x0 = depth(base)
        added = 0.0
        for k in range(NODES):
            z = (k + 0.5) * step
            x = depth(base + z * cos)
            way = np.sqrt(z**2 + r**2)
            crossed = (x0 - x) / cos / z * way
            number = electrons[min(int(x / cos / DEPTH_STEP), electrons.size - 1)]
            added += number * np.exp(-crossed / ATTENUATION - np.arctan2(r, z) / ANGLE) / way**2
            total[k] = added
        hits = random.poisson(expected[tank] * VEM / PHOTON_ENERGY)
        weight = max(hits / MOST, 1.0) * PHOTON_ENERGY / VEM
        for _ in range(min(hits, MOST)):
            k = min(np.searchsorted(total, random.random() * added), NODES - 1)
            z = (k + random.random()) * step
            time = (np.sqrt(z**2 + r**2) - z) / LIGHT
            traces[tank, min(int(time / BIN), bins - 1)] += weight * random.exponential()
