"""The tiny study, run once to its end on real Geant4 showers."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from study import HOST, Project, checkout

WITNESS = Path(__file__).parent / "witness"


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Project:
    """Do not change it: take `project`. It ran under the eyes of witness/sitecustomize.py."""
    project = checkout(tmp_path_factory.mktemp("finished"))
    notes = project.root.with_name(project.root.name + "-notes")
    notes.mkdir()
    paths = filter(None, [str(WITNESS), os.environ.get("PYTHONPATH")])
    environment = {"PYTHONPATH": os.pathsep.join(paths), "WITNESS": str(notes), "WITNESS_HOST": HOST}
    project.snakemake("--cores", "2", environment=environment)
    return project


@pytest.fixture(scope="session")
def notes(finished) -> list[dict[str, Any]]:
    """Of each job of the finished study its rule, wildcards, command, and the modules that it had loaded at its end."""
    folder = finished.root.with_name(finished.root.name + "-notes")
    return [json.loads(path.read_text()) for path in sorted(folder.iterdir())]


@pytest.fixture
def project(finished, tmp_path) -> Project:
    """A finished tiny study of the test's own."""
    return finished.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def checked_out(tmp_path_factory) -> Project:
    """The project's files, nothing made yet; leave it as it was."""
    return checkout(tmp_path_factory.mktemp("checkout"))
