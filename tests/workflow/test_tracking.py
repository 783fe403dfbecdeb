"""The cells in MLflow: a database that holds what the cell folders hold, wherever it is, and a server."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from study import ENVIRONMENT, ROOT, Project

mlflow = pytest.importorskip("mlflow", reason="mlflow is missing: make locks and make test have it")

DATABASE = "results-test/mlflow/mlflow.db"
CELL = "projection_y/c200/simple/seed19"
NAME = CELL.replace("/", ".")
ALONE = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


@pytest.fixture(scope="module")
def tracked(finished, tmp_path_factory) -> Project:
    """The finished study with its database; leave it as it is."""
    project = finished.copy(tmp_path_factory.mktemp("tracked") / "project")
    project.snakemake("--cores", "1", DATABASE)
    return project


@contextlib.contextmanager
def serving(folder: Path, database: str, artifacts: str):
    """Start a server of MLflow as `make ui` does, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{database}", "--artifacts-destination", artifacts]
    server = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT | ALONE, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            assert server.poll() is None
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health"):
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def moved(tracked, tmp_path_factory):
    """The address of a server that shows the database from another folder, where nothing else of the project is."""
    folder = tmp_path_factory.mktemp("moved")
    shutil.copytree(tracked.results, folder / "elsewhere")
    with serving(folder, "elsewhere/mlflow/mlflow.db", "elsewhere/mlflow/artifacts") as address:
        yield address


@pytest.fixture(scope="module")
def client(moved):
    return mlflow.MlflowClient(moved)


def runs_of(client, cell: str = "%") -> list:
    place = client.get_experiment_by_name("showergrid results-test").experiment_id
    return client.search_runs([place], f"tags.cell LIKE '{cell}'")


def test_one_run_a_cell_with_what_its_folder_holds(tracked, client):
    names = {str(path.parent.relative_to(tracked.results / "cells")) for path in tracked.results.rglob("metrics.json")}
    assert sorted(run.info.run_name for run in runs_of(client)) == sorted(names)
    folder = tracked.cell("projection_y", 200, "simple", 19)
    record = json.loads((folder / "train.provenance.json").read_text())
    run = runs_of(client, CELL)[0]
    assert run.info.status == "FINISHED"
    assert run.data.tags["commit"] == record["git"]["commit"]
    assert run.data.tags["seed"] == "19"
    assert run.data.tags["environment_sha256"] == record["environment"]["sha256"]
    assert run.data.params["model.training.optim_lr"] == "0.001"
    assert run.data.params["representation.parameters.axis"] == "y"
    metrics = json.loads((folder / "metrics.json").read_text())
    for name in ("value", "low", "high"):
        shown = "particle/test/accuracy" if name == "value" else f"particle/test/accuracy/{name}"
        assert run.data.metrics[shown] == metrics["questions"]["particle"]["test"]["accuracy"][name]
    lines = (folder / "history.csv").read_text().splitlines()
    column = lines[0].split(",").index("val_loss")
    history = client.get_metric_history(run.info.run_id, "val_loss")
    assert [(row.step, row.value) for row in history] == [
        (i, float(line.split(",")[column])) for i, line in enumerate(lines[1:], 1)
    ]


def test_figures_come_from_where_it_stands_now(tracked, client, moved):
    run = runs_of(client, CELL)[0].info.run_id
    with urllib.request.urlopen(f"{moved}/get-artifact?path=figures/roc.pdf&run_uuid={run}") as answer:
        content = answer.read()
    assert content == (tracked.cell("projection_y", 200, "simple", 19) / "figures/roc.pdf").read_bytes()


def test_nothing_names_the_folder_that_it_was_made_in(tracked):
    parts = [tracked.root / DATABASE, *(tracked.results / "mlflow/artifacts").rglob("*")]
    for path in parts:
        assert not path.is_file() or str(tracked.root).encode() not in path.read_bytes(), path


def test_registered_models_give_the_scores_of_their_cells(tracked, moved, monkeypatch):
    """One process loads two models that need different modules, with no code but what came with them."""
    script = """
import json, mlflow, sys
found = {}
for name in sys.argv[1:]:
    model = mlflow.pyfunc.load_model(f"models:/{name}/1")
    answer = model.predict(model.input_example)
    inputs = {column["name"]: column["type"] for column in model.metadata.signature.inputs.to_dict()}
    score = dict(zip(map(int, answer["event"]), map(float, answer["particle.electron"])))
    found[name] = {"inputs": inputs, "score": score}
print(json.dumps(found))
"""
    cells = [CELL, "voxels/c100/simple/seed19"]
    done = subprocess.run(
        [sys.executable, "-c", script, *(cell.replace("/", ".") for cell in cells)],
        cwd="/",
        env=ENVIRONMENT | ALONE | {"MLFLOW_TRACKING_URI": moved},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout.splitlines()[-1])
    for cell in cells:
        told = pq.read_table(tracked.results / "cells" / cell / "predictions.parquet").to_pydict()
        scores = dict(zip(map(str, told["event"]), told["particle.electron"], strict=True))
        answer = answers[cell.replace("/", ".")]
        assert answer["inputs"] == {"event": "long", "x": "float", "y": "float", "z": "float", "charge": "float"}
        assert len(answer["score"]) == 2
        assert answer["score"] == pytest.approx({event: scores[event] for event in answer["score"]}, abs=1e-3)


