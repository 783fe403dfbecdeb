"""Touching one thing reruns what depends on it and nothing else: dry runs after real edits."""

import csv
import itertools
import json
import os
import shutil
import subprocess

import pytest

CELL_RULES = {"train", "evaluate", "cell_figures", "cell_performance", "pairs", "performance", "report", "published"}
OF_CELLS = {"train", "evaluate", "cell_figures", "cell_performance"}
ALL_CELLS = CELL_RULES | {"resolution_figure", "features"}


def test_finished_study_plans_nothing(finished):
    assert finished.plan().jobs == []
    assert finished.plan("results-test/table1.tex").jobs == []
    assert "Nothing to be done" in finished.snakemake("results-test/table1.tex").stdout


def test_learning_rate_of_one_network(project):
    project.edit("config/electron_photon/test.yaml", "- {name: complex,", "- {name: complex, optim_lr: 0.005,")
    plan = project.plan()
    assert plan.of("model") == {"complex"}
    assert plan.of("seed") == {"19", "20"}
    assert dict(plan.rules) == {rule: 2 if rule in OF_CELLS else 1 for rule in CELL_RULES}


def test_number_on_the_command_line(project):
    plan = project.plan("--config", "bootstrap={resamples: 100}")
    assert {"evaluate", "report"} <= set(plan.rules)
    assert plan.rules["train"] == 0


def test_two_values_swapped(project):
    # The set of values is the same: Snakemake would not see the change if each were a parameter of its own.
    project.edit("config/electron_photon/test.yaml", "win_margin: {x: 4, z: 2}", "win_margin: {x: 2, z: 4}")
    plan = project.plan()
    assert plan.of("model") == {"complex"}
    assert plan.rules["train"] == 2


def test_seed_added(project):
    project.edit("config/electron_photon/test.yaml", "seeds: [19, 20]", "seeds: [19, 20, 21]")
    plan = project.plan()
    assert plan.of("seed") == {"21"}
    assert dict(plan.rules) == dict.fromkeys(CELL_RULES, 1)


def test_more_showers_leave_the_shards_there_are(project):
    project.edit("config/electron_photon/test.yaml", "showers: 160", "showers: 200")
    assert [job.wildcards for job in project.plan().jobs if job.rule == "shard"] == [{"shard": "4"}]


def test_comment_in_the_colour_module(project):
    project.edit("scripts/showergrid/representations/color.py", "\nclass Parameters", "\n# A remark.\nclass Parameters")
    plan = project.plan()
    assert plan.of("representation") == {"color_y"}
    assert set(plan.rules) == CELL_RULES | {"calibrate_inputs", "represent", "event_figures"}
    # The new calibration alone would draw the figures again, so the module must be among their own sources.
    figures = next(job for job in plan.jobs if job.rule == "event_figures")
    assert "scripts/showergrid/representations/color.py" in project.sources(figures)


def test_comment_in_the_training_loop(project):
    project.edit("scripts/showergrid/training/loop.py", "\nclass ", "\n# A remark.\nclass ")
    assert set(project.plan().rules) == ALL_CELLS


REPORTS = {
    "table": "table1",
    "resolution": "table_resolution",
    "containment": "table_containment",
    "variations": "table_variations",
    "ablation": "ablations/tiny",
    "ensemble": "ensembles/tiny",
}


def reports(plan) -> set[str]:
    """The names of the planned reports."""
    return {job.wildcards["report"] for job in plan.jobs if job.rule == "report"}


@pytest.mark.parametrize("module", ["table", "resolution", "containment"])
def test_comment_in_a_report(project, module):
    project.edit(f"scripts/showergrid/report/reports/{module}.py", "\n\ndef csv", "\n\n# A remark.\ndef csv")
    plan = project.plan()
    assert reports(plan) == {REPORTS[module]}
    assert set(plan.rules) == {"report", *(["published"] if module == "table" else [])}


def test_comment_in_a_figure_leaves_its_table(project):
    project.edit("scripts/showergrid/report/figures/resolution.py", "\n\ndef ", "\n\n# A remark.\ndef ")
    assert project.plan().rules == {"resolution_figure": 1}


def test_one_rule_makes_every_report_from_its_own_code(checked_out):
    plan = checked_out.plan(*(f"results-test/{name}.tex" for name in REPORTS.values()))
    assert reports(plan) == set(REPORTS.values())
    folder = "scripts/showergrid/report/reports/"
    for job in plan.jobs:
        own = {name for name in checked_out.sources(job) if name.startswith(folder) and "__init__" not in name}
        expected = {f"{folder}{module}.py" for module, name in REPORTS.items() if job.wildcards.get("report") == name}
        assert own == expected


