"""How long neutrino events take, part by part [ms of one core an event], what is in them, and pictures of some.

python benchmarks/neutrino_events.py --configfile config/neutrinos/test.yaml [--events 100] [--picture FILE.png]

The library is made first and not counted. `--events` are of each sample.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from showergrid.events.detector import Box  # noqa: E402
from showergrid.plan.layers import merged, read_layers  # noqa: E402
from showergrid.sources.neutrinos import Parameters  # noqa: E402
from showergrid.sources.nu.events import simulate_shard  # noqa: E402
from showergrid.sources.nu.library import make_library  # noqa: E402

PARTS = {  # function: what it does
    "generate": "generator",
    "outgoing": "decays of neutral pions",
    "follow": "Geant4",
    "of_tracks": "prongs in truth",
    "read_out_shares": "readout",
    "seen": "prongs of hits",
    "rows_in_order": "order",
    "conforming": "tables",
    "write": "data of Geant4, once a shard",
}
ANGLES = (0.0, 60.0, -60.0)  # degrees of the wires to the vertical
PIXEL = 0.8  # cm
MARGIN = 8.0  # cm around most of the hits


def main(arguments: argparse.Namespace) -> None:
    """Print the times, then numbers of hits and prongs by flavour and kind; draw."""
    config = merged(read_layers(ROOT, arguments.configfile, {}))
    count = {"events": arguments.events, "shard_size": arguments.events}
    settings = Parameters(**config["neutrinos"] | count)
    start = time.process_time()
    library = make_library(settings.library)
    print(f"library {time.process_time() - start:.1f} s")
    profile = cProfile.Profile(time.process_time)
    start = time.process_time()
    profile.enable()
    tables, counts = simulate_shard(0, settings, library, Box(**config["detector"]), config["order"])
    profile.disable()
    made = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        sizes = {}
        for name, table in tables.items():
            pq.write_table(table, Path(folder) / name)
            sizes[name] = (Path(folder) / name).stat().st_size
    total = tables["events"].num_rows
    print(f"all {(time.process_time() - start) / total * 1e3:.1f} ms, of which")
    for (file, _, function), (*_, cumulative, _) in pstats.Stats(profile).stats.items():
        if function in PARTS and (function != "write" or file.endswith("hadron_data.py")):
            print(f"  {PARTS[function]:30} {cumulative / total * 1e3:6.2f} ms")
    print(f"  {'writing':30} {(time.process_time() - made) / total * 1e3:6.2f} ms")
    print("kB an event: " + ", ".join(f"{name} {size / total / 1e3:.1f}" for name, size in sizes.items()))
    print(counts)
    described(tables)
    if arguments.picture:
        draw(tables, settings.samples, arguments.picture)


def described(tables: dict[str, pa.Table]) -> None:
    """Means of events by flavour, and of prongs by kind."""
    events, prongs = tables["events"].to_pandas(), tables["prongs"].to_pandas()
    columns = ["energy", "visible", "n_hits", "inelasticity", "protons", "charged_pions", "neutral_pions", "neutrons"]
    print(events.groupby("flavour")[columns].mean().round(2).to_string())
    print(events.groupby("flavour")["mode"].value_counts(normalize=True).unstack().round(2).to_string())
    kinds = prongs.groupby("kind").agg(
        an_event=("hits", lambda hits: len(hits) / len(events)),
        hits=("hits", "mean"),
        purity=("purity", "mean"),
        completeness=("completeness", "mean"),
    )
    print(kinds.round(2).to_string())


def draw(tables: dict[str, pa.Table], samples: list[str], path: Path) -> None:
    """Draw of each sample the event nearest to 1.5 GeV that is seen, in three views: by charge, then by prong."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    events, hits, prongs = (tables[name].to_pandas() for name in ("events", "hits", "prongs"))
    figure, axes = plt.subplots(2 * len(samples), 3, figsize=(12, 6 * len(samples)), squeeze=False)
    for i, sample in enumerate(samples):
        own = events[(events["flavour"] == sample) & events["inelasticity"].between(0.2, 0.5)]
        event = own.loc[(own["visible"] - 1.5).abs().idxmin()]
        hit = hits[hits["event"] == event["event"]]
        kinds = prongs[prongs["event"] == event["event"]].set_index("prong")["kind"]
        for j, angle in enumerate(ANGLES):
            cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
            wire = (hit["z"] - event["vertex_z"]) * cosine - (hit["y"] - event["vertex_y"]) * sine
            drift = hit["x"] - event["vertex_x"]
            # Of most of the hits: blips far away would leave the rest small
            bounds = [np.percentile(values, (1, 99)) + np.array([-MARGIN, MARGIN]) for values in (wire, drift)]
            edges = [np.arange(*bound, PIXEL) for bound in bounds]
            charge, *_ = np.histogram2d(wire, drift, bins=edges, weights=hit["charge"])
            top, bottom = axes[2 * i, j], axes[2 * i + 1, j]
            top.pcolormesh(*edges, np.where(charge > 0, np.log10(np.maximum(charge, 1)), np.nan).T, cmap="viridis")
            top.set_title(f"{sample}, {event['energy']:.1f} GeV, {event['mode']}; {angle:+.0f} degrees", fontsize=9)
            for number, kind in kinds.items():
                rows = hit["prong"] == number
                label = f"{kind} ({rows.sum()})" if j == 0 and number < 8 else None
                bottom.scatter(wire[rows], drift[rows], s=2, color=f"C{number % 10}", label=label)
            bottom.scatter(*(values[hit["prong"] < 0] for values in (wire, drift)), s=2, color="lightgrey")
            if j == 0:
                bottom.legend(fontsize=7, markerscale=3)
            bottom.set_xlabel("wire [cm]")
            for axis in (top, bottom):
                axis.set(xlim=bounds[0], ylim=bounds[1])
                axis.plot(0, 0, "r+", markersize=8)
                axis.set_ylabel("x [cm]")
    figure.tight_layout()
    figure.savefig(path, dpi=70, metadata={"Software": None})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configfile", type=Path, nargs="*", default=[], help="files of the study")
    parser.add_argument("--events", type=int, default=100, help="events of each sample")
    parser.add_argument("--picture", type=Path, help="picture to draw (PNG)")
    main(parser.parse_args())
