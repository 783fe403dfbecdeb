"""How a command fails: one line that says what is wrong, where, and what to do."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable

from pydantic import ValidationError


class InputError(Exception):
    """A fault that the user can correct; its text is the one line that is shown."""


def explain(error: ValidationError) -> str:
    """One line from a pydantic error: key, value given, what is allowed."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or error.title
    given = "" if first["type"] == "missing" else f" (given: {first['input']!r})"
    return f"{error.title}: {key}: {first['msg']}{given}"


def no_python(error: SyntaxError) -> InputError:
    """The error to raise for a source file that Python cannot parse."""
    return InputError(f"{error.filename}, line {error.lineno}: is no Python ({error.msg}); correct it")


def run(main: Callable[[argparse.Namespace], None], parser: argparse.ArgumentParser) -> None:
    """Parse the command line and run `main`; a failure prints one line and exits with status 1.

    A traceback is shown only with `--debug`.
    """
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    arguments = parser.parse_args()
    try:
        main(arguments)
    except Exception as error:
        if arguments.debug:
            raise
        sys.exit(f"{parser.prog}: error: {' '.join(_line(error).split())}")


def _line(error: Exception) -> str:
    """What went wrong, and what to do about it where that is known."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, ValidationError):
        return explain(error)
    # Some libraries that write files do not pass on the number of the error
    if getattr(error, "errno", None) == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(error):
        where = f" ({error.filename})" if getattr(error, "filename", None) else ""
        return f"the disk is full{where}: free some space and run again, what is finished is kept"
    return f"{type(error).__name__}: {error}"
