"""A trained cell used on events: by hand, as a rule, and exported for C++."""

import json
import math
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import torch
from study import ROOT

PREDICT = """predict:
  - name: again
    representation: projection_y
    resolution: 100
    model: complex
    seed: 20
    files: [own.csv]
    columns: {event: event, x: x, y: y, z: z, charge: charge}
    order: as_given
"""
ASKED = ("projection_y", 100, "complex", 20)
EXPORTED = [("voxels", 100, "simple", 19), ("two_sides", 100, "frozen", 19)]


@pytest.fixture(scope="module")
def used(finished, tmp_path_factory):
    """The study with a prediction of its own hits, written as CSV, and two exported cells; leave it as it was."""
    project = finished.copy(tmp_path_factory.mktemp("used") / "project")
    hits = pq.read_table(project.results / "data/hits.parquet", columns=["event", "x", "y", "z", "charge"])
    pa.csv.write_csv(hits, project.root / "own.csv")
    project.edit("config/electron_photon/test.yaml", "bootstrap:", PREDICT + "bootstrap:")
    project.snakemake("--cores", "2", *targets())
    return project


def targets():
    cells = [f"results-test/cells/{name}/c{c}/{model}/seed{seed}" for name, c, model, seed in EXPORTED]
    return ["results-test/predictions/again.parquet", *[f"{cell}/export/model.pt" for cell in cells]]


def scores(folder):
    return pq.read_table(folder / "predictions.parquet")["particle.electron"].to_numpy()


