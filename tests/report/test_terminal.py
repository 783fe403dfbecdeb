"""The table at the end of `make table1`."""

import subprocess
import sys
from pathlib import Path

import pytest
from synthetic_cells import table_config, write_study

from showergrid.core.errors import InputError
from showergrid.report.formats.terminal import read_rows, terminal_table
from showergrid.report.reports.table import Parameters, build, csv

ROOT = Path(__file__).parents[2]


@pytest.fixture
def table(tmp_path) -> Path:
    write_study(tmp_path)
    path = tmp_path / "table1.csv"
    path.write_text(csv(build(Parameters(**table_config()), tmp_path)))
    return path


def test_networks_stand_down_and_representations_across(table):
    rows = read_rows(table)
    lines = terminal_table(rows).splitlines()
    assert lines[0].split() == ["projection_y", "color_y", "voxels"]
    first = next(i for i, line in enumerate(lines) if line.startswith("simple"))
    row = next(row for row in rows if (row["model"], row["representation"]) == ("simple", "projection_y"))
    value, low, high = (f"{float(row[f'test_accuracy{end}']):.3f}".removeprefix("0") for end in ("", "_low", "_high"))
    assert lines[first].split()[1] == value
    assert lines[first + 1].split()[:3] == [low, "to", high]
    assert "OOM" in terminal_table(rows)
    assert "n/a" in terminal_table(rows)


def test_what_does_not_fit_stands_below(table):
    rows = read_rows(table)
    narrow = terminal_table(rows, width=40)
    assert max(map(len, narrow.splitlines())) <= 40
    heads = [block.split()[0] for block in narrow.split("\n\n")]
    assert heads == ["projection_y", "color_y"]
    assert "efficientnet_lite0" not in narrow.split("\n\n")[-1]  # out of memory there, or without a meaning
    assert max(map(len, terminal_table(rows).splitlines())) <= 80


@pytest.mark.parametrize(
    ("name", "words"), [("nothing.csv", "cannot be read"), ("other.csv", "is no table of networks")]
)
def test_another_file_is_refused_in_one_line(tmp_path, name, words):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=words):
        read_rows(tmp_path / name)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/show.py", tmp_path / name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
