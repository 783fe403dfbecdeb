"""Vectors of energy and momentum (n, 4), [GeV], as arrays; of whole columns of particles at once."""

from __future__ import annotations

import numpy as np


def square(p: np.ndarray) -> np.ndarray:
    """(n,): energy squared less momentum squared [GeV2] of p (n, 4)."""
    return p[..., 0] ** 2 - np.einsum("...i,...i->...", p[..., 1:], p[..., 1:])


def length(vector: np.ndarray) -> np.ndarray:
    """(n,): length of vectors (n, 3)."""
    return np.sqrt(np.einsum("...i,...i->...", vector, vector))


def on_shell(momentum: np.ndarray, mass: np.ndarray | float) -> np.ndarray:
    """(n, 4): energy and momentum of particles of this mass and momentum (n, 3)."""
    energy = np.sqrt(np.einsum("...i,...i->...", momentum, momentum) + np.square(mass))
    return np.concatenate([energy[..., None], momentum], axis=-1)


def boosted(p: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """p (n, 4), given in the rest frame of `frame` (n, 4), as seen where `frame` is given."""
    mass = np.sqrt(square(frame))
    along = np.einsum("...i,...i->...", p[..., 1:], frame[..., 1:])
    energy = (p[..., 0] * frame[..., 0] + along) / mass
    shift = (p[..., 0] + energy) / (frame[..., 0] + mass)
    return np.concatenate([energy[..., None], p[..., 1:] + shift[..., None] * frame[..., 1:]], axis=-1)


def at_rest(p: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """p (n, 4) as seen in the rest frame of `frame` (n, 4)."""
    return boosted(p, frame * np.array([1, -1, -1, -1]))


def isotropic(count: int, random: np.random.Generator) -> np.ndarray:
    """(count, 3): unit vectors of random direction."""
    vector = random.standard_normal((count, 3))
    return vector / length(vector)[:, None]


def turned(axis: np.ndarray, cosine: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    """(n, 3): unit vectors at an angle to unit vectors `axis` (n, 3), and at an azimuth about them [rad]."""
    helper = np.where(np.abs(axis[:, [0]]) < 0.5, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(axis, helper)
    first /= length(first)[:, None]
    second = np.cross(axis, first)
    sine = np.sqrt(np.clip(1 - cosine**2, 0, None))
    return cosine[:, None] * axis + sine[:, None] * (
        np.cos(azimuth)[:, None] * first + np.sin(azimuth)[:, None] * second
    )


def breakup(mass: np.ndarray, first: np.ndarray | float, second: np.ndarray | float) -> np.ndarray:
    """Momentum [GeV] of two bodies, of masses `first` and `second`, into which `mass` (n,) breaks; 0 if it cannot."""
    upper, lower = mass**2 - np.square(first + second), mass**2 - np.square(first - second)
    return np.sqrt(np.clip(upper * lower, 0, None)) / (2 * mass)


def two_bodies(
    frame: np.ndarray, first: np.ndarray | float, second: np.ndarray | float, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both bodies (n, 4) into which `frame` (n, 4) breaks, the first along `direction` (n, 3) where that rests."""
    momentum = breakup(np.sqrt(square(frame)), first, second)[:, None] * direction
    return boosted(on_shell(momentum, first), frame), boosted(on_shell(-momentum, second), frame)
