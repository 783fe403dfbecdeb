"""The code of a command: every module that it imports in any way, and no other."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from showergrid.core import plugins
from showergrid.core.closure import LEFT_OUT, closure
from showergrid.core.errors import InputError

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def closure_of(tmp_path):
    """Write files, given as path and text, and return the names of those in the closure of the first."""

    def write(files: dict[str, str], *modules: str) -> set[str]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        paths = closure(tmp_path / next(iter(files)), *modules)
        assert paths == sorted(set(paths))
        return {str(path.relative_to(tmp_path)) for path in paths}

    return write


@pytest.mark.parametrize(
    "text",
    [
        "import showergrid.hits",
        "import numpy, showergrid.hits as h",
        "from showergrid import hits",
        "from showergrid import hits as h, nothing",
        "from showergrid.hits import Hits",
        "def read():\n    from showergrid import hits",
        "class Reader:\n    def read(self):\n        import showergrid.hits",
        "if True:\n    try:\n        import showergrid.hits\n    except ImportError:\n        pass",
        "try:\n    import nothing\nexcept ImportError:\n    from showergrid import hits",
        "try:\n    pass\nfinally:\n    while False:\n        pass\n    else:\n        from showergrid import hits",
        "match 1:\n    case 1:\n        with open('x'):\n            from showergrid import hits",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from showergrid.hits import Hits",
    ],
)
def test_every_form_of_import_counts(closure_of, text):
    files = {"read.py": text, "showergrid/__init__.py": "", "showergrid/hits.py": "", "showergrid/images.py": ""}
    assert {"read.py", "showergrid/hits.py"} <= closure_of(files) <= {*files} - {"showergrid/images.py"}


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("from . import projection", "showergrid/representations/projection.py"),
        ("from .projection import Axis", "showergrid/representations/projection.py"),
        ("from .. import hits", "showergrid/hits.py"),
        ("from ..hits import Hits", "showergrid/hits.py"),
    ],
)
def test_relative_imports_count(closure_of, text, module):
    files = {
        "read.py": "import showergrid.representations.color",
        "showergrid/representations/color.py": text,
        "showergrid/representations/projection.py": "",
        "showergrid/hits.py": "",
    }
    assert closure_of(files) == {"read.py", "showergrid/representations/color.py", module}


def test_the_file_of_a_package_counts(closure_of):
    files = {
        "read.py": "import showergrid.settings.images",
        "showergrid/settings/__init__.py": "from showergrid import hits",
        "showergrid/settings/images.py": "",
        "showergrid/hits.py": "",
    }
    assert closure_of(files) == set(files)


@pytest.mark.parametrize("text", ["import showergrid.models", "from showergrid import models"])
def test_a_package_that_is_imported_itself_counts(closure_of, text):
    files = {
        "read.py": text,
        "showergrid/models/__init__.py": "from showergrid import hits",
        "showergrid/models/simple.py": "",
        "showergrid/hits.py": "",
    }
    assert closure_of(files) == {*files} - {"showergrid/models/simple.py"}


def test_a_file_that_is_no_python_is_named_with_its_line(closure_of, tmp_path):
    with pytest.raises(InputError) as error:
        closure_of({"read.py": "import showergrid.hits", "showergrid/hits.py": "AXES = 3\n\ndef ("})
    assert str(error.value).startswith(f"{tmp_path}/showergrid/hits.py, line 3: is no Python (")


def test_imports_are_followed_to_their_end_also_in_a_circle(closure_of):
    files = {
        "read.py": "import showergrid.a",
        "showergrid/a.py": "import showergrid.b",
        "showergrid/b.py": "import showergrid.c",
        "showergrid/c.py": "import showergrid.a",
        "showergrid/d.py": "import showergrid.a",
    }
    assert closure_of(files) == {*files} - {"showergrid/d.py"}


def test_only_files_beside_the_command_count(closure_of):
    assert closure_of({"read.py": "import numpy, json\nfrom torch import nn\nimport showergrid.gone"}) == {"read.py"}


def test_modules_left_out_are_not_followed(closure_of):
    name = sorted(LEFT_OUT)[0].replace(".", "/") + ".py"
    files = {
        "read.py": "\n".join(f"import {module}" for module in sorted(LEFT_OUT)),
        name: "import showergrid.hits",
        "showergrid/hits.py": "",
    }
    assert closure_of(files) == {"read.py"}


def test_modules_named_count_with_what_they_import(closure_of):
    files = {
        "train.py": "import showergrid.plugins",
        "showergrid/plugins.py": "",
        "showergrid/models/simple.py": "from showergrid import layers",
        "showergrid/models/complex.py": "",
        "showergrid/layers.py": "",
    }
    assert closure_of(files, "showergrid.models.simple") == {*files} - {"showergrid/models/complex.py"}


def test_what_does_not_exist_is_refused(closure_of, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"showergrid\.models\.gone"):
        closure_of({"train.py": ""}, "showergrid.models.gone")
    with pytest.raises(FileNotFoundError):
        closure(tmp_path / "gone.py")


def test_a_representation_or_network_is_no_code_of_another(tmp_path):
    files = {path.relative_to(SCRIPTS) for path in closure(SCRIPTS / "train.py", "showergrid.models.simple")}
    assert Path("showergrid/models/simple.py") in files
    assert Path("showergrid/models/parts/layers.py") in files
    assert not {path for path in files if path.parent.name == "representations" and path.name != "__init__.py"}
    assert Path("showergrid/models/complex.py") not in files


# It prints what each command has loaded once its options are known; tests/workflow/test_code.py is about what it loads
# later. Each command has a process of its own, in which the large packages are imported already.
LOADED = """
import json, os, runpy, sys
import matplotlib.pyplot, mlflow, optuna, pyarrow.parquet, scipy.stats, sklearn.ensemble, torch, torchvision
for command in sys.argv[1:]:
    if os.fork():
        os.wait()
        continue
    sys.argv = [command, "--help"]
    try:
        runpy.run_path(command, run_name="__main__")
    except SystemExit:
        pass
    print()
    print(json.dumps([command, [name for name in sys.modules if name.startswith("showergrid.")]]), flush=True)
    os._exit(0)  # at once, without taking all modules apart
"""
LOADED_BY_THEM = {"showergrid.core.digests"}  # by provenance, whose stand-in in test_exactness.py does without it
# The jobs of two name a source; a configuration, which the others read, has the settings of all
WITH_SOURCES = ("shard.py", "vary.py", "audit.py", "configuration.py")
COMMANDS = sorted(path.name for path in SCRIPTS.glob("*.py"))


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """The modules of the project that each command has loaded."""
    done = subprocess.run([sys.executable, "-c", LOADED, *COMMANDS], cwd=SCRIPTS, capture_output=True, check=True)
    return dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"["))


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_loads_is_its_code(loaded, command):
    modules = set(loaded[command])
    named = plugins.modules("sources") if command in WITH_SOURCES else ()
    code = {".".join(path.relative_to(SCRIPTS).with_suffix("").parts) for path in closure(SCRIPTS / command, *named)}
    empty = {".".join(path.relative_to(SCRIPTS).parts[:-1]) for path in SCRIPTS.rglob("__init__.py")}
    assert modules
    assert modules - code - empty <= LEFT_OUT | LOADED_BY_THEM


def test_files_of_packages_are_empty():
    # They are loaded with every module below them, so what stands in one would be the code of all.
    assert {path for path in SCRIPTS.rglob("__init__.py") if path.stat().st_size} == set()
