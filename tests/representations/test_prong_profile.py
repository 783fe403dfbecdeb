"""Profiles of prongs: hand-made tracks of known energy per length, whatever their direction, and what is left out."""

import dataclasses

import numpy as np
import pytest
from synthetic_hits import CALIBRATION, CENTIMETRES, hits_of, random_events

from showergrid.core.errors import InputError
from showergrid.events.hits import Hits
from showergrid.inputs.input_file import read_input
from showergrid.inputs.making import write_input
from showergrid.inputs.prongs import EVENT, Maps, cut_prongs
from showergrid.inputs.settings import InputSettings, WindowSettings
from showergrid.inputs.window import Window
from showergrid.representations import prong_profile

MINIMUM = 2.1  # MeV/cm, of a minimum ionising track in liquid argon
STEP = 0.02  # cm between hits of a track
PER_ENERGY = 188.0  # tick ADC/MeV
ASKED = prong_profile.Parameters(charge_per_energy=PER_ENERGY)
WAYS = [(0, 0, 1), (1, 0, 0), (0, -1, 0), (1, 1, 1), (-2, 1, -3)]


def track(loss: np.ndarray, way: tuple[float, ...], start: tuple[float, ...] = (1, 2, 3)) -> np.ndarray:
    """(n, 4): hits of a straight track that leaves `loss` (n,) [MeV/cm] in the middle of each of its steps."""
    direction = np.array(way) / np.linalg.norm(way)
    along = (np.arange(loss.size) + 0.5) * STEP
    return np.column_stack([start + along[:, None] * direction, loss * STEP * PER_ENERGY])


def event(*prongs: np.ndarray, vertex: tuple[float, ...] = (1, 2, 3), seed: int | None = None) -> Hits:
    """An event whose first hit, without charge and prong, is at its vertex; hits stand in order, or in any."""
    rows = np.vstack([[*vertex, 0.0], *prongs])
    number = np.repeat(np.arange(-1, len(prongs)), [1, *map(len, prongs)])
    order = (
        np.arange(1, len(rows)) if seed is None else np.random.default_rng(seed).permutation(np.arange(1, len(rows)))
    )
    order = np.append(0, order)
    return dataclasses.replace(hits_of([list(map(tuple, rows[order]))]), prong=number[order])


def profile(made: Maps, prong: int, length: int) -> np.ndarray:
    """(length,) MeV/cm of the first slices of one prong, or of the event."""
    values = np.zeros(length)
    own = (made.prong[made.row] == prong) & (made.place[:, 0] >= 0) & (made.place[:, 0] < length)
    values[made.place[own, 0]] = made.values[own, 0]
    return values


@pytest.mark.parametrize("way", WAYS)
def test_a_minimum_ionising_track_is_flat_whatever_its_direction(way):
    made = prong_profile.maps(event(track(np.full(1500, MINIMUM), way), seed=1), CENTIMETRES, {}, ASKED)
    assert made.prong.tolist() == [EVENT, 0]
    values = profile(made, 0, 28)  # it counts from the middle of its first step
    np.testing.assert_allclose(values, MINIMUM, rtol=STEP + 1e-9)  # a step may fall on either side of an edge
    assert values.sum() == pytest.approx(28 * MINIMUM, rel=STEP / 28 + 1e-9)
    np.testing.assert_allclose(profile(made, EVENT, 28), values, rtol=0.04)  # the vertex is its start


def test_slices_are_as_thick_as_a_pixel():
    """At twice the resolution there are twice as many, with as much energy per length."""
    fine = dataclasses.replace(CENTIMETRES, resolution=16)
    values = profile(prong_profile.maps(event(track(np.full(1500, MINIMUM), (0, 3, 4))), fine, {}, ASKED), 0, 56)
    np.testing.assert_allclose(values, MINIMUM, rtol=2 * STEP + 1e-9)


def test_a_stopping_track_rises_as_its_range_says():
    """A proton's range is as its energy^1.77, so what it loses per length goes as 1 / (distance to the end)^0.435."""
    left = 20 - (np.arange(1000) + 0.5) * STEP
    loss = 8 * left**-0.435
    values = profile(prong_profile.maps(event(track(loss, (1, 1, 0))), CENTIMETRES, {}, ASKED), 0, 20)
    assert np.all(np.diff(values) > 0)
    expected = loss.reshape(20, 50).mean(axis=1)
    np.testing.assert_allclose(values[:19], expected[:19], rtol=0.03)  # a step falls into the slice before its own


