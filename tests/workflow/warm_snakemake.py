"""Import Snakemake once, and fork a process for each call of it: most of a dry run's time goes to imports.

It reads a line of JSON for each call, [folder, arguments, file to print to], and answers with a line that holds the
exit status.
"""

import atexit
import gc
import json
import os
import sys

from snakemake import cli


def call(folder: str, arguments: list[str], printed: str) -> int:
    """Do what `python -m snakemake` does in a folder, and return its exit status."""
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
        atexit._run_exitfuncs()  # which remove temporary folders
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


cli.get_argument_parser()  # imports the plugins
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(call(*json.loads(line)))  # at once, without taking all modules apart or waiting for timers
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
