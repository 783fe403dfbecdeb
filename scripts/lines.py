"""Read what Snakemake prints from standard input; print a line for each finished job, and what else it says."""

import argparse
import sys

from showergrid.core.errors import run
from showergrid.track.lines import shortened


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    for line in shortened(line.rstrip("\n") for line in sys.stdin):
        print(line, flush=True)


if __name__ == "__main__":
    run(main, argparse.ArgumentParser(description=__doc__))
