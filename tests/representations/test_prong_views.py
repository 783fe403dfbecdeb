"""Maps of events and their prongs: against the views of the same hits alone, in the file, and packed in a batch."""

import dataclasses

import numpy as np
import pytest
from synthetic_hits import CALIBRATION, CENTIMETRES, hits_of, random_events

from showergrid.core.errors import InputError
from showergrid.events.hits import Hits
from showergrid.inputs.input_file import read_input
from showergrid.inputs.making import write_input
from showergrid.inputs.prongs import cut_prongs
from showergrid.inputs.settings import InputSettings, WindowSettings
from showergrid.inputs.window import Window
from showergrid.representations import prong_views, wire_views

ANGLES = (60, -60, 0)
RANGES = {"charge_sum": 50.0}


def with_prongs(seed: int, most: int = 5) -> Hits:
    """Events whose hits are of up to `most` prongs, or of none; the first event has none at all."""
    hits = hits_of(random_events(seed, 12))
    prong = np.random.default_rng(seed).integers(-1, most, hits.charge.size)
    prong[: hits.offsets[1]] = -1
    return dataclasses.replace(hits, prong=prong)


def test_a_map_shows_the_hits_of_its_prong_alone_where_the_event_has_them():
    """Each is what the same wires see if only the first hit, without charge, and the hits of the prong are there."""
    hits = with_prongs(1)
    maps = prong_views.maps(hits, CENTIMETRES, RANGES, prong_views.Parameters(angles=ANGLES, most=4))
    row, start = hits.row, hits.offsets[:-1]
    named = list(zip(maps.event.tolist(), maps.prong.tolist(), strict=True))
    there = {(int(e), int(p)) for e, p in zip(row, hits.prong, strict=True) if 0 <= p < 4}
    assert named == sorted(there | {(event, -1) for event in range(12)})  # the fifth prong is one too many
    for number, (event, prong) in enumerate(named):
        own = row == event if prong == -1 else (row == event) & (hits.prong == prong)
        first = start[event]
        charge = np.append(0.0, hits.charge[own])
        position = np.vstack([hits.position[first], hits.position[own]])
        alone = Hits(np.array([event]), np.array([0, charge.size]), position, charge)
        expected = wire_views.pixels(alone, CENTIMETRES, RANGES, wire_views.Parameters(angles=ANGLES))
        shown = expected.charge > 0
        mine = maps.row == number
        assert np.array_equal(maps.place[mine], expected.place[shown])
        np.testing.assert_allclose(maps.values[mine], expected.values[shown], rtol=1e-12)
        np.testing.assert_allclose(maps.charge[mine], expected.charge[shown], rtol=1e-12)


def test_hand_computed_maps_of_two_views():
    """Vertical wires at x = 2 and 3, z = 1 and 4; charge 10 is of prong 1, 20 of prong 0 and 30 of none."""
    hits = hits_of([[(2, 1, 1, 10), (3, 1, 4, 20), (3, 1, 4, 30)]])
    hits = dataclasses.replace(hits, prong=np.array([1, 0, -1]))
    maps = prong_views.maps(hits, CENTIMETRES, RANGES, prong_views.Parameters(angles=[0, 0], headroom=1))
    assert maps.prong.tolist() == [-1, 0, 1]
    assert maps.row.tolist() == [0, 0, 1, 2]
    assert maps.place.tolist() == [[0, 0], [1, 3], [1, 3], [0, 0]]
    assert maps.values.tolist() == [[0.2, 0.2], [1, 1], [0.4, 0.4], [0.2, 0.2]]
    assert maps.hits.tolist() == [2, 4, 2, 2]  # each view counts it


def test_a_batch_has_the_maps_of_its_events_and_nothing_for_prongs_that_are_not_there(tmp_path):
    hits = with_prongs(2)
    asked = {"name": "prongs", "module": "prong_views", "parameters": {"angles": list(ANGLES), "headroom": 1}}
    settings = InputSettings(representation=asked, resolution=8)
    chunks = [hits.only(np.arange(12) < 5), hits.only(np.arange(12) >= 5)]
    write_input(tmp_path / "whole", [hits], CALIBRATION | {"ranges": RANGES}, settings)
    write_input(tmp_path / "chunks", chunks, CALIBRATION | {"ranges": RANGES}, settings)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "chunks").read_bytes()

    images = read_input(tmp_path / "whole", "prongs", 8)
    shape = WindowSettings(shape=[64, 64], placement={"x": "centre", "z": "centre"}, margin={}, origin="first_hit")
    events = np.array([7, 0, 3])
    seen = cut_prongs(images, events, Window.of(shape, ("x", "z")), "prongs")
    batch = seen.batch(np.array([2, 1, 0]))
    prongs = [np.unique(hits.prong[(hits.row == event) & (hits.prong >= 0)]) for event in (3, 0, 7)]
    assert batch["prongs"].shape == (3, 3, 64, 64)
    assert batch["prongs.prongs"].shape == (sum(map(len, prongs)), 3, 64, 64)
    assert batch["prongs.owner"].tolist() == np.repeat([0, 1, 2], [len(own) for own in prongs]).tolist()
    rows, _ = seen.prongs(np.array([2, 1, 0]))
    assert seen.number[rows].tolist() == np.concatenate(prongs).tolist()
    assert seen.of_prongs.event[rows].tolist() == np.repeat([3, 0, 7], [len(own) for own in prongs]).tolist()
    # charges are scaled linearly: with those of no prong they sum to those of the event
    loose = dataclasses.replace(hits, charge=np.where(hits.prong < 0, hits.charge, 0.0))
    left = prong_views.maps(loose, CENTIMETRES, RANGES, prong_views.Parameters(angles=ANGLES, headroom=1))
    for i, event in enumerate((3, 0, 7)):
        none = left.values[left.row == np.flatnonzero((left.event == event) & (left.prong == -1))[0]].sum()
        inside = seen.share.charge[[2, 1, 0][i]]
        if inside == 1:
            total = batch["prongs.prongs"][batch["prongs.owner"] == i].sum() + none
            assert total == pytest.approx(batch["prongs"][i].sum(), rel=1e-5)


def test_hits_without_prongs_are_refused():
    with pytest.raises(InputError, match="the hits have no column prong"):
        prong_views.maps(hits_of(random_events(1, 2)), CENTIMETRES, RANGES, prong_views.Parameters())
