"""The base class of every group of configuration values, and the types that they share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST = {"resolution": 20_000, "seed": 2**31 - 1}
NAME = r"[A-Za-z][A-Za-z0-9_]*"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]
Seed = Annotated[int, Field(ge=0, le=LARGEST["seed"])]
Resolution = Annotated[int, Field(ge=1, le=LARGEST["resolution"])]


class Settings(BaseModel):
    """A frozen group of named values; unknown keys, wrong types and values out of range are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
