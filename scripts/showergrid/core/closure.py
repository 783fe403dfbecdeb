"""The static import closure of a command: the source files that can change what it writes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from showergrid.core.errors import no_python

# These cannot change an output (tests/workflow/test_exactness.py proves it), so editing them reruns nothing.
LEFT_OUT = frozenset(f"showergrid.core.{name}" for name in ("errors", "progress", "provenance", "closure"))


def closure(command: Path, *modules: str) -> list[Path]:
    """All source files that `command` (a script) and `modules` (dotted names) import, directly or not, sorted.

    Only files below the script's folder count, and imports inside functions count like those at the top. Modules
    imported by a computed name cannot be seen: name them in `modules`. Those in LEFT_OUT are not followed.

    Raises:
        FileNotFoundError: the command or one of `modules` does not exist.
        InputError: a file is not valid Python.
    """
    root = command.parent
    files: set[Path] = set()
    queue = [command, *(_existing(root, name) for name in modules)]
    while queue:
        path = queue.pop()
        if path not in files:
            files.add(path)
            queue.extend(_needed(path, root))
    return sorted(files)


@cache
def _needed(path: Path, root: Path) -> list[Path]:
    """The files that Python runs, or may run, when it imports the one at `path`."""
    names = sorted(_imported(path, root) - LEFT_OUT)
    files = [file for name in names if (file := _file(root, name))]
    return files + [folder / "__init__.py" for folder in _packages(path, root)]


def _imported(path: Path, root: Path) -> frozenset[str]:
    """Dotted names that may be modules: `from a import b` gives both a and a.b."""
    package = path.relative_to(root).with_suffix("").parts[:-1]
    names: set[str] = set()
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except SyntaxError as error:
        raise no_python(error) from None
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) + 1 - node.level] if node.level else ()
            base = ".".join([*parents, *([node.module] if node.module else [])])
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return frozenset(names)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in a node, at any depth. Expressions, most of a file, import nothing."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, block, ()):
            yield child
            yield from _statements(child)


def _packages(path: Path, root: Path) -> list[Path]:
    """The packages whose `__init__.py` Python runs before the module at `path`."""
    inner = path.relative_to(root).parents
    return [root / folder for folder in inner if (root / folder / "__init__.py").is_file()]


def _file(root: Path, name: str) -> Path | None:
    """The file of a module, or of a package its `__init__.py`; None if there is neither."""
    path = root.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _existing(root: Path, name: str) -> Path:
    path = _file(root, name)
    if path is None:
        raise FileNotFoundError(f"no module {name} below {root}")
    return path
