"""Samples of air showers and of tanks at given distances, and what is published of showers by Sibyll 2.3d."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import digamma, polygamma

from showergrid.core.seeds import generator
from showergrid.sources.eas.interactions import Model
from showergrid.sources.eas.library import Breakups, Interactions
from showergrid.sources.eas.particles import K_SHORT
from showergrid.sources.eas.settings import Tanks
from showergrid.sources.eas.showers import AirShower, arrivals, simulate
from showergrid.sources.eas.stations import Stations
from showergrid.sources.eas.traces import Signals, recorded, variables

Tables = tuple[Interactions, Breakups]
EXPONENT = 0.92  # of the number of muons as a power of the energy
# Generalised Gumbel distribution of Xmax, De Domenico et al., JCAP 07 (2013) 050, its parameters for Sibyll 2.3d from
# CONEX: rows mu, sigma, lambda; of each the coefficients of 1, ln A, (ln A)^2 for each power of log10(E / 10^19 eV)
GUMBEL = (
    ((785.852, -15.5994, -1.06906), (60.5929, -0.786014, 0.200728), (-0.959349, 0.211336, -0.0647766)),
    ((41.0345, -2.17329, -0.306202), (-0.309466, -1.16496, 0.225445)),
    ((0.799493, 0.235235, 0.00856884), (0.0632135, -0.0012847, 0.000330525)),
)


def published_xmax(nucleons: int, log_energy: float) -> tuple[float, float]:
    """Mean and standard deviation of Xmax [g/cm2] by Sibyll 2.3d, given the energy [log10 eV]."""
    masses = np.log(nucleons) ** np.arange(3)
    mu, sigma, shape = (
        sum(np.dot(row, masses) * (log_energy - 19) ** power for power, row in enumerate(rows)) for rows in GUMBEL
    )
    return mu + sigma * (np.log(shape) - digamma(shape)), sigma * np.sqrt(polygamma(1, shape))


def worth(model: str, projectile: str, energy: float, count: int) -> np.ndarray:
    """(count,): what each interaction at an energy [GeV] hands on to hadrons, as sum of share^EXPONENT.

    It is what one is worth in muons, if all hadrons were worth the same. chromo starts a model once a process.
    """
    made = Model(model, seed=1).interactions(projectile, energy, count)
    return np.array([((one.energy[one.kind <= K_SHORT] / energy) ** EXPONENT).sum() for one in made])


@dataclass(frozen=True)
class Showers:
    """Showers of one primary, energy and direction."""

    made: list[AirShower]

    @cached_property
    def n_muons(self) -> np.ndarray:
        return np.array([one.n_muons for one in self.made])

    @cached_property
    def xmax(self) -> np.ndarray:
        return np.array([one.profile.xmax for one in self.made])

    @cached_property
    def noise(self) -> float:
        """Relative error of N_mu by thinning: the root of the sum of squared weights."""
        weights = [one.muons[:, -1] for one in self.made]
        return float(np.mean([np.sqrt((own**2).sum()) / own.sum() for own in weights]))


def showers(
    primary: str, log_energy: float, zenith: float, count: int, thinning: float, tables: Tables, seed: int = 1
) -> Showers:
    """Showers of an energy [log10 eV] from a zenith angle [deg]."""
    random = generator(seed, "sample", primary, str(log_energy), str(zenith))
    told = 10 ** (log_energy - 9), np.radians(zenith), thinning
    return Showers([simulate(primary, *told, random, tables) for _ in range(count)])


def spread(values: np.ndarray) -> float:
    """Relative standard deviation."""
    return float(values.std(ddof=1) / values.mean())


@dataclass(frozen=True)
class Tank:
    """Means over tanks at one distance: signal [VEM], share of muons, rise time [ns] of those that are read out."""

    signal: float
    muon_share: float
    rise_time: float


def tanks(sample: Showers, distance: float, settings: Tanks, each: int = 8, seed: int = 1) -> Tank:
    """What tanks at a distance [m] from the axis see, evenly about it, with the largest signals too."""
    random = generator(seed, "tanks", str(distance))
    azimuth = 2 * np.pi * np.arange(each) / each
    muons, found = [], []
    for shower in sample.made:
        # A tank towards which the shower comes lies above the plane of the core
        ahead = distance * np.tan(shower.zenith) * np.cos(azimuth)
        none = np.zeros(each)
        at = Stations(none, none, np.full(each, distance), azimuth, ahead)
        arrived, own = arrivals(shower, at, settings, random)
        muons.append(own.sum() / max(arrived.sum(), 1e-9))
        found.append(variables(recorded(arrived, settings, random), settings))
    seen: dict[str, np.ndarray] = {
        name: np.concatenate([getattr(one, name) for one in found]) for name in Signals.__dataclass_fields__
    }
    read = seen["signal"] > settings.least_signal
    return Tank(
        float(seen["signal"].mean()),
        float(np.mean(muons)),
        float(seen["rise_time"][read].mean()) if read.any() else np.nan,
    )