def by_hand(folder, *arguments):
    command = [sys.executable, str(ROOT / "scripts/predict.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_prediction_has_the_bytes_of_evaluation(used):
    table = pq.read_table(used.results / "predictions/again.parquet")
    names = ["event", "source", "number", "n_hits", "outside"]
    names += ["particle.answer", "particle.electron", "particle.photon"]
    assert table.column_names == names
    assert table["particle.electron"].to_numpy().tobytes() == scores(used.cell(*ASKED)).tobytes()
    assert set(table["source"].to_pylist()) == {"own.csv"}


def test_a_prediction_is_made_again_when_its_files_cell_or_code_change(used, tmp_path):
    project = used.copy(tmp_path / "project")
    assert project.plan(*targets()).jobs == []
    (project.root / "own.csv").write_text((project.root / "own.csv").read_text().replace("\n0,", "\n500,"))
    assert dict(project.plan(*targets()).rules) == {"predict": 1}
    shutil.copy(used.root / "own.csv", project.root / "own.csv")
    project.edit("config/electron_photon/test.yaml", "seed: 20\n    files", "seed: 19\n    files")
    assert dict(project.plan(*targets()).rules) == {"predict": 1}
    project.edit("config/electron_photon/test.yaml", "seed: 19\n    files", "seed: 20\n    files")
    project.edit("scripts/showergrid/apply/ranges.py", "\nclass ", "\n# A remark.\nclass ")
    assert dict(project.plan(*targets()).rules) == {"predict": 1}
    project.edit("scripts/showergrid/apply/export.py", "\nclass ", "\n# A remark.\nclass ")
    assert dict(project.plan(*targets()).rules) == {"predict": 1, "export": 2}
    project.edit("config/electron_photon/test.yaml", "model: complex\n    seed: 20", "model: tiny\n    seed: 20")
    done = project.snakemake("--dry-run", targets()[0], check=False)
    assert "unknown model 'tiny'; valid: simple" in done.stdout


def test_by_hand_the_study_s_table_and_some_of_its_events(finished, tmp_path):
    folder = finished.cell("color_y", 200, "efficientnet_lite0", 19)
    hits = finished.results / "data/hits.parquet"
    done = by_hand(tmp_path, "--cell", folder, "--hits", hits, "--output", "all.parquet")
    assert done.returncode == 0, done.stderr
    assert pq.read_table(tmp_path / "all.parquet")["particle.electron"].to_numpy().tobytes() == scores(folder).tobytes()
    table = pq.read_table(hits)
    some = table.filter(pa.compute.is_in(table["event"], pa.array([3, 7, 8, 100])))
    some = some.set_column(some.column_names.index("charge"), "charge", pa.compute.multiply(some["charge"], 100))
    pq.write_table(some, tmp_path / "some.parquet")
    done = by_hand(tmp_path, "--cell", folder / "model.safetensors", "--hits", "some.parquet", "--output", "some.csv")
    assert done.returncode == 0, done.stderr
    assert pa.csv.read_csv(tmp_path / "some.csv")["number"].to_pylist() == [3, 7, 8, 100]
    told = done.stderr.splitlines()
    assert told[0] == "some.parquet: the rows are taken to stand in the order axis"
    assert any(line.startswith("warning: color_y: charge_sum is up to ") for line in told)
    assert all(line.startswith("warning: ") for line in told[1:])


def test_by_hand_refused_in_one_line(finished, tmp_path):
    folder = finished.cell(*ASKED)
    (tmp_path / "bad.csv").write_text("Event,hitsX,hitsY,hitsZ,hitsCharge\n1,0,0,1,5\n1,0,0,2,x\n1,0,0,3,5\n")
    for cell, hits, output, said in (
        (folder, "bad.csv", "scores.csv", "bad.csv: line 3, column hitsCharge: 'x' is no number"),
        (folder, "bad.csv", "scores.txt", "scores.txt: scores are written as .csv or .parquet"),
        (folder.parent, "bad.csv", "scores.csv", "model.safetensors: there is no trained cell"),
    ):
        done = by_hand(tmp_path, "--cell", cell, "--hits", hits, "--output", output)
        assert done.returncode == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv"]


@pytest.mark.parametrize("place", EXPORTED)
def test_an_exported_network_gives_the_scores_of_evaluation(used, place):
    folder = used.cell(*place)
    told = json.loads((folder / "export/spec.json").read_text())
    sizes = [math.prod(taken["shape"][1:]) for taken in told["inputs"]]
    values = np.fromfile(folder / "export/example.f32", "<f4")
    tensors = np.split(values, np.cumsum(sizes)[:-1] * (values.size // sum(sizes)))
    images = [
        torch.from_numpy(own).reshape(-1, *taken["shape"][1:])
        for own, taken in zip(tensors, told["inputs"], strict=True)
    ]
    assert len(images) == (2 if place[0] == "two_sides" else 1)
    with pytest.warns(FutureWarning, match="deprecated"):
        network = torch.jit.load(folder / "export/model.pt")
    with torch.no_grad():
        exported = network(*images).numpy()
    assert exported == pytest.approx(np.array(told["example"]["scores"]), abs=1e-6)
    evaluated = scores(folder)
    assert exported[:, 0] == pytest.approx(evaluated[told["example"]["events"]], abs=0.01)
    assert told["agreement"]["events"] == 80
    assert told["agreement"]["largest_difference"] < told["agreement"]["tolerance"]
    assert told["output"]["questions"] == [{"name": "particle", "classes": ["electron", "photon"]}]
    assert told["output"]["columns"] == ["particle.electron", "particle.photon"]


def test_a_fit_that_is_no_network_is_not_exported(used, tmp_path):
    folder = used.cell("features", 200, "xgboost", 19)
    files = {
        "model": folder / "model.safetensors",
        "inputs": used.results / "inputs/features/c200.safetensors",
        "predictions": folder / "predictions.parquet",
        **{name: tmp_path / name for name in ("output", "specification", "example", "provenance")},
    }
    command = [sys.executable, ROOT / "scripts/export.py", "--job", '{"config": {}}']
    command += [word for name, path in files.items() for word in (f"--{name}", path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("export.py: error: features/c200 xgboost seed 19 is no network")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_export_names_no_path_of_the_machine(used):
    for place in EXPORTED:
        with zipfile.ZipFile(used.cell(*place) / "export/model.pt") as file:
            for name in file.namelist():
                assert str(used.root).encode() not in file.read(name)
                assert b"site-packages" not in file.read(name)


def test_the_example_in_cpp_prints_the_same_scores(used, tmp_path):
    if shutil.which("g++") is None or shutil.which("make") is None:
        pytest.skip("the C++ example needs g++ and make")
    shutil.copytree(used.root / "examples/cpp", tmp_path / "cpp")
    command = ["make", "-C", tmp_path / "cpp", "CXXFLAGS=-O0", f"TORCH={torch.__path__[0]}"]
    subprocess.run(command, check=True, capture_output=True)
    for place in EXPORTED:
        export = used.cell(*place) / "export"
        told = json.loads((export / "spec.json").read_text())
        shapes = ["x".join(map(str, taken["shape"][1:])) for taken in told["inputs"]]
        command = [tmp_path / "cpp/predict", export / "model.pt", export / "example.f32", *shapes]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        printed = [[float(value) for value in line.split()] for line in done.stdout.splitlines()]
        assert np.array(printed) == pytest.approx(np.array(told["example"]["scores"]), abs=1e-6)
    done = subprocess.run([tmp_path / "cpp/predict", "none.pt", "none.f32", "1x8x8"], check=False, capture_output=True)
    assert done.returncode == 1
