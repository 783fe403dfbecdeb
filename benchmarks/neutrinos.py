"""Interactions of neutrinos with argon: cross-sections a nucleon, their figure, and how long an event takes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from showergrid.core.seeds import generator  # noqa: E402
from showergrid.sources.nu.generator import generate  # noqa: E402
from showergrid.sources.nu.generator_settings import LibrarySettings, NeutrinoGenerator  # noqa: E402
from showergrid.sources.nu.interactions import MODES  # noqa: E402
from showergrid.sources.nu.library import Channel, make_library  # noqa: E402

KINDS = {"nu_mu CC": (14, True), "nu_mu bar CC": (-14, True), "nu NC": (14, False), "nu bar NC": (-14, False)}
AVERAGES = {14: 0.677, -14: 0.334}  # 1e-38 cm2/GeV a nucleon at 30 to 200 GeV, Particle Data Group


def per_nucleon(library: Mapping[str, np.ndarray], neutrino: int, charged: bool, energy: np.ndarray) -> np.ndarray:
    """(modes, n) [1e-38 cm2]: mean of proton and neutron at energies (n,) [GeV]."""
    return np.stack(
        [
            sum(Channel.of(library, charged, neutrino, nucleon, mode).cross_section(energy) for nucleon in "pn") / 2
            for mode in MODES
        ]
    )


def draw(library: Mapping[str, np.ndarray], path: Path) -> None:
    """Draw cross-sections of the charged current over the energy, of neutrinos and antineutrinos."""
    energy = np.geomspace(0.2, 20, 200)
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, layout="constrained")
    for panel, neutrino, name in zip(panels, (14, -14), (r"$\nu_\mu$", r"$\bar\nu_\mu$"), strict=True):
        modes = per_nucleon(library, neutrino, True, energy) / energy
        for label, values in zip(("quasi-elastic", r"$\Delta(1232)$", "deep inelastic"), modes, strict=True):
            panel.plot(energy, values, label=label)
        panel.plot(energy, modes.sum(axis=0), "k", label="all")
        panel.axhline(AVERAGES[neutrino], color="grey", ls="--", label="measured, 30 to 200 GeV")
        panel.set(xscale="log", xlabel="energy [GeV]", title=f"{name}, charged current", ylim=(0, None))
    panels[0].set_ylabel(r"$\sigma / E$ a nucleon [$10^{-38}$ cm$^2$/GeV]")
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main(arguments: argparse.Namespace) -> None:
    """Print the tables, and draw the figure where one is asked for."""
    start = time.process_time()
    library = make_library(LibrarySettings())
    print(f"library: {time.process_time() - start:.1f} s")
    energy = np.array([0.5, 1.0, 2.0, 3.0, 5.0, 10.0])
    print("cross-section a nucleon, mean of proton and neutron [1e-38 cm2]")
    print(f"{'':>14}{'':>7}" + "".join(f"{value:9g}" for value in energy) + " GeV")
    for name, (neutrino, charged) in KINDS.items():
        modes = per_nucleon(library, neutrino, charged, energy)
        rows = [*zip(MODES, modes, strict=True), ("all/E", modes.sum(axis=0) / energy)]
        for mode, values in rows:
            print(f"{name:>14}{mode:>7}" + "".join(f"{value:9.3f}" for value in values))
    print(f"{'':>14}{'ms an event':>14}{'qe':>8}{'delta':>8}{'dis':>8}{'particles':>11}")
    for name, (neutrino, charged) in KINDS.items():
        kinds = np.full(arguments.events, neutrino, np.int32)
        start = time.process_time()
        events = generate(NeutrinoGenerator(), library, kinds, kinds * 0 + charged > 0, generator(0, "benchmark"))
        spent = (time.process_time() - start) / arguments.events * 1e3
        shares = np.bincount(events.mode, minlength=len(MODES)) / arguments.events
        print(
            f"{name:>14}{spent:14.3f}"
            + "".join(f"{share:8.3f}" for share in shares)
            + f"{events.event.size / arguments.events:11.2f}"
        )
    if arguments.figure:
        draw(library, arguments.figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10000, help="of each kind (default: %(default)s)")
    parser.add_argument("--figure", type=Path, help="file to draw the cross-sections of the charged current to")
    main(parser.parse_args())
