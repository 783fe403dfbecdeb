"""Networks that restore what they see, one for each class: the answer is the class whose network does it best."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from showergrid.inputs.views import table
from showergrid.models.parts.reconstruction_settings import Coder
from showergrid.training.data import Labelled

KNOWN_SHARE = 0.95  # share of the validation events that are restored better than a class that is left out would be
BISECTIONS = 60  # halvings of the range of the logarithm of the steepness
STEEPEST = 1e6  # largest steepness times the mean error


class Affine(nn.Module):
    """Affine maps side by side, one for each of K classes: (K, N, F) to (K, N, H).

    unit: the axis of the kernel (K, F, H) along which its vectors have length 1; None: they are free. Weights begin
    with variance 1 / F, as SELU needs it (Klambauer et al., NeurIPS 2017).
    """

    def __init__(self, classes: int, inputs: int, outputs: int, unit: int | None = None) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, inputs, outputs) / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(classes, 1, outputs))
        self.unit = unit

    @property
    def kernel(self) -> Tensor:
        """(K, F, H)."""
        return self.weight if self.unit is None else functional.normalize(self.weight, dim=self.unit)

    def forward(self, x: Tensor) -> Tensor:
        """(K, N, F) to (K, N, H)."""
        return torch.baddbmm(self.bias, x, self.kernel)


class Restorers(nn.Module):
    """The networks of one question, side by side: tables (N, F) to logits (N, K), one for each class.

    A logit is the error of the class's network, negated and, but in training, times the steepness. A class without
    training events has no network; an event is taken for it if no other network restores it to within `limit`. `coder`
    gives the errors (K, N) of what it is shown (K, N, F), and a penalty for its weights.
    """

    def __init__(self, coder: nn.Module, classes: int, variables: int, class_scale: bool) -> None:
        super().__init__()
        self.coder = coder
        self.class_scale = class_scale
        self.register_buffer("low", torch.zeros(classes, 1, variables))
        self.register_buffer("span", torch.ones(classes, 1, variables))
        self.register_buffer("left_out", torch.zeros(classes, dtype=torch.bool))
        self.register_buffer("limit", torch.ones(()))
        self.register_buffer("steepness", torch.ones(()))

    @property
    def factor(self) -> Tensor:
        """What errors are multiplied by. In training that is 1: no rounding may depend on the other networks."""
        return torch.ones_like(self.steepness) if self.training else self.steepness

    def forward(self, x: Tensor) -> Tensor:
        """Tables to logits."""
        error = self.coder((x - self.low) / self.span).T
        return -self.factor * torch.where(self.left_out, self.limit, error)

    def measure(self, values: np.ndarray, label: np.ndarray) -> None:
        """Take from the training events, values (E, F) of classes (E,), the scale of each class, and which lack."""
        for k in range(len(self.left_out)):
            own = torch.from_numpy(values[label == k])
            self.left_out[k] = not len(own)
            if len(own) and self.class_scale:
                low, high = own.amin(0), own.amax(0)
                self.low[k, 0], self.span[k, 0] = low, torch.where(high > low, high - low, 1.0)

    def loss(self, given: Tensor, truth: Tensor) -> Tensor:
        """Sum over the classes of the mean error of the class's own events, and the penalty: each network by itself.

        given: logits (N, K) for the classes `truth` (N,).
        """
        own = functional.one_hot(truth, given.shape[1])  # (N, K)
        errors = -given / self.factor.to(given.device)
        means = (errors * own).sum(0) / own.sum(0).clamp_min(1)
        return means.sum() + self.coder.penalty().to(given.device)

    def calibrate(self, given: Tensor, truth: Tensor) -> None:
        """Set the steepness with which the logits (N, K) are likeliest for the classes `truth` (N,).

        That is the inverse temperature of Guo et al. (ICML 2017). It changes no answer, but for the limit of a class
        that is left out.
        """
        errors = -given.double() / self.factor.double().cpu()
        known = ~self.left_out.cpu()
        if not known.all():
            limit = errors[:, known].amin(1).quantile(KNOWN_SHARE)
            errors[:, ~known] = limit
            self.limit.copy_(limit)
        self.steepness.copy_(likeliest_steepness(errors, truth))


def likeliest_steepness(errors: Tensor, truth: Tensor) -> float:
    """The b > 0 with the smallest mean cross-entropy of softmax(-b errors), errors (N, K) float64, truth (N,).

    The cross-entropy is convex in b, so its slope, the mean of the error of the true class less that which the
    probabilities expect, has one zero. Of errors that are best all the time it has none, and b is the steepest.
    """
    own = errors.gather(1, truth[:, None])[:, 0]
    scale = float(errors.mean())
    low, high = -math.log(STEEPEST), math.log(STEEPEST)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        expected = (functional.softmax(-math.exp(middle) / scale * errors, 1) * errors).sum(1)
        low, high = (middle, high) if float((own - expected).mean()) < 0 else (low, middle)
    return math.exp(high) / scale


class RestoringNetwork(nn.Module):
    """Tables (N, F) to the logits of all questions side by side, with networks of their own for each question.

    `coder(parameters, K, F)` makes the networks of K classes for F variables.
    """

    def __init__(
        self, coder: Callable[..., nn.Module], parameters: Coder, variables: int, heads: Sequence[int]
    ) -> None:
        super().__init__()
        self.of = nn.ModuleList(
            Restorers(coder(parameters, classes, variables), classes, variables, parameters.class_scale)
            for classes in heads
        )
        self.heads = list(heads)

    def forward(self, x: Tensor) -> Tensor:
        """Tables to logits."""
        with torch.autocast(x.device.type, enabled=False):  # errors are small differences
            return torch.cat([restorers(x) for restorers in self.of], dim=1)

    def measure(self, training: Labelled) -> None:
        """Take scales from the training events before the first epoch."""
        values = table(training.seen)
        for restorers, label in zip(self.of, training.label.T, strict=True):
            restorers.measure(values, label)

    def loss(self, given: Tensor, truth: Tensor) -> Tensor:
        """What is minimised, for outputs `given` (N, logits of all questions) and truth (N, Q)."""
        parts = zip(self.of, given.split(self.heads, dim=1), truth.unbind(1), strict=True)
        return sum(restorers.loss(own, label) for restorers, own, label in parts)

    def calibrate(self, given: Tensor, truth: Tensor) -> None:
        """Make probabilities of the logits of validation events, as they are `given`."""
        for restorers, own, label in zip(self.of, given.split(self.heads, dim=1), truth.unbind(1), strict=True):
            restorers.calibrate(own, label)
