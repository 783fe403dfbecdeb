"""A value as a straight line: a factor for each value of a table, and an offset, fitted to the training events.

On the one variable of `charge_sum` it is a calorimeter's energy: a factor times the summed charge, and an offset. The
fit is Huber's, with a scale of its own (Robust Statistics, 1981, section 7.7): it minds the few showers that leave the
detector, and show little of their energy, less than a fit of least squares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from showergrid.inputs.views import table
from showergrid.models.parts.estimator_settings import Estimator
from showergrid.training.fitted import Fitted
from showergrid.training.fitting import only_row_of_values

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen
    from showergrid.training.data import Labelled

TAKES = ("table",)
ITERATIONS = 1000  # of the minimisation, at most


class Parameters(Estimator):
    """A line has no parameters."""


def fit_value(
    parameters: Parameters, seed: int, training: Labelled, validation: Labelled, delta: float, threads: int
) -> Fitted:
    """Find the line. Nothing is random, so every `seed` gives the same one; `threads` has no effect."""
    import torch
    from sklearn.linear_model import HuberRegressor

    line = HuberRegressor(alpha=0, max_iter=ITERATIONS).fit(table(training.seen).astype(np.float64), training.label)
    tensors = {"factor": torch.from_numpy(line.coef_), "offset": torch.tensor([line.intercept_], dtype=torch.float64)}
    value, val_value = predict_value(tensors, training.seen), predict_value(tensors, validation.seen)
    return Fitted(tensors, only_row_of_values(value, training, val_value, validation, delta))


def predict_value(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E,) float64: the standardised value."""
    # not a matrix product of BLAS, whose sums depend on the number of events
    return np.einsum("ef,f->e", table(seen).astype(np.float64), tensors["factor"].numpy()) + tensors["offset"].numpy()
