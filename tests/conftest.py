"""Settings of the showers that the tests simulate; those of the default study, with its sources, in config/."""

from __future__ import annotations

import pytest

from showergrid.settings.simulation import Box


@pytest.fixture
def detector_box() -> Box:
    return Box(x=(-200, 200), y=(-200, 200), z=(0, 500))


@pytest.fixture
def simulation() -> dict:
    return {
        "seed": 2022,
        "showers": 60,
        "shard_size": 20,
        "energy": (0.08, 2.27),
        "angles": {"x": 16, "y": 25},
        "vertex": {"x": (-200, 200), "y": (-200, 200), "z": (0, 300)},
        "geant4_data": None,
        "em_model": "option1",
        "production_cut": 0.05,
        "min_hits": 3,
    }


@pytest.fixture
def readout() -> dict:
    return {
        "field": 0.5,
        "density": 1.396,
        "ionisation_energy": 23.6,
        "recombination": {
            "model": "modified_box",
            "birks": {"a": 0.800, "k": 0.0486},
            "modified_box": {"alpha": 0.93, "beta": 0.212},
        },
        "drift_velocity": 0.1563,
        "lifetime": 10_000,
        "diffusion": {"longitudinal": 4.0, "transverse": 8.8},
        "gain": 0.0063,
        "noise": 500,
        "pitch": 0.3,
        "threshold": 0.15,
        "merging": 0.82,
        "clustering": {"x": 4.3, "y": 13, "z": 24},
        "tpc": "both",
    }
