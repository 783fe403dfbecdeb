"""How a network is trained; settings of the reference study keep their names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Settings


class Augmentation(Settings):
    """What is changed at random in each image of the training events, anew in every epoch, named as in Keras."""

    shear: float = Field(default=0, ge=0, lt=90, description="largest angle of a shear to either side [degrees]")
    zoom: float = Field(default=0, ge=0, lt=1, description="largest change of a size, of each axis by itself")
    flips: list[Literal["horizontal", "vertical", "depth"]] = Field(
        default=[],
        description="mirror half of the images along their last axis (horizontal), the one before (vertical), "
        "the first of three (depth)",
    )

    @model_validator(mode="after")
    def _changes_something(self) -> Augmentation:
        if not (self.shear or self.zoom or self.flips):
            raise ValueError("nothing is changed: give shear, zoom or flips, or leave it out")
        if len(set(self.flips)) < len(self.flips):
            raise ValueError(f"flips: {self.flips[0]} stands twice")
        return self


TrainEvents = Annotated[
    int | None,
    Field(
        ge=1,
        exclude_if=lambda events: events is None,
        description="training events, drawn by the seed, class by class, from those of a larger number; null: all",
    ),
]

SplitName = Annotated[
    str | None,
    Field(
        min_length=1,
        exclude_if=lambda name: name is None,
        description="name in split.further of the division whose events train and test it; null: that of the study",
    ),
]


class Training(Settings):
    """How a network is trained. A model that is fitted as a whole has threads, training events and the window alone."""

    batch_size: int = Field(ge=1, description="events a step")
    micro_batch_size: int | None = Field(
        default=None,
        ge=1,
        description="events a pass through the network, to save memory; null: all of a step",
    )
    n_epochs: int = Field(ge=1, description="epochs at most")
    min_epochs: int = Field(ge=1, description="epochs before which training does not stop early")
    patience: int = Field(
        ge=1,
        description="epochs without a better validation accuracy after which training stops, once it has learnt",
    )
    optim_name: Literal["Adam", "AdamW", "SGD", "RMSprop"] = Field(description="optimiser, a class of torch.optim")
    optim_lr: float = Field(gt=0, description="learning rate of the first epoch; of OneCycleLR the largest")
    scheduler_name: Literal[
        "StepLR", "ExponentialLR", "CosineAnnealingLR", "OneCycleLR", "ReduceLROnPlateau", "none"
    ] = Field(description="scheduler of the learning rate, a class of torch.optim.lr_scheduler, stepped once an epoch")
    scheduler_step_size: int = Field(
        ge=1,
        description="StepLR: epochs between steps; CosineAnnealingLR: T_max; on a plateau: epochs without a lower loss",
    )
    scheduler_gamma: float = Field(gt=0, le=1, description="factor a step of StepLR, ExponentialLR, ReduceLROnPlateau")
    precision: Literal["auto", "float32", "bf16"] = Field(
        description="bf16: autocast with float32 weights; auto: that where the device computes in it"
    )
    threads: int = Field(ge=1, description="compute threads; others may give other last digits")
    device: Literal["auto", "cpu", "cuda"] = Field(description="auto: the first CUDA device, where there is one")
    train_events: TrainEvents = None
    split: SplitName = None
    strict: bool = Field(default=False, description="whether a CPU uses no instruction set beyond AVX2")
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
    train_events: TrainEvents = None
    split: SplitName = None
