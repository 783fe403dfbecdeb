"""Invented cells that answer further questions beside the particle."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from asked import PARTICLE
from synthetic_cells import places, table_config, write_cell

PROTONS = {
    "name": "protons",
    "column": "protons",
    "classes": [{"name": name, "values": [k]} for k, name in enumerate(("none", "one", "two"))],
}
QUESTIONS = [PARTICLE, PROTONS, {"name": "visible", "kind": "value", "column": "visible"}]
SHARES = (0.5, 0.3, 0.2)
MODEL, SEEDS = "simple", (1, 2)


def write_answers(results: Path) -> None:
    """Cells of two seeds, of 1,000 test events; how many protons there are follows SHARES and does no other column."""
    count = np.random.default_rng(1).choice(3, size=1200, p=SHARES)
    for seed in SEEDS:
        folder = write_cell(results, "projection_y", 1000, MODEL, seed, 1.0, events=1200)
        rng = np.random.default_rng([seed, 7])
        logit = rng.normal(size=(1200, 3)) + 1.5 * np.eye(3)[count]
        probability = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)
        table = pq.read_table(folder / "predictions.parquet")
        names = [kind["name"] for kind in PROTONS["classes"]]
        table = table.append_column("protons", pa.array(np.array(names)[count].tolist()))
        for k, name in enumerate(names):
            table = table.append_column(f"protons.{name}", pa.array(probability[:, k]))
        pq.write_table(table, folder / "predictions.parquet")


def told(parameters: type, **changes: object) -> object:
    """Settings of a report on these cells."""
    config = table_config(questions=QUESTIONS, places=places("projection_y", 1000, [MODEL], list(SEEDS)), **changes)
    return parameters(**{key: config[key] for key in config if key in parameters.model_fields})


def answers(results: Path, seed: int, split: str = "test") -> dict[str, np.ndarray]:
    """The columns of the predictions of one seed for one split."""
    table = pq.read_table(results / f"cells/projection_y/c1000/{MODEL}/seed{seed}/predictions.parquet")
    table = table.filter(np.array(table["split"].to_pylist()) == split)
    return {name: np.array(table[name].to_pylist()) for name in table.column_names}
