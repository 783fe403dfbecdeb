"""Answers of prongs: their truth, file and metrics, whose intervals resample events, and cells that see none."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from showergrid.core.errors import InputError
from showergrid.evaluation.metrics import split_metrics
from showergrid.evaluation.predictions import read_predictions
from showergrid.evaluation.prongs import AnsweredProngs, no_prongs, prong_metrics, write_prong_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.prongs import prong_labels, read_prongs
from showergrid.events.questions import Question
from showergrid.training.answer_file import Answers, ProngAnswers, read_answers, write_answers

CLASSES = [{"name": "muon", "values": ["muon"]}, {"name": "other", "values": ["pion", "proton"]}]
ASKED = Question(name="particle", of="prong", column="kind", classes=CLASSES)
BOOTSTRAP = Bootstrap(seed=1, resamples=400, level=0.95)


def answered(events: int, each: int, seed: int = 1) -> AnsweredProngs:
    """Events of `each` prongs that are all right or all wrong, a half of them test events."""
    random = np.random.default_rng(seed)
    event = np.repeat(np.arange(events), each)
    label = np.tile(np.arange(each) % 2, events)
    right = (random.random(events) < 0.7)[event]
    p = np.where(right == (label == 0), 0.8, 0.3)
    sets = np.where(event % 4 < 2, "test", np.where(event % 4 == 2, "train", "validation"))
    answers = ProngAnswers(event, np.tile(np.arange(each), events), {"particle": np.stack([p, 1 - p], 1)})
    return AnsweredProngs(answers, {"particle": label}, sets, None)


def test_intervals_are_of_events():
    """Ten prongs that agree tell no more than one: the interval is that of as many events, not of prongs."""
    prongs = answered(400, 10)
    measured = prong_metrics([ASKED], prongs, BOOTSTRAP)["particle"]["test"]
    assert (measured["prongs"], measured["events"]) == (2000, 200)
    assert "groups" not in measured
    accuracy = measured["accuracy"]
    right = prongs.answers.of["particle"].argmax(1) == prongs.labels["particle"]
    share = np.mean(right[prongs.sets == "test"])
    assert accuracy["value"] == pytest.approx(share)
    deviation = np.sqrt(share * (1 - share) / 200)  # of a share of 200 events
    # 400 resamples know a quantile at 2.5 % to some 8 % of the deviation
    assert accuracy["high"] - accuracy["low"] == pytest.approx(2 * 1.96 * deviation, rel=0.15)
    each = split_metrics(
        prongs.labels["particle"][prongs.sets == "test"],
        prongs.answers.of["particle"][prongs.sets == "test"],
        ASKED,
        BOOTSTRAP,
        "test",
    )["accuracy"]
    assert accuracy["high"] - accuracy["low"] > 2.5 * (each["high"] - each["low"])  # sqrt(10) = 3.2


def test_the_file_is_read_back_with_events_as_groups(tmp_path):
    prongs, path = answered(8, 3), tmp_path / "predictions.prongs.parquet"
    write_prong_predictions(path, [ASKED], prongs)
    table = pq.read_table(path)
    assert table.column_names == ["event", "prong", "split", "particle", "particle.muon", "particle.other"]
    test = read_predictions(path, ASKED, "test")
    chosen = prongs.sets == "test"
    assert test.event.tolist() == prongs.answers.event[chosen].tolist() == test.group.tolist()
    assert test.labels.tolist() == prongs.labels["particle"][chosen].tolist()
    np.testing.assert_array_equal(test.probability, prongs.answers.of["particle"][chosen])


def test_a_cell_that_sees_no_prongs_has_the_file_without_rows(tmp_path):
    path = tmp_path / "predictions.prongs.parquet"
    write_prong_predictions(path, [ASKED], no_prongs([ASKED], group=False))
    whole = tmp_path / "whole.parquet"
    write_prong_predictions(whole, [ASKED], answered(8, 3))
    assert pq.read_table(path).num_rows == 0
    assert pq.read_schema(path) == pq.read_schema(whole)
    with pytest.raises(InputError, match="holds no test prongs"):
        read_predictions(path, ASKED, "test")


def test_answers_of_prongs_stand_beside_those_of_events(tmp_path):
    given = answered(4, 2).answers
    event = np.arange(4)
    of = {"flavour": np.full((4, 2), 0.5)}
    write_answers(tmp_path / "both", Answers(event, of, None, prongs=given))
    back = read_answers(tmp_path / "both", ["flavour"], event, ["particle"]).prongs
    assert np.array_equal(back.number, given.number)
    assert np.array_equal(back.of["particle"], given.of["particle"])
    write_answers(tmp_path / "alone", Answers(event, of, None))
    assert read_answers(tmp_path / "alone", ["flavour"], event, ["particle"]).prongs is None


def test_truth_is_found_by_event_and_number(tmp_path):
    table = pa.table({"event": [3, 1, 1], "prong": pa.array([0, 1, 0], pa.int32()), "kind": ["proton", "muon", "pion"]})
    pq.write_table(table, tmp_path / "prongs.parquet")
    prongs = read_prongs(tmp_path / "prongs.parquet", [ASKED])
    labels = prong_labels(prongs, [ASKED], np.array([1, 3, 1]), np.array([1, 0, 0]))
    assert labels[:, 0].tolist() == [0, 1, 1]
    with pytest.raises(InputError, match="have both made again"):
        prong_labels(prongs, [ASKED], np.array([2]), np.array([0]))
    own = table.set_column(1, "prong", table["prong"].cast(pa.int64()))  # as a study's own files give them
    pq.write_table(own, tmp_path / "own.parquet")
    assert read_prongs(tmp_path / "own.parquet", [ASKED])["kind"].to_pylist() == ["pion", "muon", "proton"]
    pq.write_table(table.set_column(1, "prong", [["0", "1", "0"]]), tmp_path / "text.parquet")
    with pytest.raises(InputError, match="column prong is no whole number"):
        read_prongs(tmp_path / "text.parquet", [ASKED])
    pq.write_table(table.set_column(2, "kind", [["proton", "kaon", "pion"]]), tmp_path / "prongs.parquet")
    with pytest.raises(InputError, match="prong 1 of event 1: kind 'kaon' belongs to no class of question particle"):
        read_prongs(tmp_path / "prongs.parquet", [ASKED])
