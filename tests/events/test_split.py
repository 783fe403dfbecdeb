"""The division of events: exact counts, one seed of its own, the same whatever else is in the study."""

import numpy as np
import pytest

from showergrid.core.errors import InputError
from showergrid.events.settings import Split
from showergrid.events.split import divide, events_of, read_split, write_split

SPLIT = Split(seed=7, test_fraction=0.1, validation_fraction=0.1)


def counts(sets: np.ndarray) -> dict[str, int]:
    return dict(zip(*(part.tolist() for part in np.unique(sets, return_counts=True)), strict=True))


def test_counts_are_exact_in_each_class():
    pdg = np.array([11] * 105 + [22] * 250)
    sets = divide(pdg, [11, 22], SPLIT)
    # 10.5 -> 10 for the test set (half to even), 9.5 -> 10 of the other 95 for validation
    assert counts(sets[pdg == 11]) == {"test": 10, "validation": 10, "train": 85}
    assert counts(sets[pdg == 22]) == {"test": 25, "validation": 22, "train": 203}


def test_seed_decides_and_repeats():
    pdg = np.tile([11, 22], 200)
    again, other = divide(pdg, [11, 22], SPLIT), divide(pdg, [11, 22], SPLIT.model_copy(update={"seed": 8}))
    assert np.array_equal(divide(pdg, [11, 22], SPLIT), again)
    assert not np.array_equal(again, other)


def test_a_class_does_not_move_the_others():
    alone = divide(np.array([11] * 60), [11], SPLIT)
    beside = divide(np.array([11] * 60 + [22] * 40), [22, 11], SPLIT)
    assert np.array_equal(alone, beside[:60])


def test_events_of_no_class_are_refused():
    with pytest.raises(InputError, match="pdg 13"):
        divide(np.array([11, 22, 13] * 20), [11, 22], SPLIT)


def test_too_few_events_are_refused():
    with pytest.raises(InputError, match="pdg 22 has 4 events"):
        divide(np.array([11] * 40 + [22] * 4), [11, 22], SPLIT)


def test_file_returns_what_was_written(tmp_path):
    sets = divide(np.tile([11, 22], 50), [11, 22], SPLIT)
    for name in ("a", "b"):
        write_split(tmp_path / name, np.arange(100), sets)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    event, stored = read_split(tmp_path / "a")
    assert np.array_equal(event, np.arange(100))
    assert np.array_equal(stored, sets)
    assert np.array_equal(events_of(tmp_path / "a", "test"), np.flatnonzero(sets == "test"))
