"""Reading a file ten times as long takes hardly more memory, whatever the format."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hit_files import LAYOUTS, showers

SCRIPT = Path(__file__).parents[2] / "scripts/ingest.py"
MEASURED = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
EVENTS, MEAN_HITS, BLOCKS = 500, 150, 4  # of the shorter file


def peak(folder: Path, layout: str, count: int) -> int:
    """Peak memory [kB] of the command for a file of `count` blocks, which differ only in the numbers of events."""
    write, suffix, columns = LAYOUTS[layout]
    parts = [showers(EVENTS, pdg, mean=MEAN_HITS) for pdg in (11, 22)]
    path = folder / f"showers{suffix}"
    write(path, ({**parts[i % 2], "event": parts[i % 2]["event"] + i * EVENTS} for i in range(count)))
    (folder / "map.yaml").write_text(yaml.safe_dump(columns))
    outputs = ["--hits", str(folder / "hits.parquet"), "--events", str(folder / "events.parquet")]
    command = [sys.executable, str(SCRIPT), *outputs, "--columns", str(folder / "map.yaml"), str(path)]
    done = subprocess.run([sys.executable, "-c", MEASURED, *command], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["csv.gz", "parquet", "hdf5 counts", "root lists"])
def test_peak_memory_does_not_grow_with_the_file(tmp_path, layout):
    """It grows by less than half of what the added hits take, each with its event, three positions and a charge.

    What the heap keeps differs between runs by a tenth of the whole.
    """
    added = 9 * BLOCKS * EVENTS * MEAN_HITS * 5 * 8 / 1024
    assert peak(tmp_path, layout, 10 * BLOCKS) - peak(tmp_path, layout, BLOCKS) < added / 2
