"""What changes in air showers where UrQMD gives way to Sibyll at 200 GeV in place of 80 GeV.

python benchmarks/transition.py LIBRARY.safetensors [--showers 200] [--repeats 5]

First it prints what both models do at the same energies, then the ratio of the muons at the ground. Both libraries
share all interactions but those between the two energies, which are drawn anew for each repeat: the noise of what they
share is in neither, and that of the rest is seen in the spread of the repeats. LIBRARY is one of the default settings,
as benchmarks/air_showers.py or a study writes it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests/helpers")]

from air_samples import EXPONENT, Tables, showers  # noqa: E402

from showergrid.sources.eas.interactions import Model  # noqa: E402
from showergrid.sources.eas.library import KIND, PT, SHARE, Interactions, _joined, _point, tables_of  # noqa: E402
from showergrid.sources.eas.particles import K_SHORT, KAON, NUCLEON, PION, PROJECTILES  # noqa: E402
from showergrid.sources.eas.settings import InteractionSettings  # noqa: E402
from showergrid.sources.parts.library import read_library  # noqa: E402

ENERGIES = (80.0, np.sqrt(80.0 * 200.0), 200.0)  # GeV, between which the transition is moved
Point = list[tuple[np.ndarray, ...]]  # interactions of one projectile at one energy, as a library is made of them


def drawn(models: dict[str, Model], events: int) -> dict[str, list[Point]]:
    """Interactions of each model, of each projectile at all ENERGIES."""
    return {
        name: [_point(model.interactions(p, e, events), e) for p in PROJECTILES for e in ENERGIES]
        for name, model in models.items()
    }


def compared(every: list[dict[str, list[Point]]]) -> None:
    """Print how much of the energy goes where, and what an interaction is worth in muons: the sum of share^EXPONENT."""
    print(f"{'':16}{'model':8}{'nucleons':>14}{'pions':>14}{'kaons':>14}{'photons':>14}{'worth':>14}")
    for number, (projectile, energy) in enumerate((p, e) for p in PROJECTILES for e in ENERGIES):
        for name in every[0]:
            quantities = []
            for kind, share, _, photons, *_ in (made for drawn in every for made in drawn[name][number]):
                shares = [share[(kind >= low) & (kind <= high)].sum() for low, high in ((NUCLEON,) * 2, (PION,) * 2)]
                shares += [share[(kind >= KAON) & (kind <= K_SHORT)].sum(), photons.sum()]
                quantities.append([*shares, (share[kind <= K_SHORT] ** EXPONENT).sum()])
            values = np.array(quantities)
            errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
            columns = "".join(f"{v:8.3f}+-{e:.3f}" for v, e in zip(values.mean(axis=0), errors, strict=True))
            print(f"{projectile:5}{energy:4.0f} GeV   {name:8}{columns}", flush=True)


def taken_apart(table: Interactions) -> list[list[Point]]:
    """The points of a library by projectile and energy."""
    size = table.log_energy.size
    each = (table.start.size - 1) // table.cross_section.size

    def point(number: int) -> Point:
        made = []
        for k in range(number * each, (number + 1) * each):
            hadrons = table.hadrons[table.start[k] : table.start[k + 1]]
            photons = table.photons[table.photon_start[k] : table.photon_start[k + 1]]
            made.append((hadrons[:, KIND], hadrons[:, SHARE], hadrons[:, PT], photons[:, SHARE], 0.0, 0))
        return made

    return [[point(row * size + i) for i in range(size)] for row in range(len(PROJECTILES))]


def put_together(
    table: Interactions, known: list[list[Point]], new: dict[str, list[Point]], *, moved: bool
) -> Interactions:
    """A library with new points at ENERGIES, of UrQMD if the transition is moved, else of Sibyll."""
    energies = 10**table.log_energy
    below, above = (
        np.flatnonzero(outside) for outside in (energies < 0.99 * ENERGIES[0], energies > 1.01 * ENERGIES[-1])
    )
    between = (
        [("low", 0), ("low", 1), ("low", 2), ("high", 2)] if moved else [("low", 0), *(("high", k) for k in range(3))]
    )
    points = [
        point
        for row, own in enumerate(known)
        for point in (
            *(own[i] for i in below),
            *(new[name][row * len(ENERGIES) + k] for name, k in between),
            *(own[i] for i in above),
        )
    ]
    added = [np.log10(ENERGIES[k]) for _, k in between]
    log_energy = np.concatenate([table.log_energy[below], added, table.log_energy[above]])
    section = np.stack([np.interp(log_energy, table.log_energy, row) for row in table.cross_section])
    arrays = _joined(log_energy, section, points)
    return Interactions(*(arrays[f"hadronic.{name}"] for name in Interactions._fields))


def muons(tables: Tables, every: list[dict[str, list[Point]]], count: int) -> None:
    """Print the ratio of the muons at the ground."""
    hadronic, nuclear = tables
    known = taken_apart(hadronic)
    for primary in ("p", "Fe"):
        ratios = []
        for seed, new in enumerate(every):
            here, there = (
                showers(primary, 18.5, 38.0, count, 1e-4, (library, nuclear), seed)
                for library in (put_together(hadronic, known, new, moved=moved) for moved in (False, True))
            )
            ratios.append(there.n_muons.mean() / here.n_muons.mean())
        error = np.std(ratios, ddof=1) / np.sqrt(len(ratios))
        print(f"muons of {primary}, 200 / 80 GeV: {np.mean(ratios):.3f} +- {error:.3f}", flush=True)


def main(a: argparse.Namespace) -> None:
    """Print both."""
    tables = tables_of(read_library(a.library))
    events = (tables[0].start.size - 1) // tables[0].cross_section.size
    settings = InteractionSettings(events=events)
    models = {"low": Model(settings.low, 11), "high": Model(settings.high, 12)}
    every = [drawn(models, events) for _ in range(a.repeats)]
    compared(every)
    muons(tables, every, a.showers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, help="of the default settings")
    parser.add_argument("--showers", type=int, default=200, help="of each kind")
    parser.add_argument("--repeats", type=int, default=5, help="of the interactions in between")
    main(parser.parse_args())
