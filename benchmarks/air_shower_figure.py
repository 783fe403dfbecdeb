"""The figure of docs/air_showers.md: air showers of protons and iron beside what is published of them.

python benchmarks/air_shower_figure.py LIBRARY.safetensors docs/air_showers.png [--showers 50]

LIBRARY is one of the default settings, as benchmarks/air_showers.py or a study writes it.
"""

from __future__ import annotations

import argparse
import sys
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests/helpers")]

from air_samples import Showers, Tables, published_xmax, showers, tanks  # noqa: E402

from showergrid.report.figures.style import BLUE, ORANGE, new_figure, save, styled  # noqa: E402
from showergrid.sources.eas.cascade import DEPTH_STEP, DEPTHS  # noqa: E402
from showergrid.sources.eas.library import tables_of  # noqa: E402
from showergrid.sources.eas.settings import PRIMARIES, Tanks  # noqa: E402
from showergrid.sources.parts.library import read_library  # noqa: E402

COLORS = {"p": BLUE, "Fe": ORANGE}
ENERGIES = np.arange(17.0, 20.1, 0.5)  # log10 eV
DISTANCES = np.geomspace(400.0, 1500.0, 9)  # m; farther away few tanks of protons are read out
ZENITHS = np.array([0.0, 20.0, 30.0, 38.0, 45.0, 50.0, 55.0, 60.0])  # deg
ZENITH = 38.0
MEASURED = 48.0, 3.0  # VEM at 10^19 eV, 38 deg and 1000 m, log10 m: Auger, PRD 102 (2020) 062005


class Samples:
    """Showers of each kind, made once."""

    def __init__(self, tables: Tables, count: int) -> None:
        self.of = cache(lambda primary, energy, zenith: showers(primary, energy, zenith, count, 1e-4, tables))

    def __call__(self, primary: str, energy: float = 19.0, zenith: float = ZENITH) -> Showers:
        return self.of(primary, float(energy), float(zenith))


def error(values: np.ndarray) -> float:
    """Of the mean."""
    return float(values.std(ddof=1) / np.sqrt(values.size))


def depths(axes: Axes, samples: Samples) -> None:
    """Mean Xmax against the energy."""
    for primary, color in COLORS.items():
        every = [samples(primary, energy).xmax for energy in ENERGIES]
        axes.errorbar(
            ENERGIES, [x.mean() for x in every], [error(x) for x in every], fmt="o", ms=4, color=color, label=primary
        )
        lines = [published_xmax(PRIMARIES[primary], energy)[0] for energy in ENERGIES]
        axes.plot(ENERGIES, lines, color=color, label=f"{primary}, Sibyll 2.3d in CONEX")
    axes.set(xlabel="log10(E / eV)", ylabel="mean Xmax [g/cm2]", title="38 degrees")


def muons(axes: Axes, samples: Samples) -> None:
    """Muons at the ground against the energy, and the power of it that they follow."""
    for primary, color in COLORS.items():
        every = [samples(primary, energy).n_muons for energy in ENERGIES]
        number = np.array([x.mean() for x in every])
        slope, start = np.polyfit(ENERGIES, np.log10(number), 1)
        axes.errorbar(ENERGIES, number, [error(x) for x in every], fmt="o", ms=4, color=color, label=primary)
        axes.plot(ENERGIES, 10 ** (start + slope * ENERGIES), color=color, label=f"E^{slope:.3f}")
    axes.set(xlabel="log10(E / eV)", ylabel="muons above 0.3 GeV", yscale="log", title="38 degrees, 1,400 m")


def profiles(axes: Axes, samples: Samples) -> None:
    """Electrons along the axis, the mean of all showers and ten of them."""
    depth = (np.arange(DEPTHS) + 1) * DEPTH_STEP
    shown = depth < 1200
    for primary, color in COLORS.items():
        number = np.stack([shower.profile.number for shower in samples(primary).made]) / 1e9
        axes.plot(depth[shown], number[:10, shown].T, color=color, alpha=0.25, linewidth=0.8)
        axes.plot(depth[shown], number.mean(axis=0)[shown], color=color, linewidth=2.2, label=primary)
    axes.set(xlabel="slant depth [g/cm2]", ylabel="electrons [10^9]", title="10^19 eV, 38 degrees")


def signals(axes: Axes, samples: Samples) -> None:
    """What a tank sees against the distance, by muons and by photons and electrons."""
    for primary, color in COLORS.items():
        seen = [tanks(samples(primary), distance, Tanks()) for distance in DISTANCES]
        signal, share = (np.array([getattr(tank, name) for tank in seen]) for name in ("signal", "muon_share"))
        axes.plot(DISTANCES, signal, "o-", ms=4, color=color, label=primary)
        axes.plot(DISTANCES, signal * share, "--", color=color, label=f"{primary}, muons")
        axes.plot(DISTANCES, signal * (1 - share), ":", color=color, label=f"{primary}, photons and electrons")
    axes.plot(10 ** MEASURED[1], MEASURED[0], "k*", ms=9, label="Auger, data")
    axes.set(xlabel="distance [m]", ylabel="signal [VEM]", xscale="log", yscale="log", title="10^19 eV, 38 degrees")


def times(axes: Axes, samples: Samples) -> None:
    """Rise time against the distance, of tanks that are read out."""
    for primary, color in COLORS.items():
        seen = [tanks(samples(primary), distance, Tanks()).rise_time for distance in DISTANCES]
        axes.plot(DISTANCES, seen, "o-", ms=4, color=color, label=primary)
    axes.set(xlabel="distance [m]", ylabel="rise time, 10 to 50 % [ns]", title="10^19 eV, 38 degrees")


def attenuation(axes: Axes, samples: Samples) -> None:
    """Signal at 1000 m and the muons' part of it against the zenith angle."""
    for primary, color in COLORS.items():
        seen = [tanks(samples(primary, zenith=zenith), 1000.0, Tanks()) for zenith in ZENITHS]
        axes.plot(ZENITHS, [tank.signal for tank in seen], "o-", ms=4, color=color, label=primary)
        axes.plot(
            ZENITHS, [tank.signal * tank.muon_share for tank in seen], "--", color=color, label=f"{primary}, muons"
        )
    axes.plot(ZENITH, MEASURED[0], "k*", ms=9, label="Auger, data")
    axes.set(xlabel="zenith angle [deg]", ylabel="S(1000 m) [VEM]", title="10^19 eV", ylim=(0, None))


def main(a: argparse.Namespace) -> None:
    """Draw it."""
    samples = Samples(tables_of(read_library(a.library)), a.showers)
    with styled():
        figure = new_figure(13, 7.5)
        panels = (depths, muons, profiles, signals, times, attenuation)
        for axes, draw in zip(figure.subplots(2, 3).flat, panels, strict=True):
            draw(axes, samples)
            axes.legend(fontsize=8)
        save(figure, a.figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, help="of the default settings")
    parser.add_argument("figure", type=Path, help="file to write")
    parser.add_argument("--showers", type=int, default=50, help="of each kind")
    main(parser.parse_args())
