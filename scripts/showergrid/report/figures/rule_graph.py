"""The rule graph of a study as a figure: what is made first is at the top, every arrow points downwards."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Line

from showergrid.report.figures.graph_layout import Edge, Layout, implied, layout, without_circles
from showergrid.report.figures.style import new_figure, save, styled

LETTER, BORDER = 0.078, 0.34  # inches: width of a letter, and of the margin beside a name
SMALLEST = 5.5  # inches: width of the figure
HEIGHT = 0.27  # inches: of a box
STEP = 0.66  # inches: from layer to layer
DIRECT = {"color": "0.2", "linewidth": 1.1, "zorder": 2}
INDIRECT = {"color": "0.72", "linewidth": 0.7, "zorder": 1}
EXPLANATION = "arrows lead from a rule to those that read its files; grey: also reached by another way"


def rulegraph_figure(edges: list[Edge], path: Path) -> None:
    """Draw the graph; edges that follow from the others are grey."""
    names = sorted({name for edge in edges for name in edge})
    edges = without_circles(edges)
    graph = layout(edges, {name: LETTER * len(name) + BORDER for name in names})
    across = [x for x, _ in graph.place.values()] + [x for route in graph.route.values() for x, _ in route]
    centre, half = (min(across) + max(across)) / 2, max((max(across) - min(across)) / 2 + 0.8, SMALLEST / 2)
    low, high = centre - half, centre + half
    depth = max(layer for _, layer in graph.place.values())
    with styled():
        figure = new_figure(high - low, STEP * depth + 0.9)
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set(xlim=(low, high), ylim=(-STEP * depth - 0.6, 0.3), aspect="equal")
        draw_graph(axes, graph, implied(edges))
        axes.text(low + 0.1, -STEP * depth - 0.5, EXPLANATION, size=7, color="0.35")
        save(figure, path)


def draw_graph(axes: Axes, graph: Layout, indirect: set[Edge]) -> None:
    """Draw all boxes and arrows of a layout; the arrows in `indirect` are grey."""
    for edge, route in graph.route.items():
        style = INDIRECT if edge in indirect else DIRECT
        axes.add_patch(
            FancyArrowPatch(path=curve(route), arrowstyle="-|>", mutation_scale=8, shrinkA=0, shrinkB=0, **style)
        )
    for name, (x, layer) in graph.place.items():
        _draw_box(axes, name, x, -STEP * layer)


def curve(route: list[tuple[float, int]]) -> Line:
    """The line of an edge: from below its first box to above its last, upright beside the boxes that it passes."""
    points, codes = [(route[0][0], -STEP * route[0][1] - HEIGHT / 2)], [Line.MOVETO]
    for x, layer in route[1:]:
        start, top = points[-1], -STEP * layer + HEIGHT / 2
        half = (start[1] - top) / 2
        points += [(start[0], start[1] - half), (x, top + half), (x, top)]
        codes += [Line.CURVE4] * 3
        if (x, layer) != route[-1]:
            points.append((x, top - HEIGHT))
            codes.append(Line.LINETO)
    return Line(points, codes)


def _draw_box(axes: Axes, name: str, x: float, y: float) -> None:
    width = LETTER * len(name) + 0.18
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - HEIGHT / 2),
            width,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white",
            edgecolor="black",
            linewidth=0.9,
            zorder=3,
        )
    )
    axes.text(x, y, name, ha="center", va="center_baseline", size=8, zorder=4)
