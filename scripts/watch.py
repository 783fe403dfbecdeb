"""Show how far the trainings of a study are, while snakemake runs elsewhere; nothing is written."""

import argparse
import time
from pathlib import Path

from showergrid.core.errors import InputError, run
from showergrid.track.watch import lines, trainings


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    if not a.results.is_dir():
        raise InputError(f"{a.results}: no such folder; name that of the study")
    print(*lines(trainings(a.results)), sep="\n", flush=True)
    try:
        while a.every:
            time.sleep(a.every)
            print("", *lines(trainings(a.results)), sep="\n", flush=True)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="folder of the study (results)")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="again and again, until Ctrl-C")
    run(main, parser)
