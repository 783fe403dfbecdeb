"""Kernels between events and a few training events, the landmarks, and Nystroem's map that they span.

rbf: exp(-gamma |x - y|^2); poly: (gamma x.y + 1)^degree, of values that are standardised. The map approximates the
features of the kernel (Williams and Seeger, NeurIPS 2000), as scikit-learn's Nystroem does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

EVENTS_A_BLOCK = 10_000  # so that events x landmarks stay small


@dataclass(frozen=True)
class Nystroem:
    """A fitted map: landmarks (m, F), their normalisation (m, m), and the kernel; degree: None for rbf."""

    landmarks: np.ndarray
    normalisation: np.ndarray
    gamma: float
    degree: int | None

    def features(self, values: np.ndarray) -> np.ndarray:
        """(E, m) float64: the map of standardised values (E, F)."""
        return kernel(values, self.landmarks, self.gamma, self.degree) @ self.normalisation.T

    def of_kernel(self, weight: np.ndarray) -> np.ndarray:
        """(m, classes): the weights of the kernel's values, given those of the map's."""
        return self.normalisation.T @ weight

    def tensors(self, mean: np.ndarray, std: np.ndarray) -> dict[str, Tensor]:
        """What `values` needs, with the mean and deviation (F,) by which values are standardised."""
        import torch

        kept = {"landmarks": self.landmarks, "mean": mean, "std": std, "gamma": np.float64(self.gamma)}
        kept |= {} if self.degree is None else {"degree": np.int64(self.degree)}
        return {name: torch.from_numpy(np.array(value)) for name, value in kept.items()}


def fit(
    values: np.ndarray, landmarks: int, gamma: float | Literal["scale", "auto"], degree: int | None, seed: int
) -> Nystroem:
    """Draw landmarks among standardised training values (E, F), at most all, and normalise them."""
    from sklearn.kernel_approximation import Nystroem as Fit

    if isinstance(gamma, str):
        gamma = 1 / (values.shape[1] * (values.var() if gamma == "scale" else 1))
    told = {"kernel": "rbf"} if degree is None else {"kernel": "poly", "degree": degree, "coef0": 1}
    fitted = Fit(**told, gamma=gamma, n_components=min(landmarks, len(values)), random_state=seed).fit(values)
    return Nystroem(fitted.components_, fitted.normalization_, gamma, degree)


def kernel(values: np.ndarray, landmarks: np.ndarray, gamma: float, degree: int | None) -> np.ndarray:
    """(E, m) float64: the kernel of standardised values (E, F) and landmarks (m, F).

    Its products are no matrix products of BLAS, whose sums depend on the number of events.
    """
    products = np.einsum("ef,mf->em", values, landmarks)
    if degree is not None:
        return (gamma * products + 1) ** degree
    squares, of_landmarks = (np.einsum("ef,ef->e", part, part) for part in (values, landmarks))
    return np.exp(-gamma * np.maximum(0, squares[:, None] + of_landmarks - 2 * products))


def values(tensors: dict[str, Tensor], seen: np.ndarray) -> np.ndarray:
    """(E, m) float64: the kernel of what is seen (E, F), as `Nystroem.tensors` keeps it."""
    kept = {name: tensor.numpy() for name, tensor in tensors.items()}
    degree = int(kept["degree"]) if "degree" in kept else None
    blocks = [seen[first : first + EVENTS_A_BLOCK] for first in range(0, len(seen), EVENTS_A_BLOCK)]
    parts = [(block - kept["mean"]) / kept["std"] for block in blocks]
    made = [kernel(part, kept["landmarks"], float(kept["gamma"]), degree) for part in parts]
    return np.concatenate([np.empty((0, len(kept["landmarks"]))), *made])
