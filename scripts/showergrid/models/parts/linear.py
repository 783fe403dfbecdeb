"""Models that are linear in their inputs: probabilities (E, classes) are the softmax of x @ weight + bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from showergrid.inputs.views import table

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen


def tensors(
    weight: np.ndarray, bias: np.ndarray, seen: Sequence[int] = (0, 1), n_classes: int = 2
) -> dict[str, Tensor]:
    """The tensors that are kept, as float64: weight (F, n_classes) and bias (n_classes,).

    weight (F, k) and bias (k,) are given for the k classes that were `seen`; the others have no probability.
    """
    import torch

    weights, biases = np.zeros((len(weight), n_classes)), np.full(n_classes, -np.inf)
    weights[:, list(seen)], biases[list(seen)] = weight, bias
    return {"weight": torch.from_numpy(weights), "bias": torch.from_numpy(biases)}


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the probability of each class."""
    return probabilities(tensors, table(seen).astype(np.float64))


def probabilities(tensors: dict[str, Tensor], values: np.ndarray) -> np.ndarray:
    """(E, classes) float64: the probability of each class, for values (E, F) float64."""
    # not a matrix product of BLAS, whose sums depend on the number of events
    logits = np.einsum("ef,fc->ec", values, tensors["weight"].numpy())
    logits += tensors["bias"].numpy()
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def scale(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (F,) of each column of values (E, F); 1 where a column does not vary."""
    std = values.std(axis=0)
    return values.mean(axis=0), np.where(std > 0, std, 1.0)
