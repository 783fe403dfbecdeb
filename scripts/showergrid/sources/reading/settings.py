"""Settings of reading hits from files: which files, and what their columns mean."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from showergrid.core.settings import Settings
from showergrid.events.detector import Box
from showergrid.events.settings import Order

LENGTHS = {"mm": 0.1, "cm": 1.0, "m": 100.0}  # cm
ENERGIES = {"keV": 1e-6, "MeV": 1e-3, "GeV": 1.0}  # GeV
TIMES = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}  # ns
CHARGES = {"tick_adc": 1.0}  # tick ADC

ColumnName = Annotated[str, Field(min_length=1)]


def unit_of(units: dict[str, float], ours: str) -> AfterValidator:
    """A check of a unit: one of `units`, or how many `ours` it is."""

    def known(value: str | float) -> str | float:
        if value not in units if isinstance(value, str) else value <= 0:
            raise ValueError(f"a unit is {', '.join(units)} or a number above 0, how many {ours} one is")
        return value

    return AfterValidator(known)


def scaled(value: Any, unit: str | float, units: dict[str, float]) -> Any:
    """A number or an array, given in `unit`, in our unit."""
    return value * (units[unit] if isinstance(unit, str) else unit)


def named(value: Any) -> Any:
    """Let a column's name stand alone where nothing else is given."""
    return {"column": value} if isinstance(value, str | list) else value


def _keyed(value: Any) -> Any:
    return {"columns": value} if isinstance(value, str | list) else value


def listed(value: Any) -> Any:
    """Let a name stand alone where a list of names is taken."""
    return [value] if isinstance(value, str) else value


ColumnNames = Annotated[
    list[ColumnName], BeforeValidator(listed), Field(title="text, or list of 2 texts", min_length=1, max_length=2)
]
ColumnList = Annotated[list[ColumnName], BeforeValidator(listed), Field(title="text, or list of texts")]


class Coordinate(Settings):
    """One coordinate of a hit: unit * value, with its sign turned if `flip`, + offset."""

    column: ColumnNames | None = Field(default=None, description="column, or two of them, of which the middle is taken")
    unit: Annotated[str | float, unit_of(LENGTHS, "cm")] = Field(
        default="cm", description="mm, cm, m, or how many cm one is"
    )
    flip: bool = Field(default=False, description="whether the file's axis points the other way")
    offset: float = Field(default=0.0, description="added in the end [cm]")


class Charge(Settings):
    """The charge of a hit."""

    column: ColumnNames = Field(description="its column")
    unit: Annotated[str | float, unit_of(CHARGES, "tick ADC")] = Field(
        default="tick_adc", description="tick_adc, or how many tick ADC one is"
    )


class Time(Settings):
    """The true time of a hit."""

    column: ColumnNames = Field(description="column, or two of them, of which the middle is taken")
    unit: Annotated[str | float, unit_of(TIMES, "ns")] = Field(
        default="ns", description="ns, us, ms, s, or how many ns one is"
    )


class Energy(Settings):
    """The energy of the particle that started the shower."""

    column: ColumnNames = Field(description="its column")
    unit: Annotated[str | float, unit_of(ENERGIES, "GeV")] = Field(
        default="GeV", description="keV, MeV, GeV, or how many GeV one is"
    )


