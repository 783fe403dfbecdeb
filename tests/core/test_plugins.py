"""Representations, networks and reports are found by the name of their file, and by nothing else."""

import pytest

from showergrid.core import plugins
from showergrid.core.errors import InputError


def test_representations_are_found_by_name():
    assert {"color", "projection", "voxels"} <= set(plugins.names("representations"))
    assert plugins.load("representations", "voxels").CHANNELS == 1


def test_every_report_has_what_the_command_calls():
    assert {"table", "resolution", "containment", "variations", "ablation", "ensemble"} == set(plugins.names("reports"))
    for name in plugins.names("reports"):
        report = plugins.load("reports", name)
        assert all(hasattr(report, part) for part in ("Parameters", "reads", "build", "layout", "csv"))


def test_the_report_of_a_job_is_among_its_modules():
    told = {"report": {"name": "t", "module": "table", "parameters": {"places": [{"representation": "a"}]}}}
    assert plugins.closure_modules(told) == ("showergrid.report.reports.table",)


@pytest.mark.parametrize("name", ["colour", "", "__init__", "../errors", "voxels.py", "..errors", "a b"])
def test_other_names_are_refused_with_the_valid_ones(name):
    with pytest.raises(InputError, match=r"valid: color, .*voxels"):
        plugins.load("representations", name)
