"""Snakemake imported once, and a process of its own for each dry run: imports are most of what a plan takes.

Reads a line of JSON for each, [folder, arguments, where to print], and answers with a line that holds the exit status.
"""

import gc
import json
import os
import sys

from snakemake import cli


def plan(folder: str, arguments: list[str], printed: str) -> int:
    """What `python -m snakemake` does in that folder, and its exit status."""
    os.chdir(folder)
    sys.path[0] = folder
    sys.argv = ["snakemake", *arguments]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(printed, os.O_WRONLY)
    os.dup2(output, 1)
    os.dup2(output, 2)
    try:
        cli.main()
    except SystemExit as end:
        return end.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


cli.get_argument_parser()  # imports the plugins
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(plan(*json.loads(line)))  # at once, without taking all modules apart
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
