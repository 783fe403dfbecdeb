"""The table of the resolution study on invented cells: both kinds of window, published numbers, every format."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE
from synthetic_cells import BOOTSTRAP, write_cell

from showergrid.core.errors import InputError
from showergrid.evaluation.cell_folder import FILES
from showergrid.report.formats import latex, markdown
from showergrid.report.formats.numbers import number, short
from showergrid.report.formats.pdf import typeset
from showergrid.report.reports import resolution as report
from showergrid.report.reports.resolution import Parameters, build, guessing, layout
from showergrid.report.tables.resolution import ResolutionResults

SCRIPTS = Path(__file__).parents[2] / "scripts"
SEEDS = [19, 20, 21, 22]
HELD = {250: 0.99, 1000: 0.55, 3000: 0.2}  # share of the charge in a window fixed in pixels
CM = {"x": 24.8, "z": 51.2}
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")


def place(model: str, c: int, seeds: list[int], status: str = "run", cm: dict | None = None, on: str = "view") -> dict:
    pixel = 400 / c
    window = [62, 128] if cm is None else [round(size / pixel) for size in cm.values()]
    settings = {
        "window": window,
        "window_cm": cm,
        "batch_size": 48,
        "precision": "float32",
        "n_epochs": 10,
        "pixel_cm": {"x": pixel, "z": pixel},
    }
    return {
        "representation": on,
        "resolution": c,
        "model": model,
        "seeds": seeds,
        "status": status,
        "settings": None if status == "n/a" else settings,
    }


def config(**changes: object) -> dict:
    places = [place("simple", c, SEEDS) for c in HELD]
    places += [place("simple_cm", c, [19], cm=CM) for c in HELD]
    places += [place("deep", 250, [19]), place("deep", 1000, [19], "out of memory"), place("flat", 250, [19], "n/a")]
    return {
        "name": "table_resolution",
        "question": PARTICLE,
        "places": places,
        "published_resolution": {
            "note": "a thesis",
            "resolution": {"simple": {"250": 0.834, "1000": 0.502, "2000": 0.9}},
        },
        "bootstrap": BOOTSTRAP,
        "comparison": {"alpha": 0.05},
        "order": "axis",
        "origin": "first_hit",
    } | changes


def write_study(results: Path) -> None:
    """Windows in pixels lose accuracy with resolution, those in cm don't; deep answers one class."""
    for c, share in HELD.items():
        for seed in SEEDS:
            write_cell(results, "view", c, "simple", seed, 1.6 - c / 2500, window=share)
        write_cell(results, "view", c, "simple_cm", 19, 1.2 + c / 100_000, window=0.55)
    write_cell(results, "view", 250, "deep", 19, 0)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_study(folder)
    return folder


@pytest.fixture(scope="module")
def study(results: Path) -> ResolutionResults:
    return build(Parameters(**config()), results)


def rows_of(study: ResolutionResults) -> dict[tuple[str, int], dict[str, str]]:
    reader = csv.DictReader(io.StringIO(report.csv(study)))
    return {(row["model"], int(row["resolution"])): row for row in reader}


