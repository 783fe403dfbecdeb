"""Ablations: which cells they ask for, what these are called, and what is refused; windows in centimetres."""

import copy
from pathlib import Path

import pytest
from studies import configuration

from showergrid.core.cells import Cell
from showergrid.core.errors import InputError
from showergrid.core.variants import base, variant
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job, published
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.paths import Paths
from showergrid.plan.reads import Reads
from showergrid.plan.study import Study

ROOT = Path(__file__).parents[2]
TEST = configuration("test")
PLACE = {"representation": "projection_y", "resolution": 200, "model": "simple", "seeds": [19, 20]}


def study(*ablations: dict, **changes) -> Study:
    named = [{"name": f"a{i}", **PLACE, **ablation} for i, ablation in enumerate(ablations)]
    return read_study({**copy.deepcopy(TEST), "ablations": named, **changes})


def models(**changes) -> list[dict]:
    """The tiny study's models, some of them with other values."""
    return [{**entry, **changes.get(entry["name"], {})} for entry in TEST["models"]]


def reported(of: Study, name: str) -> dict:
    """What a report of a study is told."""
    return job(of, "report", published(of.config, ROOT), report=name)["report"]["parameters"]


def keys(of: Study, name: str = "a0") -> list[tuple[str, int, str]]:
    return [place.key for place in of.variants(name)]


def test_every_combination_is_asked_for_and_the_studys_own_values_have_no_name():
    ablated = study({"factors": {"bn": [False, True], "optim_lr": [1.0e-3, 1.0e-2], "log_trans": [False, True]}})
    assert keys(ablated) == [
        ("projection_y", 200, "simple"),
        ("projection_y@log_trans-true", 200, "simple"),
        ("projection_y", 200, "simple@optim_lr-0.01"),
        ("projection_y@log_trans-true", 200, "simple@optim_lr-0.01"),
        ("projection_y", 200, "simple@bn-true"),
        ("projection_y@log_trans-true", 200, "simple@bn-true"),
        ("projection_y", 200, "simple@bn-true,optim_lr-0.01"),
        ("projection_y@log_trans-true", 200, "simple@bn-true,optim_lr-0.01"),
    ]
    assert ablated.variants("a0")[0].levels == {"bn": False, "optim_lr": 1.0e-3, "log_trans": False}
    assert Cell("projection_y", 200, "simple@bn-true", 20) in ablated.cells_of(ablated.variants("a0"))
    assert len(ablated.cells_of(ablated.variants("a0"))) == 16
    assert ablated.cells == study().cells  # a bare snakemake trains none of them


def test_a_variant_has_the_values_of_its_entry_and_overrides_but_for_its_own():
    simple = {"name": "simple", "win_shape": [16, 32], "conv_filters": [5, 6]}
    simple["overrides"] = [{"representation": "projection_y", "bn": True, "batch_size": 7}]
    ablated = study(
        {"factors": {"bn": [False, True], "conv_sizes": [[3, 3], [5, 5]], "log_trans": [True]}},
        models=[simple, *TEST["models"][1:]],
        grid=[{"representations": ["color_y"], "resolutions": [200], "models": ["simple"], "seeds": [1]}],
    )
    settled = ablated.catalogue.model("projection_y@log_trans-true", 200, "simple@bn-false,conv_sizes-5x5")
    assert settled["parameters"]["bn"] is False
    assert settled["parameters"]["conv_sizes"] == [5, 5]
    assert settled["parameters"]["conv_filters"] == [5, 6]
    assert settled["training"]["batch_size"] == 7
    assert settled["module"] == "simple"
    image = ablated.catalogue.representations.resolved("projection_y@log_trans-true")
    assert image["module"] == "projection"
    assert image["parameters"]["log_trans"] is True
    assert keys(ablated)[-1][2] == "simple@conv_sizes-5x5"  # bn has the study's own value there


def test_axis_origin_and_order_may_be_varied():
    ablated = study(
        {"factors": {"axis": ["y", "z"]}},
        {"factors": {"win_origin": ["first_hit", "charge_centre"]}},
        {"factors": {"order": ["axis", "truth_time"]}},
        {"factors": {"representation": ["projection_y", "color_y"], "resolution": [100, 200]}},
        models=models(complex={"win_shape": [8, 8]}),
    )
    assert ablated.catalogue.representations.axes("projection_y@axis-z") == ("x", "y")
    windows = [ablated.catalogue.model(*key)["window"]["origin"] for key in keys(ablated, "a1")]
    assert windows == ["first_hit", "charge_centre"]
    assert [ablated.catalogue.representations.resolved(key[0]).get("order") for key in keys(ablated, "a2")] == [
        None,
        "truth_time",
    ]
    assert keys(ablated, "a3") == [
        ("projection_y", 100, "simple"),
        ("projection_y", 200, "simple"),
        ("color_y", 100, "simple"),
        ("color_y", 200, "simple"),
    ]


