"""Which variables of an entry of a set are its place."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from showergrid.core.errors import InputError

Places = Annotated[
    list[Annotated[int, Field(ge=0)]] | None,
    Field(
        min_length=1,
        description="variables that are the place of an entry, such as x, y and z, counted from 0; null: all",
    ),
]


def indices(places: Places, variables: int) -> list[int]:
    """The numbers of the variables that are the place of an entry with so many `variables`.

    Raises:
        InputError: there are too few.
    """
    if places is None:
        return list(range(variables))
    if max(places) >= variables:
        raise InputError(
            f"places: {max(places)} is none of the {variables} variables of an entry, which are counted from 0"
        )
    return places
