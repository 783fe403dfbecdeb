"""The result of a model that is fitted as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from showergrid.training.history import Epoch

if TYPE_CHECKING:
    from torch import Tensor

Told = Callable[[int, float], None]  # takes a step, from 1, and the validation accuracy after it


@dataclass(frozen=True)
class Fitted:
    """The result of a fit: `best`, the tensors that are kept, and one row of history for each state that was tried."""

    best: dict[str, Tensor]
    history: list[Epoch]
