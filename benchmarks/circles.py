"""Speed of drawing circles on one core; with --figure, a picture of them beside Matplotlib's drawing.

python benchmarks/circles.py [--events 4800] [--figure docs/circles.png]
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from matplotlib import pyplot as plt

from showergrid.representations import circles

BATCH = 48
RESOLUTIONS = (112, 224, 448)
DRAWN = 244  # px, of the published images
KINDS = (circles.MUON, circles.MET, circles.JET)
# pT [GeV], eta, phi [rad] and charge of the objects of each kind
EVENTS = {
    "two muons, two jets": [
        *((circles.MUON, 45, 0.3, 1.6, 1), (circles.MUON, 38, -0.2, -1.2, -1), (circles.MET, 12, 0, 2.2, 0)),
        *((circles.JET, 46, 0.3, 1.6, 0), (circles.JET, 38, -0.2, -1.2, 0)),
    ],
    "four jets": [
        *((circles.MUON, 60, -0.4, 1.2, -1), (circles.MUON, 22, 0.5, 0.1, 1), (circles.MET, 75, 0, 0.9, 0)),
        *((circles.JET, 110, -1.8, 0.8, 0), (circles.JET, 64, 0.1, 1.1, 0), (circles.JET, 50, 0.7, 0.1, 0)),
        (circles.JET, 31, 0, -2.1, 0),
    ],
    "a muon below 1 GeV": [
        *((circles.MUON, 33, 1.9, -3.0, 1), (circles.MUON, 0.8, -1.1, 2.6, -1), (circles.MET, 28, 0, 3.1, 0)),
        (circles.JET, 35, 2.4, -2.9, 0),
    ],
}


def collisions(events: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and objects of events with two muons, MET and one to four jets, as `circles.draw` takes them."""
    random = np.random.default_rng(0)
    jets = random.integers(1, 5, events)
    offsets = np.append(0, np.cumsum(3 + jets))
    place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], 3 + jets)
    n = place.size
    values = np.column_stack(
        [
            np.select([place < 2, place == 2], KINDS[:2], KINDS[2]),
            random.exponential(35, n) + np.where(place < 2, 5, np.where(place == 2, 0, 20)),
            np.where(place == 2, 0, random.normal(0, 1.3, n)),
            random.uniform(-np.pi, np.pi, n),
            np.where(place < 2, 1 - 2 * place, 0),
        ]
    )
    return offsets, values.astype(np.float32)


def speed(events: int, resolution: int) -> float:
    """Images a second of this thread's CPU time, batch by batch; the better of three tries."""
    offsets, values = collisions(events)
    taken = []
    for _ in range(3):
        start = time.thread_time()
        for first in range(0, events, BATCH):
            own = offsets[first : first + BATCH + 1]
            circles.draw(own - own[0], values[own[0] : own[-1]], resolution, circles.Parameters())
        taken.append(time.thread_time() - start)
    return events / min(taken)


def by_matplotlib(objects: list[tuple[float, ...]], resolution: int | None = None) -> np.ndarray:
    """(H, W, 3): the circles as the reference drew them, with savefig's tight margins around 224 px; or, at a given
    resolution, with axes that lie exactly where `circles` has its frame.
    """
    parameters = circles.Parameters()
    scale = 1 if resolution is None else resolution / DRAWN
    size = 224 if resolution is None else resolution
    figure, axes = plt.subplots(figsize=(size / 96, size / 96), dpi=96)
    margin = 0 if resolution is None else parameters.margin / 72 * 96 / DRAWN
    axes.set_position([margin, margin, 1 - 2 * margin, 1 - 2 * margin])
    angle = np.linspace(0, 2 * np.pi, 125)
    for kind, pt, eta, phi, charge in objects:
        alpha, color, width = {
            circles.MUON: (0.25, "red", 2 if charge > 0 else 1),
            circles.MET: (0.1, "black", 1.5),
            circles.JET: (0.1, "blue", 1.5),
        }[kind]
        radius = max(alpha * np.log(pt), parameters.smallest_radius)
        x, y = eta * 0.4 + radius * np.cos(angle), phi * 0.4 + radius * np.sin(angle)
        axes.plot(x, y, "-", color=color, lw=width * scale)
    axes.set_xlim(-np.pi, np.pi)
    axes.set_ylim(-np.pi, np.pi)
    axes.set_aspect("equal")
    axes.axis("off")
    written = io.BytesIO()
    figure.savefig(written, dpi=96, **({"bbox_inches": "tight"} if resolution is None else {}))
    plt.close(figure)
    written.seek(0)
    return plt.imread(written)[..., :3]


def by_circles(objects: list[tuple[float, ...]], resolution: int) -> np.ndarray:
    """(H, W, 3): the same circles as `circles` draws them."""
    offsets, values = np.array([0, len(objects)]), np.array(objects, dtype=np.float32)
    return circles.draw(offsets, values, resolution, circles.Parameters())[0].transpose(1, 2, 0)


def draw_figure(path: Path) -> None:
    """Draw each event by Matplotlib as the reference had it, and by `circles` at 224 and 112 px."""
    drawings: dict[str, Callable[[list[tuple[float, ...]]], np.ndarray]] = {
        "Matplotlib, as the reference": by_matplotlib,
        "circles, 224 px": lambda objects: by_circles(objects, 224),
        "circles, 112 px": lambda objects: by_circles(objects, 112),
    }
    figure, places = plt.subplots(len(EVENTS), len(drawings), figsize=(7.5, 7.8), layout="constrained")
    for axes, name in zip(places[0], drawings, strict=True):
        axes.set_title(name, fontsize=10)
    for row, (title, objects) in zip(places, EVENTS.items(), strict=True):
        for axes, draw in zip(row, drawings.values(), strict=True):
            axes.imshow(draw(objects), interpolation="nearest")
            axes.set(xticks=[], yticks=[])
        row[0].set_ylabel(title, fontsize=10)
        difference = np.abs(by_matplotlib(objects, 224) - by_circles(objects, 224)).mean()
        print(f"{title}: mean absolute difference {difference:.5f} of Matplotlib's pixels, 0 to 1, in the same frame")
    figure.savefig(path, dpi=200, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=4800, help="events drawn at each resolution")
    parser.add_argument("--figure", type=Path, help="picture to write")
    arguments = parser.parse_args()
    print(f"{'px':>5} {'images/s a core':>16}")
    for size in RESOLUTIONS:
        print(f"{size:5} {speed(arguments.events, size):16.0f}")
    if arguments.figure:
        draw_figure(arguments.figure)
