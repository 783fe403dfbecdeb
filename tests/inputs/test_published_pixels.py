"""The pixels of the reference's image builder: each of its choices by hand, and all of them against a slow loop."""

import json
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from studies import configuration
from synthetic_hits import hits_of, random_events, write_hits

import calibrate
from showergrid.apply.export import specification
from showergrid.apply.scoring import seen_of
from showergrid.events.hits import read_hits
from showergrid.events.split import write_split
from showergrid.inputs.calibration import calibrate_input, hits_of_events
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.views import cut_views, described
from showergrid.inputs.window import Cut
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.study import Study
from showergrid.report.figures.displays import resolutions_figure
from showergrid.report.settings.containment import ContainmentSettings
from showergrid.report.settings.event_figures import DrawnResolutions
from showergrid.report.tables.containment import contain

ROOT = Path(__file__).parents[2]
REFERENCE = configuration("reference")
DEFAULTS = {"axis_ranges": {"sets": ["train"], "padding": 0}, "direction": "more_hits"}

# (x, y, z, charge) of each hit
TRAINING = [(0, 0, 0, 1), (40, 40, 50, 100)]
VALIDATION = [(-10, 0, 0, 1), (70, 40, 50, 900)]
# 32 hits, of which 16 are above the first one, within its pixel of 1 cm, and 15 below
MIXED = [(20, 20, 10, 100), *[(20.4, 20, 12, 50)] * 16, *[(17, 20, 17, 25)] * 15]
FALLING = [(20, 20, 10, 100), *[(17, 20, 17, 25)] * 31]


def study(shape: list[int], margin: dict, resolution: int, **changes: object) -> Study:
    """The reference's study with the windows of one network changed, and a grid of this network alone."""
    models = [{"name": "simple", "win_shape": shape, "win_margin": margin, "conv_filters": [1, 1]}]
    block = {"table": "table_resolution", "models": ["simple"], "resolutions": [resolution], "seeds": [19]}
    grid = [block | {"representations": ["voxels" if len(shape) == 3 else "projection_y"]}]
    emptied = {"models": models, "grid": grid, "ablations": [], "ensembles": [], "tuning": []}
    return read_study(REFERENCE | emptied | changes)


def reported(study: Study, name: str) -> dict:
    """What a report of a study is told."""
    return job(study, "report", None, report=name)["report"]["parameters"]


class Made:
    """Calibration, images and windows of some events, as the jobs of a study make them."""

    def __init__(self, folder: Path, study: Study, events: list, sets: list[str]) -> None:
        [self.cell] = study.cells
        self.study, self.image = study, {"representation": self.cell.representation, "resolution": self.cell.resolution}
        self.hits = write_hits(folder / "hits.parquet", events)
        write_split(folder / "split.parquet", np.arange(len(events)), np.array(sets))
        self.training = np.flatnonzero(np.array(sets) == "train")
        told = json.dumps({"config": job(study, "calibrate", None)})
        files = {"hits": "hits.parquet", "split": "split.parquet", "output": "calibration.json", "provenance": "record"}
        calibrate.main(Namespace(job=told, **{name: folder / file for name, file in files.items()}))
        self.data = json.loads((folder / "calibration.json").read_text())
        chunks = hits_of_events(read_hits(self.hits), self.training)
        asked = InputSettings(**job(study, "calibrate_inputs", None, **self.image))
        self.calibration = calibrate_input(chunks, self.data, asked)
        settings = InputSettings(**job(study, "represent", None, **self.image))
        write_input(folder / "images.safetensors", read_hits(self.hits), self.calibration, settings)
        self.images = read_images(folder / "images.safetensors")
        self.told = job(study, "train", None, **self.image, model="simple", seed=19)

    def window(self) -> Cut:
        """The windows of all events."""
        return cut_views(self.told, {self.cell.representation: self.images}, self.images.event)


def dense(seen: Cut, rows: np.ndarray | list[int]) -> np.ndarray:
    """The images (N, C, *window) of some events."""
    [images] = seen.batch(np.asarray(rows)).values()
    return images


def shown(batch: np.ndarray) -> dict:
    """{(pixel of the window): value} of an image (1, ...)."""
    return {tuple(place): float(batch[0][tuple(place)]) for place in np.argwhere(batch[0]).tolist()}


