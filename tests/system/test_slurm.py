"""The tiny study on a real SLURM, through every mishap: each output byte is that of a run on one machine without it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from slurm_cluster import APT, Cluster, processes, running_cluster, wait_for, why_not
from study import ENVIRONMENT, ROOT, SNAKEMAKE, Project, checkout, outputs

from showergrid.plan import containers

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

CELL = ("projection_y", 200, "efficientnet_lite0", 19)
TRAINING = "rule_train_wildcards_projection_y_c200_efficientnet_lite0_19"
LOG = "logs/train/projection_y/c200/efficientnet_lite0/seed19.log"
EPOCHS = 15  # enough to be caught in the middle
ASKED = [  # a network at several places, one that rests on trained cells, one that is fitted as a whole, and a table
    "results-test/table_resolution.tex",
    "results-test/cells/two_sides/c100/frozen/seed19/metrics.json",
    "results-test/cells/hits/c200/linear_svm/seed19/metrics.json",
]
LIMIT = 1800  # s, of one Snakemake on a busy machine


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("slurm")) as started:
        yield started


@pytest.fixture(scope="module")
def long(finished, tmp_path_factory) -> Project:
    """The finished study with more epochs of one cell, trained again on this machine."""
    project = finished.copy(tmp_path_factory.mktemp("long") / "project")
    lengthen(project)
    describe_site(project)
    project.snakemake("--cores", "2", target(project, "metrics.json"))
    return project


@pytest.fixture
def untrained(long, tmp_path) -> Project:
    """A copy of `long` with that one cell not trained yet."""
    project = long.copy(tmp_path / "project")
    for name in ("model.safetensors", "history.csv", "answers.safetensors", "train.provenance.json"):
        (project.cell(*CELL) / name).unlink()
    return project


@pytest.fixture(scope="module")
def images(apptainer) -> str:
    """A PATH with Apptainer, once both images are built where they are out of date: minutes, and 20 GB of disk."""
    path = f"{ENVIRONMENT['PATH']}:{apptainer}"
    subprocess.run([sys.executable, "scripts/containers.py"], cwd=ROOT, env={**os.environ, "PATH": path}, check=True)
    return path


def target(project: Project, name: str = "model.safetensors") -> str:
    """Path of a file of that cell, from the project's root."""
    return str((project.cell(*CELL) / name).relative_to(project.root))


def lengthen(project: Project) -> None:
    """Give the cell, and those of the same network, more epochs."""
    short = "{name: efficientnet_lite0, win_shape: [32, 64]"
    project.edit("config/electron_photon/test.yaml", short, f"{short}, n_epochs: {EPOCHS}, min_epochs: {EPOCHS}")


def describe_site(project: Project) -> None:
    """Describe the tests' cluster in the file in which users describe theirs."""
    project.edit("slurm/site.yaml", "longest_hours: 24", "longest_hours: 1")
    project.edit("slurm/site.yaml", "largest_memory: 64", "largest_memory: 8")


def describe_gpu(project: Project) -> None:
    project.edit("slurm/site.yaml", "\ngpu: null", "\ngpu: {partition: gpu, type: toy}")


@dataclass(frozen=True)
class Submitted:
    """A Snakemake that runs in the background, and the file it prints to."""

    process: subprocess.Popen
    printed: Path

    def finish(self) -> str:
        """Wait until it has ended well, and return what it printed."""
        self.process.wait()
        text = self.printed.read_text()
        assert self.process.returncode == 0, text[-8000:]
        return text