def test_training_events_of_a_table_without_resolution_are_a_factor():
    rows = {"name": "rows", "module": "table", "columns": ["n_hits"]}
    entry = {"name": "a0", "representation": "rows", "model": "xgboost", "seeds": [1, 2], "against": "train_events"}
    factors = {"train_events": [50, 100], "max_depth": [3, 4]}
    shown = {"representations": [*TEST["representations"], rows]}
    planned = read_study({**copy.deepcopy(TEST), **shown, "ablations": [{**entry, "factors": factors}]})
    assert keys(planned) == [
        ("rows", None, "xgboost@train_events-50"),
        ("rows", None, "xgboost@train_events-50,max_depth-4"),
        ("rows", None, "xgboost@train_events-100"),
        ("rows", None, "xgboost@train_events-100,max_depth-4"),
    ]
    cell = job(planned, "train", None, **vars(Cell("rows", None, "xgboost@train_events-50", 2)))
    assert cell["model"]["training"] == {"threads": 1, "train_events": 50}
    told = job(planned, "ablation_figure", None, ablation="a0")
    assert told["against"] == "train_events"
    assert [place["levels"]["train_events"] for place in told["places"]] == [50, 50, 100, 100]
    whole = {**entry, "against": None, "factors": {"train_events": [None, 100]}}
    planned = read_study({**copy.deepcopy(TEST), **shown, "ablations": [whole]})
    assert keys(planned) == [("rows", None, "xgboost"), ("rows", None, "xgboost@train_events-100")]
    assert job(planned, "ablation_figure", None, ablation="a0")["against"] is None


CURVE = {"seeds": [1], "against": "train_events", "factors": {"train_events": [50, 100]}}
CURVES = [
    {**CURVE, "name": "a0", "representation": "projection_y", "resolution": 100, "model": "simple"},
    {**CURVE, "name": "a1", "representation": "color_y", "resolution": 200, "model": "simple", "beside": ["a0"]},
]


def test_curves_beside_that_of_an_ablation_are_drawn_with_it_and_stay_out_of_its_table():
    planned = read_study({**copy.deepcopy(TEST), "ablations": CURVES})
    told = job(planned, "ablation_figure", None, ablation="a1")
    images = [place["representation"] for place in told["places"]]
    assert images == ["color_y"] * 2 + ["projection_y"] * 2
    reads = Reads(Paths(planned), lambda step, **place: job(planned, step, None, **place))
    assert [cell.folder for cell in reads.cells_of_ablation({"ablation": "a1"})] == [
        f"cells/{image}/simple@train_events-{events}/seed1"
        for image in ("color_y/c200", "projection_y/c100")
        for events in (50, 100)
    ]
    table = job(planned, "report", None, report="ablations/a1")["report"]["parameters"]
    assert [place["representation"] for place in table["places"]] == ["color_y"] * 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"beside": ["a2"]}, r"ablations.a1.beside: unknown ablation 'a2'; valid: a0, a1"),
        ({"beside": ["a1"]}, r"beside: simple@train_events-50 on color_y stands twice in the figure; leave it out"),
        ({"beside": ["a0", "a0"]}, r"beside: simple@train_events-50 on projection_y stands twice in the figure"),
        ({"against": None}, "beside: a0: is drawn against train_events, this against None; give both one"),
        ({"against": "dropout", "factors": {"dropout": [0.1]}}, "is drawn against train_events, this against dropout"),
    ],
)
def test_curves_that_do_not_fit_beside_each_other_are_refused(changes, said):
    with pytest.raises(InputError, match=said):
        read_study({**copy.deepcopy(TEST), "ablations": [CURVES[0], CURVES[1] | changes]})


def test_the_table_of_an_ablation_is_told_its_factors_in_their_order():
    ablated = study({"factors": {"dropout": [0.5, 0.0], "bn": [True]}})
    told = reported(ablated, "ablations/a0")
    assert told["factors"] == [{"name": "dropout", "values": [0.5, 0.0]}, {"name": "bn", "values": [True]}]
    assert [place["levels"] for place in told["places"]] == [{"dropout": 0.5, "bn": True}, {"dropout": 0.0, "bn": True}]
    assert [place["model"] for place in told["places"]] == ["simple@dropout-0.5,bn-true", "simple@bn-true"]


