"""The schema in config/ is that of the settings, and the studies in config/ obey both."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config

from showergrid.plan.study import Study

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "config/schema.json").read_text())


def merged(name: str) -> dict:
    """A study as Snakemake reads it: merged over the default one."""
    config = load_configfile(ROOT / "config/config.yaml")
    update_config(config, load_configfile(ROOT / f"config/{name}.yaml"))
    return config


def faults(config: dict) -> list[str]:
    return [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(config)]


@pytest.mark.parametrize("printed", [True, False])
def test_schema_is_what_the_command_writes(tmp_path, printed):
    path = tmp_path / "schema.json"
    command = [sys.executable, "scripts/schema.py", *([] if printed else ["--output", str(path)])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    schema = done.stdout if printed else path.read_text()
    assert schema == (ROOT / "config/schema.json").read_text(), (
        "write it anew: python scripts/schema.py --output config/schema.json"
    )


def test_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["config", "reference", "test"])
def test_studies_obey_the_schema(name):
    assert not faults(load_configfile(ROOT / f"config/{name}.yaml"))
    assert not faults(merged(name))


@pytest.mark.parametrize("name", ["config", "laptop", "reference", "showers", "test"])
def test_studies_can_be_read(name):
    assert Study.read(merged(name)).cells


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"splitt": 3}, "splitt"),
        ({"order": "random"}, "random"),
        ({"simulation": {"showers": -3}}, "-3"),
        ({"grid": [{"representations": ["voxels"]}]}, "resolutions"),
    ],
)
def test_schema_refuses_what_is_wrong(wrong, word):
    config = merged("config")
    update_config(config, wrong)
    assert any(word in fault for fault in faults(config))
