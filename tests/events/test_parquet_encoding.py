"""How the numbers of a table lie in a Parquet file."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.events.hits import HITS
from showergrid.events.parquet import conforming, row_groups


def test_numbers_that_hardly_repeat_are_not_listed_apart(tmp_path):
    random = np.random.default_rng(1)
    values = {name: random.normal(size=5000).astype(np.float32) for name in ("x", "y", "z", "charge", "time")}
    table = conforming({"event": np.repeat(np.arange(50), 100), **values}, HITS)
    with row_groups(tmp_path / "hits.parquet", HITS, 2000) as file:
        file.write(table)
    assert pq.read_table(tmp_path / "hits.parquet").equals(table)
    group = pq.read_metadata(tmp_path / "hits.parquet").row_group(0)
    listed = [group.column(i).has_dictionary_page for i in range(group.num_columns)]
    assert listed == [not pa.types.is_floating(field.type) for field in HITS]
    pq.write_table(table, tmp_path / "otherwise.parquet", row_group_size=2000)
    assert (tmp_path / "hits.parquet").stat().st_size < 0.9 * (tmp_path / "otherwise.parquet").stat().st_size
