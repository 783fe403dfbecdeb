"""Ask Snakemake which rule of a study needs which, and write the graph in the language of Graphviz."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.data.rule_graph import ask_snakemake, graph_text


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"snakefile": a.snakefile})
    edges = ask_snakemake(a.snakefile, job.config["study"], a.targets)
    with replacing(a.output) as beside:
        beside.write_text(graph_text(edges))
    job.finish(a.provenance, outputs={"output": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job, the study's in it")
    parser.add_argument("--snakefile", type=Path, required=True, help="Snakefile of the workflow")
    parser.add_argument("--targets", nargs="*", default=[], help="files or rules to plan (default: everything)")
    parser.add_argument("--output", type=Path, required=True, help="text to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
