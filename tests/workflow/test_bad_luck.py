"""A disk that fills, a folder that cannot be written to, a killed job, two runs at once: a clear line, nothing lost."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from study import ENVIRONMENT, SNAKEMAKE, Project, checkout, outputs

IMAGES = "results-test/inputs/projection_y/c200.safetensors"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small or a read-only disk")


@pytest.fixture
def fresh(tmp_path) -> Project:
    """A project in which nothing is made yet."""
    return checkout(tmp_path / "project")


@contextmanager
def disk(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def bound(folder: Path, place: Path) -> Iterator[None]:
    """The folder at another place, where nothing can be written."""
    place.mkdir()
    subprocess.run(["mount", "--bind", str(folder), str(place)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def made(finished: Project, project: Project) -> dict[str, bytes]:
    """The outputs of a project, after a check that the finished one has the same."""
    actual = outputs(project.results)
    expected = outputs(finished.results)
    assert {name: expected[name] for name in actual} == actual
    return actual


@needs_root
def test_disk_that_fills_is_named_and_what_is_finished_is_kept(finished, fresh):
    with disk(fresh.results, "size=1m"):
        done = fresh.snakemake("--cores", "1", IMAGES, check=False)
        assert done.returncode != 0
        [line] = {line for line in done.stdout.splitlines() if "error: " in line and ".py" in line}
        assert "the disk is full" in line
        assert "free some space and run again" in line
        assert not list(fresh.results.rglob(".partial*"))
        kept = {path: path.stat().st_mtime_ns for path in fresh.results.rglob("*.hits.parquet")}
        assert kept
        remount(fresh.results, "size=100m")
        fresh.snakemake("--cores", "1", IMAGES)
        assert {path: path.stat().st_mtime_ns for path in kept} == kept
        assert IMAGES.removeprefix("results-test/") in made(finished, fresh)


@needs_root
def test_disk_that_fills_while_training_loses_nothing(finished, project):
    """The disk has no room for a checkpoint, then for a second one: the next run goes on and ends in the same bytes."""
    cell = project.cell("projection_y", 100, "complex", 19)
    target = str((cell / "train.provenance.json").relative_to(project.root))
    model = (cell / "model.safetensors").stat().st_size
    shutil.rmtree(cell)
    for size, kept in ((model // 4, []), (5 * model, ["checkpoint.pt"])):
        with disk(cell.parent, f"size={size}"):
            (cell.parent / "other").touch()  # Snakemake removes a folder that is empty, and cannot remove a disk
            done = project.snakemake("--cores", "2", target, check=False)
            assert done.returncode != 0
            [line] = {line for line in done.stdout.splitlines() if "train.py: error: " in line}
            assert "the disk is full" in line
            assert [path.name for path in cell.glob("*")] == kept
            if kept:
                remount(cell.parent, "size=100m")
                project.snakemake("--cores", "2", target)
                (cell.parent / "other").unlink()
                made(finished, project)


@needs_root
def test_folder_that_cannot_be_written_to_is_refused_before_any_job(fresh):
    with disk(fresh.results, "ro"):
        done = fresh.snakemake("--cores", "1", IMAGES, check=False)
        assert done.returncode != 0
        assert "results-test: cannot be written to" in done.stdout
        assert "Traceback" not in done.stdout
        assert "rule shard" not in done.stdout
        remount(fresh.results, "rw")
        fresh.snakemake("--cores", "2", "results-test/data/split.parquet")


@needs_root
def test_a_project_that_cannot_be_written_to_runs_in_another_folder(finished, fresh, tmp_path):
    shown, other = Project(tmp_path / "it's"), Project(tmp_path / "other")
    with bound(fresh.root, shown.root):
        done = shown.snakemake("--dry-run", "--config", f"results={tmp_path}/results", check=False)
        assert done.returncode != 0
        assert done.stdout.splitlines()[-1] == (
            f"{shown.root}: cannot be written to; Snakemake keeps its notes in the folder that it works in; "
            "name another one: --directory FOLDER"
        )
        shard = "data/shards/0.hits.parquet"
        shown.snakemake("--cores", "1", "--directory", str(other.root), f"results-test/{shard}")
        assert shard in made(finished, other)
        record = json.loads((other.results / f"{shard}.provenance.json").read_text())
        assert record["environment"]["differs"] == {}
        done = shown.snakemake("--dry-run", "--directory", str(other.root), "archive", check=False)
        assert done.stdout.splitlines()[-1].endswith("call snakemake there, without --directory")


@pytest.mark.parametrize("name", ["odd {a}", "odd{a}", "two words"])
def test_a_path_to_the_project_that_snakemake_does_not_take_is_refused(fresh, tmp_path, name):
    odd = fresh.copy(tmp_path / name)
    done = odd.snakemake("--dry-run", "--directory", str(tmp_path / "other"), check=False)
    assert done.returncode != 0
    assert done.stdout.splitlines()[-1].startswith(f"{odd.root}: Snakemake takes no blank and no brace in a path")
    odd.snakemake("--dry-run")  # in the folder itself no path has them


def test_file_in_place_of_the_folder_is_refused(fresh):
    fresh.results.write_text("")
    done = fresh.snakemake("--cores", "1", IMAGES, check=False)
    assert done.returncode != 0
    assert "results-test: cannot be written to" in done.stdout


def start(project: Project, *targets: str) -> subprocess.Popen:
    return subprocess.Popen(
        [*SNAKEMAKE, *targets, "--configfile", "config/electron_photon/test.yaml"],
        cwd=project.root,
        env=dict(ENVIRONMENT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def running(script: str, folder: Path) -> list[int]:
    """Numbers of the processes that run a script in a folder."""
    pids = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if process.name.isdigit() and words[1] == script.encode() and (process / "cwd").resolve() == folder:
                pids.append(int(process.name))
        except (OSError, IndexError):
            continue
    return pids


def test_killed_shard_is_named_and_made_again(finished, fresh):
    first = start(fresh, "--cores", "1", IMAGES)
    while not (pids := running("scripts/shard.py", fresh.root.resolve())):
        assert first.poll() is None
        time.sleep(0.002)
    os.kill(pids[0], signal.SIGKILL)
    text, _ = first.communicate()
    assert first.returncode != 0
    assert "Error in rule shard" in text
    assert "Traceback" not in text
    assert not list(fresh.results.rglob(".partial*"))
    fresh.snakemake("--cores", "2", IMAGES)
    assert IMAGES.removeprefix("results-test/") in made(finished, fresh)


def test_second_run_in_a_folder_is_refused_and_harms_nothing(finished, fresh):
    first = start(fresh, "--cores", "1", IMAGES)
    while not running("scripts/shard.py", fresh.root.resolve()):
        assert first.poll() is None
        time.sleep(0.01)
    second = fresh.snakemake("--cores", "1", IMAGES, check=False)
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.stdout
    assert "Traceback" not in second.stdout
    text, _ = first.communicate()
    assert first.returncode == 0, text
    assert IMAGES.removeprefix("results-test/") in made(finished, fresh)


def test_two_studies_in_one_folder_run_at_once(finished, fresh):
    config = fresh.root / "config/other.yaml"
    config.write_text(
        (fresh.root / "config/electron_photon/test.yaml").read_text().replace("results-test", "results-other")
    )
    first = start(fresh, "--cores", "1", IMAGES)
    while not running("scripts/shard.py", fresh.root.resolve()):
        assert first.poll() is None
        time.sleep(0.01)
    other = IMAGES.replace("results-test", "results-other")
    fresh.snakemake("--cores", "1", other, config="config/other.yaml")
    text, _ = first.communicate()
    assert first.returncode == 0, text
    assert (fresh.root / other).read_bytes() == (fresh.root / IMAGES).read_bytes()
    made(finished, fresh)


def test_a_log_that_cannot_be_written_loses_nothing(finished, project):
    log = project.results / "logs/table_containment.log"
    log.unlink()
    log.symlink_to("/dev/full")
    for path in project.results.glob("table_containment.*"):
        path.unlink()
    project.snakemake("--cores", "1", "results-test/table_containment.tex")
    assert made(finished, project)
    assert (project.results / "table_containment.tex").is_file()
