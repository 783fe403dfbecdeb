"""Imports in the library point one way, each name is one thing, and plug-ins are loaded by `core/plugins.py` alone."""

import ast
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"

# A package imports from itself and from rows above its own; packages of one row stand side by side.
ROWS = [
    {"core"},
    {"events"},
    {"sources", "inputs"},
    {"representations", "training"},
    {"models", "tasks", "evaluation", "tuning"},
    {"apply", "explain"},
    {"report", "track"},
    {"rebuild"},
    {"plan"},
]
ROW = {package: row for row, packages in enumerate(ROWS) for package in packages}
# Each file in these packages is a plug-in; packages in them hold what several share.
PLUGINS = ("sources", "representations", "models", "report.reports")


def modules(scripts: Path) -> dict[str, Path]:
    """Every module but `__init__.py`, by its dotted name below showergrid."""
    library = scripts / "showergrid"
    return {
        ".".join(path.relative_to(library).with_suffix("").parts): path
        for path in sorted(library.rglob("*.py"))
        if path.name != "__init__.py"
    }


def imported(path: Path) -> Iterator[str]:
    """Dotted names below showergrid that may be modules, from every import of a file, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("showergrid."):
            base = node.module.removeprefix("showergrid").removeprefix(".")
            yield from (name for alias in node.names for name in (base, f"{base}.{alias.name}".removeprefix(".")))
        elif isinstance(node, ast.Import):
            yield from (name.removeprefix("showergrid.") for name in (alias.name for alias in node.names))


def faults(scripts: Path) -> list[str]:
    """Faults in the imports and the class names of the library in `scripts`, a line each."""
    known = modules(scripts)
    graph = {name: {other for other in imported(path) if other in known} for name, path in known.items()}
    lines = [f"{name}: no package of the house" for name in known if name.partition(".")[0] not in ROW]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        lines.append(f"circle: {' -> '.join(error.args[1])}")
    for name, targets in graph.items():
        package = name.partition(".")[0]
        for other in sorted(targets):
            lower = other.partition(".")[0]
            if package != lower and ROW.get(lower, -1) >= ROW.get(package, len(ROWS)):
                lines.append(f"{name} imports {other}: {package} stands no higher than {lower}")
    plugins = {name for name in known if name.rpartition(".")[0] in PLUGINS}
    for path in [*known.values(), *sorted(scripts.glob("*.py"))]:
        file = path.relative_to(scripts)
        lines += [f"{file} imports {name}: a plug-in by name" for name in sorted(plugins & set(imported(path)))]
        if "import_module" in path.read_text() and file != Path("showergrid/core/plugins.py"):
            lines.append(f"{file} imports modules by name")
    homes = defaultdict(list)
    for name, path in known.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(name)
    for name, places in homes.items():
        if len(places) > 1 and not (name == "Parameters" and plugins.issuperset(places)):
            lines.append(f"class {name}: in {' and '.join(places)}")
    return lines


def test_imports_point_one_way_and_each_name_is_one_thing():
    assert len(modules(SCRIPTS)) > 100
    assert faults(SCRIPTS) == []


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (
            {"core/a": "from showergrid.core import b", "core/b": "from showergrid.core.a import A"},
            "circle: core.",
        ),
        ({"core/a": "from showergrid.events.hits import Hits", "events/hits": ""}, "core stands no higher than events"),
        (
            {"inputs/a": "def f():\n    from showergrid.sources.parts import b", "sources/parts/b": ""},
            "inputs stands no higher",
        ),
        ({"core/a": "if TYPE_CHECKING:\n    import showergrid.plan.b", "plan/b": ""}, "core.a imports plan.b"),
        ({"core/a": "class Cell:\n    pass", "plan/b": "class Cell:\n    pass"}, "class Cell: in core.a and plan.b"),
        (
            {"core/a": "class Parameters:\n    pass", "models/b": "class Parameters:\n    pass"},
            "class Parameters: in core.a and models.b",
        ),
        ({"plan/a": "from showergrid.models import simple", "models/simple": ""}, "models.simple: a plug-in by name"),
        (
            {"report/figures/a": "from showergrid.report.reports.b import c", "report/reports/b": ""},
            "report.reports.b: a plug-in by name",
        ),
        ({"../train": "import showergrid.models.simple", "models/simple": ""}, "train.py imports models.simple"),
        ({"plan/a": "import importlib\nimportlib.import_module('json')"}, "plan/a.py imports modules by name"),
        ({"utils": ""}, "utils: no package of the house"),
    ],
)
def test_every_fault_is_seen(tmp_path, files, fault):
    for name, text in files.items():
        path = tmp_path / "showergrid" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (line,) = faults(tmp_path)
    assert fault in line


def test_what_is_allowed_is_no_fault(tmp_path):
    files = {
        "core/a": "",
        "models/parts/layers": "from showergrid.core import a",
        "models/one": "from showergrid.models.parts.layers import x\nclass Parameters:\n    pass",
        "models/two": "class Parameters:\n    pass\nclass _Own:\n    pass",
        "report/figures/a": "from showergrid.report.tables import b\nclass _Own:\n    pass",
        "report/tables/b": "import showergrid.core.a",
    }
    for name, text in files.items():
        path = tmp_path / "showergrid" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert faults(tmp_path) == []


def test_a_plan_imports_nothing_that_takes_long():
    """Each call of Snakemake makes a plan, and on a cluster each job another."""
    heavy = ("torch", "scipy.stats", "sklearn", "xgboost", "pandas", "matplotlib", "awkward", "mlflow")
    script = "import sys, showergrid.plan.jobs; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script, *heavy],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
