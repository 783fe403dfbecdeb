"""The division of events: exact counts, one seed of its own, the same whatever else is in the study."""

import json
import runpy
from argparse import Namespace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from showergrid.core.errors import InputError
from showergrid.events.questions import Question, labels
from showergrid.events.settings import Split
from showergrid.events.split import (
    SETS,
    asked,
    check_classes,
    divide,
    divide_groups,
    events_of,
    groups,
    read_split,
    sizes,
    write_split,
)

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
    label, values, kept = asked(events, [told | {"other": "drop"}])
    assert values == VALUES
    assert (label.tolist(), kept.tolist()) == ([0, 1, -1, -1], [True, True, False, False])
    by_source = {"column": "source", "values": [["a"], ["c"]], "other": "drop"}
    label, _, kept = asked(events, [by_source, told | {"values": [[11, 13], [22]], "other": "drop"}])
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


BY = SPLIT.model_copy(update={"test_fraction": 0.2, "validation_fraction": 0.2, "by": "shower"})


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 9)), min_size=40, max_size=120),
    st.integers(0, 2**31 - 1),
)
@settings(max_examples=60)
def test_groups_stay_together_and_no_set_has_a_whole_group_too_many(groups_of_class, seed):
    """Groups of one class each, as air showers of one primary are: (class, number of events)."""
    of_group, size = (np.array(column) for column in zip(*groups_of_class, strict=True))
    group = np.random.default_rng(seed).permutation(np.repeat(np.arange(size.size), size))
    label = of_group[group]
    assume(min(np.bincount(of_group, minlength=2)) >= 12)
    sets = divide_groups(label, VALUES, BY.model_copy(update={"seed": seed}), group)
    assert all(len({*sets[group == number]}) == 1 for number in range(size.size))
    for k in (0, 1):
        events = int((label == k).sum())
        wanted = dict(zip(SETS, sizes(events, VALUES[k], BY), strict=True))
        largest = size[of_group == k].max()
        for name in SETS:
            assert -2 * largest < int((sets[label == k] == name).sum()) - wanted[name] < largest


def test_groups_of_one_event_are_divided_as_events_are():
    label = np.array([0] * 105 + [1] * 250)
    sets = divide_groups(label, VALUES, SPLIT.model_copy(update={"by": "number"}), np.arange(355))
    assert counts(sets[label == 0]) == {"test": 10, "validation": 10, "train": 85}
    assert counts(sets[label == 1]) == {"test": 25, "validation": 22, "train": 203}


def test_groups_of_several_classes_are_divided_by_class():
    """Runs with events of both classes, of which some have much of one class."""
    rng = np.random.default_rng(3)
    group = rng.integers(0, 200, 20_000)
    label = (rng.random(20_000) < rng.random(200)[group]).astype(int)
    sets = divide_groups(label, VALUES, BY, group)
    assert all(len({*sets[group == number]}) == 1 for number in range(200))
    for k in (0, 1):
        for name, share in (("train", 0.64), ("validation", 0.16), ("test", 0.2)):
            assert np.mean(sets[label == k] == name) == pytest.approx(share, abs=0.01)  # one group


def test_the_size_of_a_group_does_not_decide_its_set():
    size = np.tile([1, 10], 500)
    group = np.repeat(np.arange(1000), size)
    large = []
    for seed in range(20):
        sets = divide_groups(np.zeros(group.size, int), [[11]], BY.model_copy(update={"seed": seed}), group)
        of_group = sets[np.searchsorted(group, np.arange(1000))]
        large.append(np.mean(size[of_group == "test"] == 10))
    assert np.mean(large) == pytest.approx(0.5, abs=0.02)


def test_seed_decides_where_groups_go():
    label, group = np.tile([0, 1], 200), np.repeat(np.arange(100), 4)
    first, again = (divide_groups(label, VALUES, BY, group) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, divide_groups(label, VALUES, BY.model_copy(update={"seed": 8}), group))


def test_groups_too_few_for_the_sets_are_refused():
    label, group = np.tile([0, 1], 100), np.repeat([0, 1], 100)
    with pytest.raises(InputError, match=r"split: by shower: no event of the class of 11 is left for the \w+ set"):
        divide_groups(label, VALUES, BY, group)