@pytest.mark.parametrize(
    ("ablation", "words"),
    [
        ({"factors": {"optm_lr": [1]}}, ["ablation a0", "optm_lr", "optim_lr", "log_trans", "order"]),
        ({"factors": {"bn": [True, True]}}, ["a0", "bn", "twice"]),
        ({"factors": {"bn": ["yes"]}}, ["simple@bn-yes", "bn", "boolean"]),
        ({"factors": {"bn": []}}, ["bn"]),
        ({"factors": {}}, ["factors"]),
        ({"factors": {"axis": ["w"]}}, ["a0", "axis", "w"]),
        ({"factors": {"order": ["as_given"]}}, ["a0", "order", "as_given"]),
        ({"factors": {"resolution": [30000]}}, ["a0", "30000"]),
        ({"factors": {"resolution": [True]}}, ["a0", "True"]),
        ({"factors": {"model": ["simpel"]}}, ["simpel", "simple"]),
        ({"factors": {"win_margin": [{"x": 1, "z": 1}]}}, ["a0", "win_margin", "a number, a word"]),
        ({"factors": {"weights": ["a/b"]}, "model": "efficientnet_lite0"}, ["a0", "weights", "a/b"]),
        ({"factors": {"bn": [True]}, "representation": "proj"}, ["proj", "projection_y"]),
        ({"factors": {"dropout": [0.1]}, "representation": "voxels", "model": "efficientnet_lite0"}, ["a0", "voxels"]),
        ({"factors": {"bn": [True]}, "seeds": [1, 1]}, ["seeds", "twice"]),
        ({"factors": {"bn": [True]}, "name": "b/c"}, ["name", "b/c"]),
    ],
)
def test_fault_is_named_in_one_line(ablation, words):
    with pytest.raises(InputError) as refused:
        study(ablation)
    line = str(refused.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == [], line


def test_names():
    assert variant("simple", {}) == "simple"
    assert variant("simple", {"bn": True, "unfreeze_layers": "all", "clf_neurons": [32, 8], "optim_lr": 1e-05}) == (
        "simple@bn-true,unfreeze_layers-all,clf_neurons-32x8,optim_lr-1e-05"
    )
    assert base("simple@bn-true") == base("simple") == "simple"


# Windows in centimetres: the tiny study's detector has 400 cm in x, so a pixel has 4 cm at c 100 and 2 cm at c 200


@pytest.mark.parametrize(
    ("resolution", "shape", "margin"), [(100, [8, 16], {"x": 2, "z": 1}), (200, [16, 32], {"x": 4, "z": 2})]
)
def test_window_in_cm_is_the_same_box_at_every_resolution(resolution, shape, margin):
    window = study().catalogue.model("projection_y", resolution, "simple_cm")["window"]
    assert window["shape"] == shape
    assert window["margin"] == margin


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"win_shape": [8, 8]}, ["simple_cm", "win_shape", "window_cm"]),
        ({"window_cm": {"x": 30}}, ["simple_cm", "window_cm", "z"]),
        ({"window_cm": {"x": -30, "z": 3}}, ["window_cm", "-30"]),
        ({"margin_cm": {"x": 8}}, ["simple_cm", "margin", "z"]),
        ({"margin_cm": {"x": [8, -1.5], "z": 4}}, ["simple_cm", "margin_cm.x.1 = -1.5", "greater than or equal"]),
        ({"margin_cm": {"x": 33, "z": 4}}, ["simple_cm", "margin"]),
    ],
)
def test_wrong_window_in_cm_is_refused(changes, words):
    with pytest.raises(InputError) as refused:
        study(models=models(simple_cm=changes))
    assert [word for word in words if word not in str(refused.value)] == [], str(refused.value)


def test_tables_of_the_resolution_study():
    tiny = study()
    told = reported(tiny, "table_resolution")
    assert [(place["model"], place["resolution"]) for place in told["places"]] == [
        ("simple", 100),
        ("simple_cm", 100),
        ("simple", 200),
        ("simple_cm", 200),
    ]
    assert [place["settings"]["window_cm"] for place in told["places"][:2]] == [None, {"x": 32, "z": 64}]
    assert told["places"][0]["settings"]["pixel_cm"] == {"x": 4.0, "z": 4.0}
    assert list(told["published_resolution"]["resolution"]) == ["simple"]  # the model whose window is in pixels
    assert told["published_resolution"]["resolution"]["simple"]["2000"] == 0.502
    contained = reported(tiny, "table_containment")
    assert contained["resolutions"] == [100, 200]
    assert contained["shares"] == [0.75, 1.0]
    assert contained["windows"][3]["window"]["shape"] == [16, 32]
    assert contained["representations"] == [{"name": "projection_y", "axes": ("x", "z")}]


