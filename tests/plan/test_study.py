"""A study: what its grid asks for, what each job is told, and what is refused."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from studies import configuration

from showergrid.core.cells import Cell
from showergrid.core.errors import InputError
from showergrid.core.plugins import closure_modules
from showergrid.plan import explain_jobs
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job, published
from showergrid.plan.layers import given_in
from showergrid.plan.study import Study

ROOT = Path(__file__).parents[2]
TEST = configuration("test")
REFERENCE = configuration("reference")


def changed(*edits: tuple[str, Any], config: dict = TEST) -> dict:
    """The tiny study with other values; a key is a path, with a number or a name for an entry of a list."""
    edited = copy.deepcopy(config)
    for path, value in edits:
        place = edited
        *way, last = path.split(".")
        for part in way:
            place = _entry(place, part)
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
    return edited


def _entry(place: Any, part: str) -> Any:
    if isinstance(place, dict):
        return place[part]
    return place[int(part)] if part.isdigit() else next(entry for entry in place if entry["name"] == part)


def read(*edits: tuple[str, Any]) -> Study:
    return read_study(changed(*edits))


def block(representations, resolutions, models, seeds, **more) -> dict:
    return {"representations": representations, "resolutions": resolutions, "models": models, "seeds": seeds, **more}


# The grid


def test_cells_are_the_product_of_each_block_each_once():
    study = read(
        (
            "grid",
            [
                block(["projection_y", "voxels"], [100, 200], ["simple", "complex"], [19], table="table1")
                | {"resolutions": [100]},
                block(["projection_y"], [100, 50], ["simple"], [20, 19]),
            ],
        ),
        ("models.complex.overrides", [{"representation": "voxels", "win_shape": [8, 8, 16]}]),
    )
    assert study.cells == [
        Cell("projection_y", 50, "simple", 19),
        Cell("projection_y", 50, "simple", 20),
        Cell("projection_y", 100, "complex", 19),
        Cell("projection_y", 100, "simple", 19),
        Cell("projection_y", 100, "simple", 20),
        Cell("voxels", 100, "complex", 19),
        Cell("voxels", 100, "simple", 19),
    ]
    assert study.cells[0].folder == "cells/projection_y/c50/simple/seed19"
    assert study.tables == ["table1"]
    # The second block is in no table.
    assert {(cell.resolution, cell.seed) for cell in study.cells_of(study.table_places("table1"))} == {(100, 19)}


def status(study: Study) -> dict[tuple[str, str], str]:
    return {(place.representation, place.model): study.status(place) for place in study.table_places("table1")}


def test_pairs_without_a_meaning_are_shown_and_not_trained():
    study = read()
    assert status(study) == {
        ("projection_y", "simple"): "run",
        ("projection_y", "efficientnet_lite0"): "run",
        ("projection_y", "complex"): "run",
        ("color_y", "simple"): "run",
        ("color_y", "efficientnet_lite0"): "run",
        ("voxels", "simple"): "run",
        ("voxels", "efficientnet_lite0"): "n/a",
        ("hits", "transformer"): "run",
        ("hits", "linear_svm"): "run",
        ("features", "xgboost"): "run",
        ("features", "cut"): "run",
        ("start_end", "simple"): "run",
        ("two_sides", "joined"): "run",
        ("two_sides", "frozen"): "run",
    }
    assert not [cell for cell in study.cells if (cell.representation, cell.model) == ("voxels", "efficientnet_lite0")]
    shown = {*study.cells_of(study.table_places("table1")), *study.cells_of(study.table_places("table_resolution"))}
    assert shown == set(study.cells)


def test_a_study_may_have_two_tables_of_other_names():
    blocks = [{**block(["projection_y"], [100], [name], [19]), "table": name} for name in ("simple", "complex")]
    reports = TEST["reports"] | {"simple": {"module": "table"}, "complex": {"module": "table"}}
    study = read(("grid", blocks), ("reports", reports))
    assert study.tables == ["complex", "simple"]
    told = job(study, "report", None, report="complex")["report"]
    assert (told["module"], told["parameters"]["name"]) == ("table", "complex")
    assert [place["model"] for place in told["parameters"]["places"]] == ["complex"]
    with pytest.raises(InputError, match="no block has table: table_resolution, so there is nothing to show"):
        job(study, "report", None, report="table_containment")
    with pytest.raises(InputError, match="unknown report 'other'; valid: table1, "):
        job(study, "report", None, report="other")


def test_the_main_table_says_which_places_are_overlaid_and_explained():
    study = read(("main_table", "table_resolution"))
    told = job(study, "performance", None)
    assert [place["model"] for place in told["places"]] == ["simple", "simple_cm"] * 2
    assert {path.split("/")[3] for path in explain_jobs.files(study)} == {"simple", "simple_cm"}


def test_cells_known_not_to_fit_are_shown_and_not_trained():
    place = {"representation": "voxels", "resolution": 100, "model": "simple"}
    study = read(("out_of_memory", [place]))
    assert status(study)["voxels", "simple"] == "out of memory"
    assert not [cell for cell in study.cells if cell.representation == "voxels"]
    assert len(study.cells) == len(read().cells) - 1


# What the names stand for


def test_values_of_a_model_stand_above_those_of_training_and_those_above_the_reference():
    study = read(("models.complex.optim_lr", 0.5), ("models.complex.conv_filters", [1, 2, 3, 4]))
    simple, other = (
        study.catalogue.model("projection_y", 200, "simple"),
        study.catalogue.model("projection_y", 100, "complex"),
    )
    assert (simple["training"]["optim_lr"], other["training"]["optim_lr"]) == (1e-3, 0.5)
    assert simple["parameters"]["conv_filters"] == [16, 24]  # REFERENCE: simple
    assert simple["parameters"]["clf_neurons"] == [32, 8]
    assert other["parameters"]["conv_filters"] == [1, 2, 3, 4]
    assert other["parameters"]["clf_neurons"] == [50, 100, 50]  # REFERENCE: complex
    assert simple["window"] == {
        "shape": [16, 32],
        "placement": {"x": "direction", "y": "centre", "z": "start"},
        "margin": {"x": 10, "z": 5},
        "origin": "first_hit",
    }
    assert other["window"]["margin"] == {"x": 4, "z": 2}


@pytest.mark.parametrize(
    ("overrides", "places"),
    [
        ([{"representation": "color_y", "batch_size": 7}], {("color_y", 100), ("color_y", 200)}),
        ([{"resolution": 100, "batch_size": 7}], {("color_y", 100), ("projection_y", 100)}),
        ([{"representation": "color_y", "resolution": 100, "batch_size": 7}], {("color_y", 100)}),
        ([{"batch_size": 7}], {("color_y", 100), ("color_y", 200), ("projection_y", 100), ("projection_y", 200)}),
        ([{"batch_size": 7}, {"resolution": 100, "batch_size": 8}], {("color_y", 200), ("projection_y", 200)}),
        (
            [{"resolution": 100, "batch_size": 8}, {"resolution": 100, "batch_size": 7}],
            {("color_y", 100), ("projection_y", 100)},
        ),
    ],
)
def test_overrides_hold_where_they_say_and_the_last_one_wins(overrides, places):
    study = read(("models.complex.overrides", overrides))
    overridden = {
        (representation, resolution)
        for representation in ("color_y", "projection_y")
        for resolution in (100, 200)
        if study.catalogue.model(representation, resolution, "complex")["training"]["batch_size"] == 7
    }
    assert overridden == places


def test_a_representation_may_be_made_by_a_module_of_another_name():
    study = read(("representations.projection_y.module", "projection"))
    assert study.catalogue.representations.resolved("projection_y")["module"] == "projection"
    assert study.catalogue.representations.resolved("voxels")["module"] == "voxels"
    assert study.catalogue.representations.axes("projection_y") == ("x", "z")
    assert study.catalogue.representations.axes("voxels") == ("x", "y", "z")


# What each job is told


STEPS = {
    "shard 0": ("shard", {"shard": 0}),
    "shard 3": ("shard", {"shard": 3}),
    **{
        step: (step, {})
        for step in ("gather", "split", "calibrate", "explore", "cell_figures", "event_figures", "typeset")
    },
    **{step: (step, {}) for step in ("directions", "cell_performance", "pairs", "performance")},
    "containment": ("report", {"report": "table_containment"}),
    "table": ("report", {"report": "table1"}),
}
for _representation, _resolution, _model in (
    ("projection_y", 200, "simple"),
    ("projection_y", 100, "complex"),
    ("color_y", 200, "simple"),
    ("color_y", 200, "efficientnet_lite0"),
    ("voxels", 100, "simple"),
    ("hits", 200, "transformer"),
):
    _image = {"representation": _representation, "resolution": _resolution}
    STEPS |= {f"{step} {_representation}": (step, _image) for step in ("calibrate_inputs", "represent")}
    STEPS |= {
        f"{step} {_model} {_representation}": (step, {**_image, "model": _model, "seed": 19})
        for step in ("train", "evaluate")
    }


def jobs(config: dict) -> dict[str, str]:
    """The configuration of every job of a study, as the text that Snakemake compares."""
    study = read_study(config)
    numbers = published(study.config, ROOT)
    return {
        label: json.dumps(job(study, step, numbers, **wildcards), sort_keys=True)
        for label, (step, wildcards) in STEPS.items()
    }


def steps(*words: str) -> set[str]:
    """The jobs with one of these words in their label."""
    return {label for label in STEPS if set(words) & set(label.split())}


TRAININGS = steps("train")
FIGURES = steps("cell_figures", "cell_performance") | {
    "explore",
    "event_figures",
    "pairs",
    "performance",
    "containment",
}
LAST = {"table"}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("models.complex.dropout", 0.5), {"train complex projection_y"}),
        (("models.complex.optim_lr", 0.5), {"train complex projection_y", *LAST}),  # the settings of the table have it
        (("models.simple.overrides.0.batch_size", 5), {"train simple voxels", *LAST}),
        (("training.patience", 4), TRAININGS),
        (("training.n_epochs", 3), TRAININGS | LAST),
        (("showers.seed", 2), steps("shard")),
        (("showers.showers", 200), {"gather"}),
        (("showers.readout.noise", 400), steps("shard")),
        (("split.seed", 2), {"split"}),
        (("split.by", "number"), {"split"}),
        (("split.by", None), set()),
        (("order", "truth_time"), steps("shard") | TRAININGS | {"explore"} | LAST),
        (("origin", "charge_centre"), TRAININGS - steps("hits") | LAST | {"event_figures", "containment"}),
        (
            ("direction", "half_of_hits"),
            (steps("represent") | TRAININGS | {"event_figures", "containment"}) - steps("hits"),
        ),
        (("axis_ranges.sets", ["train", "validation"]), {"calibrate", "containment"}),
        (("axis_ranges.padding", 5.0), {"calibrate", "containment"} | LAST),  # pixels of captions and of window_cm
        (
            ("models.complex.win_margin", {"x": [4, 3], "z": 2}),
            {"train complex projection_y", "event_figures"},  # which shows its window
        ),
        (
            ("representations.color_y.hue_span", 300),
            steps("color_y") - steps("evaluate") | {"event_figures"},
        ),  # where all are drawn
        (("bootstrap.resamples", 300), steps("evaluate", "cell_performance", "performance") | LAST),
        (("comparison.alpha", 0.01), {"pairs"} | LAST),
        (("performance.ratio", 1.0), {"cell_performance", "performance"}),
        (("figures.energy", 0.5), {"event_figures"}),
        (("models.complex.label", "Complex"), {"pairs", "performance"} | LAST),
        (("representations.color_y.label", "colour $y$"), {"pairs", "performance", "event_figures"} | LAST),
        (("questions.particle.classes.electron.label", "$e^-$"), FIGURES | LAST),
        (("baselines.start_length", 4.0), {"explore"}),
        (("grid.2.seeds", [19, 20, 21]), {"pairs", "performance"} | LAST),
    ],
)
def test_a_job_is_told_what_concerns_it_and_nothing_else(edit, expected):
    before, after = jobs(TEST), jobs(changed(edit))
    assert {label for label in before if before[label] != after[label]} == expected


def test_the_kind_of_a_model_is_what_its_file_declares():
    kinds = {
        "Networks for images": ["simple", "complex"],
        "Pretrained networks": ["efficientnet_lite0"],
        "Joined networks": ["joined", "frozen"],
        "Networks for lists of hits or values": ["transformer"],
        "Models fitted as a whole": ["linear_svm", "xgboost", "cut"],
    }
    told = json.loads(jobs(TEST)["table"])["report"]["parameters"]["kinds"]
    assert told == {model: kind for kind, models in kinds.items() for model in models}


def test_a_new_network_or_representation_changes_no_job():
    more = [
        *TEST["models"],
        {"name": "large", "module": "complex", "win_shape": [16, 32], "win_margin": {"x": 1, "z": 1}},
    ]
    projection = {**TEST["representations"][0], "name": "projection_z", "axis": "z"}
    assert jobs(changed(("models", more), ("representations", [*TEST["representations"], projection]))) == jobs(TEST)


def test_the_order_of_keys_changes_no_job():
    turned = {key: dict(reversed(value.items())) if isinstance(value, dict) else value for key, value in TEST.items()}
    assert jobs(dict(reversed(turned.items()))) == jobs(TEST)


def test_modules_of_a_job_are_named():
    study = read()
    numbers = published(study.config, ROOT)

    def modules(step: str, **wildcards: Any) -> set[str]:
        return set(closure_modules(job(study, step, numbers, **wildcards)))

    cell = {"representation": "color_y", "resolution": 200, "model": "simple", "seed": 19}
    assert modules("train", **cell) == {"showergrid.models.simple", "showergrid.representations.color"}
    assert modules("represent", representation="voxels", resolution=100) == {"showergrid.representations.voxels"}
    assert modules("event_figures") == {
        f"showergrid.representations.{name}" for name in ("color", "projection", "voxels")
    }
    assert modules("report", report="table1") == {"showergrid.report.reports.table"}
    assert modules("published", table="table1") == modules("split") == set()


# What is refused

PUBLISHED = REFERENCE["published"]
FAULTS = [
    # unknown names and keys
    ([("showers.shower_size", 3)], ["showers.shower_size", "unknown key", "shard_size"]),
    ([("splitt", 3)], ["splitt", "unknown key", "split"]),
    ([("representations.voxels.axis", "x")], ["voxels", "axis", "unknown key", "cube_pool"]),
    ([("models.simple.optim", 3)], ["simple", "optim", "unknown key", "optim_lr"]),
    ([("models.simple.overrides.0.optm_lr", 3)], ["simple", "optm_lr", "unknown key", "optim_lr"]),
    ([("models.simple.overrides.0.representation", "voxel")], ["voxel", "projection_y", "voxels"]),
    ([("training.optm_lr", 3)], ["config: training: optm_lr", "unknown key", "optim_lr"]),
    ([("grid.0.models", ["simpel"])], ["simpel", "simple"]),
    ([("grid.0.representations", ["projection"])], ["projection", "projection_y"]),
    ([("models.0", {"name": "simpel", "win_shape": [16, 32]})], ["simpel", "simple"]),
    ([("order", "random")], ["order", "random", "truth_time", "axis"]),
    ([("training.optim_name", "Adams")], ["optim_name", "Adams", "AdamW"]),
    ([("training.win_placement.x", "sideways")], ["placement.x", "sideways", "'start', 'direction' or 'centre'"]),
    ([("representations.projection_y.axis", "w")], ["projection_y", "axis", "w", "'x', 'y' or 'z'"]),
    ([("representations.voxels.module", "cubes")], ["cubes", "voxels", "projection"]),
    # entries that no block names
    (
        [("models", [*TEST["models"], {"name": "large", "module": "complex", "conv_filters": [1]}])],
        ["large", "conv_sizes"],
    ),
    ([("models", [*TEST["models"], {"name": "large"}])], ["large", "simple"]),
    (
        [("representations", [*TEST["representations"], {"name": "projection_z", "module": "projection"}])],
        ["projection_z", "axis"],
    ),
    ([("representations", [*TEST["representations"], {"name": "cubes"}])], ["cubes", "voxels"]),
    # types: no value is converted
    ([("showers.showers", "160")], ["showers.showers", "'160'", "integer"]),
    ([("showers.showers", 160.5)], ["showers.showers", "160.5", "integer"]),
    ([("showers.showers", True)], ["showers.showers", "True", "integer"]),
    ([("showers.readout.noise", "500")], ["showers.readout.noise", "'500'", "number"]),
    ([("training.optim_lr", "1e-3")], ["config: training: optim_lr = '1e-3'", "for a text", "1.0e-3"]),
    ([("models.simple.optim_lr", "1e-3")], ["config: model simple: optim_lr = '1e-3'", "for a text", "1.0e-3"]),
    ([("models.simple.overrides.0.optim_lr", "1e-3")], ["config: model simple: optim_lr = '1e-3'", "for a text"]),
    ([("training.threads", "1")], ["threads", "'1'"]),
    ([("models.simple.bn", 1)], ["simple", "bn", "1"]),
    ([("models.simple.win_shape", ["16", 32])], ["win_shape", "'16'"]),
    ([("representations.projection_y.log_trans", "false")], ["projection_y", "log_trans", "false"]),
    ([("grid.0.seeds", [19, "20"])], ["seeds", "'20'"]),
    ([("questions", "electron")], ["questions", "electron"]),
    ([("questions.particle.classes", "electron")], ["questions.0.classes", "electron"]),
    ([("questions.particle.classes.electron.values", [11.0])], ["questions.0.classes.0.values.0", "11.0"]),
    ([("questions.particle.column", "source")], ["questions", "none is of column pdg"]),
    ([("questions.particle.positive", "muon")], ["questions.0", "'muon' is none of electron, photon"]),
    ([("questions", [])], ["questions"]),
    ([("showers.readout.noise", float("nan"))], ["showers.readout.noise"]),
    # ranges and what does not go together
    ([("models.simple.optim_lr", 0)], ["simple", "optim_lr", "0", "greater than 0"]),
    ([("showers.showers", -3)], ["showers.showers", "-3", "greater than or equal to 1"]),
    ([("split.test_fraction", 1.5)], ["split.test_fraction", "1.5", "less than 1"]),
    ([("split.by", "energy")], ["split: by", "'energy'", "whole numbers or text", "pdg, n_hits, source, number"]),
    ([("models.complex.conv_filters", [3])], ["complex", "conv_sizes", "1 values"]),
    ([("training.min_epochs", 3)], ["min_epochs", "n_epochs"]),
    ([("models.complex.win_margin", {"x": 16, "z": 2})], ["complex", "margin", "16"]),
    ([("models.simple.win_shape", [16, 32, 16])], ["simple", "shape", "[16, 32, 16]", "x, z"]),
    ([("training.win_margin", {"x": 10})], ["margin", "z"]),
    ([("models.complex.win_margin", {"x": [4, 16], "z": 2})], ["complex", "margin of 16"]),
    (
        [("models.complex.win_margin", {"x": [4, -3], "z": 2})],
        ["complex", "win_margin.x.1 = -3", "greater than or equal"],
    ),
    ([("models.complex.win_margin", {"x": [4], "z": 2})], ["complex", "win_margin.x.1", "is missing"]),
    ([("models.complex.win_margin", {"x": "4", "z": 2})], ["complex", "win_margin.x = '4'", "valid integer"]),
    ([("direction", "up")], ["direction = 'up'", "'more_hits' or 'half_of_hits'"]),
    ([("axis_ranges.sets", ["train", "test"])], ["axis_ranges.sets.1 = 'test'", "'train' or 'validation'"]),
    (
        [("axis_ranges.sets", ["validation"])],
        ["axis_ranges.sets = ['validation']: must be [train] or [train, validation]"],
    ),
    ([("axis_ranges.sets", [])], ["axis_ranges.sets = []: must be [train] or [train, validation]"]),
    ([("axis_ranges.padding", -5)], ["axis_ranges.padding = -5", "greater than or equal to 0"]),
    ([("showers.vertex.z", [0, 600])], ["vertex", "600", "detector"]),
    ([("detector.x", [200, 200])], ["detector", "200"]),
    ([("showers.energy", [2.0, 1.0])], ["showers", "energy"]),
    ([("results", "..")], ["results", ".."]),
    ([("results", "../elsewhere")], ["results", "../elsewhere"]),
    ([("results", "a b")], ["results", "a b"]),
    ([("results", "-n")], ["results", "-n"]),
    ([("results", "results/")], ["results = 'results/'", "letters, digits", "without a '/' at its end"]),
    (
        [("source", "files"), ("files", {"files": ["{a}.csv"]})],
        ["files.files", "'{a}.csv'", "braces", "rename"],
    ),
    ([("source", "files")], ["files: is missing", "source names it"]),
    ([("source", "shower")], ["sources", "'shower'", "valid: air_showers, collisions, files, neutrinos, showers"]),
    ([("order", "as_given")], ["order: as_given", "axis, beam or truth_time"]),
    (
        [("source", "files"), ("files", {"files": ["a.csv"]}), ("order", "truth_time")],
        ["order: truth_time", "files.columns.time"],
    ),
    (
        [
            ("questions.particle.column", "source"),
            ("questions.particle.classes.electron.values", ["a"]),
            ("questions.particle.classes.photon.values", ["b"]),
        ],
        ["questions", "none is of column pdg"],
    ),
    # what is given twice
    ([("questions.particle.classes.1.name", "electron")], ["questions.0", "electron", "twice"]),
    ([("questions.particle.classes.1.values", [22, 11])], ["questions.0", "11", "twice"]),
    ([("questions", 2 * TEST["questions"])], ["questions", "particle", "twice"]),
    ([("models.complex.name", "simple")], ["models", "simple", "twice"]),
    ([("representations.voxels.name", "color_y")], ["representations", "color_y", "twice"]),
    ([("grid.0.seeds", [19, 19])], ["seeds", "19", "twice"]),
    ([("grid.2.models", ["simple"])], ["table1", "simple", "projection_y", "twice"]),
    # reports
    ([("grid.0.table", "table2")], ["grid.0.table", "unknown report 'table2'", "valid: table1, table_resolution"]),
    ([("grid.0.table", "table_containment")], ["grid.0.table", "unknown report 'table_containment'", "table1"]),
    ([("main_table", "table2")], ["main_table", "unknown report 'table2'", "table1"]),
    ([("reports.table_containment.of", "table2")], ["reports.table_containment.of", "'table2'", "table_resolution"]),
    ([("reports.table1.question", "flavour")], ["unknown question 'flavour'", "particle"]),
    ([("ablations.tiny.question", "flavour")], ["unknown question 'flavour'", "particle"]),
    ([("ensembles.tiny.question", "flavour")], ["unknown question 'flavour'", "particle"]),
    (
        [("reports.again", {"module": "table", "of": "table_resolution"})],
        ["reports.again", "table_resolution has simple on projection_y twice", "table shows once"],
    ),
    ([("questions.particle.classes.electron.values", ["electron"])], ["question particle", "whole numbers"]),
    (
        [("reports.table1.module", "tabel")],
        ["reports", "'tabel'", "valid: ablation, commonest, containment, differences, efficiencies"],
    ),
    ([("reports.table1", {"modul": "table"})], ["reports.table1.modul", "unknown key", "module"]),
    # a grid with nothing to train; places outside it
    ([("grid", [block(["voxels"], [100], ["efficientnet_lite0"], [19], table="table1")])], ["grid"]),
    ([("grid", [])], ["grid"]),
    ([("grid.0.seeds", [])], ["seeds"]),
    ([("grid.0.seeds", [-1])], ["seeds", "-1"]),
    ([("grid.0.resolutions", [30_000])], ["resolutions", "30000", "20000"]),
    (
        [("out_of_memory", [{"representation": "voxels", "resolution": 101, "model": "simple"}])],
        ["out_of_memory", "voxels", "101", "simple"],
    ),
    ([("out_of_memory", [{"representation": "voxels", "model": "simple"}])], ["out_of_memory", "resolution"]),
]


@pytest.mark.parametrize(("edits", "words"), FAULTS, ids=[f"{e[0][0]}={e[0][1]}"[:60] for e, _ in FAULTS])
def test_fault_is_named_in_one_line(edits, words):
    with pytest.raises(InputError) as refused:
        read(*edits)
    line = str(refused.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == [], line


WRONG = {"representation": "none", "resolution": 100, "model": "simple"}
MEMBER = {**WRONG, "seeds": [19, 20]}


@pytest.mark.parametrize(
    ("key", "edit"),
    [
        ("grid.0.representations", ("grid.0.representations", ["none"])),
        ("out_of_memory.0.representation", ("out_of_memory", [WRONG])),
        ("models.simple.overrides", ("models.simple.overrides", [{"representation": "none"}])),
        ("representations.two_sides.of", ("representations.two_sides.of", ["projection_y", "none"])),
        ("ablations.tiny.representation", ("ablations.tiny.representation", "none")),
        ("ablations.tiny.factors.representation", ("ablations.tiny.factors", {"representation": ["none"]})),
        (
            "ensembles.all.of.representation",
            ("ensembles", [{"name": "all", "of": [MEMBER], "combine": ["mean"], "seed": 1}]),
        ),
        ("tuning.0.representation", ("tuning.0.representation", "none")),
        ("predict.asked.representation", ("predict", [{**WRONG, "name": "asked", "seed": 19, "files": ["a.csv"]}])),
    ],
)
def test_an_unknown_name_is_told_with_its_key_and_its_file(key, edit):
    layers = [("defaults.yaml", TEST), ("mine.yaml", {"representations": []})]
    with pytest.raises(InputError) as refused:
        read_study(changed(edit), given_in(layers))
    known = ", ".join(entry["name"] for entry in TEST["representations"])
    top = key.split(".")[0]
    assert str(refused.value) == f"config: {key}: unknown representation 'none'; valid: {known}; " + (
        "representations stands in mine.yaml: correct it there"
        if top == "representations"
        else f"{top} stands in defaults.yaml, representations in mine.yaml: give {top} there too"
    )


@pytest.mark.parametrize("key", [key for key in TEST if key != "extends"])
def test_every_key_must_be_there(key):
    with pytest.raises(InputError, match=rf"{key}.*missing"):
        read_study({name: value for name, value in TEST.items() if name != key})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("config/nothing.yaml", ["published", "config/nothing.yaml"]),
        ("config/electron_photon/test.yaml", ["config/electron_photon/test.yaml"]),  # its own `published` is no number
        ("README.md", ["published", "README.md"]),
        ({**PUBLISHED, "tabel1": {}}, ["published", "tabel1"]),
        ({**PUBLISHED, "data": {**PUBLISHED["data"], "smallest": -3}}, ["published", "smallest", "-3"]),
        ({**PUBLISHED, "table1": {"simple": {"voxels": {"train": 63.7}}}}, ["published", "simple", "voxels"]),
        ({"note": "of nobody"}, ["published", "no numbers"]),
        (3, ["published", "3"]),
    ],
)
def test_wrong_published_numbers_are_refused(value, words):
    with pytest.raises(InputError) as refused:
        published(read(("published", value)).config, ROOT)
    line = str(refused.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == [], line


def test_published_numbers_may_stand_in_the_study_or_elsewhere():
    named = published(read().config, ROOT)
    assert published(read_study(changed(("published", PUBLISHED))).config, ROOT) == named
    study = read()
    assert (
        job(study, "published", named, table="table1")["published_grid"]["table1"]["simple"]["projection_y"]["train"]
        == 0.892
    )
    assert job(study, "explore", named)["published"]["smallest"] == 3


@pytest.mark.parametrize(
    "wildcards",
    [
        {"representation": "voxels", "resolution": 100, "model": "efficientnet_lite0", "seed": 19},
        {"representation": "projection_y", "resolution": 30_000, "model": "simple", "seed": 19},
        {"representation": "voxels", "resolution": 100, "model": "complex", "seed": 19},  # its window has two axes
        {"representation": "projection_y", "resolution": 100, "model": "simple", "seed": 2**31},
    ],
)
def test_a_cell_that_cannot_be_is_refused(wildcards):
    study = read()
    with pytest.raises(InputError) as refused:
        job(study, "train", published(study.config, ROOT), **wildcards)
    assert "\n" not in str(refused.value)
