"""config/README.md explains every key of the configuration and no other."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from showergrid.core import plugins
from showergrid.inputs.settings import CentimetreWindow, WindowSettings
from showergrid.plan.config import Config
from showergrid.sources.reading.settings import ColumnMap
from showergrid.training.hyperparameters import WINDOW
from showergrid.training.settings import Training

ROOT = Path(__file__).parents[2]
README = (ROOT / "config/README.md").read_text()
MAPS = (ROOT / "docs/ingest.md").read_text()  # explains the keys of a column map

# Column titles and values that are written where keys are.
WORDS = {*plugins.names("representations"), "start", "direction", "centre"}


def keys(annotation: Any) -> set[str]:
    """All field names of a settings class, or of the classes in a type annotation, and of the groups within them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = (keys(field.annotation) for field in annotation.model_fields.values())
        return set(annotation.model_fields).union(*inner)
    return set().union(*map(keys, get_args(annotation)))


def settings() -> dict[str, set[str]]:
    """The keys of every part of the configuration, as they are written there."""
    parts = {
        "study": keys(Config) - keys(ColumnMap) | {"columns"},
        "training": keys(Training),
        "window": {f"{WINDOW}{key}" for key in keys(WindowSettings)} | keys(CentimetreWindow),
        "column map": keys(ColumnMap),
    }
    for kind in ("representations", "models"):
        parts |= {f"{kind} {name}": keys(plugins.load(kind, name).Parameters) for name in plugins.names(kind)}
    return parts


@pytest.mark.parametrize("part", settings())
def test_every_key_is_explained(part):
    if part == "column map":
        explained = {word for code in re.findall(r"`([^`\n]+)`", MAPS) for word in re.findall(r"\w+", code)}
    else:
        explained = set(re.findall(r"`([A-Za-z_0-9]+)`", README))
    assert settings()[part] <= explained


@pytest.mark.parametrize("kind", plugins.Kind.__args__)
def test_every_module_is_named(kind):
    assert all(f"`{name}`" in README for name in plugins.names(kind))


def test_every_key_of_a_table_exists():
    rows = [line.split(" | ")[0] for line in README.splitlines() if line.startswith("| ")]
    rows += [line.split(" | ")[1] for line in README.splitlines() if line.startswith("| | ")]
    written = {key for row in rows for key in re.findall(r"`([A-Za-z_0-9]+)`", row)}
    assert "optim_lr" in written
    assert written <= set().union(*settings().values()) | WORDS


def test_keys_stand_in_the_order_of_the_default_study():
    order = [key for key in Config.model_fields if key not in plugins.names("sources")]
    opening = [re.match(r"\| `(\w+)`|`(\w+)`: ", line) for line in README.splitlines()]
    explained = [row[1] or row[2] for row in opening if row]
    assert list(dict.fromkeys(key for key in explained if key in order)) == order