AIR_SHOWERS = {"representation": "variables", "model": "xgboost", "seeds": [1]}


def air_showers(ablation: dict) -> Study:
    made = merged(read_layers(ROOT, [ROOT / "config/air_showers/default.yaml"], {}))
    return read_study({**made, "ablations": [{"name": "a0", **AIR_SHOWERS, **ablation}]})


def test_a_further_split_is_a_factor_that_trains_and_tests_a_cell():
    of = air_showers({"module": "splits", "factors": {"split": [None, "rows"]}})
    assert keys(of) == [("variables", None, "xgboost"), ("variables", None, "xgboost@split-rows")]
    usual, rows = (vars(Cell(*key, 1)) for key in keys(of))
    assert job(of, "train", None, **rows)["model"]["training"]["split"] == "rows"
    assert "split" not in job(of, "train", None, **usual)["model"]["training"]
    assert job(of, "evaluate", None, **rows) == {**job(of, "evaluate", None, **usual), "split": "rows"}
    assert job(of, "split", None)["split"]["further"] == [{"name": "rows"}]
    with pytest.raises(InputError, match="ablations/a0: its cells have different test events, so that no figure"):
        job(of, "ablation_figure", None, ablation="a0")
    assert job(of, "report", None, report="ablations/a0")["report"]["module"] == "splits"


def test_a_curve_of_several_splits_stands_beside_no_other():
    made = merged(read_layers(ROOT, [ROOT / "config/air_showers/default.yaml"], {}))
    curve = {**AIR_SHOWERS, "against": "train_events", "factors": {"train_events": [50, 100]}}
    splits = {"name": "a1", "module": "splits", "factors": {"split": [None, "rows"], "train_events": [60, 110]}}
    for beside in (["a1"], []), ([], ["a0"]):
        names = [{"name": "a0", "beside": beside[0]}, {**splits, "beside": beside[1]}]
        with pytest.raises(InputError, match="its cells have different test events; leave those of other splits out"):
            read_study({**made, "ablations": [{**curve, **own} for own in names]})


def test_a_split_that_the_study_does_not_have_is_refused():
    with pytest.raises(
        InputError, match=r"xgboost@split-columns .* split: 'columns' is no name in split\.further: rows"
    ):
        air_showers({"factors": {"split": [None, "columns"]}})
    with pytest.raises(InputError, match=r"reports: no module is called 'divisions'"):
        air_showers({"module": "divisions", "factors": {"split": [None, "rows"]}})


def test_cells_of_several_splits_are_compared_by_the_report_that_is_made_for_it():
    with pytest.raises(InputError, match=r"config: ablations/a0: its cells are of several splits"):
        air_showers({"factors": {"split": [None, "rows"]}})
    made = merged(read_layers(ROOT, [ROOT / "config/air_showers/default.yaml"], {}))
    rows = [{**entry, "split": "rows"} if entry["name"] == "xgboost" else entry for entry in made["models"]]
    with pytest.raises(InputError, match=r"config: table1: its cells are of several splits"):
        read_study({**made, "models": rows, "ablations": []})


def test_values_of_a_search_are_not_lost_where_an_ablation_changes_the_cell_further():
    of = air_showers({"module": "splits", "factors": {"split": [None, "rows"], "model": ["xgboost@tuned"]}})
    assert of.search("variables", None, "xgboost@tuned").model == "xgboost"
    with pytest.raises(InputError, match=r"config: xgboost@tuned@split-rows: the values of a search are not put"):
        of.search("variables", None, "xgboost@tuned@split-rows")


def test_a_network_on_trained_cells_takes_no_further_split():
    """It would be tested on events that those were trained on."""
    made = merged(read_layers(ROOT, [ROOT / "config/air_showers/default.yaml"], {}))
    frozen = {"name": "frozen", "backbone": ["trace", "dense"], "split": "rows"}
    grid = [{"table": "table1", "representations": ["waveform_variables"], "models": ["frozen"], "seeds": [1]}]
    with pytest.raises(InputError, match="split: the cells that it rests on are trained by the first split"):
        read_study({**made, "models": [*made["models"], frozen], "grid": grid, "ablations": []})
