"""Tables on invented cells: symbols, bold, marks, and one content in every format."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import question
from pydantic import ValidationError
from studies import configuration
from synthetic_cells import accuracies, places, table_config, write_cell, write_study

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import published
from showergrid.plan.report_jobs import told
from showergrid.report.formats import html, latex, markdown
from showergrid.report.formats.fitting import name_lines
from showergrid.report.formats.numbers import number
from showergrid.report.formats.pdf import typeset
from showergrid.report.reports import table as report
from showergrid.report.reports.table import Parameters, build, layout
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.tables.grid import GridResults
from showergrid.report.tables.grid_published import Line, lines, published_csv, read_entries
from showergrid.report.tables.results import ACCURACIES, identical_rows

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
LONG = {"projection_y": "projection $y$", "efficientnet_lite0": "EfficientNet-Lite0 of ImageNet"}
needs_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is missing: texlive-latex-base, texlive-latex-recommended"
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_study(folder)
    return folder


@pytest.fixture(scope="module")
def table(results: Path) -> GridResults:
    return build(Parameters(**table_config()), results)


def beside(table: GridResults, path: Path) -> list[Line]:
    """The lines beside published numbers, as the command reads ours from the CSV file of the table."""
    path.write_text(report.csv(table))
    return lines(read_entries(path), table.settings.published_grid)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_pair_has_a_status(table: GridResults):
    statuses = {(row["representation"], row["model"]): row["status"] for row in rows_of(report.csv(table))}
    assert statuses == {
        ("projection_y", "simple"): "ok",
        ("projection_y", "complex"): "ok",
        ("projection_y", "efficientnet_lite0"): "collapsed",
        ("color_y", "simple"): "ok",
        ("color_y", "complex"): "ok",
        ("color_y", "efficientnet_lite0"): "out of memory",
        ("voxels", "simple"): "ok",
        ("voxels", "complex"): "not run",
        ("voxels", "efficientnet_lite0"): "n/a",
    }


def test_numbers_of_a_cell_by_hand(table: GridResults, results: Path):
    values, rates = [], []
    for seed in (19, 20, 21):
        folder = results / f"cells/projection_y/c1000/simple/seed{seed}"
        values.append(
            json.loads((folder / "metrics.json").read_text())["questions"]["particle"]["test"]["accuracy"]["value"]
        )
        rates.append([float(row["val_accuracy"]) for row in rows_of((folder / "history.csv").read_text())])
    row = rows_of(report.csv(table))[0]
    mean = sum(values) / 3
    assert float(row["test_accuracy"]) == pytest.approx(mean)
    assert float(row["test_accuracy_std"]) == pytest.approx((sum((v - mean) ** 2 for v in values) / 2) ** 0.5)
    assert float(row["validation_accuracy"]) == pytest.approx(sum(rate[-1] for rate in rates) / 3)
    assert float(row["best_validation_accuracy"]) == pytest.approx(sum(rate[0] for rate in rates) / 3)
    assert row["seeds"] == "19 20 21"


def test_best_and_what_is_not_distinguishable(table: GridResults):
    marks = {(r["representation"], r["model"]): (r["best"], r["indistinguishable"]) for r in rows_of(report.csv(table))}
    assert marks["projection_y", "simple"] == ("true", "false")
    assert marks["projection_y", "complex"] == ("false", "true")
    assert marks["projection_y", "efficientnet_lite0"] == ("false", "false")
    assert marks["color_y", "complex"] == ("false", "false")
    assert marks["voxels", "efficientnet_lite0"] == ("", "")


REPRESENTATIONS = ("projection_y", "color_y", "voxels")
SIGNS = {"n/a": "", "not run": "\N{EN DASH}", "out of memory": "OOM"}


def parts_of(text: str, between: str) -> list[str]:
    """The tables of a file, the main one first."""
    return text.split(between)[1:]


def tex_row(table: str, model: str) -> list[str]:
    """The cells of a network's row."""
    name = latex.escape(model)
    line = next(line for line in table.splitlines() if line.startswith((f"{name} &", f"{name}$")))
    return re.sub(r" \\\\(\[\w+\])?$", "", line).split(" & ")[1:]


