"""The default study with fewer showers: its smallest network learns, whatever the seed."""

import json

import pytest
import yaml
from studies import configuration
from study import checkout

SHOWERS = 2500
STUDY = configuration()
CELLS = [
    f"{STUDY['results']}/cells/projection_y/c{resolution}/simple/seed{seed}/metrics.json"
    for block in STUDY["grid"]
    if "projection_y" in block["representations"] and "simple" in block["models"]
    for resolution in block["resolutions"]
    for seed in block["seeds"]
]


@pytest.fixture(scope="module")
def metrics(tmp_path_factory) -> dict[str, dict]:
    project = checkout(tmp_path_factory.mktemp("default"))
    (project.root / "config/few.yaml").write_text(yaml.safe_dump({"showers": {"showers": SHOWERS}}))
    project.snakemake(*CELLS, config="config/few.yaml")
    return {cell: json.loads((project.root / cell).read_text()) for cell in CELLS}


def test_there_are_several_seeds():
    assert len(CELLS) >= 3


@pytest.mark.parametrize("cell", CELLS)
def test_simple_network_learns(metrics, cell):
    test = metrics[cell]["questions"]["particle"]["test"]
    assert not metrics[cell]["collapsed"]
    assert test["events"] == SHOWERS * STUDY["split"]["test_fraction"]
    assert test["accuracy"]["low"] > 0.75
