"""Check an archive: unpack it in a temporary folder and run its archive/verify.sh there."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from showergrid.core.errors import run
from showergrid.rebuild.archive import unpack


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    with tempfile.TemporaryDirectory(prefix="showergrid-", dir=a.temporary) as temporary:
        print(f"unpacking {a.archive}", flush=True)
        root = unpack(a.archive, Path(temporary))
        options = ["--cell", a.cell, "--temporary", temporary]
        if a.python is not None:
            options += ["--python", a.python]
        # Without container images, the Python of this environment runs the commands.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        command = ["sh", str(root / "archive/verify.sh"), *options]
        done = subprocess.run(command, env={**os.environ, "PATH": path}, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, help="the archive (.tar.zst)")
    parser.add_argument("--cell", default="random", help="representation/cRESOLUTION/network/seedSEED, random, or none")
    parser.add_argument("--python", help="compute in this Python, not in the archived container images")
    parser.add_argument("--temporary", type=Path, help="folder to unpack in")
    run(main, parser)
