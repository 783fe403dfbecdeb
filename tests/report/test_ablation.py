"""The tables of an ablation on invented cells: combinations, main effects by hand, every format."""

import csv
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE
from synthetic_cells import BOOTSTRAP, write_cell

from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import holm
from showergrid.report.formats import latex, markdown
from showergrid.report.formats.numbers import number, short
from showergrid.report.formats.pdf import typeset
from showergrid.report.reports import ablation as report
from showergrid.report.reports.ablation import AblationResults, Parameters, build, layout, level_text

SCRIPTS = Path(__file__).parents[2] / "scripts"
SEEDS = [19, 20, 21]
FACTORS = {"bn": [False, True], "dropout": [0.0, 0.2, 0.5]}
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is missing")


def config(factors: dict[str, list] = FACTORS, lost: tuple[int, ...] = (), **changes: object) -> dict:
    """An ablation; the combinations at places `lost` ran out of memory."""
    settings = {"window": [62, 128], "batch_size": 48, "precision": "float32", "n_epochs": 10, "pixel_cm": {"x": 0.4}}
    places = [
        {
            "representation": "view",
            "resolution": 1000,
            "model": f"simple@{i}",
            "seeds": SEEDS,
            "status": "out of memory" if i in lost else "run",
            "settings": settings,
            "levels": dict(zip(factors, values, strict=True)),
        }
        for i, values in enumerate(itertools.product(*factors.values()))
    ]
    return {
        "name": "normalisation",
        "question": PARTICLE,
        "factors": [{"name": name, "values": values} for name, values in factors.items()],
        "places": places,
        "bootstrap": BOOTSTRAP,
        "comparison": {"alpha": 0.05},
        "order": "axis",
        "origin": "first_hit",
    } | changes


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Batch norm helps much, dropout not at all; the last combination answers one class."""
    folder = tmp_path_factory.mktemp("study")
    for i in range(6):
        for seed in SEEDS:
            write_cell(folder, "view", 1000, f"simple@{i}", seed, 0 if i == 5 else 0.6 + 0.6 * (i >= 3))
    return folder


@pytest.fixture(scope="module")
def ablation(results: Path) -> AblationResults:
    return build(Parameters(**config()), results)


def rows_of(ablation: AblationResults) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report.csv(ablation))))


def effects_of(ablation: AblationResults) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["factor"], row["level"]): row for row in rows_of(ablation) if row["factor"]}


def accuracies(results: Path, combinations: list[int]) -> np.ndarray:
    """Share of test events answered rightly, averaged over the combinations, for every seed (S,)."""
    shares = np.empty((len(combinations), len(SEEDS)))
    for i, combination in enumerate(combinations):
        for j, seed in enumerate(SEEDS):
            path = results / f"cells/view/c1000/simple@{combination}/seed{seed}/predictions.parquet"
            names = ("particle.electron", "particle", "split")
            score, particle, split = (pq.read_table(path)[name].to_numpy() for name in names)
            shares[i, j] = np.mean(((score >= 0.5) == (particle == "electron"))[split == "test"])
    return shares.mean(axis=0)


def test_rows_follow_the_places(ablation: AblationResults, results: Path):
    rows = [row for row in rows_of(ablation) if row["row"]]
    assert [(row["level_bn"], row["level_dropout"]) for row in rows] == [
        (bn, dropout) for bn in ("no", "yes") for dropout in ("0.0", "0.2", "0.5")
    ]
    for i, row in enumerate(rows):
        assert float(row["test_accuracy"]) == pytest.approx(accuracies(results, [i]).mean())
        assert float(row["test_accuracy_std"]) == pytest.approx(accuracies(results, [i]).std(ddof=1))
    assert [row["status"] for row in rows] == ["ok"] * 5 + ["collapsed"]
    assert [row["best"] for row in rows].count("true") == 1


def test_main_effects_by_hand(ablation: AblationResults, results: Path):
    effects = effects_of(ablation)
    by_level = {"no": [0, 1, 2], "yes": [3, 4, 5], "0.0": [0, 3], "0.2": [1, 4], "0.5": [2, 5]}
    assert [level for _, level in effects] == list(by_level)
    for (factor, level), row in effects.items():
        seeds = accuracies(results, by_level[level])
        first = accuracies(results, by_level["no" if factor == "bn" else "0.0"])
        assert float(row["test_accuracy"]) == pytest.approx(seeds.mean())
        assert float(row["test_accuracy_std"]) == pytest.approx(seeds.std(ddof=1))
        assert float(row["test_accuracy_low"]) < seeds.mean() < float(row["test_accuracy_high"])
        assert int(row["combinations"]) == len(by_level[level])
        if level in ("no", "0.0"):
            assert row["difference"] == row["difference_p_value"] == ""
        else:
            assert float(row["difference"]) == pytest.approx((seeds - first).mean())
            assert float(row["difference_low"]) < float(row["difference"]) < float(row["difference_high"])


def test_seeds_widen_a_difference_as_students_t_has_it(ablation: AblationResults, results: Path):
    # with the noise of events on top; 300 resamples know the tails to some 20 %
    row = effects_of(ablation)["bn", "yes"]
    apart = accuracies(results, [3, 4, 5]) - accuracies(results, [0, 1, 2])
    half = 4.303 * apart.std(ddof=1) / 3**0.5  # t of 2 degrees of freedom, 97.5 %
    assert float(row["difference_high"]) - float(row["difference_low"]) > 0.75 * 2 * half


def test_p_values_are_corrected_together(results: Path, monkeypatch: pytest.MonkeyPatch):
    corrected = effects_of(build(Parameters(**config()), results))
    monkeypatch.setattr("showergrid.report.reports.ablation.holm", lambda p: list(p))
    plain = effects_of(build(Parameters(**config()), results))
    compared = [key for key, row in plain.items() if row["difference_p_value"]]
    assert len(compared) == 3
    expected = holm([float(plain[key]["difference_p_value"]) for key in compared])
    assert [float(corrected[key]["difference_p_value"]) for key in compared] == pytest.approx(expected)


def test_a_large_effect_is_found_and_none_is_not(results: Path, tmp_path: Path):
    factors = {"bn": [False, True], "dropout": [0.0, 0.2]}
    for i in range(4):
        for seed in SEEDS:
            write_cell(tmp_path, "view", 1000, f"simple@{i}", seed, 0.4 + 1.2 * (i >= 2), events=2200)
    effects = effects_of(build(Parameters(**config(factors)), tmp_path))
    assert float(effects["bn", "yes"]["difference_low"]) > 0.1
    assert float(effects["bn", "yes"]["difference_p_value"]) < 0.05
    assert float(effects["dropout", "0.2"]["difference_p_value"]) > 0.05


def test_combinations_without_a_counterpart_are_left_out(results: Path):
    lacking = build(Parameters(**config(lost=(4,))), results)
    effects = effects_of(lacking)
    assert [row["combinations"] for row in effects.values()] == ["2", "2", "1", "1", "1"]
    assert float(effects["bn", "no"]["test_accuracy"]) == pytest.approx(accuracies(results, [0, 2]).mean())
    assert float(effects["dropout", "0.5"]["test_accuracy"]) == pytest.approx(accuracies(results, [2]).mean())
    assert "left out" in layout(lacking)[1].notes
    assert "OOM" in markdown.document(layout(lacking))


def test_a_value_without_any_numbers_has_no_effect(results: Path):
    lacking = build(Parameters(**config(lost=(3, 4, 5))), results)
    effects = effects_of(lacking)
    assert effects["bn", "yes"]["test_accuracy"] == effects["bn", "no"]["test_accuracy"] == ""
    assert "| bn | yes | \N{EN DASH} |" in markdown.document(layout(lacking))


def test_all_formats_say_the_same(ablation: AblationResults):
    tex, md = latex.document(layout(ablation)), markdown.document(layout(ablation))
    for row in rows_of(ablation):
        value = number(float(row["test_accuracy"]))
        low, high = (short(float(row[f"test_accuracy_{end}"])) for end in ("low", "high"))
        names = [row["factor"], row["level"]] if row["factor"] else [row["row"], row["level_bn"], row["level_dropout"]]
        line = next(line for line in md.splitlines() if line.startswith(f"| {' | '.join(names)} |"))
        assert f"{low}\N{EN DASH}{high}" in line
        assert f"{low}--{high}" in tex
        assert (f"**{value}**" if row["best"] == "true" else value) in line
        assert ("†" in line) == (row["indistinguishable"] == "true")
        if row["difference"]:
            sign = "+" if float(row["difference"]) > 0 else "\N{MINUS SIGN}"
            assert f"| {sign}{number(abs(float(row['difference'])))} |" in line
            assert f"| {number(float(row['difference_p_value']))} |" in line


def test_identical_rows_are_flagged(tmp_path: Path):
    for i in range(3):
        for seed in SEEDS:
            write_cell(tmp_path, "view", 1000, f"simple@{i}", seed, 0 if i else 1)
    made = build(Parameters(**config({"axis": ["x", "y", "z"]})), tmp_path)
    assert [row["flags"].split("; ")[-1] for row in rows_of(made)[:3]] == [
        "",
        "identical to row 3",
        "identical to row 2",
    ]
    assert "| 2‡ | y |" in markdown.document(layout(made))
    assert "identical numbers: row 2 = row 3" in layout(made)[0].notes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "none"),
        (0.0001, "0.0001"),
        (0.0, "0.0"),
        (3, "3"),
        ("all", "all"),
        ([5, 5], "5, 5"),
        ([[3, 5], [3, 5]], "3x5, 3x5"),
    ],
)
def test_values_are_readable(value: object, text: str):
    assert level_text(value) == text
    settings = Parameters(**json.loads(json.dumps(config({"it": [value, "else"]}))))
    assert level_text(settings.factors[0].values[0]) == level_text(settings.places[0].levels["it"]) == text


def test_caption_says_what_is_fixed(ablation: AblationResults, results: Path):
    caption = f"{layout(ablation)[0].caption} {layout(ablation)[0].notes}"
    for words in (
        "of simple on view, c 1000",
        "bn and dropout",
        "held fixed",
        "window 62 x 128 px",
        "seeds 19, 20, 21",
    ):
        assert words in caption
    assert "Order of hits: axis; origin of the window: first_hit." in caption
    varied = build(Parameters(**config({"order": ["axis", "truth_time"], "win_origin": ["first_hit"]})), results)
    assert "Order of hits" not in layout(varied)[0].notes
    assert "origin of the window" not in layout(varied)[0].notes


def test_representations_and_models_are_shown_by_their_labels(tmp_path: Path):
    for model in ("simple", "complex"):
        for seed in SEEDS:
            write_cell(tmp_path, "view", 1000, model, seed, 1.0)
    asked = config({"model": ["simple", "complex"]}, labels={"models": {"simple": "Simple $x$"}})
    for place, model in zip(asked["places"], ("simple", "complex"), strict=True):
        place["model"] = model
    made = build(Parameters(**asked), tmp_path)
    tables = markdown.document(layout(made))
    assert tables.count("| Simple $x$ |") == 2  # of the combinations, and of the effects
    assert "Ablation normalisation of Simple $x$ / complex on view" in tables
    assert "Simple" not in report.csv(made)


def test_other_seeds_are_refused(results: Path):
    places = config()["places"]
    places[2] = places[2] | {"seeds": [19, 20]}
    with pytest.raises(InputError, match=r"simple@2 has seeds \[19, 20\], view/c1000/simple@0 \[19, 20, 21\]"):
        build(Parameters(**config(places=places)), results)


def test_a_place_without_a_value_is_refused(results: Path):
    places = config()["places"]
    places[1] = places[1] | {"levels": {"bn": False}}
    with pytest.raises(InputError, match="view/c1000/simple@1 has no value of dropout"):
        build(Parameters(**config(places=places)), results)


def test_a_missing_cell_is_one_clear_line(results: Path, tmp_path: Path):
    shutil.copytree(results, tmp_path / "study")
    (tmp_path / "study/cells/view/c1000/simple@3/seed20/metrics.json").unlink()
    done = run_command(tmp_path / "study", tmp_path / "out", check=False)
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1
    assert "simple@3/seed20/metrics.json: is missing; make it with snakemake" in done.stderr
    assert not list((tmp_path / "out").iterdir())


def run_command(results: Path, out: Path, hash_seed: int = 0, check: bool = True) -> subprocess.CompletedProcess[str]:
    out.mkdir()
    command = [sys.executable, SCRIPTS / "report.py", "--results", results, "--provenance", out / "p.json"]
    for name in ("tex", "csv", "md"):
        command += [f"--{name}", out / f"table.{name}"]
    told = {"report": {"name": "ablations/normalisation", "module": "ablation", "parameters": config()}}
    job = json.dumps({"config": told}, sort_keys=True)
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    return subprocess.run([*command, "--job", job], check=check, env=environment, capture_output=True, text=True)


def test_command_writes_the_same_bytes_twice(results: Path, tmp_path: Path):
    for seed in (1, 2):
        run_command(results, tmp_path / str(seed), seed)
    for name in ("table.tex", "table.csv", "table.md"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    assert (tmp_path / "1/p.json").exists()


@needs_latex
def test_36_rows_with_odd_names_fit_a_bare_article(tmp_path: Path):
    factors = {
        "optim_lr": [0.0001, 0.001, 0.01],
        "scheduler_gamma": [0.5, 0.8, 0.9],
        "conv_sizes": [[3, 3], [5, 5]],
        "a & b_c 5 %": ["x^2", "{y}~#$\\"],
    }
    for i in range(35):
        for seed in SEEDS:
            write_cell(tmp_path, "view", 1000, f"simple@{i}", seed, 1 if i else 0, events=300)
    made = build(Parameters(**config(factors, lost=(35,), name="of & all_things")), tmp_path)
    (tmp_path / "t.tex").write_text(latex.document(layout(made)))
    typeset(tmp_path / "t.tex", tmp_path / "t.pdf")
