"""Figures: the same bytes for the same numbers, whatever the surroundings, and points where they belong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE, PARTICLES, question
from sklearn.metrics import roc_curve
from synthetic_cells import write_cell

from showergrid.core.errors import InputError
from showergrid.events.hits import EVENTS, HITS, Hits
from showergrid.events.questions import Question
from showergrid.inputs.settings import Representation
from showergrid.report.figures.cell import history_figure, roc_points
from showergrid.report.figures.displays import display, hits_of, typical_events
from showergrid.training.history import Epoch

SCRIPTS = Path(__file__).parents[2] / "scripts"
PROJECTION = {
    "name": "projection_y",
    "module": "projection",
    "parameters": {
        "axis": "y",
        "cube_pool": "mean",
        "projection_pool": "max",
        "log_trans": False,
        "headroom": 1.15,
    },
}
VOXELS = {"name": "voxels", "module": "voxels", "parameters": {"cube_pool": "mean", "log_trans": True, "headroom": 1}}
COLOR = {
    "name": "color_y",
    "module": "color",
    "parameters": {
        "axis": "y",
        "depth_pool": "mean",
        "hue_span": 270,
        "lightness_span": [0.1, 0.6],
        "saturation": 1.0,
        "headroom": 1.15,
    },
}
AXES = {
    "x": {"min": -200.0, "max": 200.0, "stretch": 1.0},
    "y": {"min": -200.0, "max": 200.0, "stretch": 1.0},
    "z": {"min": 0.0, "max": 500.0, "stretch": 1.25},
}
CALIBRATION = {"axes": AXES, "ranges": {"charge": 100.0, "charge_sum": 500.0, "depth": 60.0}}


@pytest.fixture(scope="module")
def shower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with hits, events and a calibration: 6 events of 40 hits along z."""
    folder = tmp_path_factory.mktemp("shower")
    rng = np.random.default_rng(5)
    event = np.repeat(np.arange(6), 40)
    z = np.tile(np.linspace(100, 220, 40), 6)
    columns = [event, rng.normal(0, 10, 240), rng.normal(0, 10, 240), z, rng.exponential(30, 240) + 1, z]
    fields = {field.name: pa.array(column, field.type) for field, column in zip(HITS, columns, strict=True)}
    pq.write_table(pa.table(fields, HITS), folder / "hits.parquet")
    columns = [np.arange(6), [11, 11, 11, 22, 22, 22], [0.2, 1.1, 0.8, 2.0, 1.3, 0.3], [40] * 6, ["s"] * 6, range(6)]
    fields = {field.name: pa.array(column, field.type) for field, column in zip(EVENTS, columns, strict=True)}
    pq.write_table(pa.table(fields, EVENTS), folder / "events.parquet")
    (folder / "calibration.json").write_text(json.dumps(CALIBRATION))
    return folder


def run_script(name: str, job: dict, out: Path, hash_seed: int, **options: Path | list[Path]) -> dict[str, bytes]:
    """Run a figure script; the options without an existing file are outputs, written into `out`."""
    out.mkdir()
    command = [sys.executable, SCRIPTS / name, "--job", json.dumps({"config": job}), "--provenance", out / "p.json"]
    outputs = {}
    for option, value in options.items():
        places = [out / path for path in (value if isinstance(value, list) else [value])]
        command += [f"--{option.replace('_', '-')}", *places]
        if not places[0].exists():
            outputs[option] = places[0]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": str(hash_seed)})
    return {option: path.read_bytes() for option, path in outputs.items()}


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_cell_figures_are_the_same_twice(tmp_path: Path, kind: str):
    cell = write_cell(tmp_path, "voxels", 250, "simple", 19, 1.0)
    made = [
        run_script(
            "cell_figures.py",
            {"question": PARTICLE, "labels": {}},
            tmp_path / str(seed),
            seed,
            history=cell / "history.csv",
            metrics=cell / "metrics.json",
            predictions=cell / "predictions.parquet",
            history_figure=Path(f"history.{kind}"),
            roc=Path(f"roc.{kind}"),
            confusion=Path(f"confusion.{kind}"),
        )
        for seed in (1, 2)
    ]
    assert made[0] == made[1]
    assert len(made[0]) == 3
    assert all(b"CreationDate" not in content and str(tmp_path).encode() not in content for content in made[0].values())


EVENT_FIGURES = ("events", "resolutions", "event3d", "views", "hue")


def draw_events(shower: Path, out: Path, hash_seed: int, representations: list[dict]) -> dict[str, bytes]:
    """All figures that event_figures makes."""
    window = {
        "shape": [62, 128],
        "placement": {"x": "direction", "z": "start"},
        "margin": {"x": 10, "z": 5},
        "origin": "first_hit",
    }
    job = {
        "question": PARTICLE,
        "energy": 1.0,
        "representations": [
            {"representation": representation, "resolution": 500} for representation in representations
        ],
        "resolutions": {"representation": representations[0], "resolutions": [250, 1000], "window": window},
    }
    return run_script(
        "event_figures.py",
        job,
        out,
        hash_seed,
        hits=shower / "hits.parquet",
        events=shower / "events.parquet",
        calibrations=[shower / "calibration.json"] * len(representations),
        **{f"{name}_figure": Path(f"{name}.pdf") for name in EVENT_FIGURES},
    )


