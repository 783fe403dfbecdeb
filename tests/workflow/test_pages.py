"""Snakemake's report and the pages that it shows."""

import csv
import json
import re
from pathlib import Path

import pytest
from study import Project

TABLES = ("table1", "table_resolution", "table_containment")


@pytest.fixture(scope="module")
def reported(finished, tmp_path_factory) -> Project:
    """The finished study with its pages and report.html; leave it as it is."""
    project = finished.copy(tmp_path_factory.mktemp("reported") / "project")
    project.snakemake("--cores", "1", "pages")
    project.snakemake("pages", "--report", "report.html")
    return project


def results_of(report: Path) -> dict[str, dict]:
    """What the report holds, by path."""
    return json.loads(re.search(r"^\s*var results = (\{.*\});?\s*$", report.read_text(), re.M)[1])


def test_report_shows_each_figure_of_a_cell_under_its_place(reported):
    shown = results_of(reported.root / "report.html")
    made = {str(path.relative_to(reported.root)) for path in reported.results.rglob("cells/**/*.pdf")}
    assert len(made) == 7 * len(list(reported.results.glob("cells/*/*/*/*/metrics.json")))
    for path in made:
        _, _, representation, resolution, model, seed, _, _ = path.split("/")
        labels = shown[path]["labels"]
        assert (labels["input"], labels["model"]) == (f"{representation}/{resolution}", model)
        assert f"seed{labels['seed']}" == seed


def test_report_has_tables_data_and_times(reported):
    shown = results_of(reported.root / "report.html")
    for name in (*TABLES, "data", "runtimes"):
        assert shown[f"results-test/report/{name}.html"]["mime_type"] == "text/html"
    assert {f"results-test/{name}.csv" for name in TABLES} | {"results-test/figures/data/events.pdf"} <= set(shown)


def test_table_page_holds_every_number_of_the_table(reported):
    page = re.sub("</?strong>", "", (reported.results / "report/table1.html").read_text())
    rows = [line for line in (reported.results / "table1.md").read_text().splitlines() if line.startswith("| simple")]
    assert rows
    for row in rows:
        for cell in row.strip("| ").split(" | "):
            assert cell.replace("**", "").replace("\\", "") in page


def test_data_page_holds_the_summary(reported):
    page = (reported.results / "report/data.html").read_text()
    summary = json.loads((reported.results / "data/summary.json").read_text())
    assert f"<td>{summary['accuracy']['xgboost']['ours']:.4g}</td>" in page
    assert f"<td>{summary['extent']['z']['classes']['photon']['largest']:.4g}</td>" in page


def test_runtimes_are_those_of_the_benchmarks_and_records(reported):
    with open(reported.results / "report/runtimes.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    trained = {row["job"]: float(row["seconds"]) for row in rows if row["rule"] == "train"}
    assert len(trained) == len(list(reported.results.glob("benchmarks/train/**/*.tsv")))
    with open(reported.results / "benchmarks/train/voxels/c100/simple/seed19.tsv", newline="") as file:
        assert trained["voxels/c100/simple/seed19"] == float(next(csv.DictReader(file, delimiter="\t"))["s"])
    page = (reported.results / "report/runtimes.html").read_text()
    record = json.loads((reported.results / "table1.tex.provenance.json").read_text())
    assert record["cpu"]["model"] in page
    assert record["git"]["commit"] in page
    assert re.search(rf"<tr><td>train</td><td>{len(trained)}</td>", page)


def test_pages_again_plan_nothing_and_a_new_table_its_page(reported, tmp_path):
    assert reported.plan("pages").jobs == []
    project = reported.copy(tmp_path / "project")
    project.edit("config/config.yaml", "comparison: {alpha: 0.05}", "comparison: {alpha: 0.06}")
    plan = project.plan("pages")
    once = ("published", "resolution_figure", "pairs", "runtimes", "pages")
    assert dict(plan.rules) == {"report": 2, "page": 2, **dict.fromkeys(once, 1)}
