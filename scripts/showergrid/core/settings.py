"""The base class of every group of configuration values, and the types that they share."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LARGEST = {"resolution": 20_000, "seed": 2**31 - 1}
NAME = r"[A-Za-z][A-Za-z0-9_]*"
Name = Annotated[str, Field(title="name", pattern=f"^{NAME}$")]
Seed = Annotated[int, Field(ge=0, le=LARGEST["seed"])]
Resolution = Annotated[int, Field(ge=1, le=LARGEST["resolution"])]


# LaTeX in a text: as in pandoc no blank stands inside of its dollar signs, and no digit behind them
FORMULA = r"\$(?!\s)[^$]+(?<!\s)\$(?!\d)"


def _printable(label: str) -> str:
    text = re.sub(FORMULA, "", label)
    if "$" in text:
        raise ValueError(f"{label!r}: LaTeX stands between two dollar signs, without blanks inside of them: $\\gamma$")
    if not label.strip() or not label.isprintable():
        raise ValueError(f"{label!r}: write one line of text")
    if any(ord(sign) > 255 for sign in text):
        raise ValueError(f"{label!r}: write such signs in LaTeX: $\\gamma$")
    return label


Label = Annotated[str, Field(title="label", min_length=1), AfterValidator(_printable)]


class Settings(BaseModel):
    """A frozen group of named values; unknown keys, wrong types and values out of range are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