def test_a_second_table_of_another_name(project):
    """It shows cells that there are: nothing else is made, and no other table again."""
    project.edit("config/electron_photon/default.yaml", "reports: #", "reports:\n  depth: {module: table} #")
    block = "{table: depth, representations: [projection_y], resolutions: [100, 200], models: [simple], seeds: [19]}"
    project.edit("config/electron_photon/test.yaml", "grid:\n", f"grid:\n  - {block}\n")
    refused = project.snakemake("--dry-run", check=False).stdout
    assert "config: grid: depth has simple on projection_y twice" in refused
    project.edit(
        "config/electron_photon/test.yaml",
        "resolutions: [100, 200], models: [simple], seeds",
        "resolutions: [200], models: [simple], seeds",
    )
    plan = project.plan()
    assert reports(plan) == {"depth"}
    assert dict(plan.rules) == {"report": 1, "published": 1}
    project.snakemake("--cores", "1")
    with open(project.results / "depth.csv", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["representation"], row["model"], row["resolution"]) == ("projection_y", "simple", "200")
    assert "tab:depth" in (project.results / "depth.tex").read_text()
    assert project.plan().jobs == []


def test_new_files_plan_nothing(project):
    for kind in ("sources", "models", "representations", "report/reports"):
        folder = project.root / "scripts/showergrid" / kind
        source = sorted(path for path in folder.glob("*.py") if path.stat().st_size)[0]
        shutil.copy(source, folder / "another.py")
    assert project.plan().jobs == []


@pytest.mark.parametrize("file", ["README.md", "tests/workflow/test_reruns.py", "Makefile", "docs/configuration.md"])
def test_texts_plan_nothing(project, file):
    assert (project.root / file).is_file()
    with open(project.root / file, "a") as text:
        text.write("\n# A remark.\n")
    assert project.plan().jobs == []


@pytest.mark.parametrize("module", ["provenance", "progress", "errors", "closure"])
def test_modules_that_change_no_output_plan_nothing(project, module):
    project.edit(f"scripts/showergrid/core/{module}.py", '"""', '"""A remark. ')
    assert project.plan().jobs == []


def test_times_plan_nothing(project):
    """The order of all times is reversed, so that every input is newer than what was made of it."""
    files = [path for path in project.root.rglob("*") if path.is_file() and not {".snakemake", ".git"} & {*path.parts}]
    times = {path: path.stat().st_mtime_ns for path in files}
    latest = max(times.values())
    for path, time in times.items():
        os.utime(path, ns=(2 * latest - time, 2 * latest - time))
    inputs = {path for job in project.plan("--forceall").jobs for path in job.inputs}
    # Some are larger than what Snakemake compares by content by default.
    assert [path for path in inputs if (project.root / path).stat().st_size > 1_000_000]
    assert project.plan().jobs == []


def test_without_snakemakes_memory_everything_is_planned(project):
    """Nobody could tell of which configuration the outputs are; `make audit` can."""
    shutil.rmtree(project.root / ".snakemake")
    everything = project.plan("--forceall").rules
    assert project.plan().rules == everything


def test_code_with_an_old_time_is_seen(project):
    """As `rsync -a`, `cp -p` and `tar x` leave it."""
    path = project.root / "scripts/showergrid/training/loop.py"
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**15
    project.edit("scripts/showergrid/training/loop.py", "\nclass ", "\n# A remark.\nclass ")
    os.utime(path, ns=times)
    assert set(project.plan().rules) == ALL_CELLS


def test_another_name_of_a_class_leaves_the_data(project):
    """Their bytes hold its code alone."""
    project.edit("config/electron_photon/default.yaml", "{name: photon, values: [22]}", "{name: gamma, values: [22]}")
    planned = set(project.plan().rules)
    assert {"train", "report"} <= planned
    assert not {"shard", "gather", "split", "calibrate", "calibrate_inputs", "represent"} & planned


