"""Names by a pattern: trace_{000..119} for numbered ones, f* for those of a list that begin so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from showergrid.core.errors import InputError

NUMBERS = re.compile(r"\{(\d+)\.\.(\d+)\}")


def numbered(pattern: str) -> list[str]:
    """The names of a pattern with a range: trace_{00..10} is trace_00, trace_01 ... trace_10; of another itself.

    Raises:
        InputError: the range has no end above its beginning.
    """
    found = NUMBERS.search(pattern)
    if found is None:
        return [pattern]
    first, last = found.groups()
    if int(first) >= int(last):
        raise InputError(f"{pattern!r}: {last} is not above {first}")
    before, behind = pattern[: found.start()], pattern[found.end() :]
    return [f"{before}{number:0{len(first)}}{behind}" for number in range(int(first), int(last) + 1)]


def matching(pattern: str, names: Sequence[str]) -> list[str]:
    """Those of `names` that a pattern with `*` stands for, in their order.

    Raises:
        InputError: there is none.
    """
    if not (found := [name for name in names if fnmatchcase(name, pattern)]):
        raise InputError(f"{pattern!r} is no name of any of {', '.join(names)}")
    return found


def spread(patterns: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names that patterns stand for, one after the other; a plain name stands for itself.

    Raises:
        InputError: as `numbered` and `matching`.
    """
    return [
        name
        for pattern in patterns
        for part in numbered(pattern)
        for name in (matching(part, names) if "*" in part else [part])
    ]
