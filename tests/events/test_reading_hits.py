"""Hits read from their table."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.events.hits import HITS, read_hits

SCRIPTS = Path(__file__).parents[2] / "scripts"
READ = """
import sys
from pathlib import Path
from showergrid.events.hits import read_hits
assert [hits.charge.size for hits in read_hits(Path(sys.argv[1]))] == [5, 1]
assert "pandas" not in sys.modules
"""


def test_columns_are_read_in_pieces_of_whole_events_without_pandas(tmp_path):
    columns = {name: np.arange(6) + 0.25 for name in ("x", "y", "z", "charge")}
    time = pa.array([1.5, None, None, 2.5, 3.5, None], pa.float32())
    rows = pa.table({"event": [4, 4, 4, 7, 7, 9], **columns, "time": time})
    pq.write_table(rows.cast(HITS), tmp_path / "hits.parquet")
    pieces = list(read_hits(tmp_path / "hits.parquet", hits_per_chunk=2, time=True))
    assert [piece.event.tolist() for piece in pieces] == [[4], [7], [9]]
    assert [piece.offsets.tolist() for piece in pieces] == [[0, 3], [0, 2], [0, 1]]
    np.testing.assert_array_equal(pieces[0].time, [1.5, np.nan, np.nan])
    np.testing.assert_array_equal(pieces[1].position, [[3.25] * 3, [4.25] * 3])
    assert {pieces[0].position.dtype, pieces[0].charge.dtype, pieces[0].time.dtype} == {np.dtype(np.float64)}
    subprocess.run([sys.executable, "-c", READ, tmp_path / "hits.parquet"], cwd=SCRIPTS, check=True)
