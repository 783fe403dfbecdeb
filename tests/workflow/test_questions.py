"""The tables beside table 1, and a study of hits that are read from files."""

import csv
import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import yaml
from study import Project


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_table_of_resolutions_has_both_kinds_of_window(finished):
    table = {(row["model"], row["resolution"]): row for row in rows(finished.results / "table_resolution.csv")}
    assert set(table) == {(model, c) for model in ("simple", "simple_cm") for c in ("100", "200")}
    for (model, c), row in table.items():
        metrics = json.loads((finished.cell("projection_y", int(c), model, 19) / "metrics.json").read_text())
        assert float(row["test_accuracy"]) == metrics["questions"]["particle"]["test"]["accuracy"]["value"]
    assert table["simple", "100"]["window"] == table["simple", "200"]["window"] == "16 32"
    assert table["simple_cm", "100"]["window"] == "8 16"
    assert table["simple_cm", "200"]["window"] == "16 32"
    assert (finished.results / "figures/resolution.pdf").read_bytes().startswith(b"%PDF")


def test_table_of_containment_holds_more_in_larger_windows(finished):
    table = rows(finished.results / "table_containment.csv")
    placed = {(row["model"], row["resolution"]): row for row in table if row["kind"] == "placed"}
    assert float(placed["simple", "100"]["charge_median"]) > float(placed["simple", "200"]["charge_median"])


@pytest.fixture(scope="module")
def ablated(finished, tmp_path_factory) -> Project:
    """The study with its ablation; do not change it."""
    project = finished.copy(tmp_path_factory.mktemp("ablated") / "project")
    project.snakemake("results-test/ablations/tiny.tex")
    return project


def test_ablation_has_every_combination(ablated):
    combinations = [row for row in rows(ablated.results / "ablations/tiny.csv") if row["row"]]
    levels = [(row["level_bn"], row["level_order"]) for row in combinations]
    assert levels == [("no", "axis"), ("no", "truth_time"), ("yes", "axis"), ("yes", "truth_time")]
    images = ablated.results / "inputs/projection_y/c200.safetensors"
    other = ablated.results / "inputs/projection_y@order-truth_time/c200.safetensors"
    assert images.read_bytes() != other.read_bytes()
    assert not (ablated.results / "cells/projection_y/c200/simple@bn-false").exists()  # the study's own value


def test_a_variant_of_an_ablation_depends_on_its_own_values(ablated, tmp_path):
    """Each variant is a cell of its own: a value that is added leaves the others as they are."""
    project = ablated.copy(tmp_path / "project")
    assert project.plan("results-test/ablations/tiny.tex").jobs == []
    project.edit(
        "config/electron_photon/test.yaml",
        "factors: {bn: [false, true]",
        "factors: {bn: [true, false], dropout: [0.0, 0.5]",
    )
    plan = project.plan("results-test/ablations/tiny.tex")
    assert plan.of("model") == {"simple@dropout-0.5", "simple@bn-true,dropout-0.5"}
    assert plan.rules["represent"] == 0
    assert plan.rules["report"] == 1
    assert project.plan().jobs == []


def test_rule_graph_is_drawn(project):
    project.snakemake("results-test/figures/data/rulegraph.pdf")
    assert "train -> evaluate" in (project.results / "data/rules.dot").read_text()
    assert (project.results / "figures/data/rulegraph.pdf").read_bytes().startswith(b"%PDF")


@pytest.fixture
def own_hits(project):
    """The study's own hits as the reference had them: a CSV file for each class, events numbered in each from 0."""
    hits = pq.read_table(project.results / "data/hits.parquet")
    events = pq.read_table(project.results / "data/events.parquet")
    index = pc.index_in(hits["event"], events["event"])
    pdg, energy = events["pdg"].take(index), events["energy"].take(index)
    names = ["Event", "Energy", "PDGcode", "hitsX", "hitsY", "hitsZ", "hitsCharge"]
    columns = [pc.divide(hits["event"], 2), energy, pdg, hits["x"], hits["y"], hits["z"], hits["charge"]]
    for code, name in ((11, "electrons"), (22, "photons")):
        table = pyarrow.Table.from_arrays(columns, names=names).filter(pc.equal(pdg, code))
        pyarrow.csv.write_csv(table, project.root / f"{name}.csv")
    own = {"extends": "config/electron_photon/test.yaml", "results": "results-own", "order": "as_given"}
    own |= {"source": "files", "files": {"files": ["electrons.csv", "photons.csv"]}}
    (project.root / "config/own.yaml").write_text(yaml.safe_dump(own))
    return project


def test_a_study_of_own_hits(own_hits):
    """The same showers under other numbers give the same events and images, and everything is made of them."""
    own_hits.snakemake("results-own/table_resolution.tex", "results-own/data/summary.json", config="config/own.yaml")
    results = own_hits.root / "results-own"
    events = pq.read_table(results / "data/events.parquet")
    assert events.num_rows == 160
    assert sorted(set(events["source"].to_pylist())) == ["electrons.csv", "photons.csv"]
    assert events["number"].to_pylist() == [*range(80), *range(80)]
    simulated = pq.read_table(own_hits.results / "data/hits.parquet")
    assert pq.read_table(results / "data/hits.parquet").num_rows == simulated.num_rows
    total = pc.sum(simulated["charge"]).as_py()
    assert pc.sum(pq.read_table(results / "data/hits.parquet")["charge"]).as_py() == pytest.approx(total, rel=1e-6)
    assert {row["status"] for row in rows(results / "table_resolution.csv")} <= {"ok", "collapsed", "n/a", "not run"}
    assert own_hits.plan("results-own/table_resolution.tex", config="config/own.yaml").jobs == []
    assert {path.name[0] for path in (results / "data/shards").iterdir()} == {"0"}  # all files are one


def test_hits_from_files_are_not_seen_by_other_detectors(own_hits):
    done = own_hits.snakemake("--dry-run", "results-own/table_variations.tex", config="config/own.yaml", check=False)
    assert done.returncode != 0
    assert done.stdout.splitlines()[-1] == (
        "report table_variations: events of source files are not seen by other detectors"
    )


def test_a_changed_file_is_read_again(own_hits):
    target = "results-own/data/split.parquet"
    own_hits.snakemake(target, config="config/own.yaml")
    text = (own_hits.root / "photons.csv").read_text()
    (own_hits.root / "photons.csv").write_text(text.replace("\n0,", "\n1000,"))
    assert own_hits.plan(target, config="config/own.yaml").rules["shard"] == 1


def test_a_bad_file_of_own_hits_is_refused_in_one_line(own_hits):
    lines = (own_hits.root / "photons.csv").read_text().splitlines()
    lines[9] = lines[9].replace(",22,", ",13,")
    (own_hits.root / "photons.csv").write_text("\n".join(lines) + "\n")
    done = own_hits.snakemake("results-own/data/hits.parquet", config="config/own.yaml", check=False)
    assert done.returncode != 0
    line = next(line for line in done.stdout.splitlines() if "shard.py: error:" in line)
    assert "photons.csv" in line
    assert "13" in line
    assert not (own_hits.root / "results-own/data/hits.parquet").exists()
