"""Snakemake imported once, and a process of its own for each call of it: imports are most of what a dry run takes.

Reads a line of JSON for each, [folder, arguments, where to print], and answers with a line that holds the exit status.
"""

import atexit
import gc
import json
import os
import sys

from snakemake import cli


def call(folder: str, arguments: list[str], printed: str) -> int:
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
        atexit._run_exitfuncs()  # temporary folders
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


cli.get_argument_parser()  # imports the plugins
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(call(*json.loads(line)))  # at once: neither takes all modules apart nor waits for timers
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
