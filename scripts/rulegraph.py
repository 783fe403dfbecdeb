"""Draw which rule of a study needs which."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.data.rule_graph import read_graph
from showergrid.report.figures.rule_graph import rulegraph_figure


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"rules": a.rules})
    rulegraph_figure(read_graph(a.rules), a.output)
    job.finish(a.provenance, outputs={"output": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--rules", type=Path, required=True, help="text that list_rules wrote")
    parser.add_argument("--output", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
