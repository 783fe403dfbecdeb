"""Settings of tracking and notices, which report on a study outside its folder."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from showergrid.core.settings import Settings

# Without user and password, which the record would hold
Url = Annotated[str, Field(title="address", pattern=r"^https?://[^/@\s]+(/[^@\s]*)?$")]


class Tracking(Settings):
    """Where `track_server` shows the cells."""

    server: Url | None = Field(description="MLflow server that track_server sends the cells to; null: none")


class Notify(Settings):
    """What hears of the end of a call of snakemake."""

    command: list[str] | None = Field(
        min_length=1, description="command and its arguments, which gets the message on its standard input; null: none"
    )
    webhook: Url | None = Field(description="address that the message is posted to as JSON; null: none")


class TrackJob(Settings):
    """Which cells are shown."""

    study: str = Field(min_length=1, description="folder of the study")
    cells: list[str] = Field(min_length=1, description="their folders below cells/")
    figures: list[str] = Field(description="files of each that are pictures")

    @property
    def experiment(self) -> str:
        """The name of the study in MLflow."""
        return f"showergrid {self.study}"


class TrackServerJob(TrackJob):
    """Which cells are shown, and on which server."""

    server: Url