def test_branch_and_back_plans_nothing(project):
    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments],
            cwd=project.root,
            check=True,
            capture_output=True,
        )

    git("checkout", "-b", "other")
    project.edit("config/config.yaml", "optim_lr: 1.0e-3", "optim_lr: 2.0e-3")
    project.edit("scripts/showergrid/training/loop.py", "\nclass ", "\n# A remark.\nclass ")
    git("commit", "--all", "--message", "Change")
    assert project.plan().rules["train"] > 1
    git("checkout", "-")
    assert project.plan().jobs == []


CELL_FILES = {
    "model.safetensors": "train",
    "history.csv": "train",
    "answers.safetensors": "train",
    "train.provenance.json": "train",
    "predictions.parquet": "evaluate",
    "metrics.json": "evaluate",
    "evaluate.provenance.json": "evaluate",
}


@pytest.mark.parametrize("name", CELL_FILES)
@pytest.mark.parametrize("target", ["results-test/table1.tex", "all"])
def test_deleted_file_of_a_cell(project, name, target):
    (project.cell("projection_y", 100, "complex", 20) / name).unlink()
    plan = project.plan(target)
    assert CELL_FILES[name] in plan.rules
    assert plan.of("model") == {"complex"}
    assert plan.of("seed") == {"20"}
    assert plan.rules["represent"] == plan.rules["gather"] == 0


# Records of data and images, which the table needs, and of what only the whole study makes.
RECORDS = [
    ("data/shards/0.hits.parquet", "shard", "results-test/table1.tex"),
    ("data/hits.parquet", "gather", "results-test/table1.tex"),
    ("data/split.parquet", "split", "results-test/table1.tex"),
    ("data/calibration.json", "calibrate", "results-test/table1.tex"),
    ("inputs/projection_y/c100.calibration.json", "calibrate_inputs", "results-test/table1.tex"),
    ("inputs/projection_y/c100.safetensors", "represent", "results-test/table1.tex"),
    ("features/projection_x/c100/simple/seed19.safetensors", "features", "results-test/table1.tex"),
    ("table1.tex", "report", "all"),
    ("table1_published.csv", "published", "all"),
    ("table_resolution.tex", "report", "all"),
    ("figures/resolution.pdf", "resolution_figure", "all"),
    ("table_containment.tex", "report", "all"),
    ("data/summary.json", "explore", "all"),
    ("data/directions.parquet", "directions", "all"),
    ("comparison/pairs.csv", "pairs", "all"),
    ("comparison/performance.csv", "performance", "all"),
    ("cells/projection_y/c100/complex/seed20/performance.csv", "cell_performance", "all"),
    ("figures/data/events.pdf", "event_figures", "all"),
    ("cells/projection_y/c100/complex/seed20/figures/history.pdf", "cell_figures", "all"),
]


@pytest.mark.parametrize(("output", "rule", "target"), RECORDS)
def test_deleted_record(project, output, rule, target):
    (project.results / f"{output}.provenance.json").unlink()
    assert project.plan(target).rules[rule] == 1


def test_every_job_leaves_one_record(finished):
    records = [json.loads(path.read_text()) for path in finished.results.rglob("*provenance.json")]
    made = sorted((record["rule"], sorted(record["wildcards"].items())) for record in records)
    assert made == sorted((job.rule, sorted(job.wildcards.items())) for job in finished.plan("--forceall").jobs)


def test_deleted_provenance_comes_back_and_then_nothing_is_planned(project):
    cell = project.cell("projection_y", 100, "complex", 20)
    before = (cell / "metrics.json").read_bytes()
    (cell / "evaluate.provenance.json").unlink()
    project.snakemake("results-test/table1.tex")
    assert (cell / "evaluate.provenance.json").exists()
    assert (cell / "metrics.json").read_bytes() == before
    assert project.plan("results-test/table1.tex").jobs == []


@pytest.mark.parametrize(
    ("lock", "rules"),
    [
        ("torch", ALL_CELLS),
        ("workflow", set()),
        ("collisions", set()),
        ("air_showers", set()),
        ("dev", set()),
    ],
)
def test_changed_lock(project, lock, rules):
    with open(project.root / f"envs/{lock}.txt", "a") as text:
        text.write("another==1.0\n")
    assert set(project.plan().rules) == rules


def test_remark_in_a_lock_plans_nothing(project):
    with open(project.root / "envs/torch.txt", "a") as text:
        text.write("\n# A remark.\n")
    assert project.plan().jobs == []


def test_changed_data_lock_plans_what_runs_in_it(project):
    with open(project.root / "envs/data.txt", "a") as text:
        text.write("another==1.0\n")
    assert {"shard", "split", "represent", "report", "cell_figures"} <= set(project.plan().rules)


