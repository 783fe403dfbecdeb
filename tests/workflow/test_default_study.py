"""What README promises of the default study: its smallest network learns, whatever the seed."""

import json

import pytest
from study import checkout

SEEDS = (19, 20, 21)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory) -> dict[int, dict]:
    project = checkout(tmp_path_factory.mktemp("default"))
    cells = {seed: f"results/cells/projection_y/c1000/simple/seed{seed}/metrics.json" for seed in SEEDS}
    project.snakemake(*cells.values(), config="config/config.yaml")
    return {seed: json.loads((project.root / path).read_text()) for seed, path in cells.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_simple_network_learns(metrics, seed):
    assert not metrics[seed]["collapsed"]
    assert metrics[seed]["splits"]["test"]["events"] == 4000
    assert metrics[seed]["splits"]["test"]["accuracy"]["low"] > 0.80
