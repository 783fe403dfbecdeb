"""The studies of config/ as the workflow reads them."""

from pathlib import Path
from typing import Any

from showergrid.plan.layers import merged, read_layers

ROOT = Path(__file__).parents[2]


def configuration(name: str = "default") -> dict[str, Any]:
    """The configuration of config/electron_photon/NAME.yaml, above what it extends."""
    return merged(read_layers(ROOT, [ROOT / f"config/electron_photon/{name}.yaml"], {}))
