"""How fast collisions with two muons are made, and whether trying their decays again biases them.

python benchmarks/collision_rates.py [--events 500] [--processes w_jets ttbar]

The first table gives the rates of one core, plain (Pythia decays each collision once by itself) and as a study makes
them, in two steps with the tries of the configuration: collisions and events a second of processor time, and effective
events, as which those of one collision count together. The second one compares both samples: p-values of Kolmogorov and
Smirnov, of chi2 for the origin of the second muon, and the least of each process times the number of tests.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests/helpers")]

from collision_samples import OneStep, Sample, same, sample  # noqa: E402

from showergrid.sources.pp.generator import Generator  # noqa: E402
from showergrid.sources.pp.settings import Collisions  # noqa: E402


def rates(name: str, made: Sample) -> str:
    """One line of the first table."""
    of, seconds = made.made, made.seconds
    columns = (of.collisions / seconds, of.events / of.collisions / of.tries, of.events / seconds)
    return f"{name:10}{of.tries:6}{columns[0]:14.1f}{columns[1]:10.4f}{columns[2]:10.2f}{of.effective / seconds:12.2f}"


def main(arguments: argparse.Namespace) -> None:
    """Make both samples of each process, and print the tables."""
    settings = Collisions(seed=arguments.seed, events=1)
    pairs = {}
    for process in arguments.processes or settings.processes:
        pairs[process] = [
            sample(OneStep, process, settings, arguments.events),
            sample(Generator, process, settings, arguments.tried * arguments.events),
        ]
    print(f"\n{'process':10}{'tries':>6}{'collisions/s':>14}{'share':>10}{'events/s':>10}{'effective/s':>12}")
    for process, samples in pairs.items():
        for made in samples:
            print(rates(process, made))
    compared = {process: same(*samples) for process, samples in pairs.items()}
    print(f"\n{'p-value':28}" + "".join(f"{process:>10}" for process in compared))
    for test in next(iter(compared.values())):
        print(f"{test:28}" + "".join(f"{tests[test][1]:10.3f}" for tests in compared.values()))
    least = [min(1, len(tests) * min(p for _, p in tests.values())) for tests in compared.values()]
    print(f"{'least, times their number':28}" + "".join(f"{p:10.3f}" for p in least))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=500, help="plain events of each process")
    parser.add_argument("--tried", type=int, default=3, help="how many times as many are made in two steps")
    parser.add_argument("--processes", nargs="*", help="processes, by default all")
    parser.add_argument("--seed", type=int, default=1, help="of both samples, which share no stream")
    main(parser.parse_args())
