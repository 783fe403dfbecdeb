"""Parquet files written bit by bit, whose bytes do not depend on the size of the bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_GROUP = 1 << 17


class RowGroups:
    """A Parquet file in the making: rows are kept until they fill a row group."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self.writer = writer
        self.kept = writer.schema.empty_table()

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        self.kept = pa.concat_tables([self.kept, table])
        while self.kept.num_rows >= ROWS_A_GROUP:
            self.writer.write_table(self.kept.slice(0, ROWS_A_GROUP).combine_chunks())
            self.kept = self.kept.slice(ROWS_A_GROUP)

    def close(self) -> None:
        """Write what is left."""
        if self.kept.num_rows:
            self.writer.write_table(self.kept.combine_chunks())


@contextmanager
def row_groups(path: Path, schema: pa.Schema) -> Iterator[RowGroups]:
    """A new Parquet file at `path`, whole when the block ends well."""
    with pq.ParquetWriter(path, schema) as writer:
        groups = RowGroups(writer)
        yield groups
        groups.close()
