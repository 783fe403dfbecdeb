"""Every rule with a job has a step, and every step a rule."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from showergrid.core import plugins
from showergrid.core.errors import InputError
from showergrid.plan import locks
from showergrid.plan.steps import (
    STEPS,
    check_environments,
    environment,
    environment_name,
    images_of,
    parameter,
    told_by,
)

ROOT = Path(__file__).parents[2]
RULES = "".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))


def test_rules_with_a_job_are_the_steps():
    blocks = re.split(r"^ *rule (?=\w+:)", RULES, flags=re.M)[1:]
    with_jobs = {block.split(":")[0]: block for block in blocks if "shell:" in block}
    assert with_jobs.keys() == STEPS.keys()
    for name, block in with_jobs.items():
        assert (f'image("{name}")' in block) == (STEPS[name].environment != "workflow")
        assert f'ask("{name}"' in block


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


def pinned() -> dict[str, list[str]]:
    """The packages of each lock, with their versions."""
    files = sorted((ROOT / "envs").glob("*.txt"))
    return {file.stem: re.findall(r"^([\w.-]+)==(\S+)", file.read_text(), re.M) for file in files}


def test_locks_agree_on_one_version_of_each_package():
    versions = {}
    for pairs in pinned().values():
        for name, version in pairs:
            versions.setdefault(name, set()).add(version)
    assert len(versions) > 100
    assert all(len(of_package) == 1 for of_package in versions.values())


@pytest.mark.parametrize("name", plugins.names("sources"))
def test_every_source_has_a_lock_and_an_image(name):
    source = plugins.load("sources", name)
    assert (ROOT / f"envs/{source.ENVIRONMENT}.in").is_file()
    assert source.ENVIRONMENT in pinned()
    assert all((ROOT / "containers" / image / "debian.txt").is_file() for image in images_of(source))


def test_only_jobs_of_a_source_run_in_its_environment():
    source = SimpleNamespace(ENVIRONMENT="of_its_own")
    within = [step for step in STEPS if environment_name(step, source) == "of_its_own"]
    assert within == ["library", "shard", "vary"]
    assert images_of(source) == ["data", "torch", "of_its_own"]
    assert images_of(SimpleNamespace(ENVIRONMENT="data")) == ["data", "torch"]


def test_a_source_whose_packages_are_not_installed_is_refused(tmp_path):
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs/beams.txt").write_text("numpy==0.1\nno-such-package==1.0 \\\n    --hash=sha256:0\n")
    source = SimpleNamespace(ENVIRONMENT="beams", __name__="showergrid.sources.beams")
    expected = "config: source: beams needs no-such-package, not installed here; run: make .venv/ready-beams"
    with pytest.raises(InputError, match=f"^{expected}$"):
        check_environments(tmp_path, source, in_containers=False)
    check_environments(tmp_path, source, in_containers=True)  # its packages are in an image


def test_the_minor_version_of_python_is_part_of_a_locked_environment():
    lock = ROOT / "envs/torch.txt"
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert environment(ROOT, "torch", False) == {
        "lock": "envs/torch.txt",
        "sha256": locks.digest(lock),
        "python": minor,
    }
