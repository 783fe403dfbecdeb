"""The US standard atmosphere in Linsley's five layers (model 1 of CORSIKA, FZKA 6019, table D.1), compiled by Numba."""

from __future__ import annotations

import numpy as np
from numba import njit

# Depth above a height h [m]: A + B exp(-h / C), linear in the last layer [g/cm2, g/cm2, m]
A = np.array([-186.5562, -94.919, 0.61289, 0.0, 0.01128292])
B = np.array([1222.6562, 1144.9069, 1305.5948, 540.1778, 1.0])
C = np.array([9941.8638, 8781.5355, 6361.4304, 7721.7016, 1e7])
LAYERS = np.array([0.0, 4e3, 1e4, 4e4, 1e5])  # where each begins [m]
TOP = 112_829.2  # where it ends [m]
DEPTHS = np.append(A[:4] + B[:4] * np.exp(-LAYERS[:4] / C[:4]), A[4] - B[4] * LAYERS[4] / C[4])  # below each layer

GROUND = 1400.0  # height of the Pierre Auger Observatory, the mean [m]: NIM A 798 (2015) 172


@njit
def depth(height: float) -> float:
    """Vertical depth [g/cm2] above a height [m]."""
    if height >= TOP:
        return 0.0
    k = 4
    while height < LAYERS[k] and k > 0:
        k -= 1
    if k == 4:
        return A[4] - B[4] * height / C[4]
    return A[k] + B[k] * np.exp(-height / C[k])


@njit
def height(depth: float) -> float:
    """Height [m] below which a vertical depth [g/cm2] lies."""
    if depth <= 0:
        return TOP
    k = 4
    while depth > DEPTHS[k] and k > 0:
        k -= 1
    if k == 4:
        return (A[4] - depth) * C[4] / B[4]
    return -C[k] * np.log((depth - A[k]) / B[k])


@njit
def density(height: float) -> float:
    """Of the air at a height [g/cm3]."""
    k = 4
    while height < LAYERS[k] and k > 0:
        k -= 1
    if k == 4:
        return B[4] / C[4] / 100
    return B[k] / C[k] * np.exp(-height / C[k]) / 100
