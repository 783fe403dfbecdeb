"""docs/configuration.md has every key of the configuration and no other, with its type, unit and default."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from showergrid.core import plugins
from showergrid.inputs.settings import CentimetreWindow, WindowSettings
from showergrid.plan.config import Config
from showergrid.sources.reading.settings import MapFile
from showergrid.training.settings import Training

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/configuration.md").read_text()
WRITTEN = ("config/schema.json", "docs/configuration.md")
ROW = re.compile(r"\| `(\w+)` \| (.+?) \| (.*?) ?\| (.*?) ?\| (.*?) ?\|")


def written(scripts: Path, folder: Path) -> dict[str, str]:
    """What the command writes into a folder."""
    command = [sys.executable, str(scripts / "configuration.py"), "--folder", str(folder)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return {name: (folder / name).read_text() for name in WRITTEN}


@pytest.fixture(scope="module")
def today(tmp_path_factory) -> dict[str, str]:
    return written(ROOT / "scripts", tmp_path_factory.mktemp("written"))


@pytest.mark.parametrize("name", WRITTEN)
def test_files_are_what_the_command_writes(today, name):
    assert (ROOT / name).read_text() == today[name], f"{name} is out of date: python scripts/configuration.py"


def tables() -> dict[str, dict[str, list[str]]]:
    """The rows of each table of the page, by heading and key: type, unit, default, description."""
    sections = re.split(r"^#+ (.+)\n", PAGE, flags=re.M)[1:]
    return {
        heading: {row[1]: list(row.groups()[1:]) for row in map(ROW.fullmatch, text.splitlines()) if row}
        for heading, text in zip(sections[::2], sections[1::2], strict=True)
    }


def classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """The settings classes in a type annotation, and those in their fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from classes(field.annotation)
    for part in get_args(annotation):
        yield from classes(part)


def expected() -> set[frozenset[str]]:
    """The keys of each table that the page must have."""
    kinds = [kind for kind in plugins.PACKAGES if kind not in ("reports", "sources")]
    parameters = [plugins.load(kind, name).Parameters for kind in kinds for name in plugins.names(kind)]
    nested = {settings for start in (Config, *parameters, Training, CentimetreWindow) for settings in classes(start)}
    window = {f"win_{key}" for key in WindowSettings.model_fields}
    return {frozenset(settings.model_fields) for settings in {*nested, MapFile}} | {frozenset(window)}


def test_every_settings_class_has_a_table_and_every_table_is_of_one():
    assert {frozenset(rows) for rows in tables().values() if rows} == {keys for keys in expected() if keys}


def test_no_heading_stands_twice():
    headings = re.findall(r"^#+ (.+)$", PAGE, re.M)
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("kind", plugins.PACKAGES)
def test_every_plugin_is_named(kind):
    assert all(f"`{name}`" in PAGE for name in plugins.names(kind))


def test_what_reports_are_told_stands_beside_them():
    [line] = [line for line in PAGE.splitlines() if line.startswith("- `containment`")]
    assert {"`resolutions`", "`shares`", "`windows`"} <= set(line.replace(",", "").replace(".", "").split())


def test_every_key_is_described_in_one_sentence():
    rows = {(heading, key): row for heading, table in tables().items() for key, row in table.items()}
    assert ("`neutrinos.readout`", "pitch") in rows
    assert not [place for place, (*_, described) in rows.items() if not 3 <= len(described) <= 120]


def test_keys_of_a_study_stand_in_their_order():
    order = [key for key in Config.model_fields if key not in plugins.names("sources")]
    assert [key for key in tables()["Keys"] if key in order] == order


@pytest.mark.parametrize(
    ("heading", "key", "row"),
    [
        ("Keys", "detector", ["[map](#detector)", "", ""]),
        ("Keys", "extends", ["text or `null`", "", "`null`"]),
        ("Keys", "published", ["[map](#published), text or `null`", "", ""]),
        ("`questions`", "weight", ["number, > 0", "", "`1.0`"]),
        ("`questions`", "classes", ["list of 2 or more [maps](#questionsclasses)", "", ""]),
        ("`showers`", "showers", ["integer, 1 to 10 000 000", "", ""]),
        ("`showers`", "energy", ["list of 2 numbers, > 0", "GeV", ""]),
        ("`showers`", "vertex", ["[map](#detector)", "", ""]),
        ("`neutrinos.readout`", "threshold", ["number, 0 to 0.15", "MeV", ""]),
        ("`neutrinos.readout`", "lifetime", ["number, > 0, or `null`", "us", ""]),
        ("`files`", "columns", ["[map](#filescolumns) or `null`", "", "`null`"]),
        ("`split`", "test_fraction", ["number, between 0 and 1", "", ""]),
        ("`grid`", "resolutions", ["list of integers, 1 to 20 000", "", "`[]`"]),
        ("`training`", "strict", ["`true` or `false`", "", "`false`"]),
        ("`training`: window", "win_shape", ["list of 1 to 3 integers, ≥ 1", "pixels", ""]),
        ("`models`: convolutional", "dropout", ["number, 0 to below 1", "", "`0.0`"]),
        (
            "`models`: convolutional",
            "pool_sizes",
            ["list of integers, ≥ 1", "", "`[2, 2]` for `simple`, else `[1, 2, 1, 2]`"],
        ),
        ("`models`: pretrained", "unfreeze_layers", ["integer or `all`", "", "`10`"]),
        ("`models`: pretrained", "weights", ["text", "", "`none`"]),
        ("`models`: efficientnet_lite0", "weights", ["text", "", "`package`"]),
        ("`representations`: projection", "axis", ["`x`, `y` or `z`", "", ""]),
        ("`ablations`", "factors", ["map of 1 or more texts to lists of 1 or more values of any type", "", ""]),
    ],
)
def test_types_units_and_defaults_are_those_of_the_settings(heading, key, row):
    assert tables()[heading][key][:3] == row


def test_a_new_plugin_is_found(tmp_path):
    scripts = shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "showergrid/representations/rings.py").write_text(
        '"""Rings around the first hit."""\n'
        "from pydantic import Field\n"
        "from showergrid.core.settings import Settings\n\n"
        "KIND = 'image'\n\n\n"
        "class Width(Settings):\n"
        '    """Width of a ring."""\n\n'
        "    inner: float = Field(gt=0, description='of the first ring [cm]')\n\n\n"
        "class Parameters(Settings):\n"
        "    rings: int = Field(default=5, ge=1, description='how many rings')\n"
        "    width: Width = Field(description='their widths')\n"
    )
    page = written(scripts, tmp_path)["docs/configuration.md"]
    assert "- `rings`: Rings around the first hit.\n" in page
    assert "| `rings` | integer, ≥ 1 | | `5` | how many rings |\n" in page
    assert "| `width` | [map](#representationsringswidth) | | | their widths |\n" in page
    assert "### `representations.rings.width`\n" in page
    assert "| `inner` | number, > 0 | cm | | of the first ring |\n" in page
