"""A wrong configuration is refused before any job starts, in one line that names key, value and valid choices."""

import pytest

FAULTS = [
    ("showers: 160", "showers: many", ["simulation.showers", "many", "integer"]),
    ("showers: 160", "showers: -3", ["simulation.showers", "-3", "greater than or equal to 1"]),
    ("showers: 160", "showers: 160\n  shower_size: 3", ["shower_size", "unknown key", "shard_size"]),
    ("split:", "splitt: 3\nsplit:", ["splitt", "unknown key", "split"]),
    ("order: axis", "order: random", ["order", "random", "truth_time", "axis"]),
    ("test_fraction: 0.5", "test_fraction: 1.5", ["split.test_fraction", "1.5", "less than 1"]),
    ("optim_name: Adam", "optim_name: Adams", ["optim_name", "Adams", "AdamW"]),
    ("optim_lr: 1.0e-3", "optim_lr: -1", ["optim_lr", "-1", "greater than 0"]),
    ("- {name: complex,", "- {name: complex, optm_lr: 3,", ["complex", "optm_lr", "unknown key", "optim_lr"]),
    ("- {name: complex,", "- {name: complex, conv_filters: [3],", ["complex", "conv_sizes", "1 values"]),
    ("- {name: complex,", "- {name: complexx,", ["complexx", "complex", "simple"]),
    ("models: [complex]", "models: [complicated]", ["complicated", "simple", "complex"]),
    ("[projection_y], resolutions: [100]", "[projection_q], resolutions: [100]", ["projection_q", "projection_y"]),
    ("axis: y, cube_pool", "axis: w, cube_pool", ["projection_y", "axis", "w", "'x', 'y' or 'z'"]),
    ("axis: y, cube_pool", "axis: y, pool: max, cube_pool", ["projection_y", "pool", "unknown key", "cube_pool"]),
    ("- {name: voxels,", "- {name: voxels, module: cubes,", ["cubes", "voxels", "projection"]),
    ("resolutions: [100]", "resolutions: [0]", ["grid", "resolutions", "0", "greater than or equal to 1"]),
    ("seeds: [19, 20]", "seeds: [nineteen]", ["grid", "seeds", "nineteen"]),
    ("win_shape: [16, 32]", "win_shape: [16]", ["simple", "shape", "[16]", "x, z"]),
    (
        "{x: direction, y: centre, z: start}",
        "{x: sideways}",
        ["placement.x", "sideways", "'start', 'direction' or 'centre'"],
    ),
    ("results: results-test", "results: ../a;b", ["results", "../a;b"]),
    ("{name: photon, pdg: 22}", "{name: electron, pdg: 22}", ["classes", "electron", "twice"]),
    ("published: config/reference.yaml", "published: config/nothing.yaml", ["published", "config/nothing.yaml"]),
    ("models: [complex], seeds", "models: [complex, simple], seeds", ["table1", "simple", "projection_y", "twice"]),
]


@pytest.mark.parametrize(("old", "new", "words"), FAULTS)
def test_fault_is_named(checked_out, old, new, words):
    original = (checked_out.root / "config/test.yaml").read_text()
    try:
        checked_out.edit("config/test.yaml", old, new)
        done = checked_out.snakemake("--dry-run", check=False)
    finally:
        (checked_out.root / "config/test.yaml").write_text(original)
    assert done.returncode != 0
    line = next(line for line in done.stdout.splitlines() if "config: " in line)
    missing = [word for word in words if word not in line]
    assert not missing, line
    assert "Traceback" not in done.stdout
    assert not checked_out.results.exists()
