"""Compare two folders of results: which files differ, how far scores and metrics of each cell are apart, and why.

The exit status is 0 if both have the same files with the same bytes, and 1 if not. Logs, benchmarks, archives, tracking
and the records themselves are left out, as they contain times.
"""

import argparse
import sys
from pathlib import Path

from showergrid.core.errors import run
from showergrid.rebuild.compare import compare
from showergrid.rebuild.compare_report import report
from showergrid.rebuild.results import read_results


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    comparison = compare(read_results(a.one), read_results(a.other))
    print(report(comparison, (str(a.one), str(a.other))), end="")
    sys.exit(0 if comparison.identical else 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", type=Path, metavar="A", help="folder of results of a study")
    parser.add_argument("other", type=Path, metavar="B", help="another, such as that of an unpacked archive")
    run(main, parser)