def md_row(table: str, model: str) -> list[str]:
    line = next(
        line for line in table.splitlines() if line.startswith((f"| {model} |", f"| {model}\N{DOUBLE DAGGER} |"))
    )
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")][1:]


def test_all_formats_say_the_same(table: GridResults):
    tex = parts_of(latex.document(layout(table)), r"\begin{table}")[0]
    md = markdown.document(layout(table)).split("\n\n")[1]
    for row in rows_of(report.csv(table)):
        place = REPRESENTATIONS.index(row["representation"])
        cell, plain = tex_row(tex, row["model"])[place], md_row(md, row["model"])[place]
        if row["status"] not in ("ok", "collapsed"):
            assert (cell.replace("--", "\N{EN DASH}"), plain) == (SIGNS[row["status"]],) * 2
            continue
        value, low, high = (float(row[f"test_accuracy{end}"]) for end in ("", "_low", "_high"))
        up, down = number(high - value), number(value - low)
        assert f"$^{{+{up}}}_{{-{down}}}$" in cell
        assert f"(+{up} -{down})" in plain
        assert number(value) in cell
        assert number(value) in plain
        assert ("textbf" in cell, "**" in plain) == (row["best"] == "true",) * 2
        assert ("dagger" in cell, "†" in plain) == (row["indistinguishable"] == "true",) * 2
        assert ("circ" in cell, "°" in plain) == (row["status"] == "collapsed",) * 2
        if row["test_accuracy_std"]:
            assert f"[{number(float(row['test_accuracy_std']))}]" in plain


def test_accuracies_of_training_stand_in_a_table_of_their_own(table: GridResults):
    tex = parts_of(latex.document(layout(table)), r"\begin{table}")[1]
    md = markdown.document([layout(table)[1]])
    for row in rows_of(report.csv(table)):
        start = 3 * REPRESENTATIONS.index(row["representation"])
        plain = md_row(md, row["model"])[start : start + 3]
        for name, cell in zip(ACCURACIES[:3], plain, strict=True):
            if row["status"] in ("ok", "collapsed"):
                std = row[f"{name}_std"]
                assert cell == number(float(row[name])) + (f" [{number(float(std))}]" if std else "")
            else:
                assert cell == SIGNS[row["status"]]
        if row["status"] == "ok":
            assert " & ".join(number(float(row[name])) for name in ACCURACIES[:3]) in tex


def test_settings_stand_in_a_table_of_their_own(table: GridResults):
    grid = layout(table)[2]
    shown = {
        (group.title, row.stub[0]): [cell.text for (cell,) in row.cells] for group in grid.groups for row in group.rows
    }
    assert [head for column in grid.columns for head in column.heads] == [
        *("c", "pixel [cm]", "window", "batch", "precision", "epochs", "lr", "seeds")
    ]
    first = ["1000", "0.4", "62 \N{MULTIPLICATION SIGN} 128", "48", "bf16", "10", "0.001", "19\N{EN DASH}21"]
    assert shown["simple", "projection_y"] == first
    assert shown["simple", "voxels"][:3] == ["250", "1.6", " \N{MULTIPLICATION SIGN} ".join(("62", "62", "128"))]
    assert ("complex", "voxels") not in shown  # not run
    assert "Order of hits: truth_time; origin of the window: first_hit." in grid.notes


def test_what_a_search_chose_is_said(tmp_path: Path):
    write_cell(tmp_path, "voxels", 250, "simple@tuned", 19, 1)
    [place] = places("voxels", 250, ["simple@tuned"], [19])
    place["settings"] |= {"tuned": ["optim_lr", "win_shape", "dropout"]}
    labels = {"models": {"simple": "Simple CNN"}}
    made = build(Parameters(**table_config(places=[place], labels=labels, published_grid=None)), tmp_path)
    [_, _, settings] = layout(made)
    assert [cell.text for (cell,) in settings.groups[0].rows[0].cells][2:] == [
        "tuned",
        "48",
        "bf16",
        "10",
        "tuned",
        "19",
    ]
    assert "Simple CNN@tuned: a search chose optim_lr, win_shape and dropout." in markdown.document([settings])


