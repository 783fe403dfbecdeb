"""The table of detector variations, against shifts counted by hand."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE

from showergrid.core.errors import InputError
from showergrid.report.formats import markdown
from showergrid.report.reports import variations as report
from showergrid.report.reports.variations import Parameters, build, layout

N = 200


def settings(**changes) -> Parameters:
    place = {"representation": "flat", "resolution": 100, "model": "simple", "seeds": [1, 2], "status": "run"}
    defaults = {
        "name": "table_variations",
        "question": PARTICLE,
        "bootstrap": {"seed": 1, "resamples": 400, "level": 0.95},
        "comparison": {"alpha": 0.05},
        "order": "axis",
        "origin": "first_hit",
        "places": [{**place, "settings": None}],
        "variations": {"worse": {"lifetime": None}, "same": {"recombination": {"model": "birks"}}},
    }
    return Parameters(**{**defaults, **changes})


def write(results, seed: int, wrong: dict[str, int], lost: dict[str, int] | None = None) -> None:
    """Scores of events that alternate between the classes; the first `wrong` of a variation are wrong.

    The last `lost` of a variation have no row.
    """
    tables = []
    for name, count in wrong.items():
        event = np.arange(N - (lost or {}).get(name, 0)) * 3
        particle = np.where(event % 2 == 0, "electron", "photon")
        right = np.where(event % 2 == 0, 0.9, 0.1)
        score = np.where(np.arange(event.size) < count, 1 - right, right)
        tables.append(
            pa.table(
                {
                    "variation": [name] * event.size,
                    "event": event,
                    "particle": particle,
                    "particle.electron": score,
                    "particle.photon": 1 - score,
                }
            )
        )
    path = results / f"variations/flat/c100/simple/seed{seed}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.concat_tables(tables), path)


def test_shift_is_the_difference_on_the_same_events(tmp_path):
    write(tmp_path, 1, {"nominal": 20, "worse": 40, "same": 20})
    write(tmp_path, 2, {"nominal": 10, "worse": 50, "same": 10})
    [row] = build(settings(), tmp_path).rows
    assert row.estimates["nominal"].value == pytest.approx(1 - 15 / N)
    assert row.shifts["worse"].value == pytest.approx(-(20 + 40) / 2 / N)
    assert row.shifts["same"].value == 0
    assert row.largest == "worse"
    rows = list(csv.DictReader(io.StringIO(report.csv(build(settings(), tmp_path)))))
    assert [line["variation"] for line in rows] == ["nominal", "worse", "same"]
    assert float(rows[1]["shift"]) == pytest.approx(-0.15)
    assert float(rows[1]["shift_low"]) < -0.15 < float(rows[1]["shift_high"])
    text = markdown.document(layout(build(settings(), tmp_path)))
    assert "\N{MINUS SIGN}.150" in text
    assert "recombination (model birks)" in text
    assert "lifetime none" in text


def test_events_without_hits_count_nowhere(tmp_path):
    """The lost events were all answered rightly: they must not count in the nominal accuracy alone."""
    for seed in (1, 2):
        write(tmp_path, seed, {"nominal": 20, "worse": 20, "same": 20}, lost={"worse": 50})
    [row] = build(settings(), tmp_path).rows
    assert (row.events, row.lost) == (N - 50, 50)
    assert row.estimates["nominal"].value == pytest.approx(1 - 20 / (N - 50))
    assert row.shifts["worse"].value == 0


def test_scores_of_other_variations_are_refused(tmp_path):
    for seed in (1, 2):
        write(tmp_path, seed, {"nominal": 1, "worse": 1})
    with pytest.raises(InputError, match=r"seed1.parquet: holds the variations nominal, worse; delete it"):
        build(settings(), tmp_path)
