"""What a cell sees of an event: the input of its representation, or those of several, apart or as one image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from showergrid.core.errors import InputError
from showergrid.inputs.drawn import drawn
from showergrid.inputs.input_file import DrawnImages, Images, InputFile, ProngImages, SetInput, read_input
from showergrid.inputs.kinds import Input, Inputs, Seen, Share
from showergrid.inputs.lists import first_entries, table_rows
from showergrid.inputs.packed import packed
from showergrid.inputs.prongs import cut_prongs
from showergrid.inputs.settings import Representation, WindowSettings
from showergrid.inputs.window import Window, cut


@dataclass(frozen=True)
class View:
    """One view of a cell; window: None for a table, the whole of an image that is drawn; calibration: what it was made
    with, if the cell is trained; packed: the network takes the occupied pixels of an image alone.
    """

    representation: Representation
    resolution: int | None
    window: WindowSettings | None
    calibration: dict[str, Any] | None
    packed: bool = False


@dataclass(frozen=True)
class Together:
    """Several views of the same n events, each an input of its own; it is used like one of them.

    share: the shares of charge and hits, averaged over the views that have any.
    """

    views: tuple[Seen, ...]

    @property
    def event(self) -> np.ndarray:
        """(n,) int64."""
        return self.views[0].event

    @property
    def inputs(self) -> Inputs:
        """The inputs of all views."""
        return {name: taken for view in self.views for name, taken in view.inputs.items()}

    @property
    def share(self) -> Share | None:
        """Per event (n,) float64, averaged over the views."""
        shares = [view.share for view in self.views if view.share is not None]
        if not shares:
            return None
        return Share(*(np.mean([getattr(share, what) for share in shares], 0) for what in ("charge", "hits")))

    def __len__(self) -> int:
        """Number of events."""
        return len(self.views[0])

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """The tensors of all views of the events at `rows` (N,), by name."""
        return {name: tensor for view in self.views for name, tensor in view.batch(rows).items()}


@dataclass(frozen=True)
class Stack(Together):
    """Several images of the same n events as one, their channels concatenated."""

    name: str = "image"

    @property
    def inputs(self) -> Inputs:
        """One image (channels of all views, *window)."""
        shapes = [taken.shape for taken in super().inputs.values()]
        return {self.name: Input("image", (sum(shape[0] for shape in shapes), *shapes[0][1:]))}

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """(N, channels of all views, *window) float32: the images of the events at `rows` (N,)."""
        return {self.name: np.concatenate(list(super().batch(rows).values()), axis=1)}


def views(cell: Mapping[str, Any]) -> list[View]:
    """The views of a cell, as its job or its model.safetensors describes it, in the order in which they are taken."""
    single = {**cell, "window": cell["model"]["window"], "packed": cell["model"].get("packed", False)}
    return [
        View(
            Representation(**view["representation"]),
            view["resolution"],
            WindowSettings(**view["window"]) if view["window"] else None,
            view.get("calibration"),
            view.get("packed", False),
        )
        for view in cell.get("views", [single])
    ]


def shown(cell: Mapping[str, Any]) -> list[str]:
    """The representations whose inputs a cell sees, each once, in the order in which it takes their files."""
    return list(dict.fromkeys(view.representation.name for view in views(cell)))


def read_views(cell: Mapping[str, Any], paths: Sequence[Path]) -> dict[str, InputFile]:
    """Open the input files of a cell, one for each of `shown`, keyed by representation.

    Raises:
        InputError: a file is no input file or holds another representation or resolution; too few or too many files.
    """
    resolutions = {view.representation.name: view.resolution for view in views(cell)}
    if len(paths) != len(resolutions):
        raise InputError(f"--inputs: {len(paths)} files for {', '.join(resolutions)}; give one each, in this order")
    return {name: read_input(path, name, resolutions[name]) for name, path in zip(resolutions, paths, strict=True)}


def cut_views(cell: Mapping[str, Any], files: Mapping[str, InputFile], events: np.ndarray) -> Seen:
    """What a cell sees of `events` (n,) int64, of the input `files` of its representations, keyed by name.

    Raises:
        InputError: a file lacks one of the events.
    """
    told = views(cell)
    names = _names([view.representation.name for view in told])
    seen = tuple(
        _seen(files[view.representation.name], view, events, name) for view, name in zip(told, names, strict=True)
    )
    if len(seen) == 1:
        return seen[0]
    return Stack(seen, cell["representation"]["name"]) if cell["stacked"] else Together(seen)


def _seen(file: InputFile, view: View, events: np.ndarray, name: str) -> Seen:
    """One view of the `events` (n,) int64."""
    if isinstance(file, ProngImages):
        return cut_prongs(file, events, Window.of(view.window, file.axes), name)
    if isinstance(file, Images):
        seen = packed if view.packed else cut
        return seen(file, events, Window.of(view.window, file.axes), name)
    if isinstance(file, DrawnImages):
        return drawn(file, view.representation, events, name)
    if isinstance(file, SetInput):
        return first_entries(file, events, *view.window.shape, name)
    return table_rows(file, events, name)


def _names(representations: Sequence[str]) -> list[str]:
    """A name for each view: that of its representation, numbered from the second time on."""
    before = [representations[:i].count(name) for i, name in enumerate(representations)]
    return [f"{name}.{n + 1}" if n else name for name, n in zip(representations, before, strict=True)]


def described(cell: Mapping[str, Any], calibrations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The cell with the `calibrations` of its inputs, one for each of `shown`, put where `views` reads them."""
    if "views" not in cell:
        return {**cell, "calibration": calibrations[0]}
    of = dict(zip(shown(cell), calibrations, strict=True))
    return {**cell, "views": [{**view, "calibration": of[view["representation"]["name"]]} for view in cell["views"]]}


def table(seen: Seen) -> np.ndarray:
    """(E, C) float32: all that is seen of the events but masks, a row each; of a set, variable by variable."""
    tensors = [tensor for name, tensor in seen.batch(np.arange(len(seen))).items() if not name.endswith(".mask")]
    # The variables of an entry stand last in a set, first in an image
    return np.concatenate(
        [np.moveaxis(tensor, 2, 1).reshape(len(tensor), -1) if tensor.ndim == 3 else tensor for tensor in tensors],
        axis=1,
    )
