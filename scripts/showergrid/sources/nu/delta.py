"""Production of the Delta(1232) off a free nucleon, as a Rarita-Schwinger field.

O. Lalakulich, E. A. Paschos and G. Piranishvili, Phys. Rev. D 74 (2006) 014009, equations and form factors; the form
factors are those of n to Delta+. By isospin p to Delta++ has three times its cross-section; the neutral current, whose
third component of isospin takes the place of the raising one, has the same amplitude on both nucleons, its vector part
times 1 - 2 sin^2 of the weak mixing angle.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from showergrid.sources.nu.constants import COSINE2, FERMI, HBARC2, NUCLEON, PION, WEAK

MASS, WIDTH = 1.232, 0.118  # GeV
HIGHEST = 1.9  # GeV: masses above are left to deep inelastic scattering
METRIC = np.diag([1.0, -1, -1, -1])
Q_GRID = np.concatenate([[1e-3], np.linspace(0.05, 3.6, 72)])  # GeV, of the root of Q2
W_GRID = np.linspace(NUCLEON + PION + 1e-4, HIGHEST, 70)  # GeV


def _matrices() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Dirac matrices (4, 4, 4), upper index first, the fifth one (4, 4), and the antisymmetric symbol (4, 4, 4, 4)."""
    one, zero = np.eye(2), np.zeros((2, 2))
    pauli = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]])]
    gamma = [np.block([[one, zero], [zero, -one]])] + [np.block([[zero, s], [-s, zero]]) for s in pauli]
    symbol = np.zeros((4, 4, 4, 4))
    for order in permutations(range(4)):
        symbol[order] = np.linalg.det(np.eye(4)[list(order)])
    return np.array(gamma, complex), np.block([[zero, one], [one, zero]]).astype(complex), symbol


GAMMA, FIFTH, SYMBOL = _matrices()


def cross_section(
    energy: np.ndarray, q2: np.ndarray, w: np.ndarray, lepton: float, axial_mass: float, neutrino: bool, charged: bool
) -> np.ndarray:
    """d2(sigma)/dQ2 dW [1e-38 cm2/GeV3] of n to Delta+, or of either nucleon by the neutral current.

    Args:
        energy: (n,) of the neutrino where the nucleon rests [GeV].
        q2: (n,) [GeV2]; beyond 3.6 GeV squared there is none.
        w: (n,) mass of the Delta [GeV].
        lepton: mass of the outgoing lepton [GeV].
        axial_mass: [GeV].
        neutrino: a neutrino, or an antineutrino.
        charged: the charged or the neutral current.
    """
    q0 = (w**2 - NUCLEON**2 + q2) / (2 * NUCLEON)
    momentum = np.sqrt(q0**2 + q2)
    along = (energy * q0 + (q2 + lepton**2) / 2) / momentum
    zero = np.zeros_like(energy)
    k = np.stack([energy, np.sqrt(np.clip(energy**2 - along**2, 0, None)), zero, along], axis=1)
    out = k - np.stack([q0, zero, zero, momentum], axis=1)
    table = _interpolated(axial_mass, 1.0 if charged else 1 - 2 * WEAK)
    hadron = table(np.stack([np.sqrt(q2), w], axis=1)).reshape(-1, 4, 4)
    low_k, low_out = k @ METRIC, out @ METRIC
    product = np.einsum("ni,ni->n", k, low_out)
    lepton_tensor = np.einsum("ni,nj->nij", k, out) + np.einsum("ni,nj->nij", out, k) - METRIC * product[:, None, None]
    sign = 1 if neutrino else -1
    lepton_tensor = 8 * (lepton_tensor + sign * 1j * np.einsum("abcd,nc,nd->nab", SYMBOL, low_k, low_out))
    contracted = np.einsum("nij,ia,jb,nab->n", lepton_tensor, METRIC, METRIC, hadron).real
    coupling = FERMI**2 / 2 * (COSINE2 if charged else 1) * HBARC2
    return np.clip(coupling * contracted / (64 * np.pi * NUCLEON**2 * energy**2) * _resonance(w) * 2 * w, 0, None)


def _resonance(w: np.ndarray) -> np.ndarray:
    """The Breit-Wigner form [GeV-2] whose width grows as the third power of the pion's momentum."""

    def pion(mass: np.ndarray | float) -> np.ndarray:
        return np.sqrt(np.clip((mass**2 - (NUCLEON + PION) ** 2) * (mass**2 - (NUCLEON - PION) ** 2), 0, None)) / (
            2 * mass
        )

    width = WIDTH * (pion(w) / pion(MASS)) ** 3
    return w * width / np.pi / ((w**2 - MASS**2) ** 2 + (w * width) ** 2)


