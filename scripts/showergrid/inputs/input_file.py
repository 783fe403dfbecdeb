"""The input file: what a representation makes of each event, sparse, so that any window or number can be taken of it.

A safetensors file, E events with P entries in all, D image axes, F variables (of an image its channels):

    event        (E,) int64       its number in the study
    values       (P, F) float32   what a pixel shows, or the variables of an entry; of a table (E, F)
  of sets and images:
    offsets      (E + 1,) int64   event i owns the entries offsets[i] to offsets[i + 1]
  of sets and images made of hits also:
    charge       (P,) float32     summed charge in the entry [tick ADC]
    hits         (P,) int32       number of hits in the entry
  of images made of hits:
    coordinates  (P, D) int16     pixels from the origin, the event's first hit, sorted within an event
    centre       (E, D) int16     the charge centre, in pixels from the origin
    end          (E, D) int16     the hit by which most of the charge is seen (making.py), in pixels from the origin
    direction    (E, D) int8      +1, -1: the side of the origin on which most hits lie; 0: a tie, or few hits
  of maps of prongs, of which an event has several images in place of one (so many are E; each has its event's place):
    prong        (E,) int32       number of the prong in its event; -1, which comes first: the event

Images that are not made of hits are drawn of their entries when a batch is made (drawn.py).

It is written in a stream and read through a memory map: neither ever holds more than a chunk of events.
"""

from __future__ import annotations

import itertools
import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Kind

WIDE = np.iinfo(np.int16)
ENTRIES_A_BLOCK = 1_000_000  # read from the memory map at a time
KEY = "showergrid"  # the only metadata key: with several, safetensors files are not reproducible byte for byte
TYPES = {"I64": np.int64, "F32": np.float32, "I32": np.int32, "I16": np.int16, "I8": np.int8}
TENSORS = {  # name: type, largest item size first, so that each tensor starts at a multiple of its item size
    "offsets": "I64",
    "event": "I64",
    "values": "F32",
    "charge": "F32",
    "hits": "I32",
    "prong": "I32",
    "coordinates": "I16",
    "centre": "I16",
    "end": "I16",
    "direction": "I8",
}
PLACED = ("coordinates", "centre", "end", "direction")  # along the axes of an image


@dataclass(frozen=True)
class TableInput:
    """A memory-mapped file of a table: its tensors (see the module docstring), representation and resolution."""

    representation: str
    resolution: int | None
    event: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class SetInput:
    """A memory-mapped file of sets: its tensors (see the module docstring), representation and resolution."""

    representation: str
    resolution: int | None
    offsets: np.ndarray
    event: np.ndarray
    values: np.ndarray
    charge: np.ndarray | None = None
    hits: np.ndarray | None = None


@dataclass(frozen=True)
class Images:
    """A memory-mapped file of images made of hits: its tensors, as in SetInput, representation, resolution and axes."""

    representation: str
    resolution: int
    axes: tuple[str, ...]
    offsets: np.ndarray
    event: np.ndarray
    values: np.ndarray
    charge: np.ndarray
    hits: np.ndarray
    coordinates: np.ndarray
    centre: np.ndarray
    end: np.ndarray
    direction: np.ndarray

    @property
    def channels(self) -> int:
        """C, the channels of an image."""
        return self.values.shape[1]


@dataclass(frozen=True)
class ProngImages(Images):
    """A memory-mapped file of maps of events and of their prongs: as Images, an image a map."""

    prong: np.ndarray


@dataclass(frozen=True)
class DrawnImages:
    """A memory-mapped file of what images are drawn of: its tensors, as in SetInput, representation and resolution."""

    representation: str
    resolution: int
    offsets: np.ndarray
    event: np.ndarray
    values: np.ndarray


InputFile = TableInput | SetInput | Images | ProngImages | DrawnImages


def read_input(path: Path, representation: str | None = None, resolution: int | None = None) -> InputFile:
    """Open an input file, which must hold the `representation` and the `resolution` that are given.

    Raises:
        InputError: it is truncated, is no input file, or holds another representation or resolution.
    """
    header, start = _header(path)
    try:
        about = json.loads(header["__metadata__"][KEY])
        tensors = {name: _mapped(path, header[name], start) for name in TENSORS if name in header}
        opened = _opened(about, tensors)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not a whole input file; make it again with inputs") from error
    for what, wanted in (("representation", representation), ("resolution", resolution)):
        if wanted is not None and about[what] != wanted:
            raise InputError(f"{path}: holds {what} {about[what]}, not {wanted}; give the file of that {what}")
    return opened


def read_images(path: Path, representation: str | None = None, resolution: int | None = None) -> Images:
    """Open an input file of images made of hits, as `read_input` does.

    Raises:
        InputError: the same; or it holds no such images.
    """
    images = read_input(path, representation, resolution)
    if not isinstance(images, Images):
        raise InputError(
            f"{path}: holds no images of hits, but what {images.representation} makes; give a file of those"
        )
    return images


