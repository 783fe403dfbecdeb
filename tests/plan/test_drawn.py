"""Images that are drawn of objects in a plan: their cells, what these are told, and what is of hits alone."""

import copy
from typing import Any

import pytest
from collisions import FILES, QUESTION, collisions, write_csv
from studies import ROOT

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.cluster import Cluster
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.paths import Paths
from showergrid.plan.resources import need
from showergrid.plan.study import Study
from showergrid.sources.parts.request import Size

PLACE = {"representation": "drawn", "resolution": 32, "model": "simple", "seed": 1}
STUDY: dict[str, Any] = {
    "extends": None,
    "results": "results",
    "source": "files",
    "files": FILES,
    "questions": [QUESTION],
    "representations": [
        {"name": "drawn", "module": "circles"},
        {"name": "muons", "module": "circles", "jets": 0, "met": False, "charge": False},
        {"name": "dimuon"},
        {"name": "objects", "collection": "objects", "columns": ["pt", "eta"]},
        {"name": "both", "module": "views", "of": ["drawn", "dimuon"]},
        {"name": "twice", "module": "views", "of": ["drawn", "muons"]},
    ],
    "training": {"batch_size": 32},
    "models": [
        {"name": "simple"},
        {"name": "resnet18", "weights": "none", "augment": {"zoom": 0.2}},
        {"name": "transformer", "win_shape": [4]},
        {"name": "dense"},
        {"name": "joined", "backbone": ["simple", "dense"]},
        {"name": "frozen", "backbone": "resnet18"},
    ],
    "grid": [
        {
            "table": "table1",
            "representations": ["drawn", "twice"],
            "resolutions": [32],
            "models": ["simple", "resnet18", "dense"],
            "seeds": [1],
        },
        {"table": "table1", "representations": ["both"], "resolutions": [32], "models": ["joined"], "seeds": [1]},
        {"representations": ["drawn"], "resolutions": [32], "models": ["frozen"], "seeds": [1]},
        {"representations": ["drawn"], "resolutions": [64], "models": ["simple"], "seeds": [1]},
        {
            "table": "table1",
            "representations": ["dimuon", "objects"],
            "models": ["simple", "dense", "transformer"],
            "seeds": [1],
        },
    ],
}


@pytest.fixture
def read(tmp_path):
    """A function that reads the study with changes, its files in a folder of their own."""
    write_csv(tmp_path, *collisions(9))
    files = copy.deepcopy(FILES)
    for section in (files["events"], files["collections"]["objects"]):
        section["files"] = [str(tmp_path / name) for name in section["files"]]

    def read(**changes: Any) -> Study:
        return read_study(merged(read_layers(ROOT, [], {**copy.deepcopy(STUDY), "files": files, **changes})))

    return read


def changed(entries: list[dict[str, Any]], name: str, **values: Any) -> list[dict[str, Any]]:
    return [entry | values if entry["name"] == name else entry for entry in entries]


def test_networks_for_images_take_them(read):
    study = read()
    taken = {place[::2] for place in study.places}
    assert taken == {
        *(("drawn", name) for name in ("simple", "resnet18", "frozen")),
        *(("both", "joined"), ("twice", "simple"), ("dimuon", "dense"), ("objects", "transformer")),
    }
    assert {place[1] for place in study.places if place[0] == "drawn"} == {32, 64}


def test_an_image_that_is_drawn_is_seen_whole(read):
    study = read()
    window = {"shape": [32, 32], "placement": {}, "margin": {}, "origin": "first_hit"}
    told = job(study, "train", None, **PLACE)
    assert told["model"]["window"] == window
    assert "direction" not in told["representation"]
    twice = job(study, "train", None, **PLACE | {"representation": "twice"})
    assert [view["window"] for view in twice["views"]] == [window, window]
    assert twice["stacked"]
    both = job(study, "train", None, **PLACE | {"representation": "both", "model": "joined"})
    assert [(view["resolution"], view["window"]) for view in both["views"]] == [(32, window), (None, None)]


