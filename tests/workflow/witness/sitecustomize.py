"""Loaded by every Python that a study starts: it renames the machine, and notes what each command has loaded."""

import atexit
import json
import os
import socket
import sys
from pathlib import Path

_real = os.uname()
_host = os.environ["WITNESS_HOST"]

os.uname = lambda: os.uname_result((_real.sysname, _host, _real.release, _real.version, _real.machine))
socket.gethostname = lambda: _host


def _note() -> None:
    job = json.loads(sys.argv[sys.argv.index("--job") + 1])
    modules = [name for name in sys.modules if name.split(".")[0] == "showergrid"]
    note = {"rule": job["rule"], "wildcards": job["wildcards"], "command": sys.argv[0], "modules": sorted(modules)}
    Path(os.environ["WITNESS"], f"{job['rule']}.{os.getpid()}.json").write_text(json.dumps(note))


if "--job" in sys.argv[:-1]:
    atexit.register(_note)
