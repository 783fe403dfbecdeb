"""Cell folders as training and evaluation leave them, with invented answers."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from asked import PARTICLE, PARTICLES

from showergrid.core.cells import cell_folder
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import write_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.training.history import Epoch, write_history

BOOTSTRAP = {"seed": 7, "resamples": 300, "level": 0.95}


def write_cell(
    results: Path,
    representation: str,
    resolution: int,
    model: str,
    seed: int,
    skill: float,
    events: int = 400,
    window: float = 0.6,
) -> Path:
    """A cell of 2 epochs whose network answers better the larger `skill` is; with 0 it answers one class.

    The window holds the share `window` of the charge of each test event, and 0.1 less of the hits of every second one.
    """
    folder = cell_folder(results, representation, resolution, model, seed)
    folder.mkdir(parents=True)
    rng = np.random.default_rng([seed, *model.encode(), *representation.encode()])
    labels = np.tile([0, 1], events // 2)
    lean = rng.normal(size=events) + skill * np.where(labels == 0, 1, -1)
    score = 1 / (1 + np.exp(-lean)) if skill else np.full(events, 0.6)
    sets = np.repeat(["train", "validation", "test"], [100, 100, events - 200])
    table = pa.table(
        {
            "event": np.arange(events),
            "energy": rng.uniform(0.08, 2.27, events).astype(np.float32),
            "n_hits": rng.integers(3, 900, events).astype(np.int32),
        }
    )
    told = {"particle": labels}, {"particle": np.stack([score, 1 - score], axis=1)}
    write_predictions(folder / "predictions.parquet", table, sets, [PARTICLES], *told)
    metrics = cell_metrics(
        [PARTICLES],
        *told,
        sets,
        {"charge": np.full(events, window), "hits": window - 0.1 * (np.arange(events) % 2)},
        best_epoch=1,
        epochs=2,
        bootstrap=Bootstrap(**BOOTSTRAP),
    )
    (folder / "metrics.json").write_text(json.dumps(metrics))
    right = float(np.mean((score >= 0.5) == (labels == 0)))
    epochs = [Epoch(1, 1e-3, 0.6, right - 0.01, 0.5, right), Epoch(2, 1e-3, 0.5, right, 0.5, right - 0.02)]
    write_history(folder / "history.csv", epochs)
    return folder


def table_config(**changes: object) -> dict:
    """A table of three networks with awkward names on three representations; one pair each of every status."""
    config = {
        "name": "table1",
        "question": PARTICLE,
        "places": [
            *places("projection_y", 1000, ["simple", "complex"], [19, 20, 21]),
            *places("projection_y", 1000, ["efficientnet_lite0"], [19]),
            *places("color_y", 500, ["simple", "complex"], [19]),
            *places("color_y", 500, ["efficientnet_lite0"], [], "out of memory"),
            *places("voxels", 250, ["simple"], [19]),
        ],
        "meaningless": [["voxels", "efficientnet_lite0"]],
        "published_grid": {
            "note": "thesis & more, 100 % of it",
            "table1": {
                "simple": {"projection_y": accuracies(0.892, 0.885, 0.885), "voxels": accuracies(0.637, 0.627, 0.627)},
                "complex": {"projection_y": accuracies(0.852, 0.866, 0.866), "voxels": "out of memory"},
            },
            "draft": {f"efficientnet_b{size}": {"projection_y": accuracies(0.805, 0.767, 0.767)} for size in (0, 2, 5)},
        },
        "bootstrap": BOOTSTRAP,
        "comparison": {"alpha": 0.05},
        "order": "truth_time",
        "origin": "first_hit",
    }
    return config | changes


def places(
    representation: str, resolution: int, models: list[str], seeds: list[int], status: str = "run"
) -> list[dict]:
    """Places of one representation and resolution, with what a caption says of them."""
    settings = {
        "window": [62, 62, 128] if representation == "voxels" else [62, 128],
        "batch_size": 48,
        "precision": "bf16",
        "n_epochs": 10,
        "optim_lr": 1e-3,
        "pixel_cm": {"x": 400 / resolution, "z": 400 / resolution},
    }
    place = {"representation": representation, "resolution": resolution, "seeds": seeds, "status": status}
    return [{**place, "model": model, "settings": settings} for model in models]


def accuracies(train: float, validation: float, best: float) -> dict:
    """One published cell."""
    return {"train": train, "validation": validation, "best_validation": best}


def write_study(results: Path) -> None:
    """The cells of `table_config`: simple is good, complex close behind, the large one collapsed."""
    for seed in (19, 20, 21):
        write_cell(results, "projection_y", 1000, "simple", seed, 1.3)
        write_cell(results, "projection_y", 1000, "complex", seed, 1.25)
    write_cell(results, "projection_y", 1000, "efficientnet_lite0", 19, 0)
    write_cell(results, "color_y", 500, "simple", 19, 1.6)
    write_cell(results, "color_y", 500, "complex", 19, 0.3)
    write_cell(results, "voxels", 250, "simple", 19, 0.8)
