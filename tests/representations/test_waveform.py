"""Traces in bins as rows of a table, against rows written by hand."""

import numpy as np
import pytest
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.inputs.variables import Tables
from showergrid.plan.checks import read_study
from showergrid.representations.waveform import Parameters, names, reads, variables

# Of events 4, 5 and 7: three bins of which the second is missing, none, the one after those that are shown
COLUMNS = {"bin": [0, 2, 5, 6], "signal": [1.0, -0.5, 4.0, 8.0]}


def tables(**changes) -> Tables:
    columns = {name: np.array(of, float) for name, of in {**COLUMNS, **changes}.items()}
    return Tables(np.array([4, 5, 7]), {}, np.array([0, 3, 3, 4]), columns)


def settings(**changes) -> Parameters:
    return Parameters(**{"collection": "traces", "bin": "bin", "value": "signal", "bins": 6, **changes})


def test_bins_stand_at_their_places_and_later_ones_are_cut():
    made = variables(tables(), settings())
    assert made.event.tolist() == [4, 5, 7]
    assert made.values.tolist() == [[1, 0, -0.5, 0, 0, 4], [0] * 6, [0] * 6]
    assert variables(tables(), settings(bins=7)).values[2].tolist() == [0] * 6 + [8]
    assert names(settings(bins=2)) == list(made.names)[:2] == ["signal_0", "signal_1"]
    assert reads(settings()) == {"traces": ["bin", "signal"]}


def test_a_unit_takes_the_logarithm_of_what_is_above_none():
    made = variables(tables(), settings(unit=0.5)).values
    np.testing.assert_allclose(made[0], [np.log(3), 0, 0, 0, 0, np.log(9)])


@pytest.mark.parametrize("number", [-1, 1.5])
def test_what_is_no_number_of_a_bin_is_refused(number):
    with pytest.raises(InputError, match=rf"traces: event 7: bin {number} is no whole number from 0; give"):
        variables(tables(bin=[0, 2, 5, number]), settings())


def test_the_study_of_tanks_convolves_its_traces():
    study = read_study(configuration("../air_showers/default"))
    assert study.catalogue.model("waveform", None, "trace")["module"] == "trace"
    assert study.catalogue.representations.variables("waveform") == 128
    assert {cell.representation for cell in study.cells if cell.model.startswith("trace")} == {
        "waveform",
        "waveform_variables",
    }
