"""Every job of a finished study loads only code whose state is among its inputs."""

import json
from pathlib import Path

import pytest
from study import ROOT

from showergrid.core.closure import LEFT_OUT


def file_of(module: str) -> str | None:
    """The file of a module, from the root; None for packages, whose files are empty."""
    path = Path("scripts", *module.split(".")).with_suffix(".py")
    return str(path) if (ROOT / path).is_file() else None


@pytest.fixture(scope="module")
def sources(finished) -> dict[tuple, frozenset[str]]:
    """The source files whose state is an input of each planned job, by its rule and wildcards."""
    plan = finished.plan("--forceall")
    return {(job.rule, *sorted(job.wildcards.items())): finished.sources(job) for job in plan.jobs}


def test_every_job_was_seen(notes, sources):
    assert {(note["rule"], *sorted(note["wildcards"].items())) for note in notes} == set(sources)


def test_what_a_job_loads_is_among_its_sources(notes, sources):
    allowed = {file_of(module) for module in (*LEFT_OUT, "showergrid.core.digests")}  # the last is for records, too
    for note in notes:
        loaded = {note["command"], *filter(None, map(file_of, note["modules"]))}
        missing = loaded - sources[note["rule"], *sorted(note["wildcards"].items())] - allowed
        assert missing == set(), note["rule"]


def test_records_name_the_same_code(finished, sources):
    for path in finished.results.rglob("*provenance.json"):
        record = json.loads(path.read_text())
        planned = sources[record["rule"], *sorted(record["wildcards"].items())]
        code = {name.removeprefix("scripts/") for name in planned if name.startswith("scripts/")}
        assert set(record["code"]) == code, path
