"""Settings of the archive."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from showergrid.core.settings import Settings


class Archive(Settings):
    """What goes into the archive beside code, configuration, cells, tables and their records."""

    images: bool = Field(description="whether it holds the container images")
    data: bool = Field(description="whether it holds events, split and inputs; if not, their digests")
    dirty: bool = Field(description="whether it is made of a working tree that differs from its commit")

    @field_validator("*", mode="before")
    @classmethod
    def _typed(cls, value: Any) -> Any:
        """Turn text into a switch, since Snakemake's --config 'archive={dirty: true}' gives the value as text."""
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


class Made(Settings):
    """Files of the study: each of `names` in each of `folders`, which are below the study's folder."""

    folders: list[str]
    names: list[str]


class ArchiveJob(Settings):
    """The configuration of the job that makes the archive."""

    results: str = Field(min_length=1, description="folder of the study")
    archive: Archive
    study: dict[str, Any] = Field(description="the configuration, merged, as the workflow read it")
    commit: str = Field(min_length=1, description="commit of the working tree")
    changes: list[str] = Field(description="files of the working tree that differ from it")
    made: list[Made] = Field(min_length=1, description="files of the study to archive")

    @property
    def files(self) -> list[str]:
        """Paths of the study's files to archive, relative to the project's root: each once, sorted."""
        return sorted(
            {f"{self.results}/{folder}{name}" for made in self.made for folder in made.folders for name in made.names}
        )
