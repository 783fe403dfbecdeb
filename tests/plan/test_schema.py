"""The schema in config/ is that of the settings, and the studies in config/ obey both."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from snakemake.utils import update_config
from studies import configuration

from showergrid.plan.study import Study

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "config/schema.json").read_text())


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


STUDIES = sorted(path.stem for path in (ROOT / "config/electron_photon").glob("*.yaml"))


@pytest.mark.parametrize("name", STUDIES)
def test_studies_obey_the_schema_and_can_be_read(name):
    config = configuration(name)
    assert not faults(config)
    assert Study.read(config).cells


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"splitt": 3}, "splitt"),
        ({"order": "random"}, "random"),
        ({"showers": {"showers": -3}}, "-3"),
        ({"grid": [{"representations": ["voxels"]}]}, "models"),
    ],
)
def test_schema_refuses_what_is_wrong(wrong, word):
    config = configuration()
    update_config(config, wrong)
    assert any(word in fault for fault in faults(config))
