"""Every rule with a job has a step, and every step a rule."""

import re
from pathlib import Path

import yaml

from showergrid.plan.steps import STEPS, parameter, told_by

ROOT = Path(__file__).parents[2]
RULES = "".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))


def test_rules_with_a_job_are_the_steps():
    blocks = re.split(r"^ *rule (?=\w+:)", RULES, flags=re.M)[1:]
    with_jobs = {block.split(":")[0]: block for block in blocks if "shell:" in block}
    assert with_jobs.keys() == STEPS.keys()
    for name, block in with_jobs.items():
        assert (f'image("{name}")' in block) == (STEPS[name].environment != "workflow")
        assert f'ask("{name}")' in block


def test_a_parameter_is_sorted_json():
    text = parameter("train", {"seed": "19"}, {"b": 1, "a": None}, {"lock": "x"})
    assert (
        text
        == '{"config": {"a": null, "b": 1}, "environment": {"lock": "x"}, "rule": "train", "wildcards": {"seed": "19"}}'
    )


def test_wildcards_that_are_numbers_are_such():
    told = told_by({"input": "voxels/c100", "seed": "19", "model": "19"})
    assert told == {"representation": "voxels", "resolution": 100, "seed": 19, "model": "19"}
    assert told_by({"input": "variables"}) == {"representation": "variables", "resolution": None}


def test_groups_of_the_cluster_are_of_steps():
    """Snakemake takes a group of a rule that is not there without a word, and then makes a job of each."""
    groups = yaml.safe_load((ROOT / "slurm/config.yaml").read_text())["groups"]
    assert {group.partition("=")[0] for group in groups} <= set(STEPS)
