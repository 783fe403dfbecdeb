"""The style of every figure, and saving: the same bytes for the same numbers, or words in place of a figure.

Every figure is always written: where its numbers are missing, it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from showergrid.core.atomic import replacing

# Colours of Okabe and Ito (2008), which every kind of colour vision tells apart
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#777777"
COLORS = (BLUE, ORANGE, GREEN)
PALETTE = (*COLORS, "#CC79A7", "#E69F00", "#56B4E9", "#000000")
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "pdf.fonttype": 42,
}

# Only Matplotlib's own fonts are used, so that all machines draw the same: its list of fonts belongs to the user and
# also holds those of the system or of another installation.
font_manager.fontManager.ttflist = []
for font in sorted(Path(matplotlib.get_data_path(), "fonts/ttf").glob("*.ttf")):
    font_manager.fontManager.addfont(font)


@contextmanager
def styled() -> Iterator[None]:
    """Draw with this project's style alone, whatever the user's own settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def new_figure(width: float, height: float) -> Figure:
    """Empty figure of `width` x `height` inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write `figure` to a .pdf or .png without the time or the program that made it."""
    undated = {"CreationDate": None, "Producer": None, "Creator": None}
    kind = path.suffix.removeprefix(".")
    with replacing(path) as partial:
        figure.savefig(partial, format=kind, metadata=undated if kind == "pdf" else {"Software": None})


def say(axes: Axes, text: str) -> None:
    """Show `text` instead of a diagram."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, size=11)


def blank_figure(text: str, path: Path) -> None:
    """Write a figure that shows `text` alone."""
    with styled():
        figure = new_figure(5, 2)
        say(figure.subplots(), text)
        save(figure, path)