# x: 40 pixels on 0 to 40 cm, on -5 to 45 (1.25 cm), on -10 to 70 (2 cm), on -15 to 75 (2.25 cm)
# z: 50 pixels on 0 to 50 cm, on -5 to 55 (1.2 cm)
@pytest.mark.parametrize(
    ("changes", "margin", "mixed", "falling"),
    [
        # 20, 20 and 17 in x, 10, 12 and 17 in z; up: the first stands at 3; down: at 12 - 1 - 3 = 8
        (DEFAULTS, 3, {(3, 1), (3, 3), (0, 8)}, {(8, 1), (5, 8)}),
        # x: 20, 20.32, 17.6; z: 12.5 (to even), 14.2, 18.3
        ({"axis_ranges": {"sets": ["train"], "padding": 5}}, 3, {(3, 1), (3, 3), (1, 7)}, {(8, 1), (6, 7)}),
        # x: 15, 15.2, 13.5 (to even)
        (
            {"axis_ranges": {"sets": ["train", "validation"], "padding": 0}},
            3,
            {(3, 1), (3, 3), (2, 8)},
            {(8, 1), (7, 8)},
        ),
        # 12 - 3 = 9
        ({}, [3, 2], {(3, 1), (3, 3), (0, 8)}, {(9, 1), (6, 8)}),
        # no pixel is above that of the first hit: down
        ({"direction": "half_of_hits"}, 3, {(8, 1), (8, 3), (5, 8)}, {(8, 1), (5, 8)}),
        # x: 15.56, 15.73, 14.2
        (
            {"axis_ranges": {"sets": ["train", "validation"], "padding": 5}, "direction": "half_of_hits"},
            [3, 2],
            {(9, 1), (9, 3), (7, 7)},
            {(9, 1), (7, 7)},
        ),
    ],
    ids=["defaults", "padding", "sets", "margin", "direction", "all"],
)
def test_each_choice_by_hand(tmp_path, changes, margin, mixed, falling):
    asked = study([12, 10], {"x": margin, "z": 1}, 40, **DEFAULTS | changes)
    events = [[tuple(np.float32(hit).tolist()) for hit in event] for event in (TRAINING, VALIDATION, MIXED, FALLING)]
    made = Made(tmp_path, asked, events, ["train", "validation", "test", "test"])
    batch = dense(made.window(), np.array([2, 3]))
    assert [set(shown(image)) for image in batch] == [mixed, falling]
    # the largest charge is that of the training event, whatever else spans the ranges
    assert made.calibration["ranges"] == {"charge": 100}
    assert made.data["charge_max"] == 100
    assert max(shown(batch[0]).values()) == pytest.approx(100 / 115)


@pytest.mark.parametrize(
    ("above", "level", "below", "up"),
    [(16, 14, 0, 1), (16, 15, 0, -1), (16, 0, 15, -1), (17, 15, 0, 1), (0, 40, 0, -1), (29, 0, 0, 0), (0, 0, 29, 0)],
)
def test_more_than_half_of_all_hits(tmp_path, above, level, below, up):
    """Of 31 hits, the first one among them, 16 are more than half; of 32 they are not; 30 are few."""
    event = [(20, 20, 10, 1), *[(22, 20, 10, 1)] * above, *[(20.1, 20, 10, 1)] * level, *[(18, 20, 10, 1)] * below]
    settings = InputSettings(
        **job(study([12, 10], {"x": 3, "z": 1}, 40), "represent", None, representation="projection_y", resolution=40)
    )
    axes = {axis: {"min": 0.0, "max": 40.0, "stretch": 1.0} for axis in "xyz"}
    calibration = {"resolution": 40, "axes": axes, "ranges": {"charge": 1.0}}
    write_input(tmp_path / "images", [hits_of([event])], calibration, settings)
    assert read_images(tmp_path / "images").direction[0, 0] == up


# The reference's rules once more, as its description words them, one hit at a time


