"""Representations, networks and reports are found by the name of their file, and by nothing else."""

import ast
from pathlib import Path

import pytest

from showergrid.core import plugins
from showergrid.core.errors import InputError


def test_representations_are_found_by_name():
    assert {"color", "projection", "voxels"} <= set(plugins.names("representations"))
    assert plugins.load("representations", "voxels").CHANNELS == 1


def test_every_report_has_what_the_command_calls():
    assert {"table", "resolution", "ablation", "measures", "groups"} <= set(plugins.names("reports"))
    for name in plugins.names("reports"):
        report = plugins.load("reports", name)
        assert all(hasattr(report, part) for part in ("Parameters", "reads", "build", "layout", "csv"))


def test_the_report_of_a_job_is_among_its_modules():
    told = {"report": {"name": "t", "module": "table", "parameters": {"places": [{"representation": "a"}]}}}
    assert plugins.closure_modules(told) == ("showergrid.report.reports.table",)


@pytest.mark.parametrize("name", ["colour", "", "__init__", "../errors", "voxels.py", "..errors", "a b"])
def test_other_names_are_refused_with_the_valid_ones(name):
    with pytest.raises(InputError, match=r"valid: charge_sum, circles, .*voxels"):
        plugins.load("representations", name)


def test_no_code_branches_on_the_name_of_a_plug_in():
    """What a plug-in can do it declares: nobody compares its module with a name."""
    assert branches("a.file == 'views'") == ["a.file == 'views'"]
    assert branches("told['module'] in ('simple', 'frozen')") == ["told['module'] in ('simple', 'frozen')"]
    assert branches("entry.module != other.module") == []
    scripts = Path(plugins.__file__).parents[2]
    assert [line for path in sorted(scripts.rglob("*.py")) for line in branches(path.read_text())] == []


def branches(text: str) -> list[str]:
    """The comparisons of a module's name with a text."""
    lines = []
    for node in ast.walk(ast.parse(text)):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        others = [part for side in sides if not names_module(side) for part in ast.walk(side)]
        if any(map(names_module, sides)) and any(isinstance(getattr(part, "value", None), str) for part in others):
            lines.append(ast.unparse(node))
    return lines


def names_module(node: ast.expr) -> bool:
    """Whether an expression is the name of the file that makes a plug-in."""
    if isinstance(node, ast.Attribute):
        return node.attr in ("file", "module")
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == "module"
