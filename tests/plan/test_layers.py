"""A study stands above the one that it extends, and both above what all studies share."""

from pathlib import Path

import pytest
import yaml

from showergrid.core.errors import InputError
from showergrid.plan.layers import given_in, merged, read_layers


@pytest.fixture
def project(tmp_path) -> Path:
    write(tmp_path / "config/config.yaml", {"extends": "config/first.yaml", "a": {"x": 1, "y": 2}, "b": [1, 2]})
    write(tmp_path / "config/first.yaml", {"extends": None, "a": {"y": 3}, "c": 4})
    write(tmp_path / "config/alone.yaml", {"extends": None, "c": 5})
    return tmp_path


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content))
    return path


def test_maps_merge_and_lists_are_replaced(project):
    mine = write(project / "mine.yaml", {"a": {"x": 6}, "b": [7]})
    layers = read_layers(project, [mine], {"c": 8})
    assert merged(layers) == {"extends": None, "a": {"x": 6, "y": 3}, "b": [7], "c": 8}
    assert given_in(layers) == {
        "extends": str(project / "config/first.yaml"),
        "a": str(mine),
        "b": str(mine),
        "c": "--config",
    }


def test_without_a_file_it_is_the_study_that_the_shared_one_names(project):
    assert merged(read_layers(project, [], {}))["c"] == 4


def test_a_study_of_its_own(project):
    assert merged(read_layers(project, [project / "config/alone.yaml"], {})) == {
        "extends": None,
        "a": {"x": 1, "y": 2},
        "b": [1, 2],
        "c": 5,
    }


def test_a_study_above_one_above_another(project):
    write(project / "config/second.yaml", {"b": [], "d": 1})  # it names none, so the first
    mine = write(project / "mine.yaml", {"extends": "config/second.yaml"})
    assert merged(read_layers(project, [mine], {})) == {
        "extends": None,
        "a": {"x": 1, "y": 3},
        "b": [],
        "c": 4,
        "d": 1,
    }
    assert "d" not in merged(read_layers(project, [mine], {"extends": "config/alone.yaml"}))


def test_what_was_merged_can_be_read_again(project):
    whole = merged(read_layers(project, [], {"b": {}}))
    assert merged(read_layers(project, [write(project / "whole.yaml", whole)], {})) == whole


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"extends": "config/mine.yaml"}, "config/mine.yaml: extends itself; write extends: null"),
        ({"extends": "config/nothing.yaml"}, "config/nothing.yaml: cannot be read"),
        (["a"], "config/mine.yaml: holds no map of keys and values"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(project, content, words):
    mine = write(project / "config/mine.yaml", content)
    with pytest.raises(InputError) as refused:
        read_layers(project, [mine], {})
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
