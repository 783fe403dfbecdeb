"""The schema in config/ accepts the studies there, and refuses what is wrong."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from snakemake.utils import update_config
from studies import configuration

from showergrid.plan.checks import read_study
from showergrid.plan.layers import merged, read_layers

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "config/schema.json").read_text())


def faults(config: dict) -> list[str]:
    return [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(config)]


def test_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


STUDIES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("config/*/*.yaml"))


@pytest.mark.parametrize("name", STUDIES)
def test_studies_obey_the_schema_and_can_be_read(name):
    config = merged(read_layers(ROOT, [ROOT / name], {}))
    assert not faults(config)
    assert read_study(config).cells


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
