"""The table of detector variations on real showers, and what its edits make again."""

import csv

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from study import outputs

TABLE = "results-test/table_variations.tex"


def test_table_of_variations(project):
    project.snakemake("--cores", "2", TABLE)
    assert project.plan(TABLE).jobs == []
    rows = list(csv.DictReader((project.results / "table_variations.csv").open()))
    assert {row["variation"] for row in rows} == {"nominal", "lifetime_3ms", "gain_high"}

    # The study's own readout gives the study's own scores
    scores = pq.read_table(project.results / "variations/projection_y/c200/simple/seed19.parquet")
    own = scores.filter(pc.equal(scores["variation"], "nominal"))
    known = pq.read_table(project.cell("projection_y", 200, "simple", 19) / "predictions.parquet")
    score = dict(zip(known["event"].to_pylist(), known["particle.electron"].to_pylist(), strict=True))
    nominal = [score[event] for event in own["event"].to_pylist()]
    np.testing.assert_allclose(own["particle.electron"], nominal, rtol=1e-2, atol=1e-3)
    split = dict(zip(known["event"].to_pylist(), known["split"].to_pylist(), strict=True))
    assert {split[event] for event in own["event"].to_pylist()} == {"test"}

    before = outputs(project.results)
    project.edit("config/electron_photon/test.yaml", "gain: 0.0072", "gain: 0.0071")
    plan = project.plan(TABLE)
    assert plan.rules == {
        "vary": 2,
        "vary_cell": len({row["model"] + row["representation"] for row in rows}) + 1,
        "report": 1,
    }  # complex has two seeds
    project.edit("config/electron_photon/test.yaml", "gain: 0.0071", "gain: 0.0072")
    assert project.plan(TABLE).jobs == []
    (project.results / "table_variations.tex").unlink()
    project.snakemake("--cores", "2", TABLE)
    assert outputs(project.results) == before


def test_wrong_variations_are_refused(checked_out, tmp_path):
    project = checked_out.copy(tmp_path / "project")
    project.edit("config/electron_photon/test.yaml", "readout: {lifetime: 3000}", "readout: {lifetim: 3000}")
    done = project.snakemake("--dry-run", check=False)
    assert done.returncode
    assert "config: variation lifetime_3ms: readout: lifetim = 3000: unknown key" in done.stdout
