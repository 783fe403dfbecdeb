"""One shower, from its primary to the traces of the tanks that it hits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.eas.atmosphere import GROUND, density, depth
from showergrid.sources.eas.cascade import shower
from showergrid.sources.eas.electromagnetic import MOLIERE, Profile, ages, lateral, profile
from showergrid.sources.eas.library import Breakups, Interactions
from showergrid.sources.eas.settings import PRIMARIES, Tanks
from showergrid.sources.eas.stations import Stations, projected
from showergrid.sources.eas.tanks import VEM, muon_signals, photon_signals


@dataclass(frozen=True)
class AirShower:
    """A shower at the ground.

    zenith [rad]; photons (DEPTHS, ENERGIES) as `cascade.shower` gives them, and the profile of electrons that they
    make; muons (N, COLUMNS) that arrive; first: slant depth of the first interaction [g/cm2]; interactions: how many
    were followed.
    """

    zenith: float
    photons: np.ndarray
    profile: Profile
    muons: np.ndarray
    first: float
    interactions: int

    @property
    def n_muons(self) -> float:
        """Muons at the ground above `particles.LEAST`."""
        return float(self.muons[:, 5].sum())


def simulate(
    primary: str,
    energy: float,
    zenith: float,
    thinning: float,
    random: np.random.Generator,
    tables: tuple[Interactions, Breakups],
) -> AirShower:
    """A shower of a primary with an energy [GeV] from a zenith angle [rad].

    Args:
        primary: one of PRIMARIES.
        energy: as said.
        zenith: as said.
        thinning: share of the energy below which one particle stands for many.
        random: its random stream.
        tables: interactions of hadrons and break-ups of nuclei.

    Raises:
        InputError: it has more particles than fit.
    """
    photons, muons, first, interactions = shower(
        random, PRIMARIES[primary], float(energy), float(np.cos(zenith)), float(thinning), GROUND, *tables
    )
    if interactions < 0:
        raise InputError(
            f"config: air_showers.thinning = {thinning}: a shower has too many particles; choose a larger one"
        )
    return AirShower(zenith, photons, profile(photons), muons, first, interactions)


def arrivals(
    shower: AirShower, at: Stations, settings: Tanks, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """What arrives in tanks: (T, bins) [VEM], and (T,) the muons' share of it [VEM]."""
    traces = np.zeros((at.distance.size, settings.bins))
    told = at.distance, at.ahead, shower.zenith, GROUND
    muon_signals(random, shower.muons, *told, traces)
    muons = traces.sum(axis=1)
    expected = electron_density(shower, at) * projected(shower.zenith) * settings.electron_energy / VEM
    photon_signals(random, expected, *told, shower.profile.number, traces)
    return traces, muons


def electron_density(shower: AirShower, at: Stations) -> np.ndarray:
    """(T,) [1/m2] across the axis, each tank at the depth of its own place on it."""
    cosine = np.cos(shower.zenith)
    bottom = depth(GROUND) / cosine
    local = bottom - at.ahead * density(GROUND) * 100  # 1 m of 1 g/cm3 is 100 g/cm2
    per_electron = lateral(at.distance, MOLIERE / density(GROUND) / 100)
    size = shower.profile.at(local) / max(float(shower.profile.at(bottom)), 1e-9)
    return size * (per_electron * ages(shower.photons, bottom)).sum(axis=1)
