"""What a detector like CMS sees of the particles of collisions: muons, jets and the missing transverse momentum."""

from __future__ import annotations

import numpy as np

from showergrid.sources.pp.generator import Particles
from showergrid.sources.pp.settings import Apparatus, JetDetection, MetDetection, MuonDetection, MuonResolution

LEAST = 0.01  # share of a momentum that is left of it at least: a Gaussian has no end, a momentum is positive


def in_acceptance(muons: Particles, detection: MuonDetection) -> np.ndarray:
    """(N,) bool: which muons lie in a ring of the detector with enough momentum for it."""
    eta, pt, p = np.abs(muons.eta), muons.pt, np.sqrt((muons.momentum[:, :3] ** 2).sum(axis=1))
    ring = np.searchsorted([region.eta for region in detection.acceptance], eta, side="left")
    least = np.array([(region.pt, region.p) for region in detection.acceptance] + [(np.inf, np.inf)])
    return (pt >= least[ring, 0]) & (p >= least[ring, 1])


def muon_width(pt: np.ndarray, eta: np.ndarray, resolution: MuonResolution) -> np.ndarray:
    """(N,): sigma(pT) / pT of muons."""
    return np.sqrt(resolution.constant**2 + (resolution.eta * eta) ** 2 + (resolution.pt * pt) ** 2)


def jet_width(pt: np.ndarray, detection: JetDetection) -> np.ndarray:
    """(N,): sigma(pT) / pT of jets, pT > 0."""
    return np.sqrt((detection.noise / pt) ** 2 + detection.stochastic**2 / pt + detection.constant**2)


def met_width(sum_pt: np.ndarray, detection: MetDetection) -> np.ndarray:
    """(N,): sigma of each component of the missing momentum [GeV], given the scalar sum of all that is seen [GeV]."""
    return np.sqrt(detection.stochastic**2 * sum_pt + detection.vertices * detection.vertex**2)


def measured(pt: np.ndarray, width: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(N,) [GeV]: transverse momenta as they are measured with a relative Gaussian `width`."""
    return pt * np.maximum(1 + width * random.normal(size=pt.size), LEAST)


def recorded(particles: Particles, detector: Apparatus) -> Particles:
    """Those particles that the calorimeters and the tracker take part of: jets and missing momentum are of them."""
    return particles[particles.seen & (np.abs(particles.eta) < detector.eta) & (particles.pt > detector.pt)]


def missing(
    particles: list[Particles], detection: MetDetection, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(E,) [GeV] and (E,) [rad]: the missing transverse momentum of events, given what is recorded of each."""
    true = -np.array([event.momentum[:, :2].sum(axis=0) for event in particles]).reshape(-1, 2)
    width = met_width(np.array([event.pt.sum() for event in particles]), detection)
    x, y = (true + width[:, None] * random.normal(size=true.shape)).T
    return np.hypot(x, y), np.arctan2(y, x)