def test_fitted_models_have_no_settings_of_epochs(tmp_path: Path):
    write_cell(tmp_path, "hits", 250, "trees", 19, 1)
    [place] = places("hits", 250, ["trees"], [19])
    place["settings"] = {"window": [64], "counted": "hits", "pixel_cm": {"x": 1.6, "y": 1.6, "z": 1.6}}
    made = build(Parameters(**table_config(places=[place], published_grid=None)), tmp_path)
    settings = layout(made)[2]
    assert [column.heads[0] for column in settings.columns] == ["c", "pixel [cm]", "window", "seeds"]
    assert [cell.text for (cell,) in settings.groups[0].rows[0].cells] == ["250", "1.6", "64 hits", "19"]


def test_networks_stand_by_kind(results: Path):
    kinds = {"simple": "Small ones", "efficientnet_lite0": "Large ones", "complex": "Small ones"}
    grids = layout(build(Parameters(**table_config(kinds=kinds)), results))
    for grid in grids[:2]:
        assert [(group.title, [row.stub[0] for row in group.rows]) for group in grid.groups] == [
            ("Small ones", ["simple", "complex"]),
            ("Large ones", ["efficientnet_lite0"]),
        ]
    assert [group.title for group in grids[2].groups] == ["simple", "complex", "efficientnet_lite0"]
    assert r"\multicolumn{4}{@{}l}{\textit{Small ones}}" in latex.document(grids)
    assert "| **Large ones** |  |  |  |" in markdown.document(grids)


def test_what_says_nothing_is_left_out(results: Path):
    """A network and a representation that are nowhere run, and what was not published."""
    untried = places("voxels", 250, ["pretrained"], [19], "n/a") + places("hits", 250, ["pretrained"], [], "n/a")
    config = table_config(places=[*table_config()["places"], *untried])
    config["meaningless"] += [["hits", model] for model in ("simple", "complex", "efficientnet_lite0")]
    config["meaningless"] += [["color_y", "pretrained"], ["projection_y", "pretrained"]]
    table = build(Parameters(**config), results)
    assert {"pretrained", "hits"} <= {
        row[key] for row in rows_of(report.csv(table)) for key in ("model", "representation")
    }
    test, training, settings, published = layout(table)
    for text in (latex.document, markdown.document):
        assert "pretrained" not in text([test, training, settings, published])
        assert "hits" not in text([test, training]).replace("Order of hits", "")
    assert [column.title for column in published.columns] == ["projection_y", "voxels"]


def test_a_caption_has_three_lines_and_notes_say_the_rest(table: GridResults):
    grids = layout(table)
    assert all(len(f"Table 1: {grid.caption}") <= 3 * 68 for grid in grids)  # characters of a line of an article
    for words in ("telling electron from photon", "200 test events", "95 % interval"):
        assert words in grids[0].caption
    for words in ("Several seeds", "Holm", "Blank", "not run", "OOM: out of memory", "collapsed", "c: pixels across"):
        assert words in grids[0].notes


def test_notes_explain_what_occurs(tmp_path: Path):
    write_cell(tmp_path, "voxels", 250, "simple", 19, 1)
    config = table_config(places=places("voxels", 250, ["simple"], [19]), published_grid=None)
    test, training, _ = layout(build(Parameters(**config), tmp_path))
    for words in ("Several", "Blank", "not run", "OOM", "collapsed", "identical"):
        assert words not in test.notes + training.notes
    assert (len(test.groups), test.groups[0].title, len(test.columns)) == (1, "", 1)
    assert "c 250" in markdown.document([test])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("simple", ["simple"]),
        ("efficientnet_lite0", ["efficientnet_", "lite0"]),
        ("a" * 30, ["a" * 12, "a" * 12, "a" * 6]),
        ("x_y_z", ["x_y_z"]),
        ("projection_y/c1000/complex", ["projection_y/", "c1000/complex"]),
    ],
)
def test_long_names_are_cut(name: str, expected: list[str]):
    assert name_lines(name, 13) == expected


