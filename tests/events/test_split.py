"""The division of events: exact counts, one seed of its own, the same whatever else is in the study."""

import numpy as np
import pyarrow as pa
import pytest

from showergrid.core.errors import InputError
from showergrid.events.questions import Question, labels
from showergrid.events.settings import Split
from showergrid.events.split import asked, check_classes, divide, events_of, read_split, write_split

VALUES = [[11], [22]]
SPLIT = Split(seed=7, test_fraction=0.1, validation_fraction=0.1)


def counts(sets: np.ndarray) -> dict[str, int]:
    return dict(zip(*(part.tolist() for part in np.unique(sets, return_counts=True)), strict=True))


def test_counts_are_exact_in_each_class():
    label = np.array([0] * 105 + [1] * 250)
    sets = divide(label, VALUES, SPLIT)
    # 10.5 -> 10 for the test set (half to even), 9.5 -> 10 of the other 95 for validation
    assert counts(sets[label == 0]) == {"test": 10, "validation": 10, "train": 85}
    assert counts(sets[label == 1]) == {"test": 25, "validation": 22, "train": 203}


def test_seed_decides_and_repeats():
    label = np.tile([0, 1], 200)
    again, other = divide(label, VALUES, SPLIT), divide(label, VALUES, SPLIT.model_copy(update={"seed": 8}))
    assert np.array_equal(divide(label, VALUES, SPLIT), again)
    assert not np.array_equal(again, other)


def test_a_class_does_not_move_the_others():
    alone = divide(np.array([0] * 60), [[11]], SPLIT)
    beside = divide(np.array([1] * 60 + [0] * 40), [[22], [11]], SPLIT)
    assert np.array_equal(alone, beside[:60])


def test_events_of_no_class_are_refused_or_dropped():
    events = pa.table({"pdg": [11, 22, 13, None], "source": ["a", "b", "a", "c"]})
    told = {"column": "pdg", "values": VALUES, "other": "refuse"}
    with pytest.raises(InputError, match=r"events: pdg 13 belongs to no class of the study; .* other: drop"):
        asked(events, [told])
    label, kept = asked(events, [told | {"other": "drop"}])
    assert (label.tolist(), kept.tolist()) == ([0, 1, -1, -1], [True, True, False, False])
    by_source = {"column": "source", "values": [["a"], ["c"]], "other": "drop"}
    label, kept = asked(events, [by_source, told | {"values": [[11, 13], [22]], "other": "drop"}])
    assert (label.tolist(), kept.tolist()) == ([0, -1, 0, 1], [True, False, True, False])


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("energy", [[1], [2]], "no column 'energy' of whole numbers or text; valid: pdg, source"),
        ("pgd", [[1], [2]], "no column 'pgd'"),
        ("pdg", [["11"], ["22"]], "column pdg holds whole numbers"),
        ("source", [[1], [2]], "column source holds text"),
    ],
)
def test_a_column_that_gives_no_labels_is_refused(column, values, words):
    events = pa.table({"event": [1], "pdg": [11], "source": ["a"], "energy": [1.0]})
    with pytest.raises(InputError, match=words):
        labels(events, column, values)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": [{"name": "a", "values": [1]}]}, "at least 2"),
        ({"classes": [{"name": "a", "values": [1]}, {"name": "a", "values": [2]}]}, "class 'a' stands twice"),
        ({"classes": [{"name": "a", "values": [1]}, {"name": "b", "values": [2, 1]}]}, "value 1 stands twice"),
        (
            {"classes": [{"name": "a", "values": [1]}, {"name": "b", "label": "a", "values": [2]}]},
            "label 'a' stands twice",
        ),
        ({"classes": [{"name": "a", "values": [1]}, {"name": "answer", "values": [2]}]}, "class 'answer'"),
        ({"name": "energy"}, "a column of predictions has this name"),
        ({"label": "$x"}, "between two dollar signs"),
        ({"label": "$5 and $6"}, "between two dollar signs"),
        ({"label": "\N{GREEK SMALL LETTER GAMMA}"}, "write such signs in LaTeX"),
        ({"label": "two\nlines"}, "one line"),
        ({"label": " "}, "one line"),
        ({"classes": [{"name": "a", "values": [1]}, {"name": "b", "values": ["1"]}]}, "not both"),
        ({"positive": "c"}, "'c' is none of a, b"),
        ({"classes": [{"name": n, "values": [i]} for i, n in enumerate("abc")], "positive": "a"}, "two classes"),
        ({"weight": 0}, "greater than 0"),
    ],
)
def test_what_is_no_question_is_refused(changes, words):
    given = {"name": "q", "column": "pdg", "classes": [{"name": "a", "values": [1]}, {"name": "b", "values": [2]}]}
    with pytest.raises(ValueError, match=words):
        Question(**given | changes)


def test_too_few_events_are_refused():
    with pytest.raises(InputError, match="the class of 22 has 4 events"):
        divide(np.array([0] * 40 + [1] * 4), VALUES, SPLIT)


def test_a_set_without_a_class_of_any_question_is_refused():
    events = pa.table({"event": np.arange(8), "source": ["a.csv"] * 7 + ["b.csv"]})
    sets = np.array(["train", "validation", "test", "train", "train", "validation", "test", "test"])
    of_file = {"column": "source", "values": [["a.csv"], ["b.csv"]], "other": "refuse"}
    with pytest.raises(InputError, match=r"no event with source b\.csv is in the train set"):
        check_classes(events, sets, [of_file])
    check_classes(events, sets, [{**of_file, "values": [["a.csv"]]}])


def test_file_returns_what_was_written(tmp_path):
    sets = divide(np.tile([0, 1], 50), VALUES, SPLIT)
    for name in ("a", "b"):
        write_split(tmp_path / name, np.arange(100), sets)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    event, stored = read_split(tmp_path / "a")
    assert np.array_equal(event, np.arange(100))
    assert np.array_equal(stored, sets)
    assert np.array_equal(events_of(tmp_path / "a", "test"), np.flatnonzero(sets == "test"))
