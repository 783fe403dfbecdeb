"""Legends of the colours of an image, drawn by the representation's own conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
from matplotlib.axes import Axes

from showergrid.core.plugins import load
from showergrid.core.settings import Settings
from showergrid.report.figures.displays import Display, charge_colors, draw
from showergrid.report.figures.style import blank_figure, new_figure, save, styled
from showergrid.report.settings.event_figures import DrawnRepresentation
from showergrid.report.settings.labels import HumanLabels

DEPTHS, CHARGES = 256, 128  # steps of the legend
DECADES = 3.5  # of charge, below the largest charge of the training events


def has_hue(drawn: DrawnRepresentation) -> bool:
    """Whether the module of a representation defines hues."""
    return hasattr(load("representations", drawn.representation.module), "hsl")


def hue_figure(
    legends: Sequence[tuple[DrawnRepresentation, Mapping, Display]], labels: HumanLabels, title: str, path: Path
) -> None:
    """Draw a row for each representation with a hue, calibration and event: the event, and a legend of its colours."""
    if not legends:
        blank_figure("no representation of this study has a hue", path)
        return
    with styled():
        figure = new_figure(8.4, 3.4 * len(legends) + 0.4)
        for k, (drawn, calibration, shown) in enumerate(legends):
            event = figure.add_subplot(len(legends), 2, 2 * k + 1)
            draw(event, shown, charge_colors([shown.charge]))
            name = labels.representation(drawn.representation.name)
            event.set_title(f"{name}, c = {drawn.resolution}\n{title}")
            _draw_legend(figure.add_subplot(len(legends), 2, 2 * k + 2), drawn, calibration)
        save(figure, path)


def legend_colors(
    module: ModuleType, parameters: Settings, ranges: Mapping[str, float], depth: np.ndarray, charge: np.ndarray
) -> np.ndarray:
    """Red, green and blue (C, D, 3) of a pixel at every depth (D,) [cm] and charge (C,) [tick ADC]."""
    grid = np.stack(np.meshgrid(depth, charge), axis=-1).reshape(-1, 2)
    colors = module.rgb(*module.hsl(grid[:, 0], grid[:, 1], ranges, parameters))
    return colors.reshape(charge.size, depth.size, 3)


def _draw_legend(axes: Axes, drawn: DrawnRepresentation, calibration: Mapping) -> None:
    """Draw depth to the right, with its hue above, and charge upwards, with its lightness at the right."""
    module = load("representations", drawn.representation.module)
    parameters = module.Parameters(**drawn.representation.parameters)
    ranges = calibration["ranges"]
    depths = np.linspace(0, ranges["depth"], DEPTHS + 1)
    charges = ranges["charge_sum"] * 10 ** np.linspace(-DECADES, 0, CHARGES + 1)
    middle = (depths[:-1] + depths[1:]) / 2, np.sqrt(charges[:-1] * charges[1:])
    colors = legend_colors(module, parameters, ranges, *middle)
    axes.pcolormesh(depths, charges, colors, rasterized=True)
    hue, _, _ = module.hsl(depths, np.full_like(depths, charges[-1]), ranges, parameters)
    _, _, lightness = module.hsl(np.zeros_like(charges), charges, ranges, parameters)
    what = {"mean": "mean", "sum": "summed"}[parameters.depth_pool]
    axes.set(yscale="log", xlabel=f"{what} depth in {parameters.axis} of the hits in a pixel [cm]")
    axes.set(ylabel="summed charge of a pixel [tick ADC]")
    above, right = axes.twiny(), axes.twinx()
    degrees = np.linspace(0, hue[-1], 7)
    above.set(xlim=axes.get_xlim(), xlabel="hue [degrees]")
    above.set_xticks(np.interp(degrees, hue, depths), [f"{degree:.0f}" for degree in degrees])
    levels = np.linspace(lightness[0], lightness[-1], 6)
    right.set(yscale="log", ylim=axes.get_ylim(), ylabel="lightness")
    right.set_yticks(np.interp(levels, lightness, charges), [f"{level:.2f}" for level in levels])
    right.minorticks_off()
    for twin in (above, right):
        twin.spines[:].set_visible(False)