def test_escape():
    assert latex.escape("a_b & 5 % of 9 $ #1 {y}~^\\") == (
        r"a\_b \& 5~\% of 9 \$ \#1 \{y\}\textasciitilde{}\textasciicircum{}\textbackslash{}"
    )
    assert markdown.escape("a_b *c* |d| _e_") == r"a_b \*c\* \|d\| \_e\_"


def test_mathematics_stays():
    assert latex.escape("$5 and $6") == r"\$5 and \$6"
    text = r"a_b $\bar{\nu}_e | x$ & 5 %"
    assert latex.escape(text) == r"a\_b $\bar{\nu}_e | x$ \& 5~\%"
    assert markdown.escape(text) == r"a_b $\bar{\nu}_e \vert  x$ & 5 %"
    ((page, _),) = html.from_markdown(f"**bold {markdown.escape(text)}** and *")
    assert page.startswith("<strong>bold a_b <math")
    assert page.endswith("</math> &amp; 5 %</strong> and *")
    assert name_lines(r"projection $\nu_\mu$ view", 13) == [r"projection $\nu_\mu$", "view"]
    assert name_lines(r"candidates$\nu_\mu$ of 9 $", 13) == [r"candidates$\nu_\mu$", "of 9 $"]


def test_no_line_ends_within_a_label():
    labels = HumanLabels(models={"simple": "Simple CNN of 2 layers"}, representations={"view": "projection $y$"})
    name = labels.unbroken.model("simple@tuned")
    assert name_lines(f"view/{name}", 8) == ["view/", name]
    assert latex.escape(name) == r"\mbox{Simple CNN of 2 layers}@tuned"
    assert latex.escape(f"on {labels.unbroken.representation('view')}") == r"on \mbox{projection $y$}"
    assert markdown.escape(name) == "Simple CNN of 2 layers@tuned"
    assert labels.unbroken.model("another_one") == "another_one"


def test_numbers_are_compact():
    assert [number(value) for value in (0.8924, 0, 1, -0.0312)] == [".892", ".000", "1.000", "-.031"]
    assert number(0.456, 2) == ".46"


def test_identical_rows():
    numbers = (".805", ".767", ".767")
    rows = {
        "b0": {"projection": numbers, "color": None},
        "b2": {"projection": numbers, "color": (".1", ".1", ".1")},
        "b5": {"projection": (".805", ".767", ".768"), "color": None},
        "b7": {"projection": None, "color": None},
    }
    assert identical_rows(rows) == (("b0", "b2"),)


def test_identical_rows_of_ours_are_flagged(tmp_path: Path):
    for model in ("simple", "complex"):
        write_cell(tmp_path, "voxels", 250, model, 19, 0)
    table = build(
        Parameters(**table_config(places=places("voxels", 250, ["simple", "complex"], [19]), published_grid=None)),
        tmp_path,
    )
    assert table.identical == (("simple", "complex"),)
    assert r"simple$^{\ddagger}$ &" in latex.document(layout(table))
    assert "| simple‡ |" in markdown.document(layout(table))
    flagged = [row["flags"] for row in rows_of(report.csv(table)) if row["status"] == "collapsed"]
    assert flagged == [f"seed 19 answers one class; identical to {twin}" for twin in ("complex", "simple")]


def test_published_numbers_keep_to_themselves(table: GridResults, tmp_path: Path):
    made = beside(table, tmp_path / "table1.csv")
    assert [(line.model, line.source) for line in made] == [
        ("simple", "ours"),
        ("simple", "published"),
        ("complex", "ours"),
        ("complex", "published"),
        ("efficientnet_lite0", "ours"),
        ("efficientnet_b0", "draft"),
        ("efficientnet_b2", "draft"),
        ("efficientnet_b5", "draft"),
    ]
    assert made[5].twins == ("efficientnet_b2", "efficientnet_b5")
    tex, md = latex.document(layout(table)), markdown.document(layout(table))
    for text in (tex, md):
        assert "published on other data" in text
        assert "identical numbers (draft)" in text
    rows = {(row["model"], row["source"], row["representation"]): row for row in rows_of(published_csv(made))}
    assert rows["simple", "published", "projection_y"]["train_accuracy"] == "0.892"
    assert rows["complex", "published", "voxels"]["status"] == "out of memory"
    assert rows["efficientnet_b0", "draft", "projection_y"]["flags"].startswith("identical to efficientnet_b2")
    assert "| complex | published | .852 | .866 | .866 | " in md
    assert r" & published & .852 & .866 & .866 & " in tex


