"""Settings of the numbers that others published: shown beside ours, never mixed with them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from showergrid.core.settings import Name, Settings

Accuracy = Annotated[float, Field(ge=0, le=1)]


class PublishedCell(Settings):
    """Accuracies of one network on one representation as printed in a publication."""

    train: Accuracy = Field(description="training accuracy, last epoch")
    validation: Accuracy = Field(description="validation accuracy, last epoch")
    best_validation: Accuracy = Field(description="validation accuracy, best epoch")


PublishedTable = dict[str, dict[str, PublishedCell | Literal["out of memory", "not run"]]]


class PublishedGrid(Settings):
    """A published table of networks and representations."""

    note: str = Field(min_length=1, description="where the numbers are from")
    table1: PublishedTable = Field(description="model -> representation -> accuracies")
    draft: PublishedTable = Field(default={}, description="the same table in an earlier draft")


class PublishedTest(Settings):
    """Numbers of one network on one representation, measured on its test events."""

    accuracy: Accuracy | None = Field(default=None, description="test accuracy")
    loss: float | None = Field(default=None, ge=0, description="test loss")
    called: dict[Name, dict[Name, Accuracy]] = Field(
        default={}, description="class -> answer -> share of the events of the class that are called so"
    )


class PublishedMeasures(Settings):
    """Published measures of networks and representations."""

    note: str = Field(min_length=1, description="where the numbers are from")
    test: dict[str, dict[str, PublishedTest]] = Field(description="model -> representation -> numbers")


class PublishedResolution(Settings):
    """Best validation accuracies that others published by resolution, with a window fixed in pixels."""

    note: str = Field(min_length=1, description="where the numbers are from")
    representation: str | None = Field(default=None, description="the one that they are of; none: every one shown")
    resolution: dict[str, dict[int, Accuracy]] = Field(description="our network's name -> c -> accuracy")


class Beside(Settings):
    """Settings of the numbers beside those of a table of networks and representations."""

    published_grid: PublishedGrid | None = Field(description="numbers to set beside ours")
