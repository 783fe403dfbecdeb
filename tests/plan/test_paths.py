"""Where a study keeps its files, and which of them cells are made of."""

import re
from pathlib import Path

import pytest
from studies import configuration

from showergrid.core.cells import Cell
from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.paths import Paths, check_folders, of_cell


@pytest.fixture(scope="module")
def paths() -> Paths:
    return Paths(read_study(configuration("test")))


def test_patterns_name_the_files_of_the_contract(paths):
    cell = Cell("projection_y", 100, "complex", 20)
    assert of_cell(paths.cell, cell) == f"results-test/{cell.folder}"
    assert paths.of_cells([cell], ["metrics.json"]) == [f"results-test/{cell.folder}/metrics.json"]
    assert paths.inputs("projection_y", 100, "complex") == ["results-test/inputs/projection_y/c100"]


def test_several_views_share_the_inputs_of_each(paths):
    both = ["results-test/inputs/projection_x/c100", "results-test/inputs/projection_y/c100"]
    assert paths.inputs("two_sides", 100, "joined") == both
    assert paths.inputs_of(paths.study.cells) == sorted(set(paths.inputs_of(paths.study.cells)))


def test_frozen_cells_rest_on_trained_ones(paths):
    frozen = Cell("two_sides", 100, "frozen", 19)
    trained = [Cell("projection_x", 100, "simple", 19), Cell("projection_y", 100, "simple", 19)]
    assert paths.rested_on([frozen, Cell("projection_y", 100, "complex", 19)]) == trained
    assert paths.features_of([frozen]) == [f"results-test/features/{cell.folder[6:]}.safetensors" for cell in trained]


def test_a_tuned_cell_rests_on_its_search(paths):
    tuned = Cell("projection_y", 100, "simple@tuned", 19)
    folder = "results-test/tuning/projection_y/c100/simple"
    assert paths.tuned("projection_y", 100, "simple@tuned") == [f"{folder}/best.yaml"]
    assert paths.tuned("projection_y", 100, "simple") == []
    assert paths.searches_of([tuned, tuned]) == [f"{folder}/best.yaml", f"{folder}/workers/0.csv"]
    with pytest.raises(InputError, match="tuning has no search of complex on projection_y/c100"):
        paths.tuned("projection_y", 100, "complex@tuned")


def test_records_of_data_are_those_of_what_cells_are_made_of(paths):
    records = paths.records_of_data([Cell("projection_y", 100, "complex", 20)])
    inputs = [name for name in records if "/inputs/" in name]
    assert inputs == [
        f"results-test/inputs/projection_y/c100.{suffix}.provenance.json"
        for suffix in ("safetensors", "calibration.json")
    ]
    assert [name for name in records if "/shards/" in name] == [
        f"results-test/data/shards/{shard}.hits.parquet.provenance.json" for shard in range(4)
    ]
    assert paths.records_of_data([]) == []


def test_inputs_are_made_of_the_tables_that_they_show(paths):
    assert paths.tables_read("projection_y") == ["results-test/data/hits.parquet"]
    assert paths.calibration_read("projection_y") == ["results-test/data/calibration.json"]
    with pytest.raises(InputError, match="two_sides has no inputs of its own"):
        paths.tables_read("two_sides")


def test_wildcards_stand_for_known_names_and_whole_numbers(paths):
    def matches(kind: str, value: str) -> bool:
        return re.fullmatch(paths.wildcards[kind], value) is not None

    assert matches("input", "projection_y/c100")
    assert matches("seed", "19")
    assert matches("report", "ablations/tiny")
    assert matches("model", "simple@tuned")
    assert not any(matches("seed", value) for value in ("019", "-1", "1e3", ""))
    assert not any(matches("input", value) for value in ("projection_y", "projection_y/c01", "projection_w/c100"))
    assert not matches("prediction", "results")  # the study has none


def test_cells_are_trained_on_their_inputs_and_the_data(paths):
    files = [name.removeprefix("results-test/") for name in paths.raw_data([Cell("two_sides", 100, "frozen", 19)])]
    data = ["data/hits.parquet", "data/events.parquet", "data/split.parquet", "data/calibration.json"]
    assert files == [
        *data,
        "data/counts.json",
        "inputs/projection_x/c100.safetensors",
        "inputs/projection_y/c100.safetensors",
        "features/projection_x/c100/simple/seed19.safetensors",
        "features/projection_y/c100/simple/seed19.safetensors",
    ]


def test_folders_of_the_same_files_stand_together(paths):
    one, other, third = ("cells/a/c1/m/seed1/", "cells/a/c1/m/seed2/", "cells/b/c1/m/seed1/")
    files = [f"results-test/{name}" for name in ("table1.tex", f"{one}x", f"{one}y/z", f"{other}x", f"{other}y/z")]
    assert paths.in_groups([*files, f"results-test/{third}x"]) == [
        {"folders": [""], "names": ["table1.tex"]},
        {"folders": [third], "names": ["x"]},
        {"folders": [one, other], "names": ["x", "y/z"]},
    ]


def test_folders_that_cannot_be_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_folders("results", Path("scripts"), str(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file: cannot be written to; make it a folder that can"):
        check_folders("file/results", Path("scripts"), str(tmp_path))
    with pytest.raises(InputError, match="no blank and no brace"):
        check_folders("results", Path("two words/scripts"), "two words")
