"""Settings of a SLURM cluster: slurm/site.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from showergrid.core.settings import Settings

# The value of an option of sbatch, which must be one word.
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.,:@+-]*$")]


class Gpu(Settings):
    """The partition and type of the GPUs; a job that trains or asks a network takes one."""

    partition: Word | None = Field(default=None, description="null: that of all other jobs")
    type: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]+$")] | None = Field(default=None, description="null: any")


class Cluster(Settings):
    """The site's file; null leaves out that option of sbatch."""

    account: Word | None = None
    partition: Word | None = None
    qos: Word | None = None
    constraint: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.&|*()\[\]-]*$")] | None = None
    largest_memory: float = Field(ge=1, le=100_000, description="no job asks for more [GB]")
    longest_hours: float = Field(ge=0.25, le=10_000, description="no job asks for more [h]")
    gpu: Gpu | None = None
    scratch: Annotated[str, Field(pattern=r"^[/$][A-Za-z0-9_./$-]*$")] | None = Field(
        default=None, description="folder of temporary files, with variables of the job's environment"
    )
