"""Which models take which representations, and what a view beside others is told."""

import copy
from typing import Any

import pytest
from studies import configuration

from showergrid.apply.settings import Prediction
from showergrid.core.cells import Cell
from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.cluster import Cluster
from showergrid.plan.jobs import job
from showergrid.plan.resources import need
from showergrid.plan.study import Study
from showergrid.sources.parts.request import Size

TEST = configuration("test")
TRUTH = {"name": "truth", "module": "table", "columns": ["energy"]}
PRONGS = {"name": "prongs", "module": "prong_views", "angles": [60, -60]}
MIXED = {"name": "mixed", "module": "views", "of": ["hits", "truth"]}
DENSE = {"name": "dense", "clf_neurons": [8], "overrides": [{"resolution": 200, "clf_neurons": [3]}]}
PAIR = {"backbone": ["transformer", "dense"]}
SPARSE = {"name": "sparse_resnet", "win_shape": [20, 20]}
MODELS = [DENSE, SPARSE, {"name": "pair", "module": "joined", **PAIR}, {"name": "kept", "module": "frozen", **PAIR}]
BLOCK = {"representations": ["mixed"], "resolutions": [200], "models": ["pair", "kept"], "seeds": [1]}


def study(**changes: Any) -> Study:
    more = {"representations": [TRUTH, MIXED, PRONGS], "models": MODELS, "grid": [BLOCK]}
    return read_study(copy.deepcopy(TEST) | {key: [*TEST[key], *entries] for key, entries in more.items()} | changes)


@pytest.mark.parametrize(
    ("model", "representations"),
    [
        ("simple", ["projection_y", "voxels", "two_sides"]),
        ("sparse_resnet", ["projection_y", "voxels"]),  # pixels of two views lie at other places
        ("efficientnet_lite0", ["projection_y"]),  # two axes, one channel or three
        ("transformer", ["hits"]),
        ("dense", ["features", "truth"]),
        ("xgboost", ["hits", "features", "truth"]),
        ("pair", ["mixed"]),
    ],
)
def test_kinds_decide_what_a_model_takes(model, representations):
    catalogue = study().catalogue
    every = ["projection_y", "voxels", "two_sides", "hits", "features", "truth", "prongs"]
    if model == "pair":
        assert catalogue.has_meaning("mixed", model)
    else:
        assert [name for name in every if catalogue.has_meaning(name, model)] == representations
        assert not catalogue.has_meaning("mixed", model)


def test_a_model_that_is_fitted_takes_the_variables_of_several_tables():
    both = {"name": "both", "module": "views", "of": ["features", "truth"]}
    mixed = study(representations=[*TEST["representations"], TRUTH, MIXED, PRONGS, both])
    assert mixed.catalogue.has_meaning("both", "xgboost")
    assert not mixed.catalogue.has_meaning("both", "dense")  # networks have a part for each, in a joined one
    told = job(mixed, "train", None, representation="both", resolution=200, model="xgboost", seed=1)
    assert [view["representation"]["name"] for view in told["views"]] == ["features", "truth"]
    assert not told["stacked"]  # they are no channels of an image


def test_a_view_without_a_resolution_is_told_none_beside_others():
    """What holds at a resolution holds for no table, so that a frozen network finds the weights of the trained one."""
    mixed = study()
    told = job(mixed, "train", None, representation="mixed", resolution=200, model="kept", seed=1)
    alone = job(mixed, "train", None, representation="truth", resolution=None, model="dense", seed=1)
    assert alone["model"]["parameters"]["clf_neurons"] == [8]
    assert told["model"]["backbones"][1]["model"]["parameters"] == alone["model"]["parameters"]
    assert [(view["resolution"], view["window"] is None) for view in told["views"]] == [(200, False), (None, True)]
    assert mixed.catalogue.rested_on("mixed", 200, "kept", 1)[1] == Cell("truth", None, "dense", 1)


def test_each_view_of_a_joined_network_is_told_to_be_packed():
    config = copy.deepcopy(TEST)
    config["models"] += [SPARSE, {"name": "sides", "module": "joined", "backbone": ["sparse_resnet", "simple"]}]
    block = {"representations": ["two_sides"], "resolutions": [200], "models": ["sides"], "seeds": [1]}
    sides = read_study(config | {"grid": [*config["grid"], block]})
    told = job(sides, "train", None, representation="two_sides", resolution=200, model="sides", seed=1)
    assert ["packed" in view for view in told["views"]] == [True, False]


def test_a_table_asks_for_memory_by_its_variables():
    size, cluster = Size(1e5, 100, 1, 100), Cluster(largest_memory=1000, longest_hours=100)
    jobs = [
        job(study(), "train", None, representation=name, resolution=c, model="xgboost", seed=1)
        for name, c in (("truth", None), ("features", 200))
    ]
    few, many = (need(size, cluster, "train", told).memory for told in jobs)
    assert many > few


def test_what_means_nothing_to_tables_is_refused():
    place = {"name": "again", "representation": "truth", "model": "dense", "seed": 1}
    rows = {"events": {"files": ["rows.csv"], "columns": {"energy": "energy"}}}
    Prediction(**place, **rows)
    with pytest.raises(ValueError, match="order: is for hits; leave it out beside events"):
        Prediction(**place, **rows, order="axis")


def test_a_place_has_a_resolution_if_it_needs_one():
    member = {"representation": "truth", "resolution": 200, "model": "dense", "seeds": [1, 2]}
    with pytest.raises(InputError, match="resolution: truth has none, as nothing is binned; leave it out"):
        study(ensembles=[{"name": "pair", "of": [member], "combine": ["mean"], "seed": 1}])
    member |= {"representation": "features", "resolution": None, "model": "xgboost"}
    with pytest.raises(InputError, match="resolution is missing, and features needs one"):
        study(ensembles=[{"name": "pair", "of": [member], "combine": ["mean"], "seed": 1}])