@contextmanager
def submitted(
    project: Project,
    cluster: Cluster,
    *arguments: str,
    config: str = "config/electron_photon/test.yaml",
    path: str = ENVIRONMENT["PATH"],
) -> Iterator[Submitted]:
    """Run `snakemake --profile slurm` as a user of the cluster does, but ask for the status of jobs more often."""
    options = ["--profile", "slurm", "--slurm-init-seconds-before-status-checks", "3"]
    printed = project.root.with_name(f"{project.root.name}-{Path(config).stem}.txt")
    with printed.open("w") as file:
        process = subprocess.Popen(
            ["timeout", "--kill-after=10", str(LIMIT), *SNAKEMAKE, *options, *arguments, "--configfile", config],
            cwd=project.root,
            env={**ENVIRONMENT, "PATH": f"{cluster.path}:{path}"},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Submitted(process, printed)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # which cancels its jobs
            process.wait()


def training(cluster: Cluster, project: Project, run: Submitted) -> str:
    """The number of the job that trains, once it has an epoch behind it and more to come."""
    checkpoint = project.cell(*CELL) / "checkpoint.pt"
    wait_for(lambda: checkpoint.exists() or run.process.poll() is not None, "an epoch to end", LIMIT)
    [job] = cluster.jobs(TRAINING, "RUNNING")
    assert first_and_last_epoch(project)[1] < EPOCHS
    return job


def process_of(project: Project) -> int:
    """The number of the process that trains."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[1:2] == [b"scripts/train.py"] and (process / "cwd").resolve() == project.root.resolve():
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("nothing trains")


def first_and_last_epoch(project: Project) -> tuple[int, int]:
    """The first and the last epoch of the last attempt, from its log."""
    epochs = [int(epoch) for epoch in re.findall(r": epoch (\d+)/", (project.results / LOG).read_text())]
    return epochs[0], epochs[-1]


def check_same(project: Project, other: Project) -> None:
    """Check that both have the same output files, byte for byte."""
    actual, expected = outputs(project.results), outputs(other.results)
    assert [name for name in actual | expected if actual.get(name) != expected.get(name)] == []


def check_jobs(project: Project, cluster: Cluster) -> None:
    """Check that each cell was trained and evaluated by the job of SLURM that its record names."""
    records = list(project.results.glob("cells/*/*/*/*/[te]*.provenance.json"))  # train and evaluate
    assert records
    for path in records:
        record = json.loads(path.read_text())
        job = record["slurm"]["JOB_ID"]
        names = "_".join(record["wildcards"][key] for key in ("input", "model", "seed")).replace("/", "_")
        assert job in cluster.jobs(f"rule_{record['rule']}_wildcards_{names}", "COMPLETED")


def check_resumed(project: Project, long: Project, epoch: int) -> None:
    """Check that no epoch but `epoch`, the last whose end was seen, was done twice, and that every byte is the same.

    The first one is never done twice: its state was there (`training`).
    """
    first, last = first_and_last_epoch(project)
    assert max(epoch, 2) <= first <= last == EPOCHS
    check_same(project, long)


def test_cells_and_a_table(cluster, finished, tmp_path):
    """Jobs run in the environment; the login node makes the table."""
    project = checkout(tmp_path / "project")
    describe_site(project)
    with submitted(project, cluster, *ASKED) as run:
        run.finish()
    actual, expected = outputs(project.results), outputs(finished.results)
    assert [name for name in actual if expected.get(name) != actual[name]] == []
    assert {Path(name).relative_to("results-test").as_posix() for name in ASKED} <= set(actual)
    check_jobs(project, cluster)
    assert project.plan(*ASKED).jobs == []


@pytest.mark.images
def test_whole_study_in_images(images, cluster, tmp_path):
    """Jobs run in both images, and one training is cancelled; what it is compared with was made in the environment."""
    local, project = (checkout(tmp_path / name) for name in ("local", "project"))
    for study in (local, project):
        lengthen(study)
        describe_site(study)
    local.snakemake("--cores", "2")
    for name in (*map(containers.file_of, containers.COMMON), containers.LOCAL):
        if (ROOT / name).exists():  # without LOCAL both images are those of record
            (project.root / name).symlink_to(ROOT / name)
    with submitted(project, cluster, "--software-deployment-method", "apptainer", path=images) as run:
        job = training(cluster, project, run)
        _, epoch = first_and_last_epoch(project)
        cluster("scancel", job)
        run.finish()
    assert cluster.state(job) == "CANCELLED"
    check_resumed(project, local, epoch)
    check_jobs(project, cluster)
    for path in project.results.rglob("*provenance.json"):
        environment = json.loads(path.read_text())["environment"]
        assert environment["container"] in map(containers.file_of, containers.COMMON), path
        assert environment["differs"] == {}, path


def test_cancelled(cluster, long, untrained):
    with submitted(untrained, cluster, target(untrained)) as run:
        job = training(cluster, untrained, run)
        _, epoch = first_and_last_epoch(untrained)
        cluster("scancel", job)
        run.finish()
    assert cluster.state(job) == "CANCELLED"
    check_resumed(untrained, long, epoch)


def test_over_its_walltime(cluster, long, untrained):
    """The job hangs until its time is up; the next attempt has twice the time and the memory."""
    with submitted(untrained, cluster, target(untrained)) as run:
        job = training(cluster, untrained, run)
        os.kill(process_of(untrained), signal.SIGSTOP)
        _, epoch = first_and_last_epoch(untrained)
        cluster("scontrol", "update", f"JobId={job}", "EndTime=now")
        text = run.finish()
    assert cluster.state(job) == "TIMEOUT"
    check_resumed(untrained, long, epoch)
    requested = [
        tuple(map(int, pair)) for pair in re.findall(r"\nrule train:(?:\n .*)* runtime=(\d+), mem_mb=(\d+)", text)
    ]
    assert requested[1] == pytest.approx([2 * value for value in requested[0]], abs=2)


def test_failing_once(cluster, long, untrained):
    """The training is killed as when the node's memory is full; the message names both logs."""
    with submitted(untrained, cluster, target(untrained)) as run:
        job = training(cluster, untrained, run)
        os.kill(process_of(untrained), signal.SIGKILL)
        _, epoch = first_and_last_epoch(untrained)
        text = run.finish()
    assert cluster.state(job) == "FAILED"
    check_resumed(untrained, long, epoch)
    ours, slurms = re.search(r"Error in rule train:(?:\n    .*)*\n    log: (.*) \(check", text)[1].split(", ")
    assert ours == f"results-test/{LOG}"
    assert slurms.endswith(f"/{job}.log")
    assert Path(slurms).is_file()


def test_node_that_fails(cluster, long, untrained):
    """SLURM itself starts the same job again, with a GPU as before."""
    describe_gpu(untrained)
    with submitted(untrained, cluster, target(untrained)) as run:
        job = training(cluster, untrained, run)
        _, epoch = first_and_last_epoch(untrained)
        description = cluster("scontrol", "show", "job", job)
        assert "Partition=gpu " in description
        assert "TresPerJob=gres:gpu:toy:1" in description
        with cluster.node("DOWN"):
            wait_for(lambda: cluster.state(job) == "PENDING", "the job to be in the queue again")
            wait_for(lambda: cluster.let_go(job), "the job's processes to end")
        cluster("scontrol", "update", f"JobId={job}", "StartTime=now")
        run.finish()
    assert cluster.state(job) == "COMPLETED"
    check_resumed(untrained, long, epoch)


def test_node_that_is_drained_and_resumed(cluster, long, untrained):
    """A job that runs there goes on to its end, and the next one waits."""
    (untrained.cell(*CELL) / "metrics.json").unlink()
    with submitted(untrained, cluster, target(untrained, "metrics.json")) as run:
        job = training(cluster, untrained, run)
        description = cluster("scontrol", "show", "job", job)
        assert "Partition=main " in description
        assert "gres:gpu" not in description
        with cluster.node("DRAIN"):
            wait_for(lambda: cluster.jobs("rule_evaluate", "PENDING"), "the next job")
            assert cluster.state(job) == "COMPLETED"
        run.finish()
    assert first_and_last_epoch(untrained) == (1, EPOCHS)
    check_same(untrained, long)


def test_two_studies_at_once(cluster, finished, long, untrained):
    config = untrained.root / "config/other.yaml"
    config.write_text((ROOT / "config/electron_photon/test.yaml").read_text().replace("results-test", "results-other"))
    data = ["results-other/data/hits.parquet", "results-other/data/split.parquet"]
    with submitted(untrained, cluster, *data, config="config/other.yaml") as other:
        wait_for(lambda: cluster.jobs("rule_shard", "RUNNING"), "a job of the first")
        with submitted(untrained, cluster, target(untrained)) as run:
            run.finish()
        other.finish()
    check_same(untrained, long)
    for name in data:
        same = finished.results / Path(name).relative_to("results-other")
        assert (untrained.root / name).read_bytes() == same.read_bytes()


def test_nothing_is_left_behind(tmp_path):
    def packages() -> str:
        return subprocess.run(["dpkg", "--get-selections"], capture_output=True, text=True, check=True).stdout

    with APT:  # nothing else installs meanwhile
        installed, clients = packages(), shutil.which("scontrol")
        with running_cluster(tmp_path) as own:
            assert own("srun", "echo", "here").strip() == "here"
            assert len(processes(tmp_path)) >= 3
            assert shutil.which("scontrol") == clients
        assert processes(tmp_path) == []
        assert packages() == installed