def test_without_published_numbers_there_is_no_table_of_them(results: Path, tmp_path: Path):
    table = build(Parameters(**table_config(published_grid=None)), results)
    assert [grid.label for grid in layout(table)] == ["tab:table1", "tab:table1-training", "tab:table1-settings"]
    assert rows_of(published_csv(beside(table, tmp_path / "table1.csv"))) == []


def test_other_test_events_are_refused(tmp_path: Path):
    write_study(tmp_path)
    path = tmp_path / "cells/voxels/c250/simple/seed19/predictions.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.set_column(0, "event", pa.array(range(1, len(rows) + 1))), path)
    with pytest.raises(InputError, match=r"voxels/c250/simple/seed19/predictions\.parquet: its test events are not"):
        build(Parameters(**table_config()), tmp_path)


@pytest.mark.parametrize("name", ["history.csv", "metrics.json", "predictions.parquet"])
def test_a_missing_file_is_named(tmp_path: Path, name: str):
    write_study(tmp_path)
    (tmp_path / "cells/color_y/c500/simple/seed19" / name).unlink()
    with pytest.raises(InputError, match=f"seed19/{name}: is missing"):
        build(Parameters(**table_config()), tmp_path)


@pytest.mark.parametrize(
    ("name", "text"), [("history.csv", "epoch,lr\n1,2\n"), ("history.csv", ""), ("metrics.json", "{}")]
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, text: str):
    write_study(tmp_path)
    (tmp_path / "cells/color_y/c500/simple/seed19" / name).write_text(text)
    with pytest.raises(InputError, match=f"seed19/{name}: "):
        build(Parameters(**table_config()), tmp_path)


def test_unknown_status_is_refused():
    with pytest.raises(ValidationError, match="out of memory"):
        Parameters(**table_config(places=places("voxels", 250, ["simple"], [], "lost")))


def run_table(results: Path, out: Path) -> dict[str, bytes]:
    out.mkdir()
    files = {name: out / f"table1.{name}" for name in ("tex", "csv", "md")}
    job = {"report": {"name": "table1", "module": "table", "parameters": table_config()}}
    command = [sys.executable, SCRIPTS / "report.py", "--results", results, "--provenance", out / "p.json"]
    command += [part for name, path in files.items() for part in (f"--{name}", path)]
    subprocess.run([*command, "--job", json.dumps({"config": job})], check=True)
    record = json.loads((out / "p.json").read_text())
    assert record["seeds"] == {"bootstrap": 7}
    assert "showergrid/report/reports/table.py" in record["code"]
    assert "showergrid/report/reports/ablation.py" not in record["code"]
    files["published"] = out / "published.csv"
    command = [sys.executable, SCRIPTS / "published.py", "--table", files["csv"], "--output", files["published"]]
    job = json.dumps({"config": {"published_grid": table_config()["published_grid"]}})
    subprocess.run([*command, "--provenance", out / "q.json", "--job", job], check=True)
    return {name: path.read_bytes() for name, path in files.items()}


def test_command_writes_the_same_bytes_twice(results: Path, tmp_path: Path):
    first = run_table(results, tmp_path / "a")
    assert first == run_table(results, tmp_path / "b")
    assert str(tmp_path).encode() not in b"".join(first.values())


