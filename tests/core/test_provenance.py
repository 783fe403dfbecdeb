"""What is recorded of a job, and what its digest depends on."""

import hashlib
import importlib.util
import json
import os
import platform
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from showergrid.core import provenance
from showergrid.core.errors import InputError

JOB = {
    "rule": "train",
    "wildcards": {"model": "simple", "seed": "19"},
    "config": {"seed": 19, "model": {"optim_lr": 1e-3}},
    "environment": {"lock": "envs/torch.txt", "sha256": "0" * 64},
}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(autouse=True)
def _shown(monkeypatch):
    """What a job hides does not stay hidden from other tests."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.delitem(sys.modules, "pandas")


@pytest.fixture
def project(tmp_path) -> Path:
    """A folder with a command, a module that it loads by name, inputs and outputs; no repository."""
    texts = {
        "scripts/train.py": "from showergrid import layers",
        "scripts/showergrid/layers.py": "",
        "scripts/showergrid/models/simple.py": "",
        "scripts/showergrid/unused.py": "",
        "images": "images",
        "hits.0": "hits 0",
        "hits.1": "hits 1",
        "model": "model",
    }
    for name, text in texts.items():
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text(text)
    return tmp_path / "project"


def started(project: Path, **changes) -> provenance.Job:
    return provenance.start(json.dumps({**JOB, **changes}), str(project / "scripts/train.py"))


def record(project: Path, **changes) -> dict:
    job = started(project, **changes)
    job.reads({"images": project / "images", "hits": [project / "hits.0", project / "hits.1"]})
    return finished(project, job)


def finished(project: Path, job: provenance.Job) -> dict:
    path = project.parent / "record.json"
    job.finish(path, {"model": project / "model"}, {"cell": 19}, ("showergrid.models.simple",))
    return json.loads(path.read_text())


def test_record_holds_what_was_asked_and_what_was_made(project):
    recorded = record(project)
    assert {key: recorded[key] for key in ("rule", "wildcards", "config")} == {
        key: JOB[key] for key in ("rule", "wildcards", "config")
    }
    assert recorded["environment"].items() >= JOB["environment"].items()
    assert recorded["seeds"] == {"cell": 19}
    assert recorded["code"] == {
        name: sha256(project / "scripts" / name)
        for name in ("train.py", "showergrid/layers.py", "showergrid/models/simple.py")
    }

    def file(name: str) -> dict[str, str]:
        return {"path": str(project / name), "sha256": sha256(project / name)}

    assert recorded["inputs"] == {"images": file("images"), "hits": [file("hits.0"), file("hits.1")]}
    assert recorded["outputs"] == {"model": file("model")}


def test_record_holds_software_and_machine(project, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "4711")
    monkeypatch.setenv("SLURM_NODELIST", "node-08")
    before = sum(os.times()[:4])
    recorded = record(project)
    assert recorded["packages"]["numpy"] == version("numpy")
    assert recorded["packages"]["torch"] == version("torch")
    assert recorded["python"] == platform.python_version()
    assert platform.release() in recorded["os"]
    assert recorded["cpu"]["model"]
    assert isinstance(recorded["cpu"]["flags"], list)
    assert "OMP_NUM_THREADS" in recorded["threads"]
    assert {"4711", "node-08"} <= set(recorded["slurm"].values())
    assert {"gpu", "determinism"} <= set(recorded)
    start, end = (datetime.fromisoformat(recorded[key]) for key in ("start", "end"))
    assert start.tzinfo is not None
    assert start <= end
    assert before - 0.01 < recorded["cpu_seconds"] < sum(os.times()[:4]) + 0.01


def test_record_of_a_command_with_networks_holds_their_settings(project):
    import torch

    recorded = record(project)
    assert recorded["threads"]["torch"] == torch.get_num_threads()
    assert recorded["determinism"]["deterministic_algorithms"] == torch.are_deterministic_algorithms_enabled()
    assert (recorded["gpu"] is None) == (not torch.cuda.is_available())


def test_without_a_repository_there_is_no_commit(project):
    assert record(project)["git"] == {"commit": None, "dirty": None}


def test_commit_and_whether_the_tree_differs_from_it(project):
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Start")
    commit = git(project, "rev-parse", "HEAD")
    assert record(project)["git"] == {"commit": commit, "dirty": False}
    (project / "scripts/showergrid/layers.py").write_text("# A remark.\n")
    assert record(project)["git"] == {"commit": commit, "dirty": True}
    git(project, "commit", "--all", "--quiet", "--message", "Remark")
    assert record(project)["git"] == {"commit": git(project, "rev-parse", "HEAD"), "dirty": False}


def test_what_the_lock_does_not_say_is_named(project):
    (project / "lock.txt").write_text(
        f"numpy=={version('numpy')} \\\n    --hash=sha256:00\npyarrow==0.0.1\nno-such-package==1.0\n"
    )
    differs = record(project, environment={"lock": "lock.txt", "sha256": "0"})["environment"]["differs"]
    assert set(differs) == {"pyarrow", "no-such-package"}
    assert version("pyarrow") in json.dumps(differs["pyarrow"])


def test_pandas_is_there_only_for_a_job_whose_lock_pins_it(project):
    for pins in ("pandas==1.0", "pyarrow==1.0"):
        assert importlib.util.find_spec("pandas")
        (project / "lock.txt").write_text(f"{pins}\n")
        started(project, environment={"lock": "lock.txt"})
    assert importlib.util.find_spec("pandas") is None
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("pandas")


def digest(project: Path, modules=("showergrid.models.simple",), **changes) -> str:
    job = started(project, **changes)
    job.reads({"images": project / "images", "hits": [project / "hits.0"]})
    return job.digest(modules)


def test_digest_is_the_same_for_the_same_training(project):
    assert digest(project) == digest(project)
    assert digest(project, rule="anything", wildcards={}) == digest(project)


@pytest.mark.parametrize(
    "changes",
    [
        {"config": {"seed": 20, "model": {"optim_lr": 1e-3}}},
        {"config": {"seed": 19, "model": {"optim_lr": 2e-3}}},
        {"environment": {"lock": "envs/torch.txt", "sha256": "1" * 64}},
        {"modules": ()},
    ],
)
def test_digest_depends_on_what_was_asked(project, changes):
    assert digest(project, **changes) != digest(project)


@pytest.mark.parametrize(
    "name",
    ["images", "hits.0", "scripts/train.py", "scripts/showergrid/layers.py", "scripts/showergrid/models/simple.py"],
)
def test_digest_depends_on_data_and_code(project, name):
    before = digest(project)
    with open(project / name, "a") as file:
        file.write("\n# A remark.\n")
    assert digest(project) != before


@pytest.mark.parametrize("name", ["hits.1", "model", "scripts/showergrid/unused.py"])
def test_digest_depends_on_nothing_else(project, name):
    before = digest(project)
    (project / name).write_text("another")
    assert digest(project) == before


@pytest.mark.parametrize("quantity", ["_installed", "_cpu", "_gpu"])
def test_digest_depends_on_software_and_machine(project, monkeypatch, quantity):
    before = digest(project)
    another = [("torch", "0.0")] if quantity == "_installed" else {"model": "another"}
    monkeypatch.setattr(provenance, quantity, lambda: another)
    assert digest(project) != before


def test_only_the_packages_of_the_lock_are_recorded_and_decide(project, monkeypatch):
    (project / "envs").mkdir()
    (project / "envs/torch.txt").write_text("numpy==1.0 \\\n    --hash=sha256:0\nscikit_learn==2.0\n")
    installed = [("numpy", "1.1"), ("scikit-learn", "2.0")]
    monkeypatch.setattr(provenance, "_installed", lambda: installed)
    recorded, before = record(project), digest(project)
    assert recorded["packages"] == dict(installed)
    assert recorded["environment"]["differs"] == {"numpy": {"locked": "1.0", "installed": "1.1"}}
    monkeypatch.setattr(provenance, "_installed", lambda: [*installed, ("pythia8mc", "8.3")])
    assert digest(project) == before
    assert record(project)["packages"] == dict(installed)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "3", "null", "{}", '{"rule": "train"}'])
def test_a_job_that_is_none_is_refused(text):
    with pytest.raises(InputError, match="--job: expected a JSON object"):
        provenance.start(text, "train.py")


def test_an_output_that_is_missing_is_not_recorded(project):
    (project / "model").unlink()
    with pytest.raises(FileNotFoundError):
        record(project)
    assert not (project.parent / "record.json").exists()


@pytest.mark.parametrize(
    "name",
    ["scripts/train.py", "scripts/showergrid/layers.py", "scripts/showergrid/models/simple.py", "images", "hits.1"],
)
def test_what_changes_while_a_job_runs_voids_its_outputs(project, name):
    job = started(project)
    job.reads({"images": project / "images", "hits": [project / "hits.0", project / "hits.1"]})
    with open(project / name, "a") as file:
        file.write("# A remark.\n")
    with pytest.raises(InputError, match=f"/project/{name}: changed while train ran.* run it again"):
        finished(project, job)
    assert not (project / "model").exists()
    assert not (project.parent / "record.json").exists()


def test_what_is_deleted_while_a_job_runs_voids_its_outputs(project):
    job = started(project)
    job.reads({"images": project / "images"})
    (project / "images").unlink()
    with pytest.raises(InputError, match="/project/images: changed while train ran"):
        finished(project, job)
    assert not (project / "model").exists()


def test_what_a_job_does_not_use_may_change_and_times_do_not_count(project):
    job = started(project)
    job.reads({"images": project / "images"})
    (project / "scripts/showergrid/unused.py").write_text("# A remark.\n")
    (project / "hits.0").write_text("another")
    for name in ("images", "scripts/train.py"):
        os.utime(project / name, (1, 1))
    assert finished(project, job)["inputs"] == {
        "images": {"path": str(project / "images"), "sha256": sha256(project / "images")}
    }


@pytest.mark.parametrize("together", [False, True])
def test_an_input_is_compared_with_the_record_beside_it(project, together):
    job = started(project)
    model = project / "model"
    outputs = {"all": [project / "hits.0", model]} if together else {"model": model}
    job.finish(project / "train.provenance.json", outputs)
    started(project).reads({"model": model, "images": project / "images"})
    model.write_text("nodel")  # of the same size
    with pytest.raises(InputError) as error:
        started(project).reads({"model": model, "images": project / "images"})
    assert str(error.value).startswith(f"{model}: is not the file that {project}/train.provenance.json tells of")
    started(project).reads({"images": project / "images"})


@pytest.mark.parametrize("text", ["", "{}", '{"outputs"'])
def test_a_damaged_record_is_named(project, text):
    (project / "train.provenance.json").write_text(text)
    with pytest.raises(InputError, match=r"/project/train\.provenance\.json: is no record"):
        started(project).reads({"images": project / "images"})
