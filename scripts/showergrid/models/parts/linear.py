"""Models that are linear in their inputs: probabilities (E, classes) are the softmax of x @ weight + bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from showergrid.inputs.views import table

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen


def tensors(weight: np.ndarray, bias: np.ndarray) -> dict[str, Tensor]:
    """The tensors that are kept: weight (F, classes) and bias (classes,), as float64."""
    import torch

    return {"weight": torch.from_numpy(weight.astype(np.float64)), "bias": torch.from_numpy(bias.astype(np.float64))}


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the probability of each class."""
    # not a matrix product of BLAS, whose sums depend on the number of events
    logits = np.einsum("ef,fc->ec", table(seen).astype(np.float64), tensors["weight"].numpy())
    logits += tensors["bias"].numpy()
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def scale(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (F,) of each column of values (E, F); 1 where a column does not vary."""
    std = values.std(axis=0)
    return values.mean(axis=0), np.where(std > 0, std, 1.0)
