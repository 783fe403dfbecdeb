"""Two folders of results that differ in known ways, and what is said of them."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic_cells import write_cell

from showergrid.core.errors import InputError
from showergrid.rebuild.compare import RecordDifference, compare, score_difference
from showergrid.rebuild.compare_report import report
from showergrid.rebuild.results import read_results

COMMAND = Path(__file__).parents[2] / "scripts/compare.py"
SIMPLE, COMPLEX = "cells/projection_y/c100/simple/seed19", "cells/projection_y/c100/complex/seed19"
FILES = ["history.csv", "metrics.json", "predictions.parquet"]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def record(results: Path, name: str, inputs: list[str], outputs: list[str], **changes) -> None:
    """Write the record `name`, with paths as in a job that was called in another place."""

    def digests(files: list[str]) -> list[dict[str, str]]:
        return [{"path": f"../study/{file}", "sha256": sha256(results / file)} for file in files]

    entries = {
        "rule": "train",
        "config": {"seed": 19, "model": {"training": {"threads": 1}}},
        "seeds": {"cell": 19},
        "environment": {"lock": "envs/torch.txt", "sha256": "a" * 64, "differs": {}},
        "code": {"train.py": "b" * 64},
        "inputs": {"files": digests(inputs)},
        "outputs": {file: digests([file])[0] for file in outputs},
        "packages": {"torch": "2.0"},
        "cpu": {"model": "One", "flags": ["avx2", "avx512f"]},
        "threads": {"torch": 1, "OMP_NUM_THREADS": None, "cpus": 2},
        "gpu": None,
        "determinism": {"cpu_capability": "AVX512"},
        "host": "here",
        "start": "then",
    }
    (results / name).write_text(json.dumps(entries | changes))


def records(results: Path, **changes) -> None:
    """Records of the images, of the two cells, and of a table of both."""
    record(results, "inputs/c100.safetensors.provenance.json", [], ["inputs/c100.safetensors"], **changes)
    for cell in (SIMPLE, COMPLEX):
        files = [f"{cell}/{file}" for file in FILES]
        record(results, f"{cell}/train.provenance.json", ["inputs/c100.safetensors"], files, **changes)
    record(results, "table1.tex.provenance.json", [f"{SIMPLE}/metrics.json"], ["table1.tex"], **changes)


@pytest.fixture
def study(tmp_path) -> Path:
    results = tmp_path / "one"
    write_cell(results, "projection_y", 100, "simple", 19, 1.3)
    write_cell(results, "projection_y", 100, "complex", 19, 0.8)
    (results / "inputs").mkdir()
    (results / "inputs/c100.safetensors").write_text("images")
    (results / "table1.tex").write_text("table")
    records(results)
    for apart in ("logs/train.log", "benchmarks/train.tsv", ".partial-table1.tex", f"{SIMPLE}/checkpoint.pt"):
        (results / apart).parent.mkdir(exist_ok=True)
        (results / apart).write_text("of no account")
    return results


@pytest.fixture
def copy(study) -> Path:
    return shutil.copytree(study, study.with_name("other"))


def edit_scores(cell: Path, change) -> None:
    table = pq.read_table(cell / "predictions.parquet")
    name = "particle.electron"
    scores = table[name].to_numpy().copy()
    change(scores)
    pq.write_table(table.set_column(table.column_names.index(name), name, pa.array(scores)), cell / FILES[2])


def edit_metrics(cell: Path, change) -> None:
    metrics = json.loads((cell / "metrics.json").read_text())
    change(metrics)
    (cell / "metrics.json").write_text(json.dumps(metrics))


def compared(first: Path, second: Path):
    return compare(read_results(first), read_results(second))


def test_a_copy_is_the_same(study, copy):
    shutil.rmtree(copy / "logs")
    (copy / f"{SIMPLE}/checkpoint.pt").write_text("another")
    records(copy, start="later", host="there", threads={"torch": 1, "OMP_NUM_THREADS": None, "cpus": 64})
    comparison = compared(study, copy)
    assert comparison.identical
    assert len(comparison.same) == 8
    assert "The same: all 8 files" in report(comparison, ("one", "other"))


def test_the_largest_score_difference_and_its_event(study, copy):
    def change(scores):
        scores[7] += 1e-3
        scores[250] -= 2e-3

    edit_scores(copy / SIMPLE, change)
    records(copy)
    comparison = compared(study, copy)
    assert not comparison.identical
    assert comparison.differing == [f"{SIMPLE}/predictions.parquet"]
    assert comparison.unexplained == comparison.differing
    (cell,) = comparison.cells
    (scores,) = cell.scores
    assert scores.largest == pytest.approx(2e-3)
    assert (scores.worst, scores.unpaired) == ({"event": 250}, 0)
    assert cell.outside == []
    text = report(comparison, ("one", "other"))
    assert "scores of events differ by 0.002 at most (event 250)" in text
    assert "Nothing in the records explains" in text


def test_scores_are_compared_event_by_event(study, copy):
    path = copy / SIMPLE / "predictions.parquet"
    table = pq.read_table(path)
    pq.write_table(table.take(np.arange(399, 9, -1)), path)
    difference = score_difference(study / SIMPLE / "predictions.parquet", path)
    assert (difference.largest, difference.unpaired) == (0, 10)


@pytest.mark.parametrize("part", ["prong", "hit"])
def test_scores_of_parts_of_events_are_compared_one_by_one(tmp_path, part):
    rows = {"event": [4, 4, 4, 7], part: np.array([0, 1, 2, 0], np.int32), "kind.muon": [0.1, 0.2, 0.3, 0.4]}
    before, after = pa.table(rows), pa.table({**rows, "kind.muon": [0.1, 0.2, 0.8, 0.4]})
    pq.write_table(before, tmp_path / "before.parquet")
    pq.write_table(after.take([3, 2, 0]), tmp_path / "after.parquet")
    difference = score_difference(tmp_path / "before.parquet", tmp_path / "after.parquet")
    assert difference.largest == pytest.approx(0.5)
    assert (difference.counted, difference.worst, difference.unpaired) == (part, {"event": 4, part: 2}, 1)


def test_metrics_outside_of_their_intervals_are_named(study, copy):
    before = json.loads((study / SIMPLE / "metrics.json").read_text())["questions"]["particle"]["test"]["accuracy"]

    def change(metrics):
        accuracy = metrics["questions"]["particle"]["test"]["accuracy"]
        accuracy["value"] = accuracy["low"]  # still in the interval
        metrics["questions"]["particle"]["test"]["roc_auc"]["value"] = 0.1
        electron = metrics["questions"]["particle"]["validation"]["classes"]["electron"]
        electron["purity"] = {"value": None, "low": None, "high": None}

    edit_metrics(copy / SIMPLE, change)
    (cell,) = compared(study, copy).cells
    assert before["low"] < before["value"]
    assert [metric.name for metric in cell.outside] == [
        "particle validation classes electron purity",
        "particle test roc_auc",
    ]
    # 5 metrics, 3 of each class and the area of one, and 4 counts in each of 3 splits, and 2 shares of the window
    assert cell.metrics == 3 * (5 + 2 * 3 + 1 + 4) + 2


def test_an_interval_must_hold_in_both_directions(study, copy):
    def change(metrics):  # a value in the other's interval, with an interval that does not reach as far
        accuracy = metrics["questions"]["particle"]["test"]["accuracy"]
        accuracy["value"] = accuracy["high"] = accuracy["low"]

    edit_metrics(copy / SIMPLE, change)
    assert [metric.name for metric in compared(study, copy).cells[0].outside] == ["particle test accuracy"]


@pytest.mark.parametrize(
    ("subject", "changes", "expected"),
    [
        ("environment", {"environment": {"container": "containers/torch.sif", "sha256": "a" * 64}}, "container"),
        ("environment", {"environment": {"lock": "envs/torch.txt", "sha256": "c" * 64, "differs": {}}}, "sha256"),
        ("package", {"packages": {"torch": "2.1"}}, "torch"),
        ("code", {"code": {"train.py": "c" * 64}}, "train.py"),
        ("configuration", {"config": {"seed": 19, "model": {"training": {"threads": 2}}}}, "model.training.threads"),
        ("seed", {"seeds": {"cell": 20}}, "cell"),
        ("CPU", {"cpu": {"model": "Two", "flags": ["avx2", "avx512f"]}}, "model"),
        ("instruction set", {"cpu": {"model": "One", "flags": ["avx2"]}}, "what one alone has"),
        ("threads", {"threads": {"torch": 2, "OMP_NUM_THREADS": None, "cpus": 2}}, "torch"),
        ("GPU", {"gpu": {"name": "A100"}}, "name"),
        ("determinism", {"determinism": {"cpu_capability": "AVX2"}}, "cpu_capability"),
    ],
)
def test_what_the_records_say_explains_a_difference(study, copy, subject, changes, expected):
    edit_scores(copy / SIMPLE, lambda scores: scores.__iadd__(-1e-9))
    records(copy, **changes)
    comparison = compared(study, copy)
    causes = [(cause.difference.subject, cause.difference.name, cause.files) for cause in comparison.causes]
    assert (subject, expected, [f"{SIMPLE}/predictions.parquet"]) in causes
    assert {cause[0] for cause in causes} == {subject}
    assert f"What may explain it: {subject}." in report(comparison, ("one", "other"))


def test_instruction_sets_are_told_by_what_one_alone_has(study, copy):
    edit_scores(copy / SIMPLE, lambda scores: scores.__iadd__(-1e-9))
    records(copy, cpu={"model": "One", "flags": ["avx2", "amx_tile", "avx512_bf16"]})
    (cause,) = compared(study, copy).causes
    assert cause.difference == RecordDifference(
        "instruction set", "what one alone has", "avx512f", "amx_tile avx512_bf16"
    )


def test_files_made_of_others_that_differ_follow(study, copy):
    """The images explain the cell and the table by what they were made with, not by being inputs of these."""
    (copy / "inputs/c100.safetensors").write_text("others")
    edit_scores(copy / SIMPLE, lambda scores: scores.__iadd__(-1e-9))
    edit_metrics(copy / SIMPLE, lambda metrics: metrics.update(epochs=3))
    (copy / "table1.tex").write_text("another")
    records(copy)
    record(
        copy, "inputs/c100.safetensors.provenance.json", [], ["inputs/c100.safetensors"], code={"images.py": "c" * 64}
    )
    comparison = compared(study, copy)
    assert comparison.following == [f"{SIMPLE}/metrics.json", f"{SIMPLE}/predictions.parquet", "table1.tex"]
    assert {(cause.difference.subject, *cause.files) for cause in comparison.causes} == {
        ("code", "inputs/c100.safetensors")
    }
    assert comparison.unexplained == []


def test_an_input_that_neither_folder_has_explains_by_its_digest(study, copy):
    edit_scores(copy / SIMPLE, lambda scores: scores.__iadd__(-1e-9))
    (copy / "inputs/c100.safetensors").write_text("others")
    records(copy)
    for results in (study, copy):  # as an archive without data has it
        shutil.rmtree(results / "inputs")
    (cause,) = compared(study, copy).causes
    assert (cause.difference.subject, cause.difference.name) == ("input", "inputs/c100.safetensors")
    assert cause.files == [f"{SIMPLE}/predictions.parquet"]


def test_a_file_edited_by_hand_is_told_from_one_made_anew(study, copy):
    (copy / "table1.tex").write_text("prettier")
    (cause,) = compared(study, copy).causes
    assert cause.difference == RecordDifference("record", "table1.tex", "as recorded", "changed after it was made")


def test_a_file_without_a_record_is_told(study, copy):
    (copy / "table1.tex").write_text("prettier")
    (copy / "table1.tex.provenance.json").unlink()
    (cause,) = compared(study, copy).causes
    assert cause.difference == RecordDifference("record", "table1.tex", "as recorded", "has no record")


def test_what_one_lacks_is_named_by_the_folder_that_is_missing(study, copy):
    shutil.rmtree(copy / COMPLEX)
    (copy / "table1.tex").unlink()
    (study / "inputs/c100.safetensors").unlink()
    comparison = compared(study, copy)
    assert not comparison.identical
    assert comparison.only == ([*(f"{COMPLEX}/{file}" for file in FILES), "table1.tex"], ["inputs/c100.safetensors"])
    text = report(comparison, ("one", "other"))
    assert "cells/projection_y/c100/complex/ (3 files)\n" in text
    assert "\n  table1.tex\n" in text
    assert "Only in B:\n  inputs/ (1 file)\n" in text


def test_a_cell_without_metrics_is_compared_as_far_as_it_goes(study, copy):
    edit_scores(copy / SIMPLE, lambda scores: scores.__iadd__(-1e-9))
    (copy / SIMPLE / "metrics.json").unlink()
    (cell,) = compared(study, copy).cells
    assert (cell.metrics, cell.outside) == (None, None)
    assert cell.scores[0].largest == pytest.approx(1e-9)


def run(*arguments: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, COMMAND, *arguments], capture_output=True, text=True, check=False)


def test_the_command_tells_by_its_exit_status(study, copy):
    same = run(study, copy)
    assert (same.returncode, same.stderr) == (0, "")
    (copy / "table1.tex").write_text("prettier")
    different = run(study, copy)
    assert (different.returncode, different.stderr) == (1, "")
    assert "Different: 1 of the 8 files" in different.stdout


def damage_record(results: Path) -> None:
    (results / f"{SIMPLE}/train.provenance.json").write_text('{"inputs": {}}')


def damage_predictions(results: Path) -> None:
    (results / SIMPLE / "predictions.parquet").write_bytes(b"PAR1")


def damage_metrics(results: Path) -> None:
    (results / SIMPLE / "metrics.json").write_text("{")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (shutil.rmtree, "other: no such folder"),
        (lambda results: (results / "Snakefile").touch(), "is a project"),
        (lambda results: (shutil.rmtree(results), (results / "logs").mkdir(parents=True)), "holds no results"),
        (damage_record, "train.provenance.json: is no record"),
        (damage_predictions, "predictions.parquet: holds no predictions"),
        (damage_metrics, "metrics.json: is no metrics file"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(study, copy, damage, message):
    damage(copy)
    with pytest.raises(InputError, match=message) as refused:
        compared(study, copy)
    assert "\n" not in str(refused.value)