def test_event_figures_are_the_same_twice(shower: Path, tmp_path: Path):
    first, second = (draw_events(shower, tmp_path / str(seed), seed, [PROJECTION, VOXELS, COLOR]) for seed in (1, 2))
    assert first == second
    assert len(first) == len(EVENT_FIGURES)
    assert all(content.startswith(b"%PDF") for content in first.values())


def test_figures_without_a_flat_image_or_a_hue_are_there_too(shower: Path, tmp_path: Path):
    made = draw_events(shower, tmp_path / "voxels", 1, [VOXELS])
    assert all(content.startswith(b"%PDF") for content in made.values())


def test_the_users_own_style_changes_nothing(tmp_path: Path):
    history = [Epoch(1, 1e-3, 1.0, 0.5, 1.0, 0.5), Epoch(2, 1e-3, 0.5, 0.7, 0.6, 0.7)]
    history_figure(history, 1, tmp_path / "a.pdf")
    with matplotlib.rc_context({"font.size": 20, "axes.grid": True}):
        history_figure(history, 1, tmp_path / "b.pdf")
        assert matplotlib.rcParams["font.size"] == 20
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_the_users_own_fonts_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cell = write_cell(tmp_path, "voxels", 250, "simple", 19, 1.0)
    files = {name: cell / file for name, file in (("history", "history.csv"), ("metrics", "metrics.json"))}
    files["predictions"] = cell / "predictions.parquet"
    files |= {name: Path(f"{name}.pdf") for name in ("history_figure", "roc", "confusion")}
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    first = run_script("cell_figures.py", {"question": PARTICLE, "labels": {}}, tmp_path / "first", 1, **files)
    [fonts] = tmp_path.glob("fontlist-*.json")
    text = fonts.read_text()
    assert "DejaVuSans.ttf" in text
    fonts.write_text(text.replace("DejaVuSans.ttf", "DejaVuSerif.ttf"))
    assert run_script("cell_figures.py", {"question": PARTICLE, "labels": {}}, tmp_path / "second", 1, **files) == first


def test_roc_points_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 200), np.round(rng.random(200), 2)  # with ties
    false, true = roc_points(labels == 0, scores)
    expected = roc_curve(labels == 0, scores, drop_intermediate=False)
    np.testing.assert_allclose(false, expected[0])
    np.testing.assert_allclose(true, expected[1])


def test_typical_events(shower: Path):
    events = pq.read_table(shower / "events.parquet")
    assert typical_events(events, PARTICLES, 1.0) == {"electron": 1, "photon": 4}
    with pytest.raises(InputError, match="none is of class muon"):
        typical_events(events, Question(**question("electron", "photon", "muon")), 1.0)


def test_typical_events_without_energies(shower: Path):
    events = pq.read_table(shower / "events.parquet")
    columns = {name: events[name] for name in events.column_names}
    unknown = {"energy": pa.nulls(6, pa.float32()), "n_hits": pa.array([40, 9, 41, 7, 30, 20], pa.int32())}
    assert typical_events(pa.table(columns | unknown), PARTICLES, 1.0) == {"electron": 0, "photon": 5}
    some = {"energy": pa.array([None, 0.5, 3.0, None, None, 9.0], pa.float32())}
    assert typical_events(pa.table(columns | some), PARTICLES, 1.0) == {"electron": 1, "photon": 5}


def test_hits_of(shower: Path):
    by_event = hits_of(shower / "hits.parquet", [4, 1])
    assert {event: hits.charge.size for event, hits in by_event.items()} == {1: 40, 4: 40}
    with pytest.raises(InputError, match="event 9 has no hits"):
        hits_of(shower / "hits.parquet", [9])


def test_display_is_in_cm_from_the_origin():
    hits = Hits(
        event=np.array([0]),
        offsets=np.array([0, 2]),
        position=np.array([[0.0, 5.0, 100.0], [-40.0, 5.0, 120.0]]),
        charge=np.array([10.0, 20.0]),
    )
    shown = display(hits, Representation(**PROJECTION), 100, CALIBRATION)
    assert shown.axes == ("x", "z")
    np.testing.assert_allclose(shown.pixel, [4, 4])  # 400 cm / 100, 500 cm / 125
    np.testing.assert_allclose(shown.place * shown.pixel, [[-40, 20], [0, 0]])
    np.testing.assert_allclose(shown.charge, [20, 10])
    np.testing.assert_allclose(shown.values[:, 0], [20 / 115, 10 / 115])


def test_display_follows_the_order_of_the_representation():
    hits = Hits(
        event=np.array([0]),
        offsets=np.array([0, 2]),
        position=np.array([[0.0, 5.0, 100.0], [-40.0, 5.0, 120.0]]),
        charge=np.array([10.0, 20.0]),
        time=np.array([2.0, 1.0]),
    )
    shown = display(hits, Representation(**PROJECTION, order="truth_time"), 100, CALIBRATION)
    np.testing.assert_allclose(shown.place * shown.pixel, [[0, 0], [40, -20]])  # from the earlier, second hit
