"""Hyperparameters of networks, named as in the reference study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from showergrid.core.errors import InputError
from showergrid.core.settings import Settings

Count = Annotated[int, Field(ge=1)]
Activation = Literal["ReLU", "LeakyReLU", "ELU", "GELU", "SiLU", "Tanh"]


class Head(Settings):
    """The classifier behind the features: hidden layers of `clf_neurons`, then one output per class."""

    clf_neurons: list[Count] = Field(default=[32, 8], description="neurons of each hidden layer")
    clf_no_linear_fun: Activation = Field(
        default="ReLU", description="activation after each hidden layer, a class of torch.nn"
    )
    clf_l2: float = Field(
        default=0.0,
        ge=0,
        exclude_if=lambda factor: factor == 0,
        description="factor of the squared weights of the hidden layers, whose sum is added to the loss",
    )
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of neurons dropped before each hidden layer")


class Convolutional(Head):
    """A stack of convolutions (each optionally with batch norm and max-pooling) and a classifier."""

    conv_filters: list[Count] = Field(min_length=1, description="channels of each convolution")
    conv_sizes: list[Count] = Field(description="kernel size of each convolution, padded by half of it")
    conv_strides: list[Count] = Field(description="stride of each convolution")
    pool_sizes: list[Count] = Field(description="max-pooling after each convolution; 1 with stride 1: none")
    pool_strides: list[Count] = Field(description="stride of each max-pooling")
    conv_no_linear_fun: Activation = Field(
        default="ReLU", description="activation after each convolution, a class of torch.nn"
    )
    bn: bool = Field(default=False, description="whether a batch norm follows each convolution")
    transform: Literal["batch_norm", "none"] = Field(
        default="none", description="how an image is scaled first: by mean and deviation of the batches, or not at all"
    )

    @model_validator(mode="after")
    def _one_value_a_layer(self) -> Convolutional:
        for key in ("conv_sizes", "conv_strides", "pool_sizes", "pool_strides"):
            if len(getattr(self, key)) != len(self.conv_filters):
                raise ValueError(f"{key} needs {len(self.conv_filters)} values, one for each of conv_filters")
        return self

    def check_window(self, window: Sequence[int]) -> None:
        """Refuse a window [pixels] of which nothing is left after the last pooling.

        Raises:
            InputError: it is too small.
        """
        for size in window:
            left = size
            layers = zip(self.conv_sizes, self.conv_strides, self.pool_sizes, self.pool_strides, strict=True)
            for kernel, stride, pool, step in layers:
                left = (left + 2 * (kernel // 2) - kernel) // stride + 1
                left = (left - pool) // step + 1
            if left < 1:
                raise InputError(f"win_shape: {list(window)} pixels are too few for the network's pooling")


class Joined(Head):
    """Networks of several views, whose features enter one classifier."""

    backbone: str | list[str] = Field(description="network of the study that looks at each view, or a list of one each")

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any window: each network has checked its own."""


class Pretrained(Head):
    """A network pretrained on photographs, with a new classifier."""

    SMALLEST: ClassVar[int] = 1  # smallest size of a window on each axis [pixels]
    PATCH: ClassVar[int] = 1  # the sizes must be multiples of this [pixels]
    CHANNELS: ClassVar[tuple[int, ...]] = (1, 3)  # of an image; one channel enters three times

    dropout: float = Field(default=0.2, ge=0, lt=1, description="share of neurons dropped before each hidden layer")
    unfreeze_layers: int | Literal["all"] = Field(
        default=10, description="how many of the backbone's parameter tensors are trained, counted from the last"
    )
    transform: Literal["imagenet", "batch_norm", "none"] = Field(
        default="imagenet",
        description="how an image is scaled first: as the photographs were, by the batches, or not at all",
    )
    weights: str = Field(
        default="none",
        min_length=1,
        description="file of pretrained weights or of a trained cell, folder that holds that of torchvision, or none",
    )

    @model_validator(mode="after")
    def _count_is_positive(self) -> Pretrained:
        if self.unfreeze_layers != "all" and self.unfreeze_layers < 0:
            raise ValueError("unfreeze_layers is 'all' or a number of tensors, 0 or more")
        return self

    def check_window(self, window: Sequence[int]) -> None:
        """Refuse a window [pixels] that shrinks to nothing inside the network, or that cannot be cut into its patches.

        Raises:
            InputError: it is too small, or no multiple of a patch.
        """
        if min(window) < self.SMALLEST:
            raise InputError(f"win_shape: {list(window)} pixels are too few: at least {self.SMALLEST} in each")
        if any(size % self.PATCH for size in window):
            raise InputError(
                f"win_shape: {list(window)} pixels cannot be cut into patches of {self.PATCH} x {self.PATCH}"
            )
