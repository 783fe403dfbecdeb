"""Settings and columns of what the simulation tells of how each shower starts."""

from __future__ import annotations

import pyarrow as pa
from pydantic import Field

from showergrid.core.settings import Settings

# Energies are kinetic [GeV], lengths in cm, dE/dx in MeV/cm. What a shower does not have is null.
STARTS = pa.schema(
    [
        pa.field("event", pa.int64(), nullable=False),
        pa.field("x", pa.float32()),  # the start: of an electron its vertex, of a photon where it first sets an
        pa.field("y", pa.float32()),  # electron of the least energy in motion
        pa.field("z", pa.float32()),
        pa.field("off", pa.float32()),  # from there to the first hit in the study's order
        pa.field("nearest", pa.float32()),  # from there to the nearest hit
        pa.field("dedx", pa.float32()),  # energy left over the length and within the radius, by the length
        pa.field("process", pa.string()),  # of photons: what starts them
        pa.field("depth", pa.float32()),  # of photons: from their vertex to the start
        pa.field("compton", pa.float32()),  # of photons that a Compton scatter starts: energy of its electron
        pa.field("pair", pa.float32()),  # of photons: energy of the two electrons of the primary's pair
        pa.field("share", pa.float32()),  # of photons: part of it that the smaller one has
        pa.field("radiated", pa.float32()),  # of electrons: hardest photon radiated and absorbed within the length
        pa.field("flight", pa.float32()),  # how far that photon flies
        pa.field("knocked", pa.float32()),  # of electrons: hardest electron knocked out within the length
        pa.field("dedx_radiated", pa.float32()),  # of electrons: the part of dedx that radiated photons leave
        pa.field("dedx_knocked", pa.float32()),  # of electrons: the part that electrons leave which were knocked out
    ]
)


class Starts(Settings):
    """What is told of the start of each shower, in a table of its own."""

    least: float = Field(
        default=0.001,
        ge=0,
        le=0.05,
        description="a photon's shower starts where it first sets an electron in motion of at least this energy [GeV]",
    )
    length: float = Field(
        default=2.4, gt=0, le=20, description="how far from the start dE/dx and what makes it are looked at [cm]"
    )
    radius: float = Field(
        default=1.0, gt=0, le=20, description="how far from the primary's axis energy counts for dE/dx [cm]"
    )
