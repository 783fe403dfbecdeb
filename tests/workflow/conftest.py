"""The tiny study, run once to its end on real Geant4 showers."""

import pytest
from study import Project, checkout


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Project:
    """Do not change it: take `project`."""
    project = checkout(tmp_path_factory.mktemp("finished"))
    project.snakemake("--cores", "2")
    return project


@pytest.fixture
def project(finished, tmp_path) -> Project:
    """A finished tiny study of the test's own."""
    return finished.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def checked_out(tmp_path_factory) -> Project:
    """The project's files, nothing made yet; leave it as it was."""
    return checkout(tmp_path_factory.mktemp("checkout"))