def reference_images(events: list, sets: list[str], c: int, shape: tuple[int, ...]) -> list[dict]:
    """{(pixel of the window): charge} of every event: over (x, z), or (x, y, z) if the window has three axes."""
    ranged = [hit for event, kind in zip(events, sets, strict=True) if kind in ("train", "validation") for hit in event]
    largest = max(hit[3] for event, kind in zip(events, sets, strict=True) if kind == "train" for hit in event)
    low = [min(hit[a] for hit in ranged) - 5 for a in range(3)]  # t_min, padded by 5 cm
    high = [max(hit[a] for hit in ranged) + 5 for a in range(3)]
    pixels_across = (c, c, round(1.25 * c))

    def pixel(hit: tuple, a: int) -> int:
        return round((hit[a] - low[a]) / (high[a] - low[a]) * pixels_across[a])

    images = []
    for event in events:
        first = event[0]
        larger = 0
        for hit in event:
            if pixel(hit, 0) > pixel(first, 0):
                larger += 1
        if len(event) <= 30:
            x = shape[0] // 2
        elif larger > len(event) / 2:
            x = 10
        else:
            x = shape[0] - 10
        stands = (x, shape[1] // 2 if len(shape) == 3 else None, 5)
        cubes: dict[tuple, list[float]] = {}
        for hit in event:
            cubes.setdefault(tuple(pixel(hit, a) for a in range(3)), []).append(hit[3])
        image: dict[tuple, float] = {}
        for cube, charges in cubes.items():
            place = [cube[a] - pixel(first, a) + stands[a] for a in range(3) if stands[a] is not None]
            if all(0 <= at < size for at, size in zip(place, shape, strict=True)):
                mean = sum(charges) / len(charges)
                image[tuple(place)] = max(image.get(tuple(place), 0), mean / (1.15 * largest))
        images.append(image)
    return images


def random_study(seed: int, n: int) -> tuple[list, list[str]]:
    """Small events, of which the largest extents are those of validation and of test events."""
    events = random_events(seed, n, extent=12)
    sets = [("train", "validation", "test")[i % 3] for i in range(n)]
    events[1].append((-100.0, 250.0, 180.0, 1e5))
    events[2].append((-300.0, 350.0, 480.0, 1e6))
    return events, sets


@pytest.mark.parametrize(("c", "shape"), [(40, [62, 128]), (1000, [62, 128]), (1000, [224, 224]), (40, [62, 62, 128])])
def test_all_choices_against_a_slow_loop(tmp_path, c, shape):
    events, sets = random_study(c + len(shape), 90)
    margin = REFERENCE["training"]["win_margin"]
    made = Made(tmp_path, study(shape, margin, c), events, sets)
    expected = reference_images(events, sets, c, tuple(shape))
    window = made.window()
    seen = set(made.images.direction[:, 0].tolist())
    assert seen == {-1, 0, 1}
    for row, image in enumerate(expected):
        assert shown(dense(window, [row])[0]) == pytest.approx(image, rel=1e-6)
    # what is said with the weights of a cell is enough to make the same images of new hits
    cell = described(made.told, [made.calibration])
    assert np.array_equal(
        dense(seen_of(json.loads(json.dumps(cell)), read_hits(made.hits)), np.arange(9)), dense(window, np.arange(9))
    )
    [view] = specification(cell, {made.cell.representation: made.images}, window.inputs, {})["views"]
    assert view["window"]["direction"] == "half_of_hits"
    assert view["window"]["margin"] == {"x": [10, 9], "z": 5}
    # what the windows hold is measured as they are cut
    asked = ContainmentSettings(**reported(made.study, "table_containment"))
    [placed] = contain(read_hits(made.hits), made.data["axes"], asked).placed
    assert placed.hits == pytest.approx(np.median(window.share.hits))
    assert placed.charge == pytest.approx(np.median(window.share.charge), rel=1e-6)


def test_frames_and_containment_follow_the_direction(tmp_path):
    """Of six pixels in x, two of them below a shower that runs up, the third one below the first hit is outside."""
    event = [tuple(np.float32(hit).tolist()) for hit in MIXED]
    pages = {}
    for direction, held in (("more_hits", 0), ("half_of_hits", 1)):
        asked = study([6, 10], {"x": 2, "z": 1}, 40, **DEFAULTS | {"direction": direction})
        drawn = DrawnResolutions(**job(asked, "event_figures", None)["resolutions"] | {"resolutions": [40]})
        axes = {axis: {"min": 0.0, "max": 40.0, "stretch": 1.0} for axis in "xyz"}
        settings = ContainmentSettings(**reported(asked, "table_containment"))
        assert contain([hits_of([event])], axes, settings).placed[0].held == held
        resolutions_figure(hits_of([event]), drawn, {"axes": axes}, "", tmp_path / f"{direction}.pdf")
        pages[direction] = (tmp_path / f"{direction}.pdf").read_bytes()
    assert pages["more_hits"] != pages["half_of_hits"]


def test_captions_and_windows_in_cm_know_of_the_padding():
    """Of a detector that is filled to its walls, as at c 1000: 4.1 mm in x, 4.08 mm in z."""
    asked = read_study(REFERENCE)
    for name, pixels in (
        ("simple_cm", "simple"),
        ("complex_cm", "complex_64"),
        ("efficientnet_b0_cm", "efficientnet_b0"),
    ):
        window = asked.catalogue.model("projection_y", 1000, name)["window"]
        assert window == asked.catalogue.model("projection_y", 1000, pixels)["window"]
    assert window["margin"] == {"x": [10, 9], "z": 5}
    [first, *_] = reported(asked, "table_resolution")["places"]
    assert first["settings"]["pixel_cm"] == pytest.approx({"x": 4 * 0.41, "z": 4 * 0.408})  # c 250
    axes = {axis: {"min": low - 5.0, "max": high + 5.0} for axis, (low, high) in REFERENCE["detector"].items()}
    across = {"x": 1000, "y": 1000, "z": 1250}
    assert asked.catalogue.pixel_cm(1000) == pytest.approx(
        {axis: (ends["max"] - ends["min"]) / across[axis] for axis, ends in axes.items()}
    )


def test_lists_have_no_direction():
    hits = {"name": "hits", "sort": "distance", "headroom": 1.15}
    asked = study([62, 128], {"x": 10, "z": 5}, 40, representations=[*REFERENCE["representations"], hits])
    assert "direction" not in asked.catalogue.representations.resolved("hits")
    assert "direction" not in asked.catalogue.representations.resolved("start_end")  # its views have one each
    assert asked.catalogue.views("start_end", 40, "simple")["views"][0]["representation"]["direction"] == "half_of_hits"
    assert asked.catalogue.representations.resolved("voxels")["direction"] == "half_of_hits"
