"""What the tests of containers and clusters need on the machine; they install it themselves where they can."""

import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from slurm_cluster import APT

PREFIX = Path("/opt/showergrid-apptainer")
PROGRAMS = ("apptainer", "mmdebstrap", "mksquashfs")


@pytest.fixture(scope="session")
def apptainer() -> str:
    """A PATH with Apptainer and the tools that build images: the machine's own, or installed as root on Debian 12."""
    path = os.pathsep.join([str(PREFIX / "bin"), os.environ["PATH"]])
    with APT:
        if all(shutil.which(program, path=path) for program in PROGRAMS):
            return path
        release = Path("/etc/os-release")
        if os.geteuid() != 0 or not release.exists() or "VERSION_CODENAME=bookworm" not in release.read_text():
            pytest.skip(
                f"not all of {', '.join(PROGRAMS)} are there, and only root on Debian 12 installs them for a test"
            )
        subprocess.run([Path(__file__).with_name("install_apptainer.sh"), PREFIX], check=True)
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail tests that are marked `images` where they would skip: who asks for them wants them run."""
    report = yield
    if report.skipped and item.get_closest_marker("images"):
        _, _, reason = report.longrepr
        report.outcome, report.longrepr = "failed", reason
    return report
