"""Settings of what is told of a study outside its folder: tracking and notices."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from showergrid.core.settings import Settings

# No user and password in it: the record would hold them
Url = Annotated[str, Field(pattern=r"^https?://[^/@\s]+(/[^@\s]*)?$")]


class Tracking(Settings):
    """Where `track_server` shows the cells."""

    server: Url | None = Field(description="address of an MLflow server")


class Notify(Settings):
    """What hears of the end of a call of snakemake."""

    command: list[str] | None = Field(min_length=1, description="a command and its arguments, given the message")
    webhook: Url | None = Field(description="address that the message is posted to as JSON")


class TrackJob(Settings):
    """Which cells are shown."""

    study: str = Field(min_length=1, description="folder of the study")
    cells: list[str] = Field(min_length=1, description="their folders below cells/")
    figures: list[str] = Field(description="files of each that are pictures")

    @property
    def experiment(self) -> str:
        """What MLflow calls the study."""
        return f"showergrid {self.study}"


class TrackServerJob(TrackJob):
    """And where."""

    server: Url
