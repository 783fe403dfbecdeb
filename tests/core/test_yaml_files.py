"""YAML that people write: what is read, and what is refused in one line."""

import pytest

from showergrid.core.errors import InputError
from showergrid.core.yaml_files import read_yaml, typed


def test_content_is_that_of_safe_yaml(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: &shared {b: 1, 1: 2, '1': 3}\nc: [*shared, *shared, {b: 1}, {b: 2}]\nd: {<<: *shared, e: é}\n")
    shared = {"b": 1, 1: 2, "1": 3}
    assert read_yaml(path) == {"a": shared, "c": [shared, shared, {"b": 1}, {"b": 2}], "d": {**shared, "e": "é"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("grid:\n- 1\nother: 2\ngrid:\n- 3\n", "grid is given in line 1 and again in line 4; keep one of them"),
        ("a:\n- {b: 1}\n- c: 1\n  d: 2\n  c: 3\n", "c is given in line 3 and again in line 5; keep one of them"),
        ("a: 1\n'a': 2\n", "a is given in line 1 and again in line 2; keep one of them"),
        (
            "a: 1\nb:\n- {c: [1}\n",
            "is no YAML: line 3: expected ',' or ']', but got '}', while parsing a flow sequence from line 3;",
        ),
        ("a: {b: 1\nc: 2\n", "is no YAML: line 2: expected ',' or '}', but got ':', while parsing a flow mapping from"),
        ("a: 1\nb:\n\t- c\n", "is no YAML: line 3: found character '\\t' that cannot start any token"),
        ("a: 1\nb: \x07\n", "is no YAML: line 2: unacceptable character #x0007: special characters are not allowed;"),
        ("a: !!python/object:os.system {}\n", "is no YAML: line 1: could not determine a constructor"),
        (b"a: \xe9\n", "is no UTF-8 text ("),
        (None, "cannot be read (No such file or directory); correct its name"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_file(tmp_path, text, message):
    path = tmp_path / "a.yaml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as error:
        read_yaml(path)
    assert str(error.value).startswith(f"{path}: {message}")
    assert "\n" not in str(error.value)


def test_texts_of_the_command_line_are_what_yaml_takes_them_for():
    given = {"a": {"n": "100", "r": "1.5", "on": "true", "none": "null", "of": ["1", "x"]}, "b": "a: b", "c": 7}
    meant = {"a": {"n": 100, "r": 1.5, "on": True, "none": None, "of": [1, "x"]}, "b": "a: b", "c": 7}
    assert typed(given) == meant
