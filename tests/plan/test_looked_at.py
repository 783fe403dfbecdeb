"""Against which columns of the events answers are looked at: what is planned, and what is refused."""

from copy import deepcopy

import pytest
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.paths import Paths

TANKS = configuration("../air_showers/default")


def with_columns(*names: str) -> dict:
    config = deepcopy(TANKS)
    config["performance"]["columns"] = [{"column": name, "label": name} for name in names]
    return config


def test_a_study_without_hits_looks_at_the_columns_that_it_names():
    paths = Paths(read_study(TANKS))
    assert paths.looked_at == ["results-air_showers/data/events.parquet"]
    assert paths.directions == []
    assert {"performance.csv", "figures/efficiency.pdf"} < set(paths.figures)
    without = Paths(read_study(with_columns()))
    assert not without.has_performance
    assert "performance.csv" not in without.figures


def test_a_study_of_hits_is_told_nothing_new():
    study = read_study(configuration("test"))
    assert Paths(study).looked_at == []
    assert Paths(study).directions == ["results-test/data/directions.parquet"]
    told = job(study, "performance", None)["performance"]
    assert set(told) == {"bins", "efficiencies", "mistaken", "ratio"}


@pytest.mark.parametrize("name", ["primary", "signals", "energy", "event"])
def test_other_columns_are_refused(name):
    with pytest.raises(InputError, match=rf"performance\.columns: '{name}' is no further column of numbers"):
        read_study(with_columns("zenith", name))