def _opened(about: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> InputFile:
    place = about["representation"], about["resolution"]
    if about["kind"] == "prongs":
        return ProngImages(*place, tuple(about["axes"]), **tensors)
    if about["kind"] == "image" and "coordinates" in tensors:
        return Images(*place, tuple(about["axes"]), **tensors)
    return {"image": DrawnImages, "set": SetInput, "table": TableInput}[about["kind"]](*place, **tensors)


def rows_of(file: InputFile, events: np.ndarray) -> np.ndarray:
    """(n,) int64: the row of each of the `events` (n,) int64 in the file.

    Raises:
        InputError: the file lacks one of them.
    """
    rows = np.searchsorted(file.event, events)
    known = file.event[np.minimum(rows, len(file.event) - 1)] == events if len(file.event) else rows < 0
    if not np.all(known):
        missing = events[~known][0]
        raise InputError(
            f"inputs of {file.representation}: event {missing} is not in the file; make it again with inputs"
        )
    return rows


def ranges_of(first: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The whole numbers of all ranges first[i] to end[i] - 1, concatenated, and for each number its i."""
    length = end - first
    index = np.repeat(np.arange(length.size), length)
    before = np.cumsum(length) - length
    return np.arange(index.size) + (first - before)[index], index


def blocks_of(entries: np.ndarray) -> list[tuple[int, int]]:
    """Split events, each with its number of `entries` (n,), into runs (low, high) of about ENTRIES_A_BLOCK entries."""
    block = np.cumsum(entries) // ENTRIES_A_BLOCK
    edges = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), entries.size]
    return [(low, high) for low, high in itertools.pairwise(edges) if high > low]


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The header and the byte at which the data begin."""
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, 100_000)))
        end = max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not an input file; make it again with inputs") from error
    missing = 8 + length + end - path.stat().st_size
    if missing:
        raise InputError(
            f"{path}: {abs(missing)} bytes too {'few' if missing > 0 else 'many'}; make it again with inputs"
        )
    return header, 8 + length


def _mapped(path: Path, entry: dict[str, Any], start: int) -> np.ndarray:
    shape, dtype = tuple(entry["shape"]), np.dtype(TYPES[entry["dtype"]])
    if not math.prod(shape):
        return np.zeros(shape, dtype)
    return np.memmap(path, dtype, mode="r", offset=start + entry["data_offsets"][0], shape=shape)


class Writer:
    """Writer of an input file, one chunk of events at a time; made by `writing`."""

    def __init__(self, files: dict[str, BinaryIO]) -> None:
        self.files = files
        self.rows = dict.fromkeys(files, 0)
        if "offsets" in files:
            self._put("offsets", np.zeros(1))

    def append(self, event: np.ndarray, values: np.ndarray, row: np.ndarray | None = None, **more: np.ndarray) -> None:
        """Add E events and their tensors by name, all that the file has but offsets.

        row (P,) int64, ascending, is the index of an entry's event in `event` (E,); None for a table.

        Raises:
            InputError: a pixel, a centre or an end lies too far from the origin for 16 bits.
        """
        each = np.arange(event.size)
        for name, owner in (("coordinates", row), ("centre", each), ("end", each)):
            place = more.get(name, np.zeros((0, 0)))
            if place.min(initial=0) < WIDE.min or place.max(initial=0) > WIDE.max:
                outside = np.any((place < WIDE.min) | (place > WIDE.max), axis=1)
                raise InputError(
                    f"images: event {event[owner[outside.argmax()]]} reaches more than {WIDE.max} pixels from its "
                    "first hit; check its hits, or lower the resolution"
                )
        if row is not None:
            self._put("offsets", np.cumsum(np.bincount(row, minlength=event.size)) + self.rows["values"])
        for name, tensor in {"event": event, "values": values, **more}.items():
            self._put(name, tensor)

    def _put(self, name: str, rows: np.ndarray) -> None:
        self.files[name].write(np.ascontiguousarray(rows, dtype=TYPES[TENSORS[name]]).data)
        self.rows[name] += len(rows)


@contextmanager
def writing(
    path: Path,
    representation: str,
    resolution: int | None,
    kind: Kind,
    variables: int,
    of_hits: bool = False,
    axes: Sequence[str] = (),
) -> Iterator[Writer]:
    """Yield a writer; the complete file appears at `path` once the block has ended without an exception.

    variables: F; of_hits: whether its sets or images are made of hits. Each tensor is written to a raw file beside it;
    at the end the raw files are joined behind a safetensors header.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"axes": list(axes), "kind": kind, "representation": representation, "resolution": resolution}
    held = {"event", "values"}
    held |= {"offsets"} if kind != "table" else set()
    held |= {"charge", "hits"} if of_hits else set()
    held |= set(PLACED) if kind in ("image", "prongs") and of_hits else set()
    held |= {"prong"} if kind == "prongs" else set()
    tails = {"values": [variables], **{name: [len(axes)] for name in PLACED}}
    raw = {name: path.with_name(f".partial-{path.name}.{name}") for name in TENSORS if name in held}
    try:
        with ExitStack() as stack:
            writer = Writer({name: stack.enter_context(file.open("wb")) for name, file in raw.items()})
            yield writer
        shapes = {name: [writer.rows[name], *tails.get(name, [])] for name in raw}
        header = _header_bytes(shapes, {KEY: json.dumps(about, sort_keys=True)})
        with replacing(path) as beside, open(beside, "wb") as joined:
            joined.write(header)
            for part in raw.values():
                with open(part, "rb") as tensor:
                    shutil.copyfileobj(tensor, joined, 1 << 20)
    finally:
        for part in raw.values():
            part.unlink(missing_ok=True)


def _header_bytes(shapes: dict[str, list[int]], metadata: dict[str, str]) -> bytes:
    """Length and JSON of the header in the safetensors format, padded so that the data begin at a multiple of 8."""
    header: dict[str, Any] = {"__metadata__": metadata}
    start = 0
    for name, shape in shapes.items():
        end = start + math.prod(shape) * np.dtype(TYPES[TENSORS[name]]).itemsize
        header[name] = {"dtype": TENSORS[name], "shape": shape, "data_offsets": [start, end]}
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