def md_rows(text: str, model: str) -> dict[str, list[str]]:
    """The rows below the title of one network, by their first cell."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(f"| **{model}"))
    rows = {}
    for line in lines[first + 1 :]:
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if not line.startswith("|") or cells[0].startswith("**"):
            break
        rows[cells[0]] = cells[1:]
    return rows


def test_numbers_of_a_place_by_hand(study: ResolutionResults, results: Path):
    shares = []
    for seed in SEEDS:
        table = pq.read_table(results / f"cells/view/c1000/simple/seed{seed}/predictions.parquet").to_pydict()
        right = [
            (score >= 0.5) == (particle == "electron")
            for score, particle, split in zip(
                table["particle.electron"], table["particle"], table["split"], strict=True
            )
            if split == "test"
        ]
        shares.append(sum(right) / len(right))
    row = rows_of(study)["simple", 1000]
    assert float(row["test_accuracy"]) == pytest.approx(np.mean(shares))
    assert float(row["test_accuracy_std"]) == pytest.approx(np.std(shares, ddof=1))
    assert float(row["test_accuracy_low"]) < float(row["test_accuracy"]) < float(row["test_accuracy_high"])
    assert row["seeds"] == "19 20 21 22"


def test_field_of_view_is_told(study: ResolutionResults):
    rows = rows_of(study)
    for c, share in HELD.items():
        row = rows["simple", c]
        assert float(row["charge_median"]) == pytest.approx(share)
        assert float(row["hits_mean"]) == pytest.approx(share - 0.05)  # every second event lacks 0.1
        assert (row["window_kind"], row["window"], row["window_cm"]) == ("pixels", "62 128", "")
        assert float(rows["simple_cm", c]["charge_mean"]) == pytest.approx(0.55)
    assert rows["simple_cm", 250]["window_kind"] == "centimetres"
    assert [rows["simple_cm", c]["window"] for c in HELD] == ["16 32", "62 128", "186 384"]
    assert rows["simple_cm", 3000]["window_cm"] == "x=24.8 z=51.2"


def test_resolutions_of_a_network_are_compared(study: ResolutionResults):
    rows = rows_of(study)
    assert [rows["simple", c]["best"] for c in HELD] == ["true", "false", "false"]
    assert rows["simple", 3000]["indistinguishable"] == "false"
    assert sorted(rows["simple_cm", c]["indistinguishable"] for c in HELD) == ["false", "true", "true"]
    assert sum(rows["simple_cm", c]["best"] == "true" for c in HELD) == 1
    assert rows["deep", 250]["best"] == "true"
    assert rows["deep", 250]["flags"] == "seed 19 answers one class"
    assert rows["deep", 1000]["best"] == ""


def test_published_numbers_stand_beside_windows_in_pixels(study: ResolutionResults):
    rows = rows_of(study)
    assert [rows["simple", c]["published_best_validation"] for c in HELD] == ["0.834", "0.502", ""]
    assert all(rows["simple_cm", c]["published_best_validation"] == "" for c in HELD)
    assert rows["simple", 250]["flags"] == ""
    assert rows["simple", 1000]["flags"] == "published: one class answered, not stated there"
    assert md_rows(markdown.document(layout(study)), "simple, ")["published"] == [".834", ".502°", ""]


def test_published_numbers_of_another_representation_are_not_shown(results: Path):
    for representation, shown in (("view", "0.834"), ("another", "")):
        published = config()["published_resolution"] | {"representation": representation}
        made = build(Parameters(**config(published_resolution=published)), results)
        assert rows_of(made)["simple", 250]["published_best_validation"] == shown


@pytest.mark.parametrize(
    ("accuracy", "expected"), [(0.516, True), (0.484, True), (0.48, True), (0.53, False), (0.834, False)]
)
def test_guessing(accuracy: float, expected: bool):
    assert guessing(accuracy) is expected


def test_all_formats_say_the_same(study: ResolutionResults):
    tex, md = latex.document(layout(study)), markdown.document(layout(study))
    rows = rows_of(study)
    for model in ("simple", "simple_cm"):
        shown = md_rows(md, f"{model}, ")
        for i, c in enumerate(sorted(HELD)):
            row = rows[model, c]
            value = number(float(row["test_accuracy"]))
            low, high = (short(float(row[f"test_accuracy_{end}"])) for end in ("low", "high"))
            assert shown["test"][i].startswith(f"**{value}**" if row["best"] == "true" else value)
            assert shown["test"][i].endswith(f"[{low}\N{EN DASH}{high}]")
            assert ("†" in shown["test"][i]) == (row["indistinguishable"] == "true")
            assert shown["best val."][i] == number(float(row["best_validation_accuracy"]))
            charge = [short(float(row[f"charge_{what}"]), 2) for what in ("median", "mean")]
            assert shown["charge"][i] == " / ".join(charge)
            assert f"{low}--{high}" in tex
    assert "std" in md_rows(md, "simple, ")
    assert "std" not in md_rows(md, "simple_cm, ")  # one seed
    deep = md_rows(md, "deep, ")["test"]
    assert "°" in deep[0]
    assert deep[1:] == ["OOM", "\N{EN DASH}"]
    assert "flat" not in md + tex  # has a meaning nowhere, so its row would say nothing


def test_each_kind_of_window_has_its_table(study: ResolutionResults):
    pixels, centimetres = layout(study)
    assert "window fixed in pixels" in pixels.caption
    assert "window fixed in centimetres" in centimetres.caption
    assert [group.title for group in pixels.groups] == [
        "simple, window 62 x 128 px",
        "deep, window 62 x 128 px",
    ]
    assert [group.title for group in centimetres.groups] == ["simple_cm, window x 24.8, z 51.2 cm"]
    for words in ("on other data and with one seed each (a thesis)", "one class answered, not stated there", "Holm"):
        assert words in pixels.notes
    assert "Published" not in centimetres.notes


def test_representations_stand_apart(results: Path, tmp_path: Path):
    shutil.copytree(results, tmp_path / "study")
    write_cell(tmp_path / "study", "other", 250, "simple", 19, 1)
    places = [*config()["places"], place("simple", 250, [19], on="other")]
    made = layout(build(Parameters(**config(places=places)), tmp_path / "study"))
    labels = [(grid.label, " on other against " in grid.caption) for grid in made]
    assert labels == [
        ("tab:table_resolution", False),
        ("tab:table_resolution-view-centimetres", False),
        ("tab:table_resolution-other-pixels", True),
    ]


def test_identical_networks_are_flagged(tmp_path: Path):
    places = [place(model, c, [19]) for model in ("a", "b") for c in (250, 1000)]
    for entry in places:
        write_cell(tmp_path, "view", entry["resolution"], entry["model"], 19, 0)
    made = build(Parameters(**config(places=places, published_resolution=None)), tmp_path)
    assert rows_of(made)["a", 250]["flags"].endswith("identical to b (view, window in pixels)")
    assert "| **a‡, window" in markdown.document(layout(made))


@pytest.mark.parametrize("name", ["history.csv", "metrics.json", "predictions.parquet"])
def test_a_missing_file_is_named(results: Path, tmp_path: Path, name: str):
    shutil.copytree(results, tmp_path / "study")
    (tmp_path / "study/cells/view/c1000/simple_cm/seed19" / name).unlink()
    with pytest.raises(InputError, match=f"c1000/simple_cm/seed19/{name}: is missing"):
        build(Parameters(**config()), tmp_path / "study")


def test_metrics_without_the_window_are_refused(results: Path, tmp_path: Path):
    shutil.copytree(results, tmp_path / "study")
    path = tmp_path / "study/cells/view/c1000/simple_cm/seed19/metrics.json"
    metrics = json.loads(path.read_text())
    del metrics["window"]["hits"]
    path.write_text(json.dumps(metrics))
    with pytest.raises(InputError, match=r"metrics\.json: is no metrics file; evaluate the cell again"):
        build(Parameters(**config()), tmp_path / "study")


def test_a_place_that_stands_twice_is_refused(results: Path):
    with pytest.raises(InputError, match="view/c250/simple: stands twice"):
        build(Parameters(**config(places=[place("simple", 250, [19])] * 2)), results)


def run_command(results: Path, out: Path, hash_seed: int) -> dict[str, bytes]:
    out.mkdir()
    files = {name: out / f"table.{name}" for name in ("tex", "csv", "md")} | {"output": out / "resolution.pdf"}
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    table = {"report": {"name": "table_resolution", "module": "resolution", "parameters": config()}}
    for script, names, told in (("report", ("tex", "csv", "md"), table), ("resolution_figure", ("output",), config())):
        command = [sys.executable, SCRIPTS / f"{script}.py", "--results", results, "--provenance", out / "p.json"]
        command += [part for name in names for part in (f"--{name}", files[name])]
        job = json.dumps({"config": told}, sort_keys=True)
        subprocess.run([*command, "--job", job], check=True, env=environment)
        recorded = json.loads((out / "p.json").read_text())
        assert {name: len(files) for name, files in recorded["inputs"].items()} == dict.fromkeys(
            (*FILES, "predictions.parquet"), 4 * 3 + 3 + 1
        )
    return {name: path.read_bytes() for name, path in files.items()}


def test_command_writes_the_same_bytes_twice(results: Path, tmp_path: Path):
    first = run_command(results, tmp_path / "a", 1)
    assert first == run_command(results, tmp_path / "b", 2)
    assert all(str(tmp_path).encode() not in content and b"CreationDate" not in content for content in first.values())


@needs_latex
def test_the_published_grid_fits_a_bare_article(tmp_path: Path):
    resolutions = (250, 500, 1000, 1500, 2000, 2250, 2500, 3000)
    models = ["simple", "complex_64", "net & 5 %", "efficientnet_b2", "~^{net}#"]
    places = [place(model, c, [19, 20], on="a_b") for model in models for c in resolutions]
    places += [place(f"{model}_cm", c, [19], cm=CM, on="a_b") for model in models for c in resolutions]
    for entry in places:
        for seed in entry["seeds"]:
            write_cell(tmp_path, "a_b", entry["resolution"], entry["model"], seed, 2.5, events=300, window=1)
    published = {"note": "n", "resolution": {model: {str(c): 0.516 for c in resolutions} for model in models}}
    made = build(Parameters(**config(places=places, published_resolution=published)), tmp_path)
    (tmp_path / "t.tex").write_text(latex.document(layout(made)))
    typeset(tmp_path / "t.tex", tmp_path / "t.pdf")
