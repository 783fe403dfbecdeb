"""Tables with given schemas, and Parquet files written piece by piece, whose bytes do not depend on the pieces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


class RowGroups:
    """A Parquet file being written: rows are kept until they fill a row group."""

    def __init__(self, writer: pq.ParquetWriter, size: int) -> None:
        self.writer = writer
        self.size = size
        self.kept = writer.schema.empty_table()

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        self.kept = pa.concat_tables([self.kept, table])
        while self.kept.num_rows >= self.size:
            self.writer.write_table(self.kept.slice(0, self.size).combine_chunks())
            self.kept = self.kept.slice(self.size)

    def close(self) -> None:
        """Write what is left."""
        if self.kept.num_rows:
            self.writer.write_table(self.kept.combine_chunks())


@contextmanager
def row_groups(path: Path, schema: pa.Schema, size: int) -> Iterator[RowGroups]:
    """Open a new Parquet file at `path` with `size` rows per group; it is whole once the block ends well."""
    with pq.ParquetWriter(path, schema, use_dictionary=repeating(schema)) as writer:
        groups = RowGroups(writer, size)
        yield groups
        groups.close()


def repeating(schema: pa.Schema) -> list[str]:
    """The columns of which a file lists each different value once: those that hold no floating-point numbers.

    Such numbers hardly repeat: a list of them is larger than they are, and takes most of the time of writing.
    """
    return [field.name for field in schema if not pa.types.is_floating(field.type)]


def conforming(columns: dict[str, np.ndarray | pa.Array | list[Any] | None], schema: pa.Schema) -> pa.Table:
    """A table of `columns` with the order and types of `schema`; columns that are None hold nulls."""
    size = len(columns["event"])
    arrays = [
        pa.nulls(size, field.type)
        if columns[field.name] is None
        else pa.array(columns[field.name]).cast(field.type, safe=False)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