def test_a_prong_starts_at_its_end_that_is_nearer_to_the_vertex():
    """A photon converts 6 cm off; its hits are stored from its far end on."""
    rising = np.linspace(2, 6, 500)
    start = np.array([1, 2, 3]) + 6 * np.array([0, 0.6, 0.8])
    prong = track(rising, (0, 0.6, 0.8), start)[::-1]
    made = prong_profile.maps(event(prong), CENTIMETRES, {}, ASKED)
    values = profile(made, 0, 10)
    np.testing.assert_allclose(values, rising.reshape(10, 50).mean(axis=1), rtol=0.03)
    assert profile(made, EVENT, 6).sum() == 0  # the event is seen from its vertex
    np.testing.assert_allclose(profile(made, EVENT, 16)[6:], values, rtol=0.05)


def test_what_lies_off_the_line_is_left_out():
    straight, blip = track(np.full(750, MINIMUM), (0, 0, 1)), [[7, 2, 8, 500.0]]
    alone, beside = (
        prong_profile.maps(event(np.vstack([straight, *more])), CENTIMETRES, {}, ASKED) for more in ([], [blip])
    )
    assert beside.charge[beside.prong[beside.row] == 0].sum() == pytest.approx(straight[:, 3].sum())
    np.testing.assert_allclose(profile(beside, 0, 14), profile(alone, 0, 14), rtol=0.25)  # it turns the line a bit
    assert profile(beside, EVENT, 14).sum() > profile(alone, EVENT, 14).sum()


def test_prongs_are_shown_as_prong_views_shows_them(tmp_path):
    """The same prongs of the same events, one without any, and the same bytes however events are chunked."""
    hits = hits_of(random_events(2, 12))
    prong = np.random.default_rng(2).integers(-1, 6, hits.charge.size)
    prong[: hits.offsets[1]] = -1
    hits = dataclasses.replace(hits, prong=prong)
    made = prong_profile.maps(hits, CENTIMETRES, {}, prong_profile.Parameters(most=4))
    there = {(int(e), int(p)) for e, p in zip(hits.row, prong, strict=True) if 0 <= p < 4}
    assert list(zip(made.event.tolist(), made.prong.tolist(), strict=True)) == sorted(
        there | {(e, -1) for e in range(12)}
    )

    asked = {"name": "profiles", "module": "prong_profile", "parameters": {}}
    settings = InputSettings(representation=asked, resolution=8)
    told = CALIBRATION | {"ranges": prong_profile.ranges(hits, CENTIMETRES, prong_profile.Parameters())}
    chunks = [hits.only(np.arange(12) < 5), hits.only(np.arange(12) >= 5)]
    write_input(tmp_path / "whole", [hits], told, settings)
    write_input(tmp_path / "chunks", chunks, told, settings)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "chunks").read_bytes()
    shape = WindowSettings(shape=[20], placement={"z": "start"}, margin={"z": 0}, origin="first_hit")
    seen = cut_prongs(read_input(tmp_path / "whole", "profiles", 8), np.array([7, 0]), Window.of(shape, ("z",)), "p")
    batch = seen.batch(np.array([0, 1]))
    assert batch["p"].shape == (2, 1, 20)
    count = np.unique(prong[(hits.row == 7) & (prong >= 0)]).size
    assert batch["p.prongs"].shape == (count, 1, 20)
    assert batch["p.owner"].tolist() == [0] * count
    assert told["ranges"]["energy_per_length"] >= batch["p"].max() > 0


def test_a_chunk_without_prongs_has_the_profiles_of_its_events():
    hits = event(track(np.full(50, MINIMUM), (0, 0, 1)))
    made = prong_profile.maps(dataclasses.replace(hits, prong=np.full(hits.charge.size, -1)), CENTIMETRES, {}, ASKED)
    assert made.prong.tolist() == [EVENT]
    assert profile(made, EVENT, 1)[0] == pytest.approx(MINIMUM, rel=STEP + 1e-9)


def test_hits_without_prongs_are_refused():
    with pytest.raises(InputError, match="prong_profile: the hits have no column prong"):
        prong_profile.maps(hits_of([[(0, 0, 0, 1)]]), CENTIMETRES, {}, ASKED)
