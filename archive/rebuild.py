"""Make files of an archive again in a separate folder, with the commands that made them, and compare their digests.

    python archive/rebuild.py tables FOLDER     the tables, from the archived cells
    python archive/rebuild.py CELL FOLDER       train and evaluate a cell, from the archived data; or "random"

Snakemake's records in .snakemake/metadata hold each command as it ran, with its inputs. The command runs in a new
folder that shows nothing but code, locks and these inputs.
"""

import base64
import hashlib
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("report", "published", "resolution_figure", "ensemble_predictions")
MACHINE = ("cpu", "gpu", "python", "os", "threads", "packages", "determinism")  # what a record says of the machine


def main(what: str, folder: Path) -> int:
    """Make `what` again in `folder`; 0 if every file is the same."""
    jobs = recorded()
    chosen = [job for job in jobs if job["rule"] in TABLES] if what == "tables" else cell_jobs(jobs, what)
    folder.mkdir(parents=True)
    prepare(folder)
    made: set[str] = set()
    same = [again(job, folder, made) for job in chosen]
    return 0 if all(same) else 1


def recorded() -> list[dict[str, Any]]:
    """The jobs whose outputs are archived: rule, shellcmd, input and the list of output, in a fixed order."""
    jobs: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / ".snakemake/metadata").rglob("*")):
        if path.is_file():
            record = json.loads(path.read_text())
            encoded = "".join(part.removeprefix("@") for part in path.relative_to(ROOT / ".snakemake/metadata").parts)
            output = base64.urlsafe_b64decode(encoded).decode()
            if (ROOT / output).is_file():
                jobs.setdefault(record["shellcmd"], {**record, "output": []})["output"].append(output)
    return sorted(jobs.values(), key=lambda job: (job["rule"] != "train", min(job["output"])))


def cell_jobs(jobs: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The jobs that train and evaluate a cell."""
    by_cell: dict[str, list[dict[str, Any]]] = {}
    for job in jobs:
        if job["rule"] in ("train", "evaluate"):
            cell = re.search(r"/cells/(.*)/[^/]*$", job["output"][0])
            by_cell.setdefault(cell.group(1), []).append(job)
    ready = [cell for cell in sorted(by_cell) if all((ROOT / path).exists() for path in needed(by_cell[cell]))]
    if name == "random":
        name = random.choice(ready or sorted(by_cell))
        print(f"drawn at random: {name}", flush=True)
    if name not in ready and name in by_cell:
        lost = next(path for path in needed(by_cell[name]) if not (ROOT / path).exists())
        sys.exit(f"rebuild.py: {name}: {lost}, which it is made of, is not in this archive; add it, or: --cell none")
    if name not in by_cell:
        sys.exit(f"rebuild.py: {name}: no cell of this archive has this name; those that have: {', '.join(by_cell)}")
    return by_cell[name]


def needed(jobs: list[dict[str, Any]]) -> list[str]:
    """The inputs of `jobs` that none of them makes."""
    made = {path for job in jobs for path in job["output"]}
    return [path for job in jobs for path in job["input"] if path not in made]


def prepare(folder: Path) -> None:
    """Link code and locks into `folder`, and write a command `python` that runs this interpreter."""
    for name in ("scripts", "envs"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".bin").mkdir()
    command = folder / ".bin/python"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    command.chmod(0o755)


def again(job: dict[str, Any], folder: Path, made: set[str]) -> bool:
    """Run a job's command in `folder` and compare its outputs; `made` are the files that were made there before."""
    for path in (folder / name for name in [*job["output"], *job["log"]]):
        path.parent.mkdir(parents=True, exist_ok=True)
    for name in job["input"]:
        if name not in made and not (folder / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(ROOT / name)
    environment = {
        "PATH": os.pathsep.join([str(folder / ".bin"), os.environ.get("PATH", os.defpath)]),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name in ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH"):
        if name in os.environ:
            environment[name] = os.environ[name]
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail; {job['shellcmd']}"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    made.update(job["output"])
    if done.returncode:
        print(f"failed     {min(job['output'])}: {(done.stdout.strip().splitlines() or ['no message'])[-1]}")
        return False
    same = True
    for name in sorted(job["output"]):
        if name.endswith("provenance.json"):  # it tells times, which differ
            continue
        equal = digest(folder / name) == digest(ROOT / name)
        same = same and equal
        print(f"{'same     ' if equal else 'different'}  {name}", flush=True)
    if not same:
        explain(job, folder)
    return same


def explain(job: dict[str, Any], folder: Path) -> None:
    """Print how the machine and the software differ from those that made the archived files."""
    for name in job["output"]:
        if name.endswith("provenance.json"):
            then, now = (json.loads((place / name).read_text()) for place in (ROOT, folder))
            for key in MACHINE:
                for line in differences(key, then.get(key), now.get(key)):
                    print(f"           {line}")


def differences(key: str, then: Any, now: Any) -> list[str]:
    """One line for each value that differs here."""
    if isinstance(then, dict) and isinstance(now, dict):
        names = sorted({*then, *now})
        return [line for name in names for line in differences(f"{key} {name}", then.get(name), now.get(name))]
    return [] if then == now else [f"{key}: {then} then, {now} here"]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
