"""What jobs read where a pattern does not say it."""

import subprocess
from pathlib import Path

import pytest
from studies import configuration

from showergrid.core.cells import Cell
from showergrid.core.errors import InputError
from showergrid.plan import shown
from showergrid.plan.archive_job import archive_job, archived
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.missing import missing
from showergrid.plan.paths import Paths
from showergrid.plan.reads import Reads
from showergrid.plan.steps import told_by

QUESTION = {
    "name": "flavour",
    "column": "flavour",
    "classes": [{"name": "first", "values": [1]}, {"name": "second", "values": [2]}],
}


def reads_of(raw: dict) -> Reads:
    study = read_study(raw)
    return Reads(Paths(study), lambda step, **wildcards: job(study, step, None, **told_by(wildcards)))


@pytest.fixture(scope="module")
def reads() -> Reads:
    return reads_of(configuration("test"))


def cell(input: str, model: str, seed: int = 19) -> dict[str, str]:
    return {"input": input, "model": model, "seed": str(seed)}


def test_a_cell_reads_the_inputs_of_all_its_views(reads):
    wildcards = cell("two_sides/c100", "joined")
    stems = ["results-test/inputs/projection_x/c100", "results-test/inputs/projection_y/c100"]
    assert reads.inputs(wildcards) == [f"{stem}.safetensors" for stem in stems]
    assert reads.calibrations(wildcards) == [f"{stem}.calibration.json" for stem in stems]
    assert reads.features(wildcards) == reads.backbones(wildcards) == reads.tuned(wildcards) == []
    assert reads.weights("train")(wildcards) == []


def test_a_frozen_cell_reads_trained_ones_of_its_seed(reads):
    wildcards = cell("two_sides/c100", "frozen", 20)
    folders = [f"projection_{axis}/c100/simple/seed20" for axis in "xy"]
    assert reads.features(wildcards) == [f"results-test/features/{folder}.safetensors" for folder in folders]
    assert reads.backbones(wildcards) == [f"results-test/cells/{folder}/model.safetensors" for folder in folders]


def test_cores_are_those_that_a_network_computes_on(reads):
    assert reads.threads("train")(cell("projection_y/c100", "complex")) == 2
    assert reads.threads("train")(cell("projection_y/c100", "simple")) == 1


def test_trials_share_an_input_unless_the_search_chooses_its_parameters(reads):
    place = {"input": "projection_y/c100", "model": "simple"}
    assert reads.inputs_of_trials(place) == ["results-test/inputs/projection_y/c100.safetensors"]
    assert reads.tables_of_trials(place) == reads.calibration_of_trials(place) == []
    assert reads.workers(place) == ["results-test/tuning/projection_y/c100/simple/workers/0.csv"]
    raw = configuration("test")
    raw["tuning"][0]["space"]["headroom"] = {"low": 1.1, "high": 1.2}
    own = reads_of(raw)
    assert own.inputs_of_trials(place) == []
    assert own.tables_of_trials(place) == ["results-test/data/hits.parquet"]
    assert own.calibration_of_trials(place) == ["results-test/data/calibration.json"]


def test_a_report_reads_the_cells_that_it_shows(reads):
    shown_cells = reads.cells_of_report({"report": "table_resolution"})
    places = {(cell.resolution, cell.model) for cell in shown_cells}
    assert places == {(resolution, model) for resolution in (100, 200) for model in ("simple", "simple_cm")}
    assert {cell.representation for cell in shown_cells} == {"projection_y"}
    files = reads.of_report({"report": "table_resolution"})
    assert all(f"results-test/{cell.folder}/metrics.json" in files for cell in shown_cells)
    members = reads.cells_of_ensemble({"ensemble": "tiny"})
    assert [(cell.model, cell.seed) for cell in members] == [("complex", 19), ("complex", 20), ("simple", 19)]


