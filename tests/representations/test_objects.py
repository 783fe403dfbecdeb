"""Sets of objects, against rows written by hand."""

import numpy as np
import pytest
from pydantic import ValidationError

from showergrid.inputs.variables import Tables
from showergrid.representations.objects import Parameters, reads, variables

# Of events 4, 5 and 7: two jets and two muons, none, a jet
COLUMNS = {"kind": [0, 13, 1, 13, 0], "pt": [50, 20, 70, 40, 30], "eta": [1, 2, 3, 4, 5]}
READ = Tables(
    np.array([4, 5, 7]), {}, np.array([0, 4, 4, 5]), {name: np.array(of, float) for name, of in COLUMNS.items()}
)


def settings(**changes) -> Parameters:
    return Parameters(**{"collection": "objects", "columns": ["pt", "eta"], **changes})


def test_all_objects_stand_as_in_the_file_or_sorted():
    made = variables(READ, settings())
    assert made.event.tolist() == [4, 5, 7]
    assert made.offsets.tolist() == [0, 4, 4, 5]
    assert made.values.tolist() == [[50, 1], [20, 2], [70, 3], [40, 4], [30, 5]]
    assert variables(READ, settings(sort="pt")).values[:, 0].tolist() == [70, 50, 40, 20, 30]


def test_kinds_choose_objects_and_no_events():
    made = variables(READ, settings(sort="pt", kinds=[13]))
    assert made.event.tolist() == [4, 5, 7]
    assert made.offsets.tolist() == [0, 2, 2, 2]
    assert made.values.tolist() == [[40, 4], [20, 2]]
    both = variables(READ, settings(kinds=[0, 1]))
    assert both.offsets.tolist() == [0, 2, 2, 3]
    assert both.values[:, 0].tolist() == [50, 70, 30]
    with pytest.raises(ValidationError):
        settings(kinds=[])


def test_kind_is_read_where_it_chooses():
    assert reads(settings()) == {"objects": ["pt", "eta"]}
    assert reads(settings(kinds=[13])) == {"objects": ["pt", "eta", "kind"]}
    assert reads(settings(kinds=[13], columns=["kind", "pt"])) == {"objects": ["kind", "pt"]}


def test_studies_without_kinds_are_told_what_they_were():
    assert settings().model_dump(mode="json") == {
        "collection": "objects",
        "columns": ["pt", "eta"],
        "sort": None,
        "scale": "z_score",
    }
