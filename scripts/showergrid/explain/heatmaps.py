"""Heat maps: which pixels an answer rests on, and tests of whether they can be trusted.

The heat of a pixel is the integrated gradient (Sundararajan et al., ICML 2017) of the log odds of the answer between
the empty image and the event's: what the pixel adds to the log odds. So the heat of an event's pixels adds up to the
difference of the log odds of both images, and empty pixels have none. The method needs no layer of a certain kind, and
works in two dimensions as in three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from captum.attr import IntegratedGradients
from scipy.stats import spearmanr
from torch import Tensor, nn

from showergrid.core.atomic import replacing
from showergrid.core.progress import progress
from showergrid.core.seeds import generator
from showergrid.evaluation.metrics import mean_share
from showergrid.evaluation.settings import Bootstrap
from showergrid.explain.selection import largest
from showergrid.inputs.window import Cut
from showergrid.training.data import Task
from showergrid.training.loop import answers, batches, parts
from showergrid.training.settings import Training

RANDOM_MASKS = 5  # number of random masks over which their effect is averaged


@dataclass(frozen=True)
class Asked:
    """A network to explain, and its answers `answer` (n,) int64 to the first of its questions for n `images`."""

    network: nn.Module
    tasks: Sequence[Task]
    images: Cut
    answer: np.ndarray
    settings: Training
    device: torch.device

    def heat(self, steps: int) -> np.ndarray:
        """(p,) float64: what each occupied pixel adds to the log odds of its event's answer, channels summed.

        The gradient is integrated over `steps` images between the empty one and the event's, in float32 whatever the
        precision of the training.
        """
        self.network.eval()
        method = IntegratedGradients(lambda x, answer: log_odds(parts(self.tasks, self.network(x))[0], answer))
        offsets, size = self.images.offsets, self.settings.micro_batch_size or self.settings.batch_size
        heats = []
        for rows in progress(batches(np.arange(len(self.images)), size), "heat maps", "batch"):
            x = torch.from_numpy(self.images.batch(rows)[self.images.name])  # (B, C, H, W) or (B, C, D, H, W)
            x = x.to(self.device)
            answer = torch.from_numpy(self.answer[rows]).to(self.device)
            gradient = method.attribute(x, additional_forward_args=(answer,), n_steps=steps, internal_batch_size=size)
            dense = gradient.detach().double().sum(1).flatten(1).cpu().numpy()  # (B, pixels of the window)
            row = np.repeat(np.arange(rows.size), np.diff(offsets)[rows])
            heats.append(dense[row, self.images.position[offsets[rows[0]] : offsets[rows[-1] + 1]]])
        return np.concatenate(heats)

    def probability(self, masked: np.ndarray) -> np.ndarray:
        """(n,) float64: probability of the answer when the pixels `masked` (p,) bool are emptied."""
        shown = replace(self.images, values=np.where(masked, np.float32(0), self.images.values))
        probabilities = answers(self.network, self.settings, self.tasks, shown, self.device)[0].numpy()
        return probabilities[np.arange(self.answer.size), self.answer]


def log_odds(logits: Tensor, answer: Tensor) -> Tensor:
    """Log odds ln p / (1 - p), (N,), of the classes `answer` (N,) int64, from `logits` (N, classes)."""
    own = logits.gather(1, answer[:, None])[:, 0]
    return own - logits.scatter(1, answer[:, None], -torch.inf).logsumexp(1)


def falls(answered: Asked, heat: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fall (n,) of the answer's probability without the hottest `share` of each event's occupied pixels.

    The second array is the fall without as many pixels chosen at random.
    """
    offsets = answered.images.offsets
    before = answered.probability(np.zeros(heat.size, bool))
    random = [
        answered.probability(largest(generator(seed, "masks", i).random(heat.size), offsets, share))
        for i in range(RANDOM_MASKS)
    ]
    return before - answered.probability(largest(heat, offsets, share)), before - np.mean(random, axis=0)


def correlation(first: np.ndarray, second: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation (n,) of two maps (p,), event by event; NaN where either of them is flat."""
    pairs = zip(np.split(first, offsets[1:-1]), np.split(second, offsets[1:-1]), strict=True)
    return np.array([spearmanr(a, b).statistic if a.size and np.ptp(a) and np.ptp(b) else np.nan for a, b in pairs])


def summary(
    measured: Mapping[str, np.ndarray], labels: np.ndarray, bootstrap: Bootstrap, group: np.ndarray | None = None
) -> dict[str, Any]:
    """Mean over events with its interval, and median, of each quantity (n,); null where no event has a value.

    `labels` (n,) are the classes of the events, `group` (n,) their groups; None if each event stands by itself.
    """
    report: dict[str, Any] = {}
    for name, values in measured.items():
        known = np.isfinite(values)
        grouped = None if group is None else group[known]
        report[name] = (
            mean_share(values[known], labels[known], bootstrap, "heatmaps", group=grouped) if known.any() else None
        )
    return report


def write_maps(
    path: Path,
    about: pa.Table,
    measured: Mapping[str, np.ndarray],
    images: Cut,
    places: np.ndarray,
    heat: np.ndarray,
) -> None:
    """Write heatmaps.parquet, a row for each event: the table `about` them, what was `measured` (n,), and their pixels.

    Of occupied pixels there are place, value and heat.

    `places` (p, D) int64 are counted from the event's origin.
    """
    offsets = pa.array(images.offsets.astype(np.int32))
    pixels = {
        "place": pa.FixedSizeListArray.from_arrays(pa.array(places.astype(np.int32).ravel()), places.shape[1]),
        "value": pa.FixedSizeListArray.from_arrays(pa.array(images.values.T.ravel()), images.shape[0]),
        "heat": pa.array(heat),
    }
    columns = {name: pa.array(values) for name, values in measured.items()}
    columns |= {name: pa.ListArray.from_arrays(offsets, values) for name, values in pixels.items()}
    for name, values in columns.items():
        about = about.append_column(name, values)
    with replacing(path) as partial:
        pq.write_table(about, partial)
