"""The layout of a graph in layers: every edge runs downwards, and none runs through a node that is not its own.

K. Sugiyama, S. Tagawa and M. Toda, IEEE Trans. Syst. Man Cybern. 11 (1981) 109: layers by the longest path, a bend in
every layer that an edge crosses, few crossings by ordering each layer by the mean place of its neighbours.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np
from scipy.optimize import linprog

Edge = tuple[str, str]
Node = str | tuple[str, str, int]  # a rule, or the bend of an edge in one layer

SWEEPS = 24
BEND = 0.25  # room for a bend, in the unit of the widths
UPRIGHT = (1, 2, 8)  # cost of slant in a link between two rules, a rule and a bend, or two bends


@dataclass(frozen=True)
class Layout:
    """Positions of nodes and edges: x to the right in the unit of the widths, layers counted downwards.

    place: node -> x of its centre and layer; route: edge -> x and layer of its start, its bends and its end.
    """

    place: dict[str, tuple[float, int]]
    route: dict[Edge, list[tuple[float, int]]]


def layout(edges: list[Edge], widths: Mapping[str, float]) -> Layout:
    """Place the nodes, which have these widths, and route all the edges, which form no circle."""
    layer = _layers(edges)
    chains = {(a, b): [a, *((a, b, depth) for depth in range(layer[a] + 1, layer[b])), b] for a, b in edges}
    links = [pair for chain in chains.values() for pair in itertools.pairwise(chain)]
    rows: list[list[Node]] = [[] for _ in range(max(layer.values()) + 1)]
    for node, depth in layer.items():
        rows[depth].append(node)
    for chain in chains.values():
        for bend in chain[1:-1]:
            rows[bend[2]].append(bend)
    rows = _ordered(rows, links)
    room = {node: widths[node] if isinstance(node, str) else BEND for row in rows for node in row}
    x = _places(rows, links, room)
    where = {node: (x[node], depth) for depth, row in enumerate(rows) for node in row}
    return Layout(
        {node: where[node] for node in layer},
        {edge: [where[node] for node in chain] for edge, chain in chains.items()},
    )


def without_circles(edges: list[Edge]) -> list[Edge]:
    """The edges but those that lead back, of each circle into the rule from which most others follow.

    Cells rest on features of other cells, so that `train` gives `features`, and `features` leads back to `train`.
    """
    while True:
        before: dict[str, list[str]] = {}
        for a, b in edges:
            before.setdefault(b, []).append(a)
        try:
            TopologicalSorter({node: sorted(before[node]) for node in sorted(before)}).prepare()
        except CycleError as error:
            circle = list(itertools.pairwise(error.args[1]))
            needed = {node: sum(a == node for a, _ in edges) for pair in circle for node in pair}
            back = max(((a, b) for a, b in circle if (a, b) in edges), key=lambda edge: (needed[edge[1]], edge))
            edges = [edge for edge in edges if edge != back]
        else:
            return edges


def implied(edges: list[Edge]) -> set[Edge]:
    """The edges that follow from others: another path also leads from their start to their end."""
    after: dict[str, list[str]] = {}
    for a, b in edges:
        after.setdefault(a, []).append(b)

    def reached(start: str) -> list[str]:
        nodes, queue = [], [start]
        while queue:
            for node in after.get(queue.pop(), []):
                if node not in nodes:
                    nodes.append(node)
                    queue.append(node)
        return nodes

    return {(a, b) for a, b in edges if any(b in reached(other) for other in after[a] if other != b)}


def _layers(edges: list[Edge]) -> dict[str, int]:
    """Layer of each node: just below the lowest that it needs; without needs, just above the highest that needs it."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for a, b in edges:
        before.setdefault(b, []).append(a)
        before.setdefault(a, [])
        after.setdefault(a, []).append(b)
    order = list(TopologicalSorter({node: before[node] for node in sorted(before)}).static_order())
    layer: dict[str, int] = {}
    for node in order:
        layer[node] = max((layer[other] + 1 for other in before[node]), default=0)
    for node in order:
        if not before[node]:
            layer[node] = min(layer[other] for other in after[node]) - 1
    return layer


def _ordered(rows: list[list[Node]], links: list[tuple[Node, Node]]) -> list[list[Node]]:
    """The rows, ordered so that few links cross: the best of SWEEPS sweeps down and up."""
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for a, b in links:
        above.setdefault(b, []).append(a)
        below.setdefault(a, []).append(b)
    best, fewest = rows, _crossings(rows, links)
    for sweep in range(SWEEPS):
        neighbours, numbers = (above, range(1, len(rows))) if sweep % 2 == 0 else (below, range(len(rows) - 2, -1, -1))
        rows = [*rows]
        for number in numbers:
            fixed = rows[number - 1 if sweep % 2 == 0 else number + 1]
            place = {node: i for i, node in enumerate(fixed)}
            mean = {
                node: float(np.mean([place[other] for other in neighbours[node]])) if node in neighbours else i
                for i, node in enumerate(rows[number])
            }
            rows[number] = sorted(rows[number], key=mean.__getitem__)
        crossings = _crossings(rows, links)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _crossings(rows: list[list[Node]], links: list[tuple[Node, Node]]) -> int:
    place = {node: (number, i) for number, row in enumerate(rows) for i, node in enumerate(row)}
    ends = np.array([(place[a][0], place[a][1], place[b][1]) for a, b in links])
    same = ends[:, None, 0] == ends[None, :, 0]
    crossed = (ends[:, None, 1] - ends[None, :, 1]) * (ends[:, None, 2] - ends[None, :, 2]) < 0
    return int((same & crossed).sum()) // 2


def _places(rows: list[list[Node]], links: list[tuple[Node, Node]], room: Mapping[Node, float]) -> dict[Node, float]:
    """x of every node: edges are as upright as possible, and neighbours in a row keep the room that both need.

    A linear programme minimises the sum of |x(a) - x(b)| over the links; those between bends weigh most, so that long
    edges run straight (E. R. Gansner et al., IEEE Trans. Softw. Eng. 19 (1993) 214, section 4).
    """
    number = {node: i for i, node in enumerate(node for row in rows for node in row)}
    pairs = [(a, b) for row in rows for a, b in itertools.pairwise(row)]
    nodes, size = len(number), len(number) + len(links)
    apart = np.zeros((len(pairs), size))  # x(a) - x(b) <= -room
    for i, (a, b) in enumerate(pairs):
        apart[i, number[a]], apart[i, number[b]] = 1, -1
    slant = np.zeros((len(links), size))  # +-(x(a) - x(b)) <= the length of the link
    for i, (a, b) in enumerate(links):
        slant[i, number[a]], slant[i, number[b]] = 1, -1
    length = np.hstack([np.zeros((len(links), nodes)), np.eye(len(links))])
    cost = [UPRIGHT[(not isinstance(a, str)) + (not isinstance(b, str))] for a, b in links]
    solution = linprog(
        [0] * nodes + cost,
        A_ub=np.vstack([apart, slant - length, -slant - length]),
        b_ub=np.append([-(room[a] + room[b]) / 2 for a, b in pairs], np.zeros(2 * len(links))),
        bounds=(0, None),
        method="highs-ds",
    )
    return dict(zip(number, solution.x[:nodes].tolist(), strict=True))
