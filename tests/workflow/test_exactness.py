"""Outputs have the same bytes each time, whatever runs beside them, and models hold nothing of the test set."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file
from study import HOST, checkout, outputs

# Stand-ins for the modules that are left out of a command's code, which do none of those modules' work.
STANDINS = {
    "progress": "def progress(items, *_, **__):\n    return iter(items)\n\n\ndef report(line):\n    pass\n",
    "errors": """
class InputError(Exception):
    pass


def explain(error):
    return str(error)


def no_python(error):
    return InputError(str(error))


def run(main, parser):
    main(parser.parse_args())
""",
    "provenance": """
import json
from types import SimpleNamespace


def start(text, command):
    config = json.loads(text)["config"]
    return SimpleNamespace(config=config, reads=lambda _: None, digest=lambda *_, **__: "", finish=finish)


def finish(path, *_, **__):
    path.write_text("{}")
""",
}

# One cell of each kind, with all that it is made of, and one table and figure of each kind.
CELLS = (
    "projection_y/c200/simple",
    "projection_y/c100/complex",
    "voxels/c100/simple",
    "color_y/c200/efficientnet_lite0",
    "hits/c200/transformer",
    "features/c200/xgboost",
)
TARGETS = (
    *(f"cells/{cell}/seed19/metrics.json" for cell in CELLS),
    *(f"cells/{CELLS[0]}/seed19/{name}" for name in ("performance.csv", "figures/history.pdf")),
    *("table_containment.tex", "figures/data/events.pdf"),
)


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """A part of the study made again on one core, with stand-ins for the modules that may not change an output."""
    project = checkout(tmp_path_factory.mktemp("again"))
    for module, text in STANDINS.items():
        (project.root / f"scripts/showergrid/core/{module}.py").write_text(text)
    project.snakemake("--cores", "1", *(f"results-test/{target}" for target in TARGETS))
    return project


def test_study_has_the_same_bytes_again(finished, again):
    """The whole study is compared with a run on SLURM (tests/system), where there is one."""
    expected, actual = outputs(finished.results), outputs(again.results)
    assert {*TARGETS, *(f"cells/{cell}/seed19/model.safetensors" for cell in CELLS)} <= set(actual)
    assert [name for name in actual if expected.get(name) != actual[name]] == []


def test_threads_only_reserve_cores(finished, again):
    # One cell computes with two threads, even when Snakemake had one core.
    cells = finished.cell("projection_y", 100, "complex", 19), finished.cell("projection_y", 200, "simple", 19)
    records = [json.loads((cell / "train.provenance.json").read_text()) for cell in cells]
    assert [record["threads"]["torch"] for record in records] == [2, 1]
    name = f"{cells[0].relative_to(finished.results)}/model.safetensors"
    assert outputs(finished.results)[name] == outputs(again.results)[name]


def test_outputs_hold_no_path_and_no_host(finished):
    records = [path.read_text() for path in finished.results.rglob("*provenance.json")]
    assert all(HOST in record for record in records)  # records name the host
    for name, content in outputs(finished.results).items():
        assert HOST.encode() not in content, name
        assert str(finished.root).encode() not in content, name


def run(script, job, **files):
    """Run one command by hand, with the project's own scripts."""
    options = [part for name, path in files.items() for part in (f"--{name.replace('_', '-')}", str(path))]
    command = [sys.executable, f"scripts/{script}.py", "--job", json.dumps(job), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def job_of(provenance: Path) -> dict:
    record = json.loads(provenance.read_text())
    return {key: record[key] for key in ("rule", "wildcards", "config", "environment")}


def test_test_events_change_nothing_of_a_model(finished, tmp_path, monkeypatch):
    monkeypatch.chdir(finished.root)
    data = finished.results / "data"
    split = pq.read_table(data / "split.parquet").to_pydict()
    chosen = {event for event, part in zip(split["event"], split["split"], strict=True) if part == "test"}
    rng = np.random.default_rng(1)

    hits = pq.read_table(data / "hits.parquet")
    of_test = np.isin(hits["event"].to_numpy(), sorted(chosen))
    assert of_test.any()
    for column in ("x", "y", "z", "charge"):
        values = hits[column].to_numpy().copy()
        values[of_test] = rng.uniform(1, 1e6 if column == "charge" else 199, of_test.sum())
        position = hits.schema.get_field_index(column)
        hits = hits.set_column(position, hits.schema.field(column), pa.array(values))
    events = pq.read_table(data / "events.parquet")
    pdg = events["pdg"].to_numpy().copy()
    flipped = np.isin(events["event"].to_numpy(), sorted(chosen))
    pdg[flipped] = 33 - pdg[flipped]  # 11 and 22
    events = events.set_column(1, events.schema.field("pdg"), pa.array(pdg))
    pq.write_table(hits, tmp_path / "hits.parquet")
    pq.write_table(events, tmp_path / "events.parquet")

    cell = finished.cell("color_y", 200, "simple", 19)
    images = finished.results / "inputs/color_y/c200"
    record, made_of = {"provenance": tmp_path / "provenance.json"}, tmp_path / "hits.parquet"
    run(
        "calibrate",
        job_of(data / "calibration.json.provenance.json"),
        split=data / "split.parquet",
        hits=made_of,
        output=tmp_path / "a",
        **record,
    )
    run(
        "calibrate_inputs",
        job_of(images.with_name("c200.calibration.json.provenance.json")),
        split=data / "split.parquet",
        calibration=tmp_path / "a",
        tables=made_of,
        output=tmp_path / "b",
        **record,
    )
    run(
        "represent",
        job_of(images.with_name("c200.safetensors.provenance.json")),
        calibration=tmp_path / "b",
        tables=made_of,
        output=tmp_path / "c",
        **record,
    )
    run(
        "train",
        job_of(cell / "train.provenance.json"),
        inputs=tmp_path / "c",
        calibrations=tmp_path / "b",
        events=tmp_path / "events.parquet",
        split=data / "split.parquet",
        model=tmp_path / "model.safetensors",
        history=tmp_path / "history.csv",
        answers=tmp_path / "answers.safetensors",
        provenance=tmp_path / "provenance.json",
    )
    assert (tmp_path / "a").read_bytes() == (data / "calibration.json").read_bytes()
    assert (tmp_path / "b").read_bytes() == (images.with_name("c200.calibration.json")).read_bytes()
    assert (tmp_path / "c").read_bytes() != (images.with_name("c200.safetensors")).read_bytes()
    assert (tmp_path / "model.safetensors").read_bytes() == (cell / "model.safetensors").read_bytes()
    assert (tmp_path / "history.csv").read_bytes() == (cell / "history.csv").read_bytes()
    given, expected = (load_file(folder / "answers.safetensors") for folder in (tmp_path, cell))
    of_test = np.isin(expected["event"], sorted(chosen))
    for name, values in expected.items():
        assert np.array_equal(given[name][~of_test], values[~of_test])
    assert not np.array_equal(given["answer.particle"], expected["answer.particle"])
