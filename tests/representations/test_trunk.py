"""Features along the start of a shower: by hand, and what turning and moving a shower leaves as it is."""

import numpy as np
import pytest
from synthetic_hits import CENTIMETRES, hits_of

from showergrid.representations import trunk

RANGES = {"charge_event": 1000.0}


def parameters(direction: str = "z", **changes) -> trunk.Parameters:
    given = {
        "direction": direction,
        "reach": 10.0 if direction == "hits" else None,
        "radii": [0.5, 2],
        "depths": [-1, 0.5, 2.5, 5],
    }
    return trunk.Parameters(**(given | changes))


def named(event, chosen) -> dict[str, float]:
    rows = trunk.rows(hits_of([event]), CENTIMETRES, RANGES, chosen)
    assert rows.shape == (1, len(trunk.names(chosen)))
    return dict(zip(trunk.names(chosen), rows[0], strict=True))


def scaled(charge) -> np.ndarray:
    return np.log1p(np.array(charge, float)) / np.log1p(1000.0)


def test_by_hand():
    # Depth and radius of the hits: (0, 0), (1, 0), (1.5, 1), (4, 1.5), (-0.75, 1), and one outside of either tube
    hits = [(1, 1, 1, 10), (1, 1, 2, 20), (1, 2, 2.5, 30), (2.5, 1, 5, 40), (1, 0, 0.25, 50), (1, 9, 2, 60)]
    row = named(hits, parameters())
    slices = ["-1 to 0.5 cm", "0.5 to 2.5 cm", "2.5 to 5 cm"]
    assert [row[f"charge at {part}, radius 0.5 cm"] for part in slices] == pytest.approx(scaled([10, 20, 0]))
    assert [row[f"charge at {part}, radius 2 cm"] for part in slices] == pytest.approx(scaled([60, 50, 40]))
    whole = [f"charge at -1 to {end} cm, radius 2 cm" for end in ("2.5", "5")]
    assert [row[name] for name in whole] == pytest.approx(scaled([110, 150]))
    assert [row[f"hits at {part}"] for part in slices] == [2, 2, 1]
    assert [row[f"mean radius at {part}"] for part in slices] == pytest.approx([50 / 60, 30 / 50, 1.5])


def test_the_direction_is_to_the_charge_within_reach():
    along_y = [(0, 0, 0, 5), (0, 1, 0, 20), (0, 2, 0, 30), (50, 0, 0, 900)]  # the last is out of reach
    row = named(along_y, parameters("hits"))
    assert row["charge at 0.5 to 2.5 cm, radius 0.5 cm"] == pytest.approx(scaled(50))
    assert row["mean radius at 0.5 to 2.5 cm"] == pytest.approx(0)
    alone = named([(0, 0, 0, 5), (50, 0, 0, 900)], parameters("hits"))  # no direction: z
    assert alone["charge at -1 to 0.5 cm, radius 2 cm"] == pytest.approx(scaled(5))


def test_a_turned_and_moved_shower_looks_the_same_along_its_own_direction():
    random = np.random.default_rng(3)
    place, charge = random.normal(0, 3, (40, 3)), random.uniform(1, 9, 40)
    place[0] = 0
    turn = np.linalg.qr(random.normal(size=(3, 3)))[0]
    chosen = parameters("hits")
    one, other = (
        trunk.rows(hits_of([[(*r, q) for r, q in zip(places, charge, strict=True)]]), CENTIMETRES, RANGES, chosen)
        for places in (place, place @ turn + [7, -5, 20])
    )
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.count_nonzero(one) > 10


@pytest.mark.parametrize(
    ("direction", "reach", "said"), [("hits", None, "reach is missing"), ("z", 14, "reach means nothing")]
)
def test_hits_within_reach_give_the_direction_and_nothing_else_has_one(direction, reach, said):
    with pytest.raises(ValueError, match=said):
        parameters(direction, reach=reach)


@pytest.mark.parametrize(("key", "value"), [("radii", [2, 1]), ("depths", [0, 0])])
def test_ends_that_do_not_rise_are_refused(key, value):
    with pytest.raises(ValueError, match=f"{key} must rise"):
        parameters(**{key: value})
