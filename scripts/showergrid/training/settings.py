"""How a network is trained; settings of the reference study keep their names."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Settings


class Augmentation(Settings):
    """What is changed at random in each image of the training events, anew in every epoch, named as in Keras."""

    shear: float = Field(default=0, ge=0, lt=90, description="largest angle of a shear to either side [degrees]")
    zoom: float = Field(default=0, ge=0, lt=1, description="largest change of a size, of each axis by itself [1]")
    flips: list[Literal["horizontal", "vertical"]] = Field(
        default=[], description="mirror half of the images, left and right (horizontal) or top and bottom (vertical)"
    )

    @model_validator(mode="after")
    def _changes_something(self) -> Augmentation:
        if not (self.shear or self.zoom or self.flips):
            raise ValueError("nothing is changed: give shear, zoom or flips, or leave it out")
        if len(set(self.flips)) < len(self.flips):
            raise ValueError(f"flips: {self.flips[0]} stands twice")
        return self


class Training(Settings):
    """Everything that changes a training, except the network itself, its window and the seed."""

    batch_size: int = Field(ge=1, description="events a step")
    micro_batch_size: int | None = Field(
        default=None,
        ge=1,
        description="events a pass through the network, whose gradients are added up to those of the step; "
        "null: all of them",
    )
    n_epochs: int = Field(ge=1, description="epochs at most")
    min_epochs: int = Field(ge=1, description="epochs at least")
    patience: int = Field(
        ge=1,
        description="stop after so many epochs without a better validation accuracy, "
        "not counting those at the start in which the network gives one answer only",
    )
    optim_name: Literal["Adam", "AdamW", "SGD", "RMSprop"] = Field(description="optimiser, a class of torch.optim")
    optim_lr: float = Field(gt=0, description="learning rate of the first epoch")
    scheduler_name: Literal["StepLR", "ExponentialLR", "CosineAnnealingLR", "none"] = Field(
        description="scheduler, a class of torch.optim.lr_scheduler; stepped once an epoch"
    )
    scheduler_step_size: int = Field(ge=1, description="StepLR: epochs between two steps; CosineAnnealingLR: T_max")
    scheduler_gamma: float = Field(gt=0, le=1, description="StepLR and ExponentialLR: factor a step")
    precision: Literal["auto", "float32", "bf16"] = Field(
        description="bf16: autocast with weights kept in float32; auto: that on a device that computes in it"
    )
    threads: int = Field(ge=1, description="compute threads; part of the result, since they change the bytes")
    device: Literal["auto", "cpu", "cuda"] = Field(description="auto: the first CUDA device where there is one")
    strict: bool = Field(default=False, description="on a CPU compute with no instruction set beyond AVX2")
    augment: Augmentation | None = Field(
        default=None,
        exclude_if=lambda augment: augment is None,
        description="random changes of the training images; null: none",
    )

    @model_validator(mode="after")
    def _epochs_in_order(self) -> Training:
        if self.min_epochs > self.n_epochs:
            raise ValueError(f"min_epochs = {self.min_epochs} is more than n_epochs = {self.n_epochs}")
        return self

    @model_validator(mode="after")
    def _part_of_a_batch(self) -> Training:
        if self.micro_batch_size is not None and self.micro_batch_size > self.batch_size:
            raise ValueError(
                f"micro_batch_size = {self.micro_batch_size} is more than batch_size = {self.batch_size}; "
                "null takes all events of a step at once"
            )
        return self


class Fitting(Settings):
    """The training settings of a model that is fitted as a whole, without gradients and epochs."""

    threads: int = Field(ge=1, description="compute threads; part of the result, since they may change the bytes")
