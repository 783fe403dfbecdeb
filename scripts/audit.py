"""Say of every output of a study whether it is current, stale, damaged or without a record, from the records alone.

An output is stale where the configuration, code, environment or inputs are no longer those that its record tells of, or
where it rests on one that is not current. The exit status is 0 if all are current, or once --forget has removed the
others, and 1 if not. Logs, benchmarks, archives and tracking are left out.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from snakemake.cli import parse_config

from showergrid.core.errors import InputError, run
from showergrid.core.yaml_files import typed
from showergrid.plan.audit import STATES, Project, audit, forget
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import published
from showergrid.plan.layers import merged, read_layers
from showergrid.rebuild.results import read_results

ROOT = Path(__file__).resolve().parents[1]


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    try:
        values = typed(parse_config(a.config))
    except ValueError as error:
        raise InputError(f"--config: {error}") from None
    study = read_study(merged(read_layers(ROOT, a.configfile, values)))
    results = read_results(a.results or ROOT / study.config.results)
    audited = audit(results, Project(study, published(study.config, ROOT), ROOT))
    for entry in audited:
        print(entry.line)
    numbers = Counter(entry.state for entry in audited)
    print(f"{results.folder}: {', '.join(f'{numbers[state]} {state}' for state in STATES)}")
    if a.forget:
        print(f"removed {len(forget(results, audited))} stale or damaged files; the next call of snakemake makes them")
    elif numbers.keys() != {"current"}:
        sys.exit(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="?", help="folder of results (default: that of the configuration)")
    parser.add_argument(
        "--configfile", type=Path, nargs="+", default=[], help="configuration files of the study, as for snakemake"
    )
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE", help="single keys, as for snakemake")
    parser.add_argument("--forget", action="store_true", help="remove what is stale or damaged, with its records")
    run(main, parser)
