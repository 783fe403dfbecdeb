"""What a cell sees of an event: the window of its representation, or the windows of several views as channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from showergrid.core.errors import InputError
from showergrid.inputs.image_file import Images, read_images
from showergrid.inputs.settings import Representation, WindowSettings
from showergrid.inputs.window import Cut, Share, Window, cut


@dataclass(frozen=True)
class View:
    """One view of a cell; calibration: what its images were made with, if the cell is trained."""

    representation: Representation
    window: WindowSettings
    calibration: dict[str, Any] | None


@dataclass(frozen=True)
class Stack:
    """The windows of several views of the same n events, their channels concatenated; it is used like a Cut.

    share: the shares of charge and hits, averaged over the views.
    """

    views: tuple[Cut, ...]

    @property
    def event(self) -> np.ndarray:
        """(n,) int64."""
        return self.views[0].event

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels of all views, *window)."""
        return (sum(view.shape[0] for view in self.views), *self.views[0].shape[1:])

    @property
    def share(self) -> Share:
        """Per event (n,) float64, averaged over the views."""
        return Share(*(np.mean([getattr(view.share, what) for view in self.views], 0) for what in ("charge", "hits")))

    def __len__(self) -> int:
        """Number of events."""
        return len(self.views[0])

    def batch(self, rows: np.ndarray) -> np.ndarray:
        """(N, channels of all views, *window) float32: the images of the events at `rows` (N,)."""
        return np.concatenate([view.batch(rows) for view in self.views], axis=1)


class Seen(Protocol):
    """What a network takes: n events (n,) int64, and the inputs (N, *shape) float32 of the events at given rows."""

    event: np.ndarray
    shape: tuple[int, ...]

    def __len__(self) -> int:
        """Number of events."""
        ...

    def batch(self, rows: np.ndarray) -> np.ndarray:
        """Inputs of the events at `rows` (N,)."""
        ...


def views(cell: Mapping[str, Any]) -> list[View]:
    """The views of a cell, as its job or its model.safetensors describes it, in the order of their channels."""
    single = {**cell, "window": cell["model"]["window"]}
    return [
        View(Representation(**view["representation"]), WindowSettings(**view["window"]), view.get("calibration"))
        for view in cell.get("views", [single])
    ]


def shown(cell: Mapping[str, Any]) -> list[str]:
    """The representations whose images a cell sees, each once, in the order in which it takes their files."""
    return list(dict.fromkeys(view.representation.name for view in views(cell)))


def read_views(cell: Mapping[str, Any], paths: Sequence[Path]) -> dict[str, Images]:
    """Open the image files of a cell, one for each of `shown`, keyed by representation.

    Raises:
        InputError: a file is no image file or holds another representation or resolution; too few or too many files.
    """
    names = shown(cell)
    if len(paths) != len(names):
        raise InputError(f"--images: {len(paths)} files for {', '.join(names)}; give one each, in this order")
    return {name: read_images(path, name, cell["resolution"]) for name, path in zip(names, paths, strict=True)}


def cut_views(cell: Mapping[str, Any], images: Mapping[str, Images], events: np.ndarray) -> Cut | Stack:
    """Cut what a cell sees of `events` (n,) int64 from the `images` of its representations, keyed by name.

    Raises:
        InputError: a file lacks one of the events.
    """
    cuts = [
        cut(images[view.representation.name], events, Window.of(view.window, images[view.representation.name].axes))
        for view in views(cell)
    ]
    return Stack(tuple(cuts)) if len(cuts) > 1 else cuts[0]


def described(cell: Mapping[str, Any], calibrations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The cell with the `calibrations` of its images, one for each of `shown`, put where `views` reads them."""
    if "views" not in cell:
        return {**cell, "calibration": calibrations[0]}
    of = dict(zip(shown(cell), calibrations, strict=True))
    return {**cell, "views": [{**view, "calibration": of[view["representation"]["name"]]} for view in cell["views"]]}


def table(images: Cut) -> np.ndarray:
    """(E, C * pixels) float32: the windows of all events, a row each, channel by channel."""
    return images.batch(np.arange(len(images))).reshape(len(images), -1)
