"""Build the container images that are out of date, and write containers/images.lock.yaml."""

import argparse
from pathlib import Path

from showergrid.core.errors import run
from showergrid.plan import containers


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    for name in a.image or containers.IMAGES:
        containers.update(Path(__file__).resolve().parents[1], name, print)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", action="append", choices=containers.IMAGES, help="this one alone; may be repeated")
    run(main, parser)