def test_it_stands_below_its_resolution_and_is_made_of_tables(read):
    study = read()
    assert study.catalogue.representations.tables_read("drawn") == ["events", "objects"]
    assert study.catalogue.representations.columns_read("muons") == {"objects": ["kind", "pt", "eta", "phi"]}
    paths = Paths(study)
    assert paths.input_of("drawn", 32).endswith("inputs/drawn/c32")
    assert paths.input_of("dimuon", 32).endswith("inputs/dimuon")
    assert not study.catalogue.representations.shows_hits("drawn")


def test_larger_images_ask_for_more_memory(read):
    study = read()
    size, cluster = Size(1e5, 100, 1, 100), Cluster(largest_memory=10_000, longest_hours=100)
    few, many = (
        need(size, cluster, "train", job(study, "train", None, **PLACE | {"resolution": c})).memory for c in (32, 64)
    )
    assert many > few


def test_a_table_says_their_size(read):
    told = job(read(), "report", None, report="table1")
    settings = {
        (place["representation"], place["model"]): place["settings"] for place in told["report"]["parameters"]["places"]
    }
    assert settings["drawn", "simple"]["window"] == [32, 32]
    assert settings["drawn", "simple"]["pixel_cm"] == settings["dimuon", "dense"]["pixel_cm"] == {}
    assert settings["both", "joined"]["counted"] == "px"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("removal", "drawn shows no hits, so none can be removed or drawn"),
        ("heatmaps", "drawn shows no hits, so none can be removed or drawn"),
        ("event_figures", "no representation of the grid gives images of hits"),
    ],
)
def test_what_is_of_hits_is_refused(read, step, words):
    with pytest.raises(InputError, match=words):
        job(read(), step, None, **(PLACE if step != "event_figures" else {}))


@pytest.mark.parametrize(
    ("section", "name", "values", "words"),
    [
        ("models", "transformer", {"augment": {"zoom": 0.1}}, "augment: objects gives no images; leave it out"),
        ("models", "dense", {"augment": {"zoom": 0.1}}, "augment: dimuon gives no images; leave it out"),
        ("models", "joined", {"augment": {"zoom": 0.1}}, "augment: dimuon gives no images; leave it out"),
        ("models", "frozen", {"augment": {"zoom": 0.1}}, "augment: it is trained on features of images"),
        ("models", "resnet18", {"augment": {"zoom": 1.5}}, "augment.zoom = 1.5: Input should be less than 1"),
        ("models", "resnet18", {"augment": {}}, "augment.*nothing is changed"),
        ("representations", "drawn", {"collection": "tracks"}, "drawn: shows tracks, and files gives events, objects"),
        ("representations", "drawn", {"axis": "y"}, "axis.*unknown key"),
        ("representations", "drawn", {"order": "truth_time"}, "drawn: order: it shows no hits"),
        ("representations", "twice", {"origins": ["end", "end"]}, "drawn has no window that follows anything"),
    ],
)
def test_what_has_no_meaning_is_refused(read, section, name, values, words):
    with pytest.raises(InputError, match=words):
        read(**{section: changed(STUDY[section], name, **values)})


def test_a_resolution_too_small_for_a_network_is_refused(read):
    grid = [{**STUDY["grid"][0], "resolutions": [2]}, *STUDY["grid"][1:]]
    with pytest.raises(InputError, match=r"simple \(drawn, c2\): win_shape = \[2, 2\]"):
        read(grid=grid)


def test_events_of_hits_and_circles_are_no_image_together():
    """A window is cut out of the one; the other is seen whole."""
    raw = merged(read_layers(ROOT, [ROOT / "config/electron_photon/test.yaml"], {}))
    more = [{"name": "drawn", "module": "circles"}, {"name": "odd", "module": "views", "of": ["projection_y", "drawn"]}]
    study = read_study({**raw, "representations": [*raw["representations"], *more]})
    assert not study.catalogue.has_meaning("odd", "simple")
    assert study.catalogue.representations.shows_hits("odd")
    assert not study.catalogue.representations.is_image_of_hits("odd")
