"""The file in which users describe their cluster: what a plan makes of it, without a SLURM."""

import re

import pytest
from study import Project, checkout

CELL = "results-test/cells/projection_y/c200/simple/seed19/metrics.json"


@pytest.fixture
def project(tmp_path) -> Project:
    return checkout(tmp_path / "project")


def asked(project: Project) -> dict[str, dict[str, str]]:
    """The resources that jobs of each rule request to evaluate one cell."""
    text = project.snakemake("--profile", "slurm", "--dry-run", CELL).stdout
    rules = re.findall(r"\n *rule (\w+):(?:\n .*)*?\n +resources: (.*)", text)
    return {rule: dict(pair.split("=", 1) for pair in line.split(", ")) for rule, line in rules}


def test_fault_is_one_line_before_any_job(project):
    project.edit("slurm/site.yaml", "\nlongest_hours: 24", "\nlongest_hours: 1 day")
    done = project.snakemake("--profile", "slurm", CELL, check=False)
    assert done.returncode != 0
    assert "slurm/site.yaml: longest_hours = '1 day': Input should be a valid number" in done.stdout
    assert "Traceback" not in done.stdout
    assert "rule shard" not in done.stdout


def test_as_committed_no_option_of_a_site_is_asked_for(project):
    for options in asked(project).values():
        assert not {"slurm_account", "slurm_partition", "qos", "constraint", "gpu", "gpu_model"} & set(options)
        assert int(options["mem_mb"]) > 0
        assert int(options["runtime"]) > 0


def test_options_of_a_site(project):
    for old, new in (
        ("account: null", "account: lartpc"),
        ("partition: null", "partition: long"),
        ("constraint: null", "constraint: icelake"),
        ("gpu: null", "gpu: {partition: gpus, type: a100}"),
    ):
        project.edit("slurm/site.yaml", f"\n{old}", f"\n{new}")
    needs = asked(project)
    train = needs["train"]
    assert (train["slurm_partition"], train["gpu"], train["gpu_model"]) == ("gpus", "1", "a100")
    for rule in ("shard", "evaluate"):
        assert needs[rule]["slurm_partition"] == "long"
        assert "gpu" not in needs[rule]
    assert {options["slurm_account"] for options in needs.values()} == {"lartpc"}
    assert {options["constraint"] for options in needs.values()} == {"icelake"}

    project.edit("config/config.yaml", "device: auto", "device: cpu")
    options = asked(project)["train"]
    assert (options["slurm_partition"], options["gpu"]) == ("long", "0")
