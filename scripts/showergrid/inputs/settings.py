"""Settings of images and of the windows cut from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from showergrid.core.settings import Name, Resolution, Settings
from showergrid.events.settings import Axis, Order

Origin = Literal["first_hit", "charge_centre", "end"]
Direction = Literal["more_hits", "half_of_hits"]
NAMED = r"^[A-Za-z][A-Za-z0-9_]*(@[A-Za-z0-9_.,-]+)?$"  # an entry of the study, or a variant of one


class Representation(Settings):
    """One way to show an event."""

    name: str = Field(pattern=NAMED, description="name in paths and tables")
    module: Name = Field(description="file in showergrid/representations, without .py")
    parameters: dict[str, Any] = Field(description="parameters of that module")
    order: Order | None = Field(default=None, description="order of an event's hits, if not that of the hits' file")
    hits: Name | None = Field(
        default=None,
        exclude_if=lambda hits: hits is None,
        description="table of the hits that it shows, in their order there, if not the study's own",
    )
    direction: Direction = Field(
        default="more_hits",
        description="which showers run up: those with more hits above the first one than below, or with more than half",
    )


class InputSettings(Settings):
    """The content of one input file."""

    representation: Representation
    resolution: Resolution | None = Field(
        description="c: pixels across the detector in x (and y; 1.25 c in z); null: not binned"
    )


class AxisRanges(Settings):
    """What the range of each axis is made from, between whose ends the pixels lie."""

    sets: list[Literal["train", "validation"]] = Field(description="sets of events whose hits span the ranges")
    padding: float = Field(ge=0, description="length by which a range is longer at either end [cm]")

    @field_validator("sets")
    @classmethod
    def _holds_training_events(cls, sets: list[str]) -> list[str]:
        if "train" not in sets or len(set(sets)) < len(sets):
            raise ValueError("must be [train] or [train, validation]")
        return sets


Length = TypeVar("Length")
# One for either edge, or a list of that from the low edge and that from the high one
FromEdges = Annotated[
    Annotated[Length, Tag("int")] | Annotated[tuple[Length, Length], Tag("list")],
    Discriminator(lambda value: "list" if isinstance(value, list | tuple) else "int"),
]


class CentimetreWindow(Settings):
    """A window whose size is given in cm, in place of `win_shape` and `win_margin`: the same at every resolution."""

    window_cm: dict[Axis, Annotated[float, Field(gt=0)]] = Field(description="size along each axis [cm]")
    margin_cm: dict[Axis, FromEdges[Annotated[float, Field(ge=0)]]] = Field(
        default={}, description="distance of the origin from the edge, or from the low and the high edge [cm]"
    )


class WindowSettings(Settings):
    """The window of fixed size that a network sees of each event; a table has none."""

    shape: list[Annotated[int, Field(ge=1)]] = Field(
        min_length=1, max_length=3, description="size along each image axis, or how many entries of a set [pixels]"
    )
    placement: dict[Axis, Literal["start", "direction", "centre"]] = Field(
        description="where the origin stands on an axis: near the low edge, near the edge from which the shower runs, "
        "or in the middle"
    )
    margin: dict[Axis, FromEdges[Annotated[int, Field(ge=0)]]] = Field(
        description="distance of the origin from the edge, or from the low and the high edge [pixels]"
    )
    origin: Origin = Field(description="what the window follows; of images by default the origin of the study")

    @model_validator(mode="after")
    def _complete(self) -> WindowSettings:
        missing = [axis for axis, place in self.placement.items() if place != "centre" and axis not in self.margin]
        if missing:
            raise ValueError(f"margin lacks axis {missing[0]}, whose placement is {self.placement[missing[0]]}")
        return self
