"""The rule graph: read from a real Snakemake, also inside a job; every arrow is drawn, downwards, past the boxes."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from showergrid.core.errors import InputError
from showergrid.report.data.rule_graph import ask_snakemake, graph_text, read_graph, snakemake_edges
from showergrid.report.figures.graph_layout import BEND, implied, layout, without_circles
from showergrid.report.figures.rule_graph import HEIGHT, STEP, curve, draw_graph, rulegraph_figure

LIST_RULES = Path(__file__).parents[2] / "scripts" / "list_rules.py"
SNAKEFILE = """
import json
JOB = json.dumps({"rule": "draw", "config": {"study": config}})

rule all:
    input: "rules.dot", expand("{i}.txt", i=range(config["files"]))
rule make:
    output: "{i}.txt"
    shell: "touch {output}"
rule draw:
    input: "0.txt"
    output: "rules.dot"
    params: job=JOB
    shell: "PYTHON COMMAND --job {params.job:q} --snakefile Snakefile --output {output} --provenance p.json"
"""
STUDY = {"files": 3}
EXPECTED = [("draw", "all"), ("make", "all"), ("make", "draw")]


@pytest.fixture
def workflow(tmp_path, monkeypatch) -> Path:
    """The Snakefile of a workflow whose job asks for the rule graph of the same workflow."""
    text = SNAKEFILE.replace("PYTHON", sys.executable).replace("COMMAND", str(LIST_RULES))
    (tmp_path / "Snakefile").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "Snakefile"


def test_a_job_lists_the_rules_of_its_own_workflow(workflow):
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--config", "files=3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert read_graph(Path("rules.dot")) == EXPECTED
    # now that all is made, it is the same
    assert ask_snakemake(workflow, STUDY, []) == EXPECTED


def test_targets_choose_the_rules(workflow):
    assert ask_snakemake(workflow, STUDY, ["rules.dot"]) == [("make", "draw")]
    with pytest.raises(InputError, match=r"cannot plan the study: .*nothing\.txt"):
        ask_snakemake(workflow, STUDY, ["nothing.txt/other"])


def test_what_snakemake_prints_in_any_order_gives_the_same_text():
    text = 'digraph snakemake_dag {\n\t0[label = "all", color = "0"];\n\t1[label = "make_1", x];\n\t1 -> 0\n\t1 -> 0\n}'
    reordered = 'digraph snakemake_dag {\n\t1[label = "all", color = "0"];\n\t0[label = "make_1", x];\n\t0 -> 1\n}'
    assert snakemake_edges(text) == snakemake_edges(reordered) == [("make_1", "all")]
    with pytest.raises(InputError, match="printed no graph"):
        snakemake_edges("Building DAG of jobs...")


def test_text_is_read_back(tmp_path):
    path = tmp_path / "rules.dot"
    path.write_text(graph_text(EXPECTED))
    assert path.read_text() == "digraph rules {\n    draw -> all\n    make -> all\n    make -> draw\n}\n"
    assert read_graph(path) == EXPECTED
    path.write_text("digraph rules {\n}\n")
    with pytest.raises(InputError, match="no rule graph"):
        read_graph(path)


@st.composite
def graphs(draw) -> list[tuple[str, str]]:
    """Sorted edges without a cycle between 2 to 12 rules, whose names do not tell their order."""
    size = draw(st.integers(2, 12))
    names = draw(st.permutations([f"rule_{chr(97 + i) * (1 + i % 5)}" for i in range(size)]))
    pairs = [(names[i], names[j]) for i in range(size) for j in range(i + 1, size)]
    return sorted(draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=30, unique=True)))


def widths(edges: list[tuple[str, str]]) -> dict[str, float]:
    return {name: 0.1 * len(name) for edge in edges for name in edge}


@settings(max_examples=40)
@given(graphs())
def test_every_arrow_runs_downwards_and_through_no_box(edges):
    wide = widths(edges)
    graph = layout(edges, wide)
    assert sorted(graph.route) == edges
    rows: dict[int, list[tuple[float, float]]] = {}
    for name, (x, layer) in graph.place.items():
        rows.setdefault(layer, []).append((x, wide[name]))
    for (start, end), route in graph.route.items():
        assert route[0] == graph.place[start]
        assert route[-1] == graph.place[end]
        assert [layer for _, layer in route] == list(range(route[0][1], route[-1][1] + 1))
        for x, layer in route[1:-1]:
            rows.setdefault(layer, []).append((x, BEND))
        points = curve(route).vertices
        assert np.all(np.diff(points[:, 1]) <= 1e-12)
        assert points[0, 1] == pytest.approx(-STEP * route[0][1] - HEIGHT / 2)
        assert points[-1, 1] == pytest.approx(-STEP * route[-1][1] + HEIGHT / 2)
    for row in rows.values():
        row.sort()
        for (x, room), (following, its_room) in itertools.pairwise(row):
            assert following - x >= (room + its_room) / 2 - 1e-6


@settings(max_examples=10)
@given(graphs())
def test_every_edge_and_rule_is_drawn(edges):
    axes = Figure().subplots()
    draw_graph(axes, layout(edges, widths(edges)), implied(edges))
    assert sum(isinstance(patch, FancyArrowPatch) for patch in axes.patches) == len(edges)
    assert sorted(text.get_text() for text in axes.texts) == sorted(widths(edges))


@settings(max_examples=40)
@given(graphs())
def test_without_the_implied_edges_the_same_can_be_reached(edges):
    def reach(some: list[tuple[str, str]]) -> np.ndarray:
        names = sorted(widths(edges))
        matrix = np.eye(len(names), dtype=int)
        for a, b in some:
            matrix[names.index(a), names.index(b)] = 1
        return np.linalg.matrix_power(matrix, len(names)) > 0

    grey = implied(edges)
    direct = [edge for edge in edges if edge not in grey]
    np.testing.assert_array_equal(reach(direct), reach(edges))
    for edge in direct:  # none of them can be spared
        assert not np.array_equal(reach([other for other in direct if other != edge]), reach(edges))


def test_the_edge_that_leads_back_is_left_out():
    edges = [("features", "train"), ("make", "train"), ("train", "all"), ("train", "evaluate"), ("train", "features")]
    assert without_circles(edges) == edges[1:]
    assert without_circles(edges[1:]) == edges[1:]
    assert layout(without_circles(edges), dict.fromkeys(["features", "make", "train", "all", "evaluate"], 1)).place


def test_figure_is_the_same_twice_whatever_the_hash_seed(tmp_path):
    (tmp_path / "rules.dot").write_text(graph_text([*EXPECTED, ("make", "train"), ("train", "all")]))
    made = []
    for seed in (1, 2):
        out = tmp_path / f"{seed}.pdf"
        options = ["--rules", tmp_path / "rules.dot", "--output", out, "--provenance", tmp_path / "p.json"]
        command = [sys.executable, LIST_RULES.with_name("rulegraph.py"), "--job", '{"config": {}}', *options]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": str(seed)})
        made.append(out.read_bytes())
    assert made[0] == made[1]
    rulegraph_figure(read_graph(tmp_path / "rules.dot"), tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == made[0]
