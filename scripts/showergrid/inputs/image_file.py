"""The image file: the occupied pixels of each event, counted from the shower's origin, so that any window can be cut.

A safetensors file, E events with P occupied pixels in all, D image axes, C channels:

    offsets      (E + 1,) int64   event i owns the pixels offsets[i] to offsets[i + 1]
    event        (E,) int64       its number in the study
    values       (P, C) float32   what the image shows
    charge       (P,) float32     summed charge in the pixel [tick ADC]
    hits         (P,) int32       number of hits in the pixel
    coordinates  (P, D) int16     pixels from the origin, the event's first hit, sorted within an event
    centre       (E, D) int16     the charge centre, in pixels from the origin
    end          (E, D) int16     the hit by which most of the charge is seen (making.py), in pixels from the origin
    direction    (E, D) int8      +1, -1: the side of the origin on which most hits lie; 0: a tie, or few hits

It is written in a stream and read through a memory map: neither ever holds more than a chunk of events.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError

WIDE = np.iinfo(np.int16)
KEY = "showergrid"  # the only metadata key: with several, safetensors files are not reproducible byte for byte
TYPES = {"I64": np.int64, "F32": np.float32, "I32": np.int32, "I16": np.int16, "I8": np.int8}
TENSORS = {  # name: type, largest item size first, so that each tensor starts at a multiple of its item size
    "offsets": "I64",
    "event": "I64",
    "values": "F32",
    "charge": "F32",
    "hits": "I32",
    "coordinates": "I16",
    "centre": "I16",
    "end": "I16",
    "direction": "I8",
}


@dataclass(frozen=True)
class Images:
    """A memory-mapped image file: its tensors (see the module docstring), representation, resolution and axes."""

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


def read_images(path: Path, representation: str | None = None, resolution: int | None = None) -> Images:
    """Open an image file, which must hold the `representation` and the `resolution` that are given.

    Raises:
        InputError: it is truncated, is not an image file, or holds another representation or resolution.
    """
    header, start = _header(path)
    try:
        about = json.loads(header["__metadata__"][KEY])
        tensors = {name: _mapped(path, header[name], start) for name in TENSORS}
        images = Images(about["representation"], about["resolution"], tuple(about["axes"]), **tensors)
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}: not a whole image file; make it again with images") from error
    for what, wanted in (("representation", representation), ("resolution", resolution)):
        if wanted is not None and about[what] != wanted:
            raise InputError(f"{path}: holds {what} {about[what]}, not {wanted}; give the file of that {what}")
    return images


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The header and the byte at which the data begin."""
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, 100_000)))
        end = max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: not an image file; make it again with images") from error
    missing = 8 + length + end - path.stat().st_size
    if missing:
        raise InputError(
            f"{path}: {abs(missing)} bytes too {'few' if missing > 0 else 'many'}; make it again with images"
        )
    return header, 8 + length


def _mapped(path: Path, entry: dict[str, Any], start: int) -> np.ndarray:
    shape, dtype = tuple(entry["shape"]), np.dtype(TYPES[entry["dtype"]])
    if not math.prod(shape):
        return np.zeros(shape, dtype)
    return np.memmap(path, dtype, mode="r", offset=start + entry["data_offsets"][0], shape=shape)


class Writer:
    """Writer of an image file, one chunk of events at a time; made by `writing`."""

    def __init__(self, files: dict[str, BinaryIO]) -> None:
        self.files = files
        self.rows = dict.fromkeys(TENSORS, 0)
        self._put("offsets", np.zeros(1))

    def append(
        self,
        event: np.ndarray,
        row: np.ndarray,
        coordinates: np.ndarray,
        values: np.ndarray,
        charge: np.ndarray,
        hits: np.ndarray,
        centre: np.ndarray,
        end: np.ndarray,
        direction: np.ndarray,
    ) -> None:
        """Add E events and their P pixels: row (P,) int64, ascending, is the index of a pixel's event in `event` (E,).

        Raises:
            InputError: a pixel, a centre or an end lies too far from the origin for 16 bits.
        """
        each = np.arange(event.size)
        for owner, place in ((row, coordinates), (each, centre), (each, end)):
            outside = np.any((place < WIDE.min) | (place > WIDE.max), axis=1)
            if outside.any():
                raise InputError(
                    f"images: event {event[owner[outside.argmax()]]} reaches more than {WIDE.max} pixels from its "
                    "first hit; check its hits, or lower the resolution"
                )
        self._put("offsets", np.cumsum(np.bincount(row, minlength=event.size)) + self.rows["values"])
        self._put("event", event)
        self._put("values", values)
        self._put("charge", charge)
        self._put("hits", hits)
        self._put("coordinates", coordinates)
        self._put("centre", centre)
        self._put("end", end)
        self._put("direction", direction)

    def _put(self, name: str, rows: np.ndarray) -> None:
        self.files[name].write(np.ascontiguousarray(rows, dtype=TYPES[TENSORS[name]]).data)
        self.rows[name] += len(rows)


@contextmanager
def writing(path: Path, representation: str, resolution: int, axes: Sequence[str], channels: int) -> Iterator[Writer]:
    """Yield a writer; the complete file appears at `path` once the block has ended without an exception.

    Each tensor is written to a raw file beside it; at the end the raw files are joined behind a safetensors header.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"axes": list(axes), "representation": representation, "resolution": resolution}
    placed = ("coordinates", "centre", "end", "direction")
    tails = {"values": [channels], **{name: [len(axes)] for name in placed}}
    raw = {name: path.with_name(f".partial-{path.name}.{name}") for name in TENSORS}
    try:
        with ExitStack() as stack:
            writer = Writer({name: stack.enter_context(file.open("wb")) for name, file in raw.items()})
            yield writer
        shapes = {name: [writer.rows[name], *tails.get(name, [])] for name in TENSORS}
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
    for name, kind in TENSORS.items():
        end = start + math.prod(shapes[name]) * np.dtype(TYPES[kind]).itemsize
        header[name] = {"dtype": kind, "shape": shapes[name], "data_offsets": [start, end]}
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
