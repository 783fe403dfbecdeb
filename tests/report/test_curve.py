"""The curve of an accuracy against a factor, from invented cells."""

import numpy as np
import pytest
from synthetic_cells import places, table_config, write_cell

from showergrid.report.figures import curve as figure
from showergrid.report.settings.ablations import AblationFigureSettings
from showergrid.report.tables.curve import build

EVENTS = [1000, 100]  # not in their order
SKILL = {100: 0.5, 1000: 2.0}


def settings() -> AblationFigureSettings:
    shown = [
        {**place, "levels": {"train_events": events, "bn": bn}}
        for bn in (False, True)
        for events in EVENTS
        for place in places("projection_y", 500, [f"simple@train_events-{events},bn-{str(bn).lower()}"], [1, 2])
    ]
    told = table_config(places=shown, against="train_events")
    return AblationFigureSettings(**{key: told[key] for key in told if key in AblationFigureSettings.model_fields})


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    results = tmp_path_factory.mktemp("results")
    for place in settings().places:
        for seed in place.seeds:
            write_cell(results, *place.key, seed, SKILL[place.levels["train_events"]] + 0.3 * place.levels["bn"])
    return build(settings(), results)


def test_a_curve_for_each_combination_of_the_other_factors_rises(made):
    assert [own.label for own in made.curves] == ["simple, bn no", "simple, bn yes"]
    for own in made.curves:
        assert [at for at, _ in own.points] == [100, 1000]
        first, last = (estimate for _, estimate in own.points)
        assert first.low < first.value < first.high < last.low < last.value < last.high


def test_curves_of_several_inputs_name_theirs(tmp_path):
    shown = []
    for representation, resolution in (("projection_y", 500), ("voxels", 500), ("voxels", 1000)):
        for events in EVENTS:
            [place] = places(representation, resolution, [f"simple@train_events-{events}"], [1])
            shown.append({**place, "levels": {"train_events": events}})
            write_cell(tmp_path, representation, resolution, place["model"], 1, SKILL[events])
    told = settings().model_dump() | {"places": shown, "labels": {"representations": {"voxels": "3D"}}}
    made = build(AblationFigureSettings(**told), tmp_path)
    assert [own.label.replace("\N{WORD JOINER}", "") for own in made.curves] == [
        "simple on projection_y at c 500",
        "simple on 3D at c 500",
        "simple on 3D at c 1000",
    ]
    assert all([at for at, _ in own.points] == [100, 1000] for own in made.curves)


def test_a_curve_against_the_resolution_is_one_and_networks_of_one_label_are_two(tmp_path):
    shown = []
    for model in ("simple", "complex"):
        for resolution in (100, 200, 500):
            [place] = places("projection_y", resolution, [model], [1])
            shown.append({**place, "levels": {"resolution": resolution}})
            write_cell(tmp_path, "projection_y", resolution, model, 1, 1.0)
    told = {"places": shown, "against": "resolution", "labels": {"models": {"simple": "net", "complex": "net"}}}
    made = build(AblationFigureSettings(**settings().model_dump() | told), tmp_path)
    assert [own.label.replace("\N{WORD JOINER}", "") for own in made.curves] == ["net", "net"]
    assert all([at for at, _ in own.points] == [100, 200, 500] for own in made.curves)


def test_the_line_of_chance_does_not_press_curves_together(made, monkeypatch):
    drawn = []
    monkeypatch.setattr(figure, "save", lambda made, path: drawn.append(made))
    figure.curve_figure(made, None)
    lowest = min(estimate.low for own in made.curves for _, estimate in own.points)
    assert 0.5 < drawn[0].axes[0].get_ylim()[0] < lowest


def test_the_band_is_the_interval(made, monkeypatch):
    drawn = []
    monkeypatch.setattr(figure, "save", lambda made, path: drawn.append(made))
    figure.curve_figure(made, None)
    [axes] = drawn[0].axes
    assert axes.get_xscale() == "log"
    for band, own in zip(axes.collections, made.curves, strict=True):
        heights = {round(y, 9) for y in band.get_paths()[0].vertices[:, 1]}
        assert {round(end, 9) for _, e in own.points for end in (e.low, e.high)} <= heights
    lines = [line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_marker() == "o"]
    assert np.allclose([line.get_ydata() for line in lines], [[e.value for _, e in own.points] for own in made.curves])


def test_the_figure_has_the_same_bytes_twice(made, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        figure.curve_figure(made, tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