def test_a_browser_shows_the_runs(moved, client, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is missing (Debian: chromium)")
    assert client.get_experiment_by_name("showergrid results-test").experiment_id == "1"  # as the address says
    [address] = re.findall(r"^SHOWN = http://127\.0\.0\.1:\$\(PORT\)(.*)$", (ROOT / "Makefile").read_text(), re.M)
    shown = moved + address.replace("\\#", "#")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"]
    options += ["--window-size=2400,1200"]
    options += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    done = subprocess.run(
        [
            chromium,
            *options,
            f"--user-data-dir={tmp_path}",
            "--virtual-time-budget=60000",
            shown,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "showergrid results-test" in done.stdout
    text = re.sub(r"<[^>]+>", " ", done.stdout)
    for head in ("particle/test/accuracy", "particle/test/accuracy/low", "representation.name", "model.name", "seed"):
        assert head in text
    best = max(runs_of(client), key=lambda run: run.data.metrics["particle/test/accuracy"])
    cells = re.findall(r"[a-z_]+/c[0-9]+/[a-z_0-9]+/seed[0-9]+", text)
    assert cells[0] == best.info.run_name


def test_again_changes_nothing_and_a_changed_cell_changes_it(tracked, tmp_path):
    assert tracked.plan(DATABASE).jobs == []
    project = tracked.copy(tmp_path / "project")
    project.edit("config/electron_photon/test.yaml", "- {name: complex,", "- {name: complex, optim_lr: 0.005,")
    assert dict(project.plan(DATABASE).rules) == {
        "train": 2,
        "evaluate": 2,
        "cell_figures": 2,
        "cell_performance": 2,
        "track": 1,
    }
    project.edit("config/electron_photon/test.yaml", "optim_lr: 0.005, ", "")
    project.edit("scripts/showergrid/track/cells.py", "\nclass ", "\n# A remark.\nclass ")
    assert dict(project.plan(DATABASE).rules) == {"track": 1}


def show_on(address: str, project: Project, *cells: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/track_server.py for some cells; it writes server.json at the project's root."""
    command = [sys.executable, "scripts/track_server.py", "--results", "results-test", "--packages", "envs/torch.in"]
    command += ["--hits", "results-test/data/hits.parquet", "--runs", "server.json", "--provenance", "record.json"]
    record = json.loads((project.results / "mlflow/mlflow.db.provenance.json").read_text())
    job = record["config"] | {"cells": cells, "server": address}
    return subprocess.run(
        [*command, "--job", json.dumps({"config": job})],
        cwd=project.root,
        env=os.environ | {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def two_cells(tracked, tmp_path) -> Project:
    """The study with two of its cells and no other in its grid."""
    project = tracked.copy(tmp_path / "project")
    study = yaml.safe_load((project.root / "config/electron_photon/test.yaml").read_text())
    kept = {"projection_y": 200, "voxels": 100}
    study["grid"] = [
        {"representations": [name], "resolutions": [c], "models": ["simple"], "seeds": [19]} for name, c in kept.items()
    ]
    (project.root / "config/electron_photon/test.yaml").write_text(yaml.safe_dump(study))
    for folder in project.results.glob("cells/*/*/*"):
        if str(folder.relative_to(project.results)) not in {f"cells/{name}/c{c}/simple" for name, c in kept.items()}:
            shutil.rmtree(folder)
    return project


def test_server_gets_each_state_of_a_cell_once(two_cells, tmp_path):
    project, other = two_cells, "voxels/c100/simple/seed19"

    def again() -> dict[str, str]:
        done = show_on(address, project, CELL, other)
        assert done.returncode == 0, done.stderr
        return json.loads((project.root / "server.json").read_text())["runs"]

    with serving(tmp_path, "server.db", str(tmp_path / "server")) as address:
        project.snakemake(
            "--cores", "1", "results-test/mlflow/server.json", "--config", f"tracking={{server: '{address}'}}"
        )
        first = json.loads((project.results / "mlflow/server.json").read_text())["runs"]
        client = mlflow.MlflowClient(address)
        assert set(first) == {CELL, other}
        assert {run.info.run_id for run in runs_of(client)} == set(first.values())
        assert again() == first
        record = project.cell("projection_y", 200, "simple", 19) / "train.provenance.json"
        record.write_text(record.read_text().replace('"host": "', '"host": "another-'))
        second = again()
        assert second[other] == first[other]
        assert second[CELL] != first[CELL]
        assert {run.info.run_id for run in runs_of(client)} == set(second.values())
        assert [registered.version for registered in client.search_model_versions(f"name = '{NAME}'")] == ["2", "1"]


def test_server_that_is_not_there_is_one_line(two_cells):
    done = show_on("http://127.0.0.1:9", two_cells, CELL)
    assert done.returncode == 1
    assert re.fullmatch(r"track_server.py: error: tracking: server http://127.0.0.1:9: .*\n", done.stderr)
    assert not (two_cells.root / "server.json").exists()


def test_without_a_server_nothing_is_planned(checked_out):
    done = checked_out.snakemake("--dry-run", "results-test/mlflow/server.json", check=False)
    assert done.returncode != 0
    assert "config: tracking.server is null; name an MLflow server" in done.stdout
    assert "rule train:" not in done.stdout
