"""A wrong configuration is refused before any job starts, in one line that names key, value and valid choices.

One fault of every kind and origin is tried here, all the others in tests/plan/test_study.py.
"""

import pytest

FAULTS = [
    ("showers: 160", "showers: many", ["showers.showers", "many", "integer"]),
    ("showers: 160", "showers: 160\n  shower_size: 3", ["shower_size", "unknown key", "shard_size"]),
    ("training: {", "training: {optim_lr: -1, ", ["optim_lr", "-1", "greater than 0"]),
    ("- {name: complex,", "- {name: complex, optm_lr: 3,", ["complex", "optm_lr", "unknown key", "optim_lr"]),
    ("- {name: complex,", "- {name: complexx,", ["complexx", "complex", "simple"]),
    ("axis: y, cube_pool", "axis: w, cube_pool", ["projection_y", "axis", "w", "'x', 'y' or 'z'"]),
    ("win_shape: [16, 32]", "win_shape: [16]", ["simple", "shape", "[16]", "x, z"]),
    ("results: results-test", "results: ../a;b", ["results", "../a;b"]),
    ("\nperformance:", "\npublished: config/nothing.yaml\nperformance:", ["published", "config/nothing.yaml"]),
    ("models: [complex], seeds", "models: [complex, simple], seeds", ["table1", "simple", "projection_y", "twice"]),
]


@pytest.mark.parametrize(("old", "new", "words"), FAULTS)
def test_fault_is_named(checked_out, old, new, words):
    original = (checked_out.root / "config/electron_photon/test.yaml").read_text()
    try:
        checked_out.edit("config/electron_photon/test.yaml", old, new)
        done = checked_out.snakemake(check=False)
    finally:
        (checked_out.root / "config/electron_photon/test.yaml").write_text(original)
    assert done.returncode != 0
    line = last_line(done.stdout)
    assert "config: " in line
    missing = [word for word in words if word not in line]
    assert not missing, line
    assert not checked_out.results.exists()


def last_line(printed: str) -> str:
    """The last line, which is all that is said of a fault: before it stands only what Snakemake says of each call."""
    assert "Error" not in printed
    assert "Traceback" not in printed
    return printed.splitlines()[-1]


def test_an_unknown_name_in_the_defaults_is_told_with_its_key_and_their_file(checked_out, tmp_path):
    config = tmp_path / "mine.yaml"
    config.write_text("representations: [{name: mine, module: voxels, cube_pool: mean, log_trans: false}]")
    line = last_line(checked_out.snakemake("--dry-run", config=str(config), check=False).stdout)
    assert line == (
        "config: models.simple.overrides: unknown representation 'voxels'; valid: mine; models stands in "
        f"config/electron_photon/default.yaml, representations in {config}: give models there too"
    )


def test_a_cell_that_cannot_be_is_refused_in_one_line_and_nothing_stays_locked(checked_out):
    target = "results-test/cells/projection_y/c30000/simple/seed19/metrics.json"
    done = checked_out.snakemake("--cores", "1", target, check=False)
    assert done.returncode == 1
    assert last_line(done.stdout) == "resolution 30000 is larger than 20000; ask for a file of a smaller one"
    assert not checked_out.results.exists()
    assert list((checked_out.root / ".snakemake/locks").iterdir()) == []


def test_a_key_that_is_given_twice_is_named_with_both_lines(checked_out, tmp_path):
    lines = (checked_out.root / "config/electron_photon/test.yaml").read_text().splitlines()
    config = tmp_path / "mine.yaml"
    config.write_text("\n".join([*lines, "results: results-other"]))
    done = checked_out.snakemake("--dry-run", config=str(config), check=False)
    first = next(number for number, line in enumerate(lines, start=1) if line.startswith("results:"))
    assert done.returncode != 0
    said = f"{config}: results is given in line {first} and again in line {len(lines) + 1}; keep one of them"
    assert last_line(done.stdout) == said
