"""What a trained cell says of the 800 events of the DUNE CVN, and pictures of ours beside theirs.

python benchmarks/dune_events.py [--scores results-neutrinos/predictions/dune_own_views.parquet] [--picture FILE.png]

Reads open_data/dune_cvn_events.parquet and open_data/dune_cvn_pixels.parquet; pictures also the events of --results.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

EVENTS = Path("open_data/dune_cvn_events.parquet")
PIXELS = Path("open_data/dune_cvn_pixels.parquet")
ANGLES = (35.7, -35.7, 0.0)  # degrees of the wires to the vertical
PIXEL = 0.94  # cm: two wires
DRIFT, WIRE = 0.512, 0.47  # cm a pixel of the maps
CHARGE = 3.92  # tick ADC of DUNE a step of the maps
SIDE = 105.0  # cm that a picture shows
TRAINED_TO = 10.0  # GeV
SEEN = 1000  # hits of ours that are drawn: neutral currents often leave few
NAMES = {"numu": r"$\nu_\mu$ CC", "nue": r"$\nu_e$ CC", "nc": "NC"}


def main(arguments: argparse.Namespace) -> None:
    """Print what the scores say by class and energy; draw."""
    events = pd.read_parquet(EVENTS)
    for path in arguments.scores:
        print(path.name)
        described(events, pd.read_parquet(path))
    if arguments.picture:
        draw(events, arguments.results, arguments.energy, arguments.picture)


def described(events: pd.DataFrame, scores: pd.DataFrame) -> None:
    """Accuracies with Wilson's 95 % intervals, then answers and mean scores by kind, of energies apart."""
    rows = pd.concat([events, scores.drop(columns="event")], axis=1)
    high = rows["nu_energy"] > TRAINED_TO
    for name, part in {"all": rows, "to 10 GeV": rows[~high], "above 10 GeV": rows[high]}.items():
        asked = part[part["kind"].isin(NAMES)]
        right = asked["kind"] == asked["flavour.answer"]
        low, up = binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")
        by_class = right.groupby(asked["kind"]).mean()
        print(f"{name}: {len(asked)} events, {right.mean():.3f} right ({low:.3f} to {up:.3f})")
        print(f"mean efficiency of the classes {by_class.mean():.3f}")
        print(pd.crosstab(part["kind"], part["flavour.answer"]).to_string())
        print(part.groupby("kind")[[f"flavour.{kind}" for kind in NAMES]].mean().round(2).to_string())


def draw(events: pd.DataFrame, results: Path, energy: float, path: Path) -> None:
    """Draw of each class the event nearest to an `energy` [GeV], ours and DUNE's, in three views each."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    ours = pd.read_parquet(results / "data/events.parquet").query(f"n_hits >= {SEEN}")
    figure, axes = plt.subplots(len(NAMES), 6, figsize=(13, 2.4 * len(NAMES)), layout="constrained")
    for row, (kind, label) in zip(axes, NAMES.items(), strict=True):
        mine = nearest(ours[ours["flavour"] == kind], "energy", energy)
        theirs = nearest(events[events["kind"] == kind], "nu_energy", energy)
        hits = pd.read_parquet(results / "data/hits.parquet", filters=[("event", "==", int(mine["event"]))])
        pixels = pd.read_parquet(PIXELS, filters=[("event", "==", int(theirs["event"]))])
        for view, angle in enumerate(ANGLES):
            a = np.radians(angle)
            across = hits["z"] * np.cos(a) - hits["y"] * np.sin(a)
            shown(row[view], across, hits["x"], hits["charge"])
            seen = pixels[pixels["view"] == view]
            shown(row[3 + view], seen["row"] * WIRE, seen["column"] * DRIFT, seen["value"] * CHARGE)
            for axis, whose in ((row[view], "ours"), (row[3 + view], "DUNE")):
                axis.set_title(f"{whose}, {angle:+.1f}°" if kind == "numu" else "", fontsize=9)
        row[0].set_ylabel(f"{label}, {mine['energy']:.1f} GeV\ndrift", fontsize=9)
        row[3].set_ylabel(f"{theirs['nu_energy']:.1f} GeV", fontsize=9)
    figure.savefig(path, dpi=80, metadata={"Software": None})


def nearest(events: pd.DataFrame, column: str, energy: float) -> pd.Series:
    """The event nearest to an `energy` [GeV]."""
    return events.loc[(events[column] - energy).abs().idxmin()]


def shown(axis, across: pd.Series, drift: pd.Series, charge: pd.Series) -> None:
    """Draw the charge in pixels around its centre, as cells see it."""
    centre = [np.average(values, weights=charge) for values in (across, drift)]
    edges = [np.arange(middle - SIDE / 2, middle + SIDE / 2, PIXEL) for middle in centre]
    summed, *_ = np.histogram2d(across, drift, bins=edges, weights=charge)
    axis.pcolormesh(*edges, np.where(summed > 0, np.log10(np.maximum(summed, 1)), np.nan).T, vmin=1, vmax=4)
    axis.set(xticks=[], yticks=[], aspect="equal")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path, nargs="*", default=[], help="predictions of cells")
    parser.add_argument("--results", type=Path, default=Path("results-neutrinos"), help="folder of our events")
    parser.add_argument("--energy", type=float, default=3.0, help="energy of the neutrinos that are drawn [GeV]")
    parser.add_argument("--picture", type=Path, help="picture to draw (PNG)")
    main(parser.parse_args())
