"""A SLURM for the tests: the daemons and clients of Debian's packages, unpacked into a folder and run from there.

Nothing is installed: no package, user, service or configuration can be left behind, and only processes started with
the cluster's `path` find its clients. (Where Snakemake finds `scontrol` but no controller that answers, its SLURM
plugin waits for one at every start, 9 s.)
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

APT = FileLock(Path(tempfile.gettempdir(), "showergrid-apt.lock"))  # two tests at once would disturb each other
PACKAGES = ["slurmctld", "slurmd", "slurm-client", "slurm-wlm-basic-plugins", "munge"]
NODE = "node1"
PATIENCE = 600  # s, for a busy machine

CONFIGURATION = """\
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthInfo=socket={folder}/munge.socket
PluginDir={plugins}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdDebug=debug
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
AccountingStorageType=accounting_storage/none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
KillWait=2
MinJobAge=100000
MessageTimeout=100
BatchStartTimeout=600
UnkillableStepTimeout=600
GresTypes=gpu
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:toy:1
PartitionName=main Nodes=ALL Default=YES MaxTime=02:00:00
PartitionName=gpu Nodes=ALL MaxTime=02:00:00
"""


def why_not() -> str | None:
    """What this machine lacks to start a SLURM; None if nothing."""
    if os.geteuid() != 0:
        return "only root can start a SLURM of its own"
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return "SLURM is taken from Debian's packages, and this is no Debian"
    return None


@dataclass(frozen=True)
class Cluster:
    """A running controller with one node; `path` is the folder of the clients."""

    path: Path

    def __call__(self, *command: str) -> str:
        """Run a client and return what it prints."""
        return subprocess.run(
            [self.path / command[0], *command[1:]], capture_output=True, text=True, check=True, timeout=PATIENCE
        ).stdout

    def jobs(self, comment: str, *states: str) -> list[str]:
        """Numbers of the jobs whose comment begins with `comment`, in `states` (PENDING, RUNNING, ...) or in any."""
        chosen = ",".join(states) or "all"
        rows = self("squeue", "--noheader", f"--states={chosen}", "--format=%i|%k").splitlines()
        return [number for number, text in (row.split("|", 1) for row in rows) if text.startswith(comment)]

    def state(self, job: str) -> str:
        """State of a job: PENDING, RUNNING, COMPLETED, TIMEOUT, ..."""
        return self("squeue", "--noheader", "--states=all", "--format=%T", f"--jobs={job}").strip()

    def let_go(self, job: str) -> bool:
        """Whether the node is done with a job; until then it refuses to start it again, and is drained for that.

        The job's processes may have ended a second or two before.
        """
        return f"completed epilog for jobid {job}\n" in (self.path.parent / "slurmd.log").read_text()

    @contextmanager
    def node(self, state: str) -> Iterator[None]:
        """Drain (DRAIN) or lose (DOWN) the node, and resume it on exit."""
        self("scontrol", "update", f"NodeName={NODE}", f"State={state}", "Reason=test")
        try:
            yield
        finally:
            self("scontrol", "update", f"NodeName={NODE}", "State=RESUME")


def wait_for(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until `condition` holds, `patience` seconds at most."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"waited {patience} s for {what}"
        time.sleep(0.02)


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a cluster in an empty folder; on exit, each of its processes has ended."""
    root = _unpack(folder)
    [plugins] = root.glob("usr/lib/*/slurm-wlm")
    libraries = f"{plugins.parent}:{plugins}"
    configuration = folder / "slurm.conf"
    controller_port, node_port = _free_ports(2)
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024  # MemTotal
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            plugins=plugins,
            controller_port=controller_port,
            node_port=node_port,
            node=NODE,
            host=socket.gethostname().split(".")[0],
            cpus=os.cpu_count(),
            memory=memory - 500,
        )
    )
    (folder / "gres.conf").write_text("Name=gpu Type=toy File=/dev/null\n")
    (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
    (folder / "state").mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    folder.chmod(0o755)
    programs = root / "usr/sbin"
    for program in programs.glob("*-wlm"):  # Debian's names; a daemon of SLURM tells from its name what it is
        program.rename(program.with_name(program.name.removesuffix("-wlm")))
    clients = _clients(folder / "bin", root / "usr/bin", libraries, configuration)
    cluster = Cluster(clients)
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries}
    munge = [f"--{name}={folder}/munge.{name.split('-')[0]}" for name in ("key-file", "socket", "pid-file", "log-file")]
    with ExitStack() as stack:
        stack.callback(_kill, folder)
        for name, *options in (
            ["munged", "--foreground", "--force", f"--seed-file={folder}/munge.seed", *munge],
            ["slurmctld", "-D", "-f", str(configuration)],
            ["slurmd", "-D", "-f", str(configuration), "-N", NODE, "-d", str(programs / "slurmstepd")],
        ):
            stack.enter_context(_daemon([str(programs / name), *options], folder / f"{name}.out", environment))
            if name == "munged":
                wait_for((folder / "munge.socket").exists, "munged")
        wait_for(lambda: _idle(cluster), "the node to be idle")
        yield cluster
        subprocess.run([clients / "scancel", "--partition=main,gpu"], check=False, timeout=PATIENCE)
        wait_for(lambda: _idle(cluster), "jobs to end")


def processes(folder: Path) -> list[int]:
    """Processes whose program is in the folder, or whose environment names its slurm.conf, as in a job."""
    pids = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            program, environment = (process / "exe").readlink(), (process / "environ").read_bytes()
        except OSError:
            continue
        if program.is_relative_to(folder) or bytes(folder / "slurm.conf") in environment:
            pids.append(int(process.name))
    return pids


def _unpack(folder: Path) -> Path:
    """Download and unpack Debian's packages, with those that they need and the machine lacks."""
    archives = folder / "archives"
    (archives / "partial").mkdir(parents=True)
    fetch = ["apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", "--reinstall", "--download-only"]
    command = [*fetch, "-o", f"Dir::Cache::archives={archives}", *PACKAGES]
    with APT:
        if subprocess.run(command, capture_output=True, check=False).returncode:
            subprocess.run(["apt-get", "update", "--quiet=2"], capture_output=True, check=False)
            subprocess.run(command, capture_output=True, check=True)
    for package in archives.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, folder / "root"], check=True)
    return folder / "root"


def _clients(folder: Path, programs: Path, libraries: str, configuration: Path) -> Path:
    """Write clients that find their libraries and this cluster, and leave the environment of jobs as it is."""
    folder.mkdir()
    for program in programs.iterdir():
        loader = "/lib64/ld-linux-x86-64.so.2"
        text = f'SLURM_CONF={configuration} exec {loader} --library-path {libraries} {program} "$@"'
        (folder / program.name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / program.name).chmod(0o755)
    return folder


def _kill(folder: Path) -> None:
    """Kill the steps whose daemon ended before they did."""
    for process in processes(folder):
        os.kill(process, signal.SIGKILL)


@contextmanager
def _daemon(command: list[str], output: Path, environment: dict[str, str]) -> Iterator[None]:
    with output.open("w") as file:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],  # no daemon outlives tests that are killed
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _idle(cluster: Cluster) -> bool:
    answer = subprocess.run(
        [cluster.path / "sinfo", "--noheader", "--format=%t", "--partition=main"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return answer.stdout.strip() == "idle"


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]
