"""The figure of an ablation by rows, from invented cells."""

import pytest
from synthetic_cells import places, table_config, write_cell

from showergrid.report.figures import levels as figure
from showergrid.report.settings.ablations import AblationFigureSettings
from showergrid.report.tables.levels import build

SKILL = {"projection_y": 0.5, "color_y": 2.0, "voxels": 0.0}  # the last answers one class


def status(name: str, bn: bool) -> str:
    return "n/a" if name == "voxels" and bn else "run"


def settings() -> AblationFigureSettings:
    shown = [
        {**place, "levels": {"representation": name, "bn": bn, "resolution": 500}}
        for name in SKILL
        for bn in (False, True)
        for place in places(name, 500, [f"simple@bn-{str(bn).lower()}"], [1, 2, 3], status(name, bn))
    ]
    told = table_config(places=shown, against=None, labels={"representations": {"projection_y": "projection $y$"}})
    return AblationFigureSettings(**{key: told[key] for key in told if key in AblationFigureSettings.model_fields})


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    results = tmp_path_factory.mktemp("results")
    for place in settings().places:
        for seed in place.seeds * (place.status == "run"):
            write_cell(results, *place.key, seed, SKILL[place.representation])
    return build(settings(), results)


def test_the_rows_stand_in_the_order_of_the_values_with_their_words(rows):
    assert [row.label for row in rows] == [
        "projection $y$, bn no, 500",
        "projection $y$, bn yes, 500",
        "color_y, bn no, 500",
        "color_y, bn yes, 500",
        "voxels, bn no, 500",
        "voxels, bn yes, 500",
    ]
    assert [row.status for row in rows] == ["ok"] * 4 + ["collapsed", "n/a"]
    assert rows[-1].estimate is None


def test_each_row_shows_its_interval_its_number_and_its_seeds(rows, monkeypatch):
    drawn = []
    monkeypatch.setattr(figure, "save", lambda made, path: drawn.append(made))
    figure.levels_figure(rows, None)
    [axes] = drawn[0].axes
    assert axes.yaxis_inverted()  # the first stands on top
    assert [label.get_text() for label in axes.get_yticklabels()] == [row.label for row in rows]
    [numbers] = axes.child_axes
    said = [label.get_text() for label in numbers.get_yticklabels()]
    assert said[4:] == [".500 [.500, .500]", "n/a"]
    [bars] = axes.collections
    for y, (row, bar) in enumerate(zip(rows[:5], bars.get_segments(), strict=True)):
        assert bar.ravel().tolist() == pytest.approx([row.estimate.low, y, row.estimate.high, y])
        [seeds] = [line for line in axes.lines if line.get_marker() == "." and line.get_ydata()[0] == y - figure.ABOVE]
        assert sum(seeds.get_xdata()) / 3 == pytest.approx(row.estimate.value)


def test_without_cells_the_figure_says_so_and_has_the_same_bytes_twice(rows, tmp_path):
    figure.levels_figure(rows[-1:], tmp_path / "none.pdf")
    for name in ("a.pdf", "b.pdf"):
        figure.levels_figure(rows, tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