def test_cells_outside_of_the_grid_are_tracked_if_the_study_knows_them(reads, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = Cell("projection_y", 150, "simple", 7)
    for folder in (known.folder, "cells/gone/c100/simple/seed19", "cells/projection_y/c100/gone/seed19"):
        path = Path("results-test", folder, "metrics.json")
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    assert reads.paths.made_cells() == sorted([known, *reads.study.cells])
    told = reads_of(configuration("test")).told_of_tracked()
    assert "projection_y/c150/simple/seed7" in told["cells"]
    with pytest.raises(InputError, match=r"tracking\.server is null; name an MLflow server"):
        reads.tracked_on_server({})


def test_only_the_plan_hears_of_the_missing_files_of_a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    absent = missing(lambda wildcards: ["table.tex", "table.csv"], lambda wildcards: ["cell.json"])
    assert absent({"report": "one"}) == ["cell.json"]  # the table is not there at all
    Path("cell.json").touch()
    Path("table.tex").touch()
    assert absent({"report": "two"}) == ["table.csv"]
    assert absent({"report": "two"}) == []
    Path("cell.json").unlink()
    assert absent({"report": "two"}) == ["cell.json"]


def test_captions_of_the_report_are_files():
    rules = Path(__file__).parents[2] / "rules"
    for entry in (shown.table("table1", "CSV"), shown.figure("extents"), shown.of_cell("ROC"), shown.times("jobs")):
        assert (rules / entry["caption"]).is_file()
    assert shown.of_cell("ROC")["labels"] == {
        "input": "{input}",
        "model": "{model}",
        "seed": "{seed}",
        "figure": "ROC",
    }


def test_the_archive_holds_ablations_that_are_made(reads, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = ["results-test/table1.tex"]
    assert not [name for name in archived(reads.paths, made, tmp_path) if "ablations" in name]
    Path("results-test/ablations").mkdir(parents=True)
    Path("results-test/ablations/tiny.tex").touch()
    files = archived(reads.paths, made, tmp_path)
    assert files == sorted(set(files))
    variants = [cell.folder for cell in reads.study.cells_of(reads.study.variants("tiny"))]
    assert {"results-test/ablations/tiny.md", f"results-test/{variants[-1]}/metrics.json", *made} <= set(files)
    with pytest.raises(InputError, match="call snakemake there, without --directory"):
        archived(reads.paths, made, tmp_path / "elsewhere")


def test_an_archive_of_a_changed_tree_is_refused(reads, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["init"], ["commit", "--allow-empty", "--message", "Begin"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    told = archive_job(reads.paths, ["results-test/table1.tex"], tmp_path, {})
    assert (told["changes"], len(told["commit"])) == ([], 40)
    Path("notes").touch()
    with pytest.raises(InputError, match="not be that of a commit: notes changed or new; commit them"):
        archive_job(reads.paths, [], tmp_path, {})


def test_a_file_of_events_that_is_not_there_is_named_with_its_key(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    entry = {
        "files": ["here.csv", "gone.csv"],
        "columns": {"flavour": {"column": "flavour", "type": "whole"}, "met": "met"},
    }
    raw = configuration("test") | {
        "source": "files",
        "files": {"events": entry},
        "questions": [QUESTION],
        "representations": [{"name": "variables", "module": "table", "columns": ["met"]}],
        "models": [{"name": "cut"}],
        "grid": [{"table": "table1", "representations": ["variables"], "models": ["cut"], "seeds": [1]}],
        **{key: [] for key in ("ablations", "ensembles", "tuning")},
    }
    reads = reads_of(raw)
    Path("here.csv").touch()
    with pytest.raises(InputError) as fault:
        reads.events({"shard": "0"})
    told = "config: files.events.files: there is no file gone.csv; correct its name, a path from the folder that"
    assert str(fault.value).startswith(told)
    for table in reads.paths.data:
        Path(table).parent.mkdir(parents=True, exist_ok=True)
        Path(table).touch()
    assert reads.events({"shard": "0"}) == ["here.csv", "gone.csv"]
