"""Build the container images that are out of date, and write containers/images.lock.yaml."""

import argparse
from pathlib import Path

from showergrid.core.errors import run
from showergrid.plan import containers

ROOT = Path(__file__).resolve().parents[1]


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    for name in a.image or containers.COMMON:
        containers.update(ROOT, name, print)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--image",
        action="append",
        choices=containers.names(ROOT),
        help="this one; may be repeated; by default those that every study needs",
    )
    run(main, parser)