@pytest.mark.parametrize("suffix", [".csv", ".md", ".tex.provenance.json"])
def test_lost_file_of_a_table_comes_back_with_the_others(project, suffix):
    lost = project.results / f"table1{suffix}"
    content = lost.read_bytes()
    lost.unlink()
    assert dict(project.plan("results-test/table1.tex").rules) == {"report": 1}
    project.snakemake("--cores", "1", "results-test/table1.tex")
    assert suffix.endswith("provenance.json") or lost.read_bytes() == content
    assert project.plan().jobs == []


def test_lost_file_of_the_containment_comes_back_with_the_others(project):
    (project.results / "table_containment.md").unlink()
    assert project.plan("results-test/table_containment.tex").rules == {"report": 1}


def test_one_cell_by_name(project):
    cell = project.cell("projection_y", 100, "complex", 19)
    shutil.rmtree(cell)
    plan = project.plan(str((cell / "metrics.json").relative_to(project.root)))
    assert dict(plan.rules) == {"train": 1, "evaluate": 1}


def test_a_cell_outside_the_grid_can_be_named(project):
    plan = project.plan("results-test/cells/projection_y/c150/simple/seed7/metrics.json")
    assert dict(plan.rules) == {"calibrate_inputs": 1, "represent": 1, "train": 1, "evaluate": 1}


@pytest.mark.parametrize(
    "name",
    [
        "cells/b;touch X/c100/simple/seed19/metrics.json",
        "cells/projection_y/c01/simple/seed19/metrics.json",
        "cells/projection_y/c-5/simple/seed19/metrics.json",
        "cells/projection_y/c100/simple/seed019/metrics.json",
        "cells/projection_y/c100/unknown/seed19/metrics.json",
        "cells/projection_y/c100/simple$(touch X)/seed19/metrics.json",
        "inputs/voxels/c1e3.safetensors",
    ],
)
def test_other_names_match_no_rule(finished, name):
    done = finished.snakemake("--dry-run", f"results-test/{name}", check=False)
    assert done.returncode != 0
    assert "MissingRuleException" in done.stdout
    assert not (finished.root / "X").exists()


SMALL = ("simple", "complex")
EFFICIENTNETS = ("efficientnet_b0", "efficientnet_b2", "efficientnet_b5")
LARGE = (*EFFICIENTNETS, "efficientnet_b7", "resnet50", "googlenet")
RESOLUTIONS = ("250", "500", "1000", "1500", "2000", "2250", "2500", "3000")
# Networks pretrained on photographs take no voxels.
TABLE = [
    *itertools.product(["projection_y", "color_y"], ["1000"], SMALL + LARGE),
    *itertools.product(["voxels"], ["1000"], SMALL),
]
# The published windows have the same number of pixels at every resolution; ours also come with the same size in cm.
IN_CENTIMETRES = ("simple_cm", "complex_cm", "efficientnet_b0_cm")
RESOLUTION_STUDY = itertools.product(
    ["projection_y"], RESOLUTIONS, ("simple", "complex_64", *EFFICIENTNETS, *IN_CENTIMETRES)
)


def test_reference_grid_is_planned_exactly(checked_out):
    plan = checked_out.plan(config="config/electron_photon/reference.yaml")
    places = {*TABLE, *RESOLUTION_STUDY}
    expected = sorted((*place, seed) for place in places for seed in ("19", "20", "21", "22", "23"))
    for rule in sorted(OF_CELLS):
        assert sorted(plan.places(rule)) == expected
    assert sorted(plan.places("represent")) == sorted({place[:2] for place in places})
    assert plan.rules["shard"] == 20_000 / 500
    assert sorted(job.wildcards["report"] for job in plan.jobs if job.rule == "report") == [
        "table1",
        "table_containment",
        "table_resolution",
    ]
    assert plan.rules["published"] == plan.rules["resolution_figure"] == 1


def test_stage_that_ends_in_the_same_bytes_stops_there(project):
    """As `make table1` calls them: within one call all would be made again."""
    project.edit("scripts/showergrid/sources/lartpc/settings.py", "\nclass ", "\n# A remark.\nclass ")
    assert {"shard", "represent", "train"} <= set(project.plan().rules)
    project.snakemake("--cores", "2", "data")
    for stage in ("inputs", "cells", "results-test/table1.tex"):
        assert project.plan(stage).jobs == []