class Pdg(Settings):
    """The particle that started the shower: a column, one code for all files, or one for each file."""

    column: ColumnNames | None = Field(default=None, description="its column")
    values: dict[Annotated[str, Field(pattern=r"^-?[0-9]+$")], int] | None = Field(
        default=None, description="PDG code of each value of the column, if they are no PDG codes"
    )
    constant: int | None = Field(default=None, description="PDG code of all events")
    files: dict[str, int] | None = Field(
        default=None, description="PDG code of the files of a pattern, such as photon*.csv: 22"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Pdg:
        given = [name for name in ("column", "constant", "files") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give one of column, constant and files")
        if self.values is not None and self.column is None:
            raise ValueError("values belong to a column")
        return self

    def of_file(self, path: str) -> list[int]:
        """The codes that `constant` or `files` give a file: none, one or, of patterns that overlap, several."""
        if self.constant is not None:
            return [self.constant]
        return sorted({code for pattern, code in (self.files or {}).items() if PurePath(path).match(pattern)})


class Key(Settings):
    """Where events begin and end: columns that number the rows' events, or a list of offsets or counts.

    Where nothing is given, each entry of the file is one event.
    """

    columns: ColumnList = Field(
        default=[], description="number of the event, or several that together tell it, such as run, subrun and event"
    )
    offsets: ColumnName | None = Field(default=None, description="dataset or array: first hit of each event, from 0")
    counts: ColumnName | None = Field(default=None, description="dataset or array: hits of each event")

    @model_validator(mode="after")
    def _one_way(self) -> Key:
        if self.offsets is not None and self.counts is not None:
            raise ValueError("give offsets or counts, not both")
        return self


class Labels(Settings):
    """A separate table in the same file for `pdg` and `energy`, with one row per event."""

    table: ColumnName | None = Field(default=None, description="tree, group or compound dataset")
    event: Annotated[Key, BeforeValidator(_keyed)] = Field(
        default=Key(), description="as `event` of the hits, in this table"
    )
    where: dict[str, int] = Field(default={}, description="only rows in which a column has this value")


class Voxel(Settings):
    """Voxels numbered along all axes at once; x, y and z are then the voxel's index on each axis."""

    column: ColumnName = Field(description="column of the number")
    shape: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] = Field(
        description="voxels along x, y and z"
    )
    fastest: Literal["x", "z"] = Field(description="axis along which the number grows by 1: x in larcv2, z in larcv3")


class FileFormat(Settings):
    """How a file holds its columns."""

    thing: ClassVar[str]  # what its rows are of, for messages

    format: Literal["csv", "parquet", "hdf5", "npz", "root"] | None = Field(
        default=None, description="format, where the file's name does not tell it"
    )
    table: ColumnName | None = Field(
        default=None,
        description="tree of a ROOT file, group or compound dataset of an HDF5 file, structured array of an .npz file",
    )
    separator: Annotated[str, Field(min_length=1, max_length=1)] = Field(
        default=",", description="character between the values of a CSV file"
    )

    @property
    def header(self) -> list[str] | None:
        """The names of the columns of a CSV file; None if its first line holds them."""
        return None

    @property
    def empty(self) -> list[str]:
        """The texts in a CSV file that stand for a missing number."""
        return []


class ColumnMap(FileFormat):
    """What the columns of a file mean. A column's name may stand alone where its defaults hold."""

    thing = "hit"

    event: Annotated[Key, BeforeValidator(_keyed)] = Field(default=Key(), description="which hits are one event")
    voxel: Voxel | None = Field(default=None, description="voxel numbers in place of coordinates")
    x: Annotated[Coordinate, BeforeValidator(named)] = Field(description="coordinate x of a hit")
    y: Annotated[Coordinate, BeforeValidator(named)] = Field(description="coordinate y of a hit")
    z: Annotated[Coordinate, BeforeValidator(named)] = Field(description="coordinate z of a hit")
    charge: Annotated[Charge, BeforeValidator(named)] = Field(description="charge of a hit")
    time: Annotated[Time | None, BeforeValidator(named)] = Field(
        default=None, description="true time of a hit, if there is one"
    )
    pdg: Annotated[Pdg | None, BeforeValidator(named)] = Field(
        default=None, description="what the events are; leave it out for events only to be classified"
    )
    energy: Annotated[Energy | None, BeforeValidator(named)] = Field(default=None, description="energy, if it is known")
    labels: Labels | None = Field(default=None, description="another table for pdg and energy")

    @model_validator(mode="after")
    def _consistent(self) -> ColumnMap:
        for axis in ("x", "y", "z"):
            named = getattr(self, axis).column is not None
            if self.voxel is None and not named:
                raise ValueError(f"{axis}: needs a column")
            if self.voxel is not None and named:
                raise ValueError(f"{axis}: takes no column beside voxel, which gives its index")
        doubled = sorted({name for name in self.hit_columns if self.hit_columns.count(name) > 1})
        if doubled:
            raise ValueError(f"column {doubled[0]!r} is named twice; each column is one thing")
        if self.labels is not None and not self.label_columns:
            raise ValueError("labels: pdg or energy must name a column of that table")
        return self

    @property
    def hit_columns(self) -> list[str]:
        """All columns that are read from the table of hits."""
        labels = [] if self.labels else self.label_columns
        time = [] if self.time is None else self.time.column
        return [*self.event.columns, *self.position_columns, *self.charge.column, *time, *labels]

    @property
    def position_columns(self) -> list[str]:
        """Columns of x, y and z, in this order, or that of the voxel."""
        if self.voxel is not None:
            return [self.voxel.column]
        return [*self.x.column, *self.y.column, *self.z.column]

    def column_of_axis(self, axis: str) -> str:
        """The column to name for a coordinate that is wrong."""
        return self.voxel.column if self.voxel is not None else getattr(self, axis).column[0]

    @property
    def label_columns(self) -> list[str]:
        """Columns of pdg and energy."""
        return [name for label in (self.pdg, self.energy) if label and label.column for name in label.column]


class Limits(Settings):
    """What hits and events must have, and which of those that lack it are left out instead of refused."""

    margin: float = Field(default=5.0, ge=0, description="how far outside the detector a hit may lie [cm]")
    min_hits: int = Field(default=3, ge=1, description="fewest hits of an event")
    skip: list[Literal["empty_events", "small_events", "hits_outside", "hits_without_charge"]] = Field(
        default=[], description="what is left out and counted; all else that is wrong is refused"
    )


class Ingest(Limits):
    """Hits that are read from files instead of being simulated."""

    files: list[ColumnName] = Field(min_length=1, description="files, in the order in which their events are numbered")
    columns: ColumnMap | None = Field(default=None, description="what the columns mean; null: the reference's layout")


# The reference's own files: cm, GeV, tick ADC, the rows of an event in time order
REFERENCE = ColumnMap(
    event=Key(columns=["Event"]),
    x=Coordinate(column=["hitsX"]),
    y=Coordinate(column=["hitsY"]),
    z=Coordinate(column=["hitsZ"]),
    charge=Charge(column=["hitsCharge"]),
    pdg=Pdg(column=["PDGcode"]),
    energy=Energy(column=["Energy"]),
)


class MapFile(ColumnMap, Limits):
    """A column map in its own file, with what a study's configuration has beside the map."""

    codes: list[int] = Field(default=[11, 22], description="PDG codes that events may have; none: any")
    detector: Box = Field(default=Box(x=(-200, 200), y=(-200, 200), z=(0, 500)), description="bounds of the detector")
    order: Order = Field(default="as_given", description="order of an event's hits")
