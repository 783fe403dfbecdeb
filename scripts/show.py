"""Show a table of networks and representations on the terminal: test accuracies with their intervals."""

import argparse
from pathlib import Path

from showergrid.core.errors import run
from showergrid.report.formats.terminal import read_rows, terminal_table


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    rows = read_rows(a.table)
    events = next((row["test_events"] for row in rows if row.get("test_events")), "the")
    print(f"Test accuracy, below it the interval, on {events} test events; *: best of a column\n")
    print(terminal_table(rows))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, help="CSV file of the table, such as results/table1.csv")
    run(main, parser)