@cache
def _interpolated(axial_mass: float, vector: float) -> RegularGridInterpolator:
    """The hadrons' tensor, a function of the root of Q2 and of W, with a factor of the vector current."""
    q, w = (axis.ravel() for axis in np.meshgrid(Q_GRID, W_GRID, indexing="ij"))
    values = hadron_tensor(q**2, w, axial_mass, vector).reshape(Q_GRID.size, W_GRID.size, 16)
    return RegularGridInterpolator((Q_GRID, W_GRID), values, bounds_error=False, fill_value=0.0)


def hadron_tensor(q2: np.ndarray, w: np.ndarray, axial_mass: float, vector: float) -> np.ndarray:
    """(n, 4, 4) complex, indices up: sum over spins, averaged over those of the nucleon, which rests; q is along z."""
    q0 = (w**2 - NUCLEON**2 + q2) / (2 * NUCLEON)
    zero = np.zeros_like(q2)
    q = np.stack([q0, zero, zero, np.sqrt(q0**2 + q2)], axis=1)
    p = np.stack([zero + NUCLEON, zero, zero, zero], axis=1)
    delta = p + q
    c3, c4, c5, a4, a5, a6 = _couplings(q2, axial_mass, vector)
    slash = np.einsum("ni,ij,jab->nab", q, METRIC, GAMMA)
    unit = np.eye(4, dtype=complex)
    q_delta, q_p = (np.einsum("ni,ij,nj->n", q, METRIC, other) for other in (delta, p))

    def terms(factor: np.ndarray, product: np.ndarray, other: np.ndarray) -> np.ndarray:
        return factor[:, None, None] * (METRIC * product[:, None, None] - np.einsum("na,nm->nam", q, other))

    bare = terms(c4 / NUCLEON**2, q_delta, delta) + terms(c5 / NUCLEON**2, q_p, p)
    vectors = np.einsum("nam,ij->namij", bare, unit)
    vectors += np.einsum("n,am,nij->namij", c3 / NUCLEON, METRIC, slash)
    vectors -= np.einsum("n,na,mij->namij", c3 / NUCLEON, q, GAMMA)
    axial = terms(a4 / NUCLEON**2, q_delta, delta) + np.einsum("n,am->nam", a5, METRIC)
    axial += np.einsum("n,na,nm->nam", a6 / NUCLEON**2, q, q)
    current = vectors @ FIFTH + np.einsum("nam,ij->namij", axial, unit)
    adjoint = np.einsum("ij,namkj,kl->namil", GAMMA[0], current.conj(), GAMMA[0])

    d_slash = np.einsum("ni,ij,jab->nab", delta, METRIC, GAMMA)
    spin = np.einsum("ab,ij->abij", METRIC, unit) - np.einsum("aij,bjk->abik", GAMMA, GAMMA) / 3
    inner = spin - 2 / 3 * np.einsum("na,nb,ij->nabij", delta, delta, unit) / (w**2)[:, None, None, None, None]
    mixed = np.einsum("na,bij->nabij", delta, GAMMA)
    inner = inner + (mixed - mixed.swapaxes(1, 2)) / (3 * w)[:, None, None, None, None]
    projector = -np.einsum("nij,nabjk->nabik", d_slash + w[:, None, None] * unit, inner)
    nucleon = np.einsum("ni,ij,jab->nab", p, METRIC, GAMMA) + NUCLEON * unit
    signs = np.diag(METRIC)
    right = np.einsum("nabij,b,nbxjk,nkl->naxil", projector, signs, current, nucleon, optimize=True)
    return np.einsum("a,nayli,naxil->nxy", signs, adjoint, right, optimize=True) / 2


def _couplings(q2: np.ndarray, axial_mass: float, vector: float) -> tuple[np.ndarray, ...]:
    """Form factors C3, C4, C5 of the vector current, times `vector`, and A4, A5, A6 of the axial current."""
    dipole = vector / (1 + q2 / 0.71) ** 2
    c3 = 2.13 * dipole / (1 + q2 / (4 * 0.71))
    c5 = 0.48 * dipole / (1 + q2 / (0.776 * 0.71))
    a5 = 1.2 / (1 + q2 / axial_mass**2) ** 2 / (1 + q2 / (3 * axial_mass**2))
    return c3, -1.51 / 2.13 * c3, c5, -a5 / 4, a5, a5 * NUCLEON**2 / (q2 + PION**2)
