"""The base class of every group of configuration values, and the types that they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LARGEST = {"resolution": 20_000, "seed": 2**31 - 1}
NAME = r"[A-Za-z][A-Za-z0-9_]*"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]
Seed = Annotated[int, Field(ge=0, le=LARGEST["seed"])]
Resolution = Annotated[int, Field(ge=1, le=LARGEST["resolution"])]


def _printable(label: str) -> str:
    if label.count("$") % 2 or "$$" in label:
        raise ValueError(f"{label!r}: LaTeX stands between two dollar signs, and here one lacks its other")
    if not label.isprintable():
        raise ValueError(f"{label!r}: write it in one line")
    return label


Label = Annotated[str, Field(min_length=1), AfterValidator(_printable)]


class Settings(BaseModel):
    """A frozen group of named values; unknown keys, wrong types and values out of range are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
