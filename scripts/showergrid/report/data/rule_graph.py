"""The rule graph of a workflow: taken from Snakemake, and kept as a small text in the language of Graphviz."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from showergrid.core.errors import InputError

Edges = list[tuple[str, str]]

_NODE = re.compile(r'^\s*(\d+)\[label = "([A-Za-z0-9_]+)"', re.M)
_LINK = re.compile(r"^\s*(\d+) -> (\d+)", re.M)
_EDGE = re.compile(r"^    ([A-Za-z0-9_]+) -> ([A-Za-z0-9_]+)$", re.M)


def ask_snakemake(snakefile: Path, config: Mapping[str, Any], targets: Sequence[str]) -> Edges:
    """The rule graph of `targets` (files or rules; none: the default) of the study `config`, whatever is made already.

    Nothing is run and no lock is taken, so this works inside a job of the same workflow.

    Returns:
        Pairs of a rule and a rule that needs its files, each once, sorted.

    Raises:
        InputError: Snakemake finds a fault.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config.json")
        file.write_text(json.dumps(config))
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--configfile", str(file)]
        command += ["--rulegraph", "dot", "--forceall", "--nolock", "--ignore-incomplete"]
        command += ["--profile", "none", "--workflow-profile", "none", "--", *targets]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        fault = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise InputError(f"{snakefile}: Snakemake cannot plan the study: {fault}")
    return snakemake_edges(done.stdout)


def snakemake_edges(text: str) -> Edges:
    """The sorted pairs of rules that `snakemake --rulegraph` prints; its own order changes from run to run.

    Raises:
        InputError: the text has no edge.
    """
    names = dict(_NODE.findall(text))
    edges = sorted({(names[before], names[after]) for before, after in _LINK.findall(text)})
    if not edges:
        raise InputError("snakemake --rulegraph: it printed no graph; is the version the one of envs/workflow.txt?")
    return edges


def graph_text(edges: Edges) -> str:
    """The graph in the language of Graphviz, one line for each edge."""
    lines = "".join(f"    {before} -> {after}\n" for before, after in edges)
    return f"digraph rules {{\n{lines}}}\n"


def read_graph(path: Path) -> Edges:
    """The edges that `graph_text` wrote.

    Raises:
        InputError: the file has none.
    """
    edges = _EDGE.findall(path.read_text(errors="replace"))
    if not edges:
        raise InputError(f"{path}: no rule graph; delete it to have it made again")
    return edges
