"""Parquet files: one row per hit, or one row per event with lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pt

from showergrid.core.errors import InputError
from showergrid.sources.reading.formats.chunk import Chunk, column_of, flattened, missing, parts, strided


def chunks(path: Path, names: Sequence[str], rows: int) -> Iterator[Chunk]:
    """Yield the columns `names`, about `rows` hits at a time.

    Raises:
        InputError: the file is damaged, or a column is missing, doubled, no number or has a gap.
    """
    try:
        # Else pyarrow would read the whole file ahead, or whole row groups
        with pq.ParquetFile(path, buffer_size=1 << 16, pre_buffer=False) as file:
            wanted = parts(names)
            for part in wanted.values():
                found = file.schema_arrow.names.count(part.path)
                if found == 0:
                    raise missing(path, part.path, file.schema_arrow.names)
                if found > 1:
                    raise InputError(f"{path}: column {part.path} stands {found} times; keep one")
            columns = sorted({part.path for part in wanted.values()})
            first = 0
            for batch in file.iter_batches(_batch_size(file, rows), columns=columns, use_threads=False):
                values = {column: batch.column(column) for column in columns}
                for column, found in values.items():
                    if found.null_count:
                        row = first + int(np.argmax(found.is_null().to_numpy(zero_copy_only=False)))
                        raise InputError(
                            f"{path}: row {row + 1}, column {column} is empty; fill it or leave the row out"
                        )
                lists, single = {}, {}
                for name, part in wanted.items():
                    found = values[part.path]
                    if _is_list(found.type):
                        numbers, lengths = _array(found.flatten(), path, name), found.value_lengths().to_numpy()
                        numbers, lengths = strided(name, part, numbers, lengths, first, path)
                        lists[name] = column_of(name, part, numbers, path), lengths
                    else:
                        single[name] = column_of(name, part, _array(found, path, name), path)
                if lists:
                    yield flattened(lists, single, first, path)
                else:
                    yield Chunk(single, np.arange(first, first + batch.num_rows), entries=False)
                first += batch.num_rows
    except (OSError, pa.ArrowException) as error:
        text = " ".join(str(error).split())  # Arrow's own ends in line breaks
        raise InputError(
            f"{path}: cannot be read as Parquet ({text}); it is cut off or damaged, get it again"
        ) from None


def _batch_size(file: pq.ParquetFile, rows: int) -> int:
    """Rows of the file that hold about `rows` hits."""
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    values = max((group.column(j).num_values for group in groups for j in range(group.num_columns)), default=1)
    largest = max((group.num_rows for group in groups), default=1)
    return max(1, rows * largest // max(values, 1))


def _is_list(kind: pa.DataType) -> bool:
    return pt.is_list(kind) or pt.is_large_list(kind)


def _array(column: pa.Array, path: Path, name: str) -> np.ndarray:
    """(N,), or (N, k) of lists of one length."""
    if column.null_count:
        raise InputError(f"{path}: column {name} has gaps; fill them, or leave the hits out")
    if pt.is_fixed_size_list(column.type):
        return column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), column.type.list_size)
    return column.to_numpy(zero_copy_only=False)
