"""Representations and networks are found by the name of their file, and by nothing else."""

import pytest

from showergrid.core import plugins
from showergrid.core.errors import InputError


def test_representations_are_found_by_name():
    assert {"color", "projection", "voxels"} <= set(plugins.names("representations"))
    assert plugins.load("representations", "voxels").CHANNELS == 1


@pytest.mark.parametrize("name", ["colour", "", "__init__", "../errors", "voxels.py", "..errors", "a b"])
def test_other_names_are_refused_with_the_valid_ones(name):
    with pytest.raises(InputError, match=r"valid: color, .*voxels"):
        plugins.load("representations", name)
