"""The order of hits: by true time, and along an axis that a reconstruction could find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from showergrid.core.seeds import generator
from showergrid.events.order import along_axis, along_beam, rows_in_order, shower_frame, truth_time


def shower(direction, start, seed=0, length=80):
    """A cone of hits along `direction` from `start`: denser and narrow at its start, wide at its end."""
    random = generator(seed, "shower")
    depth = np.arange(0, length, 0.5)
    direction = np.array(direction, float) / np.linalg.norm(direction)
    side = random.normal(0, 1, (depth.size, 3)) * (0.1 + depth / 20)[:, None]
    side -= (side @ direction)[:, None] * direction
    return np.array(start, float) + depth[:, None] * direction + side, np.full(depth.size, 100.0)


def test_truth_time_sorts_within_events_and_keeps_ties():
    event = np.array([3, 3, 3, 8, 8, 8])
    time = np.array([2.0, 1.0, 2.0, 5.0, 5.0, 0.0])
    assert truth_time(event, time).tolist() == [1, 0, 2, 5, 3, 4]


def test_hits_are_sorted_along_the_shower_whichever_way_it_goes():
    for seed, direction in enumerate([(0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0.5, 0.2), (0, -1, 0.01), (1, 1, -1)]):
        position, charge = shower(direction, (10, -20, 250), seed)
        shuffled = generator(seed, "shuffle").permutation(charge.size)
        order = shuffled[along_axis(np.zeros(charge.size, int), position[shuffled], charge)]
        assert np.linalg.norm(position[order[0]] - position[0]) < 2
        assert np.corrcoef(order, np.arange(order.size))[0, 1] > 0.99


def test_a_stray_hit_upstream_is_not_the_start_and_comes_last():
    position, charge = shower((0, 0, 1), (0, 0, 100))
    position = np.concatenate([[[0.5, 0.0, 70.0], [0.0, 0.5, 85.0]], position])
    charge = np.concatenate([[100.0, 100.0], charge])
    order = along_axis(np.zeros(charge.size, int), position, charge)
    assert order[0] == 2
    assert order[-2:].tolist() == [1, 0]


def test_a_dense_blip_beside_the_axis_is_not_the_start():
    position, charge = shower((0, 0, 1), (0, 0, 100))
    blip = np.array([[30.0, 0, 80], [30.5, 0, 80], [30, 0.5, 80], [30.5, 0.5, 80], [30, 0, 80.5]])
    order = along_axis(
        np.zeros(charge.size + 5, int), np.concatenate([blip, position]), np.append(np.full(5, 9.0), charge)
    )
    assert order[0] == 5


def test_down_the_beam_a_shower_starts_where_it_comes_from_even_if_it_narrows():
    position, charge = shower((0.2, -0.1, -1), (5, 5, 100))
    by_width, by_beam = (
        rows_in_order(order, np.zeros(charge.size, int), position, charge, None) for order in ("axis", "beam")
    )
    assert position[by_width[0], 2] > 95
    assert position[by_beam[0], 2] < 40
    position, charge = shower((0.2, -0.1, 1), (5, 5, 100))
    assert np.array_equal(*(along(np.zeros(charge.size, int), position, charge) for along in (along_axis, along_beam)))


@pytest.mark.parametrize("along", [along_axis, along_beam])
def test_events_do_not_see_each_other(along):
    parts = [shower((0, 0.2 * k, 1), (0, 0, 100), seed=k) for k in range(5)]
    together = along(
        np.repeat(np.arange(5) * 7, 160), np.concatenate([p for p, _ in parts]), np.concatenate([q for _, q in parts])
    )
    alone = [160 * k + along(np.zeros(160, int), *part) for k, part in enumerate(parts)]
    assert together.tolist() == np.concatenate(alone).tolist()


@pytest.mark.parametrize("along", [along_axis, along_beam])
def test_few_hits_have_an_order_too(along):
    for count in range(4):
        order = along(np.zeros(count, int), np.arange(3.0 * count).reshape(count, 3) * 50, np.ones(count))
        assert sorted(order.tolist()) == list(range(count))


@settings(max_examples=50)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.floats(1, 20) | st.just(1e5), st.integers(0, 2**32))
def test_the_first_hit_is_the_first_of_the_trunk_that_has_three_neighbours(sizes, width, seed):
    random = generator(seed, "hits")
    event = np.repeat(np.arange(len(sizes)), sizes)
    position = random.normal(0, (min(width, 20) / 3, min(width, 20) / 3, width), (event.size, 3))
    clump = 6 * (np.arange(event.size) // 6)
    position = np.where(random.random(event.size) < 0.5, position.T, position[clump].T).T + random.normal(
        0, 0.5, (event.size, 3)
    )
    charge = random.exponential(1, event.size) + 0.01
    order = along_beam(event, position, charge)
    depth, radius = shower_frame(event, len(sizes), position, charge)
    for k in range(len(sizes)):
        rows = np.flatnonzero(event == k)
        distance = np.linalg.norm(position[rows, None] - position[None, rows], axis=2)
        trunk = rows[(radius[rows] < 5) & ((distance < 3).sum(axis=1) > 3)]
        start = min(trunk if trunk.size else rows, key=lambda row: depth[row])
        assert order[event == k][0] == start


@settings(max_examples=50)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.integers(0, 2**32))
def test_every_order_is_a_permutation_within_events(sizes, seed):
    random = generator(seed, "hits")
    event = np.repeat(np.arange(len(sizes)) * 3, sizes)
    position = random.normal(0, 30, (event.size, 3))
    for order in (
        along_axis(event, position, random.exponential(1, event.size) + 0.01),
        along_beam(event, position, random.exponential(1, event.size) + 0.01),
        truth_time(event, position[:, 0]),
    ):
        assert sorted(order.tolist()) == list(range(event.size))
        assert np.array_equal(event[order], event)
