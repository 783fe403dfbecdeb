"""Air showers beside what is published of them, and how fast they are made.

python benchmarks/air_showers.py [--showers 200] [--events 200] [--breakups 50] [--library FILE.safetensors]

Columns: a quantity, its value here with its statistical error, what is published or required, and where. Means are of
`--showers` showers of each kind, thinned to 1e-4 but for the last lines. A library that is not there is made first, and
kept where it is named.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests/helpers")]

from air_samples import Showers, Tables, published_xmax, showers, spread, tanks  # noqa: E402

from showergrid.sources.eas.library import SHARE, Interactions, make_library, tables_of  # noqa: E402
from showergrid.sources.eas.particles import PROJECTILES  # noqa: E402
from showergrid.sources.eas.settings import PRIMARIES, InteractionSettings, Tanks  # noqa: E402
from showergrid.sources.parts.library import read_library, write_library  # noqa: E402

ZENITH = 38.0  # deg
ENERGIES = (17.5, 18.5, 19.5)  # log10 eV
THINNING = 1e-4
COMPARED = (("multiplicity", ".1f"), ("elasticity", ".3f"), ("cross-section [mb]", ".0f"))  # at the transition


def row(quantity: str, here: str, published: str = "", source: str = "") -> None:
    """One line of the table."""
    print(f"{quantity:44}{here:>20}{published:>18}   {source}", flush=True)


def mean(values: np.ndarray, form: str) -> str:
    """A mean with its error."""
    return f"{values.mean():{form}} +- {values.std(ddof=1) / np.sqrt(values.size):{form}}"


def transition(table: Interactions) -> None:
    """Both models at the energy where one takes over: hadrons and photons above their thresholds, the largest share."""
    energies = table.log_energy
    low = int(np.argmin(np.diff(energies)))  # it stands there twice
    each = (table.start.size - 1) // table.cross_section.size
    for k, projectile in enumerate(PROJECTILES):
        found = []
        for i in (low, low + 1):
            own = slice((k * energies.size + i) * each, (k * energies.size + i + 1) * each + 1)
            first, last = table.start[own][[0, -1]]
            photons = np.diff(table.photon_start[own])
            starts = table.start[own][:-1]
            number = (last - first + photons.sum()) / each
            found.append((number, table.hadrons[starts, SHARE].mean(), table.cross_section[k, i]))
        for (name, form), *both in zip(COMPARED, *found, strict=True):
            here = " / ".join(f"{value:{form}}" for value in both)
            row(f"{name} of {projectile}, low / high model", here, "equal")


def averages(tables: Tables, count: int) -> dict[tuple[str, float], Showers]:
    """Xmax and muons of all primaries at three energies."""
    made = {}
    for log_energy in ENERGIES:
        for primary, nucleons in PRIMARIES.items():
            sample = made[primary, log_energy] = showers(primary, log_energy, ZENITH, count, THINNING, tables)
            depth, width = published_xmax(nucleons, log_energy)
            name = f"{primary}, 10^{log_energy} eV"
            row(f"Xmax {name} [g/cm2]", mean(sample.xmax, ".0f"), f"{depth:.0f}", "Sibyll 2.3d, CONEX")
            row("  its standard deviation", f"{sample.xmax.std(ddof=1):.0f}", f"{width:.0f}", "the same")
            row("  muons at the ground", mean(sample.n_muons, ".3g"))
            row("  their relative standard deviation", f"{spread(sample.n_muons):.3f}")
        light, heavy = (made[primary, log_energy] for primary in ("p", "Fe"))
        ratio = heavy.n_muons.mean() / light.n_muons.mean()
        row(f"muons Fe / p, 10^{log_energy} eV", f"{ratio:.3f}", "1.3 to 1.4")
        lines = published_xmax(1, log_energy)[0] - published_xmax(56, log_energy)[0]
        row(f"Xmax p - Fe, 10^{log_energy} eV [g/cm2]", f"{light.xmax.mean() - heavy.xmax.mean():.0f}", f"{lines:.0f}")
    decades = ENERGIES[-1] - ENERGIES[0]
    for primary, nucleons in PRIMARIES.items():
        first, last = made[primary, ENERGIES[0]], made[primary, ENERGIES[-1]]
        exponent = np.log10(last.n_muons.mean() / first.n_muons.mean()) / decades
        row(f"exponent of the muons, {primary}", f"{exponent:.3f}", "about .9")
        lines = (published_xmax(nucleons, ENERGIES[-1])[0] - published_xmax(nucleons, ENERGIES[0])[0]) / decades
        rate = (last.xmax.mean() - first.xmax.mean()) / decades
        row(f"elongation rate, {primary} [g/cm2]", f"{rate:.1f}", f"{lines:.1f}")
    return made


def superposition(made: dict[tuple[str, float], Showers], tables: Tables, count: int) -> None:
    """A nucleus against as many nucleons."""
    for primary, nucleons in list(PRIMARIES.items())[1:]:
        whole = made[primary, 18.5]
        alone = showers("p", 18.5 - np.log10(nucleons), ZENITH, count, THINNING, tables, seed=2)
        ratio = whole.n_muons.mean() / alone.n_muons.mean() / nucleons
        row(f"muons of {primary} / nucleons'", f"{ratio:.3f}", "1 +- .05")
        row(f"Xmax of {primary} - nucleons' [g/cm2]", f"{whole.xmax.mean() - alone.xmax.mean():.1f}", "0 +- 10")
        widths = whole.xmax.std(ddof=1), alone.xmax.std(ddof=1) / np.sqrt(nucleons)
        row("  standard deviation of both", " / ".join(f"{width:.0f}" for width in widths), "larger")


def ground(tables: Tables, count: int) -> None:
    """Tanks at 10^19 eV, and the number of muons in inclined showers."""
    settings = Tanks()
    signals = {}
    for zenith in (0.0, ZENITH, 55.0):
        for primary in ("p", "Fe"):
            sample = showers(primary, 19.0, zenith, count, THINNING, tables)
            near, far = (tanks(sample, distance, settings) for distance in (1000.0, 1500.0))
            signals[primary, zenith] = near.signal
            name = f"{primary}, {zenith:.0f} deg"
            published = ("48", "Auger, PRD 102 (2020) 062005") if zenith == ZENITH else ()
            row(f"S(1000 m), {name} [VEM]", f"{near.signal:.1f}", *published)
            row("  its part by photons and electrons", f"{near.signal * (1 - near.muon_share):.1f}")
            row("  muons' share", f"{near.muon_share:.2f}", ".3 to .7" if zenith == ZENITH else "")
            row("  rise time at 1000, 1500 m [ns]", f"{near.rise_time:.0f}, {far.rise_time:.0f}")
    for primary in ("p", "Fe"):
        steep, inclined = (signals[primary, zenith] / signals[primary, ZENITH] for zenith in (0.0, 55.0))
        row(f"S(1000 m) at 0, 55 over 38 deg, {primary}", f"{steep:.2f}, {inclined:.2f}")
        muons = showers(primary, 19.0, 67.0, count, THINNING, tables).n_muons
        row(
            f"muons at 10^19 eV and 67 deg, {primary}",
            mean(muons / 1e7, ".2f"),
            "2.68 +- .48",
            "1e7: arXiv:1408.1421, data",
        )


def rates(tables: Tables, count: int) -> None:
    """Processor time with the default thinning, and its noise."""
    settings = Tanks()
    seconds, samples = {}, {}
    for primary in PRIMARIES:
        start = time.process_time()
        samples[primary] = showers(primary, 18.5, ZENITH, count, 1e-5, tables, seed=3)
        tanks(samples[primary], 1000.0, settings)
        seconds[primary] = (time.process_time() - start) / count
        row(f"processor time of a shower, {primary} [ms]", f"{1000 * seconds[primary]:.0f}")
    row("showers a second of two cores, 10^18.5 eV", f"{2 / np.mean(list(seconds.values())):.1f}", "20")
    iron = samples["Fe"]
    row("noise of N_mu by thinning / spread, Fe", f"{iron.noise:.4f} / {spread(iron.n_muons):.3f}", "below a third")


def main(a: argparse.Namespace) -> None:
    """Print the table."""
    settings = InteractionSettings(events=a.events, breakups=a.breakups)
    start = time.process_time()
    if a.library and a.library.is_file():
        arrays = read_library(a.library)
    else:
        arrays, _ = make_library(settings)
        row("processor time of the library [s]", f"{time.process_time() - start:.0f}")
        if a.library:
            write_library(a.library, arrays)
    tables = tables_of(arrays)
    start = time.process_time()
    first = showers("p", 16.0, ZENITH, 1, 1e-2, tables)
    tanks(first, 1000.0, Tanks())
    row("processor time to compile [s]", f"{time.process_time() - start:.0f}")
    transition(tables[0])
    made = averages(tables, a.showers)
    superposition(made, tables, a.showers)
    ground(tables, max(a.showers // 4, 2))
    rates(tables, max(a.showers // 4, 2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--showers", type=int, default=200, help="of each kind")
    parser.add_argument("--events", type=int, default=200, help="interactions of the library at each energy")
    parser.add_argument("--breakups", type=int, default=50, help="of each nucleus at each energy")
    parser.add_argument("--library", type=Path, help="library to read, or to write where it is not there")
    main(parser.parse_args())
