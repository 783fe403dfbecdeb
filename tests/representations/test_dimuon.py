"""Variables of two muons, jets and MET, against vectors added by hand."""

import numpy as np
import pytest
from collisions import collisions, tables_of
from pydantic import ValidationError

from showergrid.core.errors import InputError
from showergrid.inputs.variables import Tables
from showergrid.representations import dimuon


def only(objects: list[tuple[float, ...]], met: tuple[float, float] = (30.0, 1.0)) -> Tables:
    """One event with objects (kind, pt, eta, phi, charge)."""
    columns = dict(zip(("kind", "pt", "eta", "phi", "charge"), np.array(objects, float).T, strict=True))
    of_event = {"met": np.array([met[0]]), "met_phi": np.array([met[1]])}
    return Tables(np.array([4]), of_event, np.array([0, len(objects)]), columns)


EVENT = [(0, 50, 1, 0, 0), (13, 20, -0.5, -3.0, -1), (1, 70, 0, 2, 0), (13, 40, 0.3, 3.0, 1), (13, 5, 0, 0, 1)]


def values(read: Tables, **parameters) -> dict[str, float]:
    made = dimuon.variables(read, dimuon.Parameters(**parameters))
    assert made.offsets.tolist() == list(range(made.event.size + 1))
    return dict(zip(made.names, made.values[0].tolist(), strict=True))


def test_an_event_by_hand():
    names = list(dimuon.Variable.__args__)
    of = values(only(EVENT), variables=names)
    assert list(of) == names
    assert [of[name] for name in ("pt1", "eta1", "phi1", "charge1")] == [40, 0.3, 3.0, 1]  # by pt, not as listed
    assert [of[name] for name in ("pt2", "eta2", "phi2", "charge2")] == [20, -0.5, -3.0, -1]
    assert of["delta_phi"] == pytest.approx(2 * np.pi - 6)  # across the seam
    assert of["delta_eta"] == pytest.approx(0.8)
    # Without the masses of muons m^2 = 2 pt1 pt2 (cosh delta eta - cos delta phi)
    assert of["mass"] == pytest.approx(np.sqrt(2 * 40 * 20 * (np.cosh(0.8) - np.cos(6))), rel=1e-3)
    assert of["pt"] == pytest.approx(np.sqrt(40**2 + 20**2 + 2 * 40 * 20 * np.cos(6)))
    assert of["transverse_mass1"] == pytest.approx(np.sqrt(2 * 40 * 30 * (1 - np.cos(2))))
    assert of["transverse_mass2"] == pytest.approx(np.sqrt(2 * 20 * 30 * (1 - np.cos(4))))
    assert [of[name] for name in ("same_sign", "met", "met_phi")] == [0, 30, 1]
    assert [of[name] for name in ("jets", "jet_pt1", "jet_pt2")] == [2, 70, 50]


def test_muons_at_rest_to_each_other_have_their_own_masses():
    of = values(only([(13, 10, 0.5, 1, 1), (13, 10, 0.5, 1, 1)]), variables=["mass", "jets", "jet_pt1", "same_sign"])
    assert of["mass"] == pytest.approx(2 * 0.1056583755, rel=1e-6)
    assert [of["jets"], of["jet_pt1"], of["same_sign"]] == [0, 0, 1]


def test_only_what_is_needed_is_read():
    mass = dimuon.Parameters(variables=["mass"], collection="particles")
    assert dimuon.reads(mass) == {"particles": ["kind", "pt", "eta", "phi"]}
    assert dimuon.reads(dimuon.Parameters()) == {
        "events": ["met", "met_phi"],
        "objects": ["kind", "pt", "eta", "phi", "charge"],
    }


def test_the_mass_is_the_one_that_events_were_made_with():
    events, objects = collisions(300)
    made = dimuon.variables(tables_of(events, objects), dimuon.Parameters(variables=["mass", "pt1"]))
    np.testing.assert_allclose(made.values[:, 0], events["dimuon_mass"], rtol=0.02)


def test_an_event_with_one_muon_is_refused():
    with pytest.raises(InputError, match="event 4 has 1 muons, and its variables need two"):
        values(only(EVENT[:2]))


@pytest.mark.parametrize("wrong", [["mass", "mass"], ["masses"], []])
def test_wrong_variables_are_refused(wrong):
    with pytest.raises(ValidationError):
        dimuon.Parameters(variables=wrong)