def test_groups_are_of_whole_numbers_or_text():
    events = pa.table({"event": [0, 1, 2], "run": [9, 7, 9], "file": ["b", "a", "a"], "x": [0.5, 1.5, 0.5]})
    assert groups(events, "run").tolist() == [1, 0, 1]
    assert groups(events, "file").tolist() == [1, 0, 0]
    for name in ("x", "shower"):
        with pytest.raises(InputError, match=f"split: by: the events have no column '{name}' .* valid: run, file"):
            groups(events, name)
    lacking = pa.table({"event": [4, 5], "run": [1, None]})
    with pytest.raises(InputError, match="split: by: event 5 has no run"):
        groups(lacking, "run")


def command_divides(folder: Path, split: Split, **question) -> tuple[np.ndarray, np.ndarray]:
    """The events and sets that the command writes for 100 runs of four events, two of g and two of h."""
    number = np.arange(400)
    columns = {"event": number, "source": ["a.csv"] * 400, "number": number, "kind": ["g", "h"] * 200}
    pq.write_table(pa.table(columns | {"run": number // 4}), folder / "events.parquet")
    told = [{"column": "kind", "values": [["g"], ["h"]], "other": "refuse", **question}]
    job = {"split": split.model_dump(mode="json"), "questions": told}
    files = {name: folder / f"{name}.parquet" for name in ("events", "output")}
    arguments = Namespace(**files, job=json.dumps({"config": job}), provenance=folder / "record.json")
    runpy.run_path(str(Path(__file__).parents[2] / "scripts/split.py"))["main"](arguments)
    return read_split(folder / "output.parquet")


def test_all_events_of_a_class_left_out_are_test_events(tmp_path):
    _, usual = command_divides(tmp_path, SPLIT)
    _, sets = command_divides(tmp_path, SPLIT, left_out=[1])
    assert set(sets[1::2]) == {"test"}
    assert np.array_equal(sets[::2], usual[::2])


def test_command_divides_by_groups(tmp_path):
    event, sets = command_divides(tmp_path, BY.model_copy(update={"by": "run"}))
    number = np.arange(400)
    assert np.array_equal(event, number)
    assert all(len({*sets[number // 4 == run]}) == 1 for run in range(100))
    assert counts(sets) == {"train": 256, "validation": 64, "test": 80}


def test_further_divisions_stand_beside_the_first_and_change_nothing_of_it(tmp_path):
    """Events by run, and beside that one by one: the first keeps its columns, of which the further one is no part."""
    by_run = BY.model_copy(update={"by": "run"})
    event, alone = command_divides(tmp_path, by_run)
    usual = pq.read_table(tmp_path / "output.parquet")
    both = Split(**by_run.model_dump(exclude={"further"}), further=[{"name": "rows"}])
    assert np.array_equal(command_divides(tmp_path, both)[1], alone)
    written = pq.read_table(tmp_path / "output.parquet")
    assert written.select(usual.column_names).equals(usual)
    assert written.column_names == ["event", "split", "group", "split.rows"]
    run = event // 4
    rows = read_split(tmp_path / "output.parquet", "rows")[1]
    assert all(len({*alone[run == number]}) == 1 for number in range(100))
    assert sum(len({*rows[run == number]}) > 1 for number in range(100)) > 60  # 1 - .64^4 - ... = .83 are expected
    _, by_itself = command_divides(tmp_path, BY.model_copy(update={"by": None}))
    assert np.array_equal(rows, by_itself)
    with pytest.raises(InputError, match=r"has no division rows; make the file again with split"):
        read_split(tmp_path / "output.parquet", "rows")


def test_settings_without_further_divisions_are_told_as_before():
    assert SPLIT.model_dump(mode="json", exclude_none=True) == {
        "seed": 7,
        "test_fraction": 0.1,
        "validation_fraction": 0.1,
    }
    with pytest.raises(ValueError, match="further: by is null"):
        Split(**SPLIT.model_dump(exclude={"further"}), further=[{"name": "rows"}])
    with pytest.raises(ValueError, match="a name stands twice"):
        Split(**BY.model_dump(exclude={"further"}), further=[{"name": "rows"}, {"name": "rows", "by": "run"}])