@needs_latex
def test_fits_a_bare_article_and_is_the_same_twice(table: GridResults, tmp_path: Path):
    tex = tmp_path / "table1.tex"
    tex.write_text(latex.document(layout(table)))
    typeset(tex, tmp_path / "a.pdf")
    typeset(tex, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@needs_latex
def test_the_published_grid_fits_too(tmp_path: Path):
    models = ["simple", "complex", *(f"efficientnet_b{size}" for size in (0, 2, 5, 7)), "resnet_50", "googlenet"]
    columns = ["projection_y", "color_y", "voxels", "projection_x"]
    for column in columns:
        for model in models:
            write_cell(tmp_path, column, 1000, model, 19, 1.1 if model != "googlenet" else 0)
            write_cell(tmp_path, column, 1000, model, 20, 1.1)
    row = dict.fromkeys(columns, accuracies(0.892, 0.885, 0.885))
    config = table_config(
        places=[place for column in columns for place in places(column, 1000, models, [19, 20])],
        published_grid={"note": "n", "table1": dict.fromkeys(models, row), "draft": dict.fromkeys(models, row)},
    )
    table = build(Parameters(**config), tmp_path)
    tex = tmp_path / "table1.tex"
    tex.write_text(latex.document(layout(table)))
    typeset(tex, tmp_path / "table1.pdf")


@needs_latex
@pytest.mark.parametrize("name", ["default", "reference", "test"])
@pytest.mark.parametrize("labelled", [True, False])
def test_the_tables_of_the_studies_fit(name: str, labelled: bool, tmp_path: Path):
    """`typeset` refuses an overfull box and a table that is too high."""
    raw = configuration(name)
    if labelled:
        for entry in [*raw["representations"], *raw["models"]]:
            entry["label"] = LONG.get(entry["name"], entry["name"].replace("_", " "))
    study = read_study(raw)
    settings = Parameters(**told(study, published(study.config, ROOT), "table1", Parameters))
    for place in settings.places:
        for seed in place.seeds if place.status == "run" else []:
            write_cell(tmp_path, *place.key, seed, 1)
    tex = tmp_path / "table1.tex"
    tex.write_text(latex.document(layout(build(settings, tmp_path))))
    typeset(tex, tmp_path / "table1.pdf")
    widest = max(line.count("|") for line in markdown.document(layout(build(settings, tmp_path))).splitlines())
    assert widest <= 14


@needs_latex
def test_a_kind_of_more_models_than_a_page_holds_goes_on_on_the_next(tmp_path: Path):
    names = [f"network_{i}" for i in range(45)]
    for name in names:
        for seed in (19, 20):
            write_cell(tmp_path, "projection_y", 1000, name, seed, 1)
    config = table_config(places=places("projection_y", 1000, names, [19, 20]), published_grid=None)
    tex = tmp_path / "table1.tex"
    tex.write_text(latex.document(layout(build(Parameters(**config), tmp_path))[:1]))
    typeset(tex, tmp_path / "table1.pdf")
    text = tex.read_text()
    assert text.count("continued") == 2
    assert sorted(re.findall(r"^network\\_(\d+)", text, re.M), key=int) == [str(i) for i in range(len(names))]


@needs_latex
def test_tables_of_one_cell_and_of_three_classes_fit(tmp_path: Path):
    write_cell(tmp_path, "voxels", 250, "simple", 19, 1)
    config = table_config(places=places("voxels", 250, ["simple"], [19]), published_grid=None)
    made = build(Parameters(**config), tmp_path)
    labels = HumanLabels(classes={"electron": "$e^-$", "other": "neutral pion of two photons"})
    three = {"question": Question(**question("electron", "photon", "other")), "labels": labels}
    for table in (made, replace(made, settings=made.settings.model_copy(update=three))):
        (tmp_path / "table1.tex").write_text(latex.document(layout(table)))
        typeset(tmp_path / "table1.tex", tmp_path / "table1.pdf")
        assert len(layout(table)[0].caption) <= 3 * 68


@needs_latex
@pytest.mark.parametrize(
    ("text", "message"),
    [(r"\undefined", "pdflatex fails: Undefined control sequence"), (r"\rule{50cm}{1pt}", "does not fit the page")],
)
def test_what_cannot_be_typeset_is_refused(tmp_path: Path, text: str, message: str):
    (tmp_path / "bad.tex").write_text(text)
    with pytest.raises(InputError, match=message):
        typeset(tmp_path / "bad.tex", tmp_path / "bad.pdf")
    assert not (tmp_path / "bad.pdf").exists()


def test_missing_pdflatex_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="texlive-latex-base and texlive-latex-recommended"):
        typeset(tmp_path / "table1.tex", tmp_path / "table1.pdf")
