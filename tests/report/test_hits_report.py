"""The table of hits against counts by hand, and the figure's events."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from showergrid.core.errors import InputError
from showergrid.evaluation.hits import AnsweredHits, write_hit_predictions
from showergrid.events.hits import HITS
from showergrid.events.questions import Question
from showergrid.report.figures.hits import hits_by_answer
from showergrid.report.figures.prongs import coloured_hits
from showergrid.report.formats import markdown
from showergrid.report.reports import hits as report
from showergrid.training.answer_file import HitAnswers

CLASSES = [{"name": name, "values": [name]} for name in ("track", "shower")]
ASKED = Question(name="kind_of", of="hit", column="kind", classes=CLASSES)


def settings(*places: tuple[str, list[int]]) -> report.Parameters:
    return report.Parameters(
        name="table_hits",
        places=[
            {"representation": "voxels", "resolution": 9, "model": model, "seeds": seeds, "status": "run"}
            | {"settings": None}
            for model, seeds in places
        ],
        question=ASKED.model_dump(),
        bootstrap={"seed": 1, "resamples": 200, "level": 0.95},
        comparison={"alpha": 0.05},
        order="truth_time",
        origin="charge_centre",
    )


def write(folder, event: list[int], label: list[int], right: list[bool], charge: list[float], outside: int = 0) -> None:
    """Write the answers to hits, before which so many of each event lie outside the window."""
    label = np.array(label)
    p = np.where(np.array(right) == (label == 0), 0.9, 0.2).astype(np.float32)
    event = np.array(event)
    number = outside + np.arange(event.size) - np.searchsorted(event, event)
    answers = HitAnswers(event, number, {"kind_of": np.stack([p, 1 - p], axis=1)})
    sets = np.full(event.size, "test")
    hits = AnsweredHits(answers, {"kind_of": label}, np.array(charge, np.float32), sets, None)
    write_hit_predictions(folder / "predictions.hits.parquet", [ASKED], hits)


def test_numbers_are_those_of_hand(tmp_path):
    """Two seeds, right for 3 and for 4 of 5 hits, and a place whose window holds hits of one event alone."""
    place = tmp_path / "cells/voxels/c9"
    label, charge = [0, 1, 1, 1, 0, -1], [1.0, 2, 3, 4, 5, 7]
    write(place / "unet/seed1", [3, 3, 3, 8, 8, 8], label, [True, True, False, True, False, True], charge)
    write(place / "unet/seed2", [3, 3, 3, 8, 8, 8], label, [True, True, False, True, True, True], charge)
    write(place / "narrow/seed1", [8, 8], label[3:5], [False, True], charge[3:5])
    asked = settings(("unet", [1, 2]), ("narrow", [1]))
    assert len(report.reads(asked)["predictions.hits.parquet"]) == 3
    table = report.build(asked, tmp_path)
    unet, narrow = table.rows
    assert (table.events, unet.hits, narrow.hits) == (2, 5, 2)
    assert unet.estimates["accuracy"].value == pytest.approx(0.7)
    assert unet.estimates["accuracy"].std == pytest.approx(np.std([0.6, 0.8], ddof=1))
    assert unet.estimates["by_charge/accuracy"].value == pytest.approx((7 + 12) / 2 / 15)
    assert unet.estimates["classes/track/efficiency"].value == pytest.approx(0.75)
    assert unet.commonest == {"": 0.6, "by_charge/": 0.6}
    assert narrow.estimates["by_charge/accuracy"].value == pytest.approx(5 / 9)
    assert narrow.from_best[""].value == pytest.approx(0.5 - 0.7)
    assert narrow.from_best["by_charge/"].value == pytest.approx(5 / 9 - 19 / 30)
    text = markdown.document(report.layout(table))
    assert "for the hits of 2 test events" in text
    assert "| unet | 9 | 5 | .700" in text
    assert "classes/shower/purity" not in narrow.estimates  # it calls all a track
    lines = report.csv(table).splitlines()
    assert lines[0].startswith("representation,resolution,model,seeds,hits,by,class,quantity,value")
    assert any(line.startswith("voxels,9,narrow,1,2,charge,shower,efficiency,0") for line in lines)
    nothing = asked.model_copy(update={"places": [asked.places[0].model_copy(update={"status": "n/a"})]})
    with pytest.raises(InputError, match="no place has cells"):
        report.build(nothing, tmp_path)


def test_differences_from_the_best_place_are_paired(tmp_path):
    """Events differ much, and one place errs in just one hit of ten more than the best of each event: no spread."""
    place = tmp_path / "cells/voxels/c9"
    event, hit = np.repeat(np.arange(20), 10), np.tile(np.arange(10), 20)
    for name, wrong in (("best", event % 6), ("twin", event % 6), ("worse", event % 6 + 1)):
        write(place / f"{name}/seed1", event.tolist(), [0, 1] * 100, (hit >= wrong).tolist(), [1.0] * 200)
    table = report.build(settings(("worse", [1]), ("best", [1]), ("twin", [1])), tmp_path)
    worse, best, twin = (row.from_best for row in table.rows)
    assert best == {}
    for by in ("", "by_charge/"):
        told = worse[by]
        assert (told.value, told.low, told.high) == pytest.approx((-0.1, -0.1, -0.1))
        assert told.p == pytest.approx(2 * 2 / 201)  # the least that 200 resamples tell, times the two places
        assert (twin[by].value, twin[by].low, twin[by].high, twin[by].p) == (0, 0, 0, 1)
    text = markdown.document(report.layout(table))
    assert "| best on voxels at c 9 | best |" in text
    assert "| worse on voxels at c 9 | -.100 (+.000 -.000) | **.020** |" in text
    [line] = [
        line for line in report.csv(table).splitlines() if line.startswith("voxels,9,worse,1,200,hits,,accuracy less")
    ]
    assert float(line.split(",")[8]) == pytest.approx(-0.1)


def test_events_of_two_classes_are_drawn(tmp_path):
    """Event 2 has too few hits of a track; hits without an answer, and without a class, are grey."""
    event = np.repeat([2, 5], [150, 250])
    label = np.concatenate([np.repeat([0, 1], [20, 130]), np.repeat([0, 1, -1], [120, 120, 10])])
    write(tmp_path, event.tolist(), label.tolist(), [True] * 400, [1.0] * 400, outside=3)
    rows = np.repeat([2, 5], [153, 253])
    columns = {name: np.arange(406.0) for name in ("x", "y", "z", "charge", "time")} | {"event": rows}
    hits = pa.table([pa.array(columns[field.name]).cast(field.type) for field in HITS], schema=HITS)
    pq.write_table(hits, tmp_path / "hits.parquet")
    [shown] = hits_by_answer(tmp_path / "predictions.hits.parquet", tmp_path / "hits.parquet", ASKED, 4)
    assert shown.event == 5
    assert shown.position[:, 0].tolist() == list(range(153, 406))
    assert shown.truth.tolist() == [-1] * 3 + [0] * 120 + [1] * 120 + [-1] * 10
    assert np.bincount(shown.answer + 1).tolist()[0] == 3
    assert shown.answer[:243].tolist() == shown.truth[:243].tolist()
    coloured_hits([shown], ASKED.names, "hits", tmp_path / "hits.pdf")
    assert (tmp_path / "hits.pdf").read_bytes().startswith(b"%PDF")
