"""Answers of hits: truth by prong, counts by hits and by charge, their file, and cells that answer none."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from showergrid.core.errors import InputError
from showergrid.evaluation.hits import (
    AnsweredHits,
    counts,
    hit_metrics,
    no_hits,
    read_counts,
    statistics,
    together,
    truth_of_hits,
    write_hit_predictions,
)
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.prongs import hit_labels
from showergrid.events.questions import Question
from showergrid.training.answer_file import Answers, HitAnswers, read_answers, write_answers

CLASSES = [{"name": "track", "values": ["muon", "proton"]}, {"name": "shower", "values": ["photon"]}]
ASKED = Question(name="kind_of", of="hit", column="kind", classes=CLASSES)
BOOTSTRAP = Bootstrap(seed=1, resamples=400, level=0.95)
PRONGS = pa.table(
    {"event": [1, 1, 3], "prong": pa.array([0, 1, 0], pa.int32()), "kind": ["photon", "neutron", "proton"]}
)


def answered(events: int, each: int, seed: int = 1) -> AnsweredHits:
    """Events of `each` hits that are all right or all wrong, a half of them test events."""
    random = np.random.default_rng(seed)
    event = np.repeat(np.arange(events), each)
    label = np.tile(np.arange(each) % 2, events)
    right = (random.random(events) < 0.7)[event]
    p = np.where(right == (label == 0), 0.8, 0.3).astype(np.float32)
    sets = np.where(event % 4 < 2, "test", np.where(event % 4 == 2, "train", "validation"))
    answers = HitAnswers(event, np.tile(np.arange(each), events), {"kind_of": np.stack([p, 1 - p], 1)})
    charge = random.exponential(100, event.size).astype(np.float32)
    return AnsweredHits(answers, {"kind_of": label}, charge, sets, None)


def test_a_hit_is_what_its_prong_is():
    event, prong = np.array([1, 1, 1, 3, 3]), np.array([0, -1, 1, 0, -1])
    assert hit_labels(PRONGS, [ASKED], event, prong)[:, 0].tolist() == [1, -1, -1, 0, -1]


def test_truth_and_charge_are_found_by_event_and_number(tmp_path):
    hits = {"event": [1, 1, 1, 3], "charge": pa.array([5, 6, 7, 8], pa.float32())}
    path = tmp_path / "hits.parquet"
    pq.write_table(pa.table(hits | {"prong": pa.array([1, -1, 0, 0], pa.int32())}), path)
    given = HitAnswers(np.array([1, 1, 3]), np.array([0, 2, 0]), {})
    labels, charge = truth_of_hits(path, PRONGS, [ASKED], given)
    assert labels["kind_of"].tolist() == [-1, 1, 0]
    assert charge.tolist() == [5, 7, 8]
    with pytest.raises(InputError, match="lacks hits that the cell has answers for"):
        truth_of_hits(path, PRONGS, [ASKED], HitAnswers(np.array([1]), np.array([3]), {}))
    pq.write_table(pa.table(hits), path)
    with pytest.raises(InputError, match="has no column prong"):
        truth_of_hits(path, PRONGS, [ASKED], given)


def test_counts_are_those_of_hand():
    """Two events; by hits 3 of 5 are right, by charge 7 of 10."""
    event, label = np.array([4, 4, 4, 7, 7, 7]), np.array([0, 0, 1, 1, 1, -1])
    answer, charge = np.array([0, 1, 1, 0, 1, 1]), np.array([1.0, 2, 2, 1, 4, 9])
    told = counts(event, label, answer, charge, 2, None)
    assert told.event.tolist() == [4, 7]
    assert told.hits.tolist() == [[[1, 1], [0, 1]], [[0, 0], [1, 1]]]
    assert told.left_out.tolist() == [0, 1]
    both, second = statistics(told.flat, ASKED, np.array([[1.0, 1.0], [0.0, 2.0]]))["accuracy"]
    assert (both, second) == (0.6, 0.5)
    measured = {name: value[0] for name, value in statistics(told.flat, ASKED, np.ones((1, 2))).items()}
    assert measured["by_charge/accuracy"] == 0.7
    assert measured["classes/track/efficiency"] == 0.5
    assert measured["by_charge/classes/track/efficiency"] == pytest.approx(1 / 3)
    assert measured["by_charge/classes/track/purity"] == 0.5
    assert measured["by_charge/classes/shower/purity"] == 0.75


def test_events_without_hits_in_a_window_count_none():
    first, second = (
        counts(np.array(event), np.array([0, 1]), np.array([0, 0]), np.ones(2), 2, np.array(event) * 10)
        for event in ([4, 7], [2, 4])
    )
    both = together([first, second])
    assert [own.event.tolist() for own in both] == [[2, 4, 7]] * 2
    assert [own.group.tolist() for own in both] == [[20, 40, 70]] * 2
    assert [own.hits.sum(axis=(1, 2)).tolist() for own in both] == [[0, 1, 1], [1, 1, 0]]
    assert [own.flat.sum() for own in both] == [first.flat.sum(), second.flat.sum()]


def test_intervals_are_of_events():
    """Fifty hits that agree tell no more than one."""
    hits = answered(400, 50)
    measured = hit_metrics([ASKED], hits, BOOTSTRAP)["kind_of"]["test"]
    assert (measured["hits"], measured["events"], measured["left_out"]) == (10000, 200, 0)
    assert not measured["collapsed"]
    right = hits.answers.of["kind_of"].argmax(1) == hits.labels["kind_of"]
    share = np.mean(right[hits.sets == "test"])
    assert measured["accuracy"]["value"] == pytest.approx(share)
    deviation = np.sqrt(share * (1 - share) / 200)  # of a share of 200 events
    # 400 resamples know a quantile at 2.5 % to some 8 % of the deviation
    assert measured["accuracy"]["high"] - measured["accuracy"]["low"] == pytest.approx(2 * 1.96 * deviation, rel=0.15)
    hits.labels["kind_of"][hits.sets == "validation"] = -1
    with pytest.raises(InputError, match="split validation: holds no hits of a class of kind_of"):
        hit_metrics([ASKED], hits, BOOTSTRAP)


def test_the_file_holds_hits_of_validation_and_test(tmp_path):
    hits, path = answered(8, 3), tmp_path / "predictions.hits.parquet"
    hits.labels["kind_of"][[0, 5]] = -1  # of a test event each
    write_hit_predictions(path, [ASKED], hits)
    table = pq.read_table(path)
    assert table.column_names == ["event", "hit", "split", "charge", "kind_of", "kind_of.track", "kind_of.shower"]
    assert sorted(set(table["event"].to_pylist())) == [0, 1, 3, 4, 5, 7]
    assert table["kind_of"].to_pylist()[:3] == [None, "shower", "track"]
    told, test = read_counts(path, ASKED), hits.sets == "test"
    own = counts(
        hits.answers.event[test],
        hits.labels["kind_of"][test],
        hits.answers.of["kind_of"][test].argmax(1),
        hits.charge[test],
        2,
        None,
    )
    assert np.array_equal(told.flat, own.flat)
    assert told.left_out.tolist() == [1, 1, 0, 0]
    write_hit_predictions(tmp_path / "none.parquet", [ASKED], no_hits([ASKED], group=False))
    assert pq.read_schema(tmp_path / "none.parquet") == pq.read_schema(path)
    with pytest.raises(InputError, match="holds no hits of test events"):
        read_counts(tmp_path / "none.parquet", ASKED)


def test_answers_of_hits_stand_beside_those_of_events(tmp_path):
    given, event = answered(4, 2).answers, np.arange(4)
    of = {"flavour": np.full((4, 2), 0.5)}
    write_answers(tmp_path / "both", Answers(event, of, None, hits=given))
    back = read_answers(tmp_path / "both", ["flavour"], event, of_hits=["kind_of"]).hits
    assert np.array_equal(back.event, given.event)
    assert np.array_equal(back.number, given.number)
    assert back.of["kind_of"].dtype == np.float32
    assert np.array_equal(back.of["kind_of"], given.of["kind_of"])
