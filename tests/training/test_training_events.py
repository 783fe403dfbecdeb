"""Fewer training events: nested draws of the same share of each class, by the cell's seed."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from asked import PARTICLES

from showergrid.core.errors import InputError
from showergrid.training.data import training_events

NUMBERS = np.arange(10, 510, 2)  # some events of more
KINDS = np.where(NUMBERS % 5 == 0, 11, 22)  # 50 electrons, 200 photons
EVENTS = pa.table({"event": np.arange(520), "pdg": np.where(np.arange(520) % 5 == 0, 11, 22)})


def draw(wanted: int | None, seed: int = 19) -> np.ndarray:
    told = {} if wanted is None else {"train_events": wanted}
    return training_events(NUMBERS, EVENTS, [PARTICLES], {"training": told}, seed)


@pytest.mark.parametrize("wanted", [5, 60, 61, 249, 250])
def test_draws_have_the_number_asked_for_and_the_same_share_of_each_class(wanted):
    chosen = draw(wanted)
    assert chosen.size == wanted
    assert np.all(np.diff(chosen) > 0)
    assert set(chosen) <= set(NUMBERS)
    electrons = np.isin(chosen, NUMBERS[KINDS == 11]).sum()
    assert abs(electrons - wanted / 5) <= 1


def test_a_smaller_draw_is_part_of_a_larger_one():
    draws = [set(draw(wanted)) for wanted in (5, 30, 31, 100, 250)]
    assert all(small < large for small, large in itertools.pairwise(draws))
    assert set(draw(30, seed=20)) != draws[1]
    assert np.array_equal(draw(None), NUMBERS)


@pytest.mark.parametrize(("wanted", "words"), [(251, "there are 250 training events"), (1, "a class would have none")])
def test_too_many_and_too_few_are_refused(wanted, words):
    with pytest.raises(InputError, match=words):
        draw(wanted)
