"""Files that change while a job reads or runs them, and finished files that somebody replaced."""

import json
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def test_a_source_file_saved_while_its_job_runs_voids_the_job(project, tmp_path):
    cell, data = project.cell("projection_y", 200, "simple", 19), project.results / "data"
    record = json.loads((cell / "train.provenance.json").read_text())
    job = {key: record[key] for key in ("rule", "wildcards", "config", "environment")}
    job["config"]["model"]["training"] |= {"n_epochs": 40, "min_epochs": 40}
    images = project.results / "inputs/projection_y/c200"
    files = {
        "--inputs": images.with_name("c200.safetensors"),
        "--calibrations": images.with_name("c200.calibration.json"),
        "--events": data / "events.parquet",
        "--split": data / "split.parquet",
        "--model": tmp_path / "model.safetensors",
        "--history": tmp_path / "history.csv",
        "--answers": tmp_path / "answers.safetensors",
        "--provenance": tmp_path / "train.provenance.json",
    }
    options = [str(part) for option in files.items() for part in option]
    command = [sys.executable, "scripts/train.py", "--job", json.dumps(job), *options]
    with subprocess.Popen(command, cwd=project.root, stderr=subprocess.PIPE, text=True) as training:
        while not (tmp_path / "checkpoint.pt").exists():  # it is written after the first epoch
            assert training.poll() is None
            time.sleep(0.02)
        project.edit("scripts/showergrid/training/loop.py", '"""', '"""A remark. ')
        line = training.communicate()[1].splitlines()[-1]
    assert training.returncode == 1
    assert "scripts/showergrid/training/loop.py: changed while train ran" in line
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"checkpoint.pt"}


def test_a_replaced_file_does_not_get_into_a_table(project):
    cell = project.cell("projection_y", 200, "simple", 19)
    path, shown = cell / "predictions.parquet", project.results / "table1.csv"
    original = shown.read_bytes()
    table = pq.read_table(path)
    name = "particle.electron"
    turned = pc.subtract(pa.scalar(1.0), table[name])
    pq.write_table(table.set_column(table.schema.get_field_index(name), name, turned), path)
    done = project.snakemake("--cores", "1", "results-test/table1.tex", check=False)
    assert done.returncode != 0
    name = cell.relative_to(project.root)
    assert f"{name}/predictions.parquet: is not the file that {name}/evaluate.provenance.json tells of" in done.stdout
    path.unlink()
    (cell / "evaluate.provenance.json").unlink()
    assert not shown.exists()
    project.snakemake("--cores", "2", "results-test/table1.tex")
    assert shown.read_bytes() == original
