"""How a command fails: one line on standard error, an exit status that is not 0, and nothing half made."""

import argparse
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import Field
from synthetic_hits import write_events

from showergrid.core.errors import InputError, explain, run
from showergrid.core.settings import Settings

SCRIPTS = Path(__file__).parents[2] / "scripts"
COMMANDS = sorted(path.name for path in SCRIPTS.glob("*.py") if '"--job"' in path.read_text())


class Cells(Settings):
    count: int = Field(ge=1)


def failing(error: Exception):
    def main(_: argparse.Namespace) -> None:
        raise error

    return main


def message(main, monkeypatch, *arguments: str) -> str:
    """What the command would print before its exit status 1."""
    monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        run(main, argparse.ArgumentParser(prog="train.py"))
    assert isinstance(ended.value.code, str)  # printed to standard error; the exit status is then 1
    return ended.value.code


def test_an_expected_failure_is_its_own_line(monkeypatch):
    line = message(failing(InputError("hits.parquet: no column charge; add it")), monkeypatch)
    assert line == "train.py: error: hits.parquet: no column charge; add it"


def test_any_other_failure_is_one_line_that_names_its_kind(monkeypatch):
    assert message(failing(ValueError("one\n  two")), monkeypatch) == "train.py: error: ValueError: one two"


def test_a_wrong_value_is_named(monkeypatch):
    with pytest.raises(ValueError, match="count") as wrong:
        Cells(count=-3)
    assert "Cells: count: " in explain(wrong.value)
    line = message(failing(wrong.value), monkeypatch)
    assert "\n" not in line
    assert "count" in line
    assert "-3" in line


def test_the_traceback_is_shown_when_asked_for(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "--debug"])
    with pytest.raises(InputError, match="wrong"):
        run(failing(InputError("wrong")), argparse.ArgumentParser())


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("job", ["not JSON", "1", '{"rule": "train"}'])
def test_every_command_refuses_a_job_that_is_none(command, job, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [command, "--help"])
    with pytest.raises(SystemExit):
        runpy.run_path(str(SCRIPTS / command), run_name="__main__")
    options = sorted(set(re.findall(r"(--[a-z0-9-]+) [A-Z]", capsys.readouterr().out)))
    values = [part for option in options for part in (option, job if option == "--job" else "1")]
    monkeypatch.setattr(sys, "argv", [command, *values])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPTS / command), run_name="__main__")
    assert isinstance(ended.value.code, str), ended.value.code
    assert "\n" not in ended.value.code
    assert "--job: expected a JSON object" in ended.value.code
    assert list(tmp_path.iterdir()) == []


def split(events: Path, output: Path, *more: str) -> subprocess.CompletedProcess[str]:
    config = {
        "split": {"seed": 1, "test_fraction": 0.5, "validation_fraction": 0.2},
        "questions": [{"column": "pdg", "values": [[11], [22]], "other": "refuse"}],
    }
    files = ["--events", str(events), "--output", str(output), "--provenance", str(output.parent / "record.json")]
    command = [sys.executable, str(SCRIPTS / "split.py"), "--job", json.dumps({"config": config}), *files, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def events(tmp_path) -> Path:
    folder = tmp_path / "events"
    folder.mkdir()
    return write_events(folder / "events.parquet", np.array([11, 22] * 20))


def test_a_command_that_fails_says_so_in_one_line(tmp_path, events):
    events.write_bytes(b"not a table")
    done = split(events, tmp_path / "split.parquet")
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("split.py: error: ")
    assert str(events) in done.stderr
    assert "Traceback" in split(events, tmp_path / "split.parquet", "--debug").stderr
    assert [path.name for path in tmp_path.iterdir()] == ["events"]


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path, events):
    good = split(events, tmp_path / "split.parquet")
    assert good.returncode == 0, good.stderr
    folder = tmp_path / "taken/split.parquet"
    folder.mkdir(parents=True)
    done = split(events, folder)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["split.parquet"]
    assert list(folder.iterdir()) == []
    behind_a_file = split(events, events / "split.parquet")
    assert behind_a_file.returncode == 1
    assert len(behind_a_file.stderr.splitlines()) == 1
