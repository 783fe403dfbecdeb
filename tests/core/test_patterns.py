"""Names by patterns."""

import pytest

from showergrid.core.errors import InputError
from showergrid.core.patterns import spread

NAMES = ["fLength", "fWidth", "run", "trace_00", "trace_01"]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["run", "unknown"], ["run", "unknown"]),  # refused where the columns are read, with those that there are
        (["f*", "run"], ["fLength", "fWidth", "run"]),
        (["t_{8..11}"], ["t_8", "t_9", "t_10", "t_11"]),
        (["t_{08..10}_us", "x"], ["t_08_us", "t_09_us", "t_10_us", "x"]),
        (["*_01"], ["trace_01"]),
    ],
)
def test_patterns_by_hand(patterns, expected):
    assert spread(patterns, NAMES) == expected


@pytest.mark.parametrize(("pattern", "words"), [("g*", "'g.' is no name of any of fLength"), ("t_{5..5}", "5 is not")])
def test_patterns_of_nothing_are_refused(pattern, words):
    with pytest.raises(InputError, match=words):
        spread([pattern], NAMES)
