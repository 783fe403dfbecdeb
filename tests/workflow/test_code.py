"""Every job of a finished study loads only code that is among its inputs."""

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
def inputs(finished) -> dict[tuple, frozenset[str]]:
    """The inputs that are planned for each job, by its rule and wildcards."""
    plan = finished.plan("--forceall")
    return {(job.rule, *sorted(job.wildcards.items())): job.inputs for job in plan.jobs}


def test_every_job_was_seen(notes, inputs):
    assert {(note["rule"], *sorted(note["wildcards"].items())) for note in notes} == set(inputs)


def test_what_a_job_loads_is_among_its_inputs(notes, inputs):
    allowed = {file_of(module) for module in (*LEFT_OUT, "showergrid.core.digests")}  # the last is for records, too
    for note in notes:
        loaded = {note["command"], *filter(None, map(file_of, note["modules"]))}
        missing = loaded - inputs[note["rule"], *sorted(note["wildcards"].items())] - allowed
        assert missing == set(), note["rule"]


def test_records_name_the_same_code(finished, inputs):
    for path in finished.results.rglob("*provenance.json"):
        record = json.loads(path.read_text())
        planned = inputs[record["rule"], *sorted(record["wildcards"].items())]
        code = {name.removeprefix("scripts/") for name in planned if name.startswith("scripts/")}
        assert set(record["code"]) == code, path
