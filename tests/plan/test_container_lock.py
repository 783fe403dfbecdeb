"""What the host passes to a container, and how an image file is identified."""

import csv
import os

import pytest
import yaml

from showergrid.core.digests import sha256
from showergrid.core.errors import InputError
from showergrid.plan import apptainer, containers

IMAGE = {"bytes": 3, "inputs": {}, "tools": {"mksquashfs": "4.5.1"}, "debian": {"bash": "5.2-1", "git": "2.39"}}


def prepared(folder, config=None, devices=("cpu",), project=None, **host):
    variables = dict(host)
    apptainer.prepare(variables, folder, project or folder, {"results": "results", **(config or {})}, devices)
    return variables


def test_only_named_variables_are_passed_and_what_was_set_before_is_not(tmp_path):
    host = {
        "CUDA_VISIBLE_DEVICES": "0,1",
        "PATH": "/bin",
        "APPTAINERENV_SLURM_JOB_ID": "of another job",
        "APPTAINERENV_PYTHONPATH": "/poison",
        "SINGULARITY_BIND": "/poison",
        "APPTAINER_NV": "1",
        "APPTAINER_CACHEDIR": "/cache",
    }
    assert prepared(tmp_path, **host) == {
        "PATH": "/bin",
        "CUDA_VISIBLE_DEVICES": "0,1",
        "APPTAINERENV_CUDA_VISIBLE_DEVICES": "0,1",
        "APPTAINER_CACHEDIR": "/cache",
        "APPTAINER_CONTAINALL": "1",
        "APPTAINER_CLEANENV": "1",
    }


def test_twice_is_once(tmp_path):
    # A job on a node starts with the variables that the submitting process has set.
    once = prepared(tmp_path, SLURM_JOB_ID="1")
    assert prepared(tmp_path, **{**once, "SLURM_JOB_ID": "2"})["APPTAINERENV_SLURM_JOB_ID"] == "2"
    assert prepared(tmp_path, **once) == once


def test_places_outside(tmp_path):
    study, store = tmp_path / "study", tmp_path / 'a "store", with: odd names'
    for folder in (study, store, tmp_path / "scratch"):
        folder.mkdir()
    for file in (store / "hits.csv", study / "weights.pth", store / "data"):
        file.touch()
    (study / "results").symlink_to(tmp_path / "scratch")
    (study / "link").symlink_to(store / "data")
    config = {
        "ingest": {"files": ["link", "weights.pth", str(store / "missing.csv")]},
        "models": [{"name": "simple", "weights": f"../{store.name}/hits.csv"}],
    }
    variables = prepared(study, config)
    assert variables["APPTAINER_BIND"] == f"{tmp_path}/scratch:{tmp_path}/scratch"
    rows = list(csv.reader(variables["APPTAINER_MOUNT"].splitlines()))
    assert rows == [["type=bind", f"src={store / file}", f"dst={store / file}", "ro"] for file in ("hits.csv", "data")]


def test_the_project_is_read_from_another_folder(tmp_path):
    folder, project = tmp_path / "folder", tmp_path / "project"
    for path in (folder, project / "inside"):
        path.mkdir(parents=True)
    mount = f'type=bind,"src={project}","dst={project}",ro'
    assert prepared(folder, project=project)["APPTAINER_MOUNT"] == mount
    for own, results in ((project / "inside", "results"), (folder, str(project / "results"))):
        with pytest.raises(InputError, match="is inside the project, which is read-only in containers"):
            prepared(own, {"results": results}, project=project)


def test_study_that_is_all_in_one_folder_binds_nothing_more(tmp_path):
    (tmp_path / "hits.csv").touch()
    variables = prepared(tmp_path, {"ingest": {"files": ["hits.csv", str(tmp_path / "hits.csv")]}})
    assert not {"APPTAINER_BIND", "APPTAINER_MOUNT"} & variables.keys()


@pytest.mark.parametrize(
    ("devices", "driver", "passed"),
    [({"cuda"}, False, True), ({"cpu", "auto"}, True, True), ({"auto"}, False, False), ({"cpu"}, True, False)],
)
def test_driver_of_the_gpu(tmp_path, monkeypatch, devices, driver, passed):
    monkeypatch.setattr(apptainer, "NVIDIA", tmp_path if driver else tmp_path / "none")
    assert ("APPTAINER_NV" in prepared(tmp_path, devices=devices)) == passed


@pytest.fixture
def project(tmp_path):
    """A project whose lock knows its one image."""
    for file in ("build.sh", "environment.sh", "sif.py", "data/test.py", "data/help.txt"):
        (tmp_path / "containers" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "containers" / file).write_text(file)
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs/data.txt").write_text("numpy==1.0")
    (tmp_path / "containers/data.sif").write_bytes(b"abc")
    image = {**IMAGE, "sha256": sha256(tmp_path / "containers/data.sif"), "inputs": containers.inputs(tmp_path, "data")}
    (tmp_path / containers.LOCK).write_text(yaml.safe_dump({"data": image}))
    return tmp_path


def test_digest_is_computed_anew_once_anything_is_written(project):
    file = project / "containers/data.sif"
    first = containers.digest(project, "data")
    assert first == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    known = project / containers.DIGESTS
    known.write_text(known.read_text().replace(first, "known"))
    assert containers.digest(project, "data") == "known"
    status = file.stat()
    file.write_bytes(b"abd")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert containers.digest(project, "data") == sha256(file)
    known.write_text("no JSON")
    assert containers.digest(project, "data") == sha256(file)


def test_environment_of_the_image_of_the_lock(project):
    environment = containers.environment(project, "data")
    assert environment == {
        "container": "containers/data.sif",
        "sha256": sha256(project / "containers/data.sif"),
        "lock": "envs/data.txt",
    }


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("envs/data.txt", "numpy==2.0", "envs/data.txt is not the one that containers/data.sif was built from"),
        ("containers/data/more.txt", "", "containers/data/more.txt is not the one"),
        ("containers/data.sif", "abd", "containers/data.sif has sha256 a52d159f"),
        (containers.LOCK, "{}", "says nothing of containers/data.sif"),
        (containers.LOCK, "data: {sha256: abc}", "sha256"),
        (containers.LOCK, "data: [", "no YAML"),
    ],
)
def test_what_does_not_fit_is_one_line(project, file, text, message):
    (project / file).write_text(text)
    with pytest.raises(InputError) as caught:
        containers.environment(project, "data")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_differences_of_packages_and_tools():
    image = containers.Image(**IMAGE, sha256="0" * 64)
    other = containers.Image(
        **{**IMAGE, "debian": {"bash": "5.2-2", "perl": "5"}, "tools": {"mksquashfs": "4.6"}}, sha256="1" * 64
    )
    assert containers.differences(image, other) == (
        "bash 5.2-1 -> 5.2-2, git 2.39 -> absent, perl absent -> 5, mksquashfs 4.5.1 -> 4.6"
    )
    assert "same versions" in containers.differences(image, image)
