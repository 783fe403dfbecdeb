"""The tables of a study, gathered from the shards that its source made."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.core.progress import progress
from showergrid.events.parquet import repeating

REDRAWN = b"redrawn"  # key in the metadata of a shard's events: a JSON object, events drawn again by PDG code


def gather(shards: Sequence[Mapping[str, Path]], outputs: Mapping[str, Path], counts: Path) -> None:
    """Join the tables of the shards, each under its name, one row group in memory at a time.

    Events are numbered from 0 on, in the order of the shards. `counts` takes a JSON object: how many events were kept
    and how many drawn again, for each PDG code, where a source says so.

    Raises:
        InputError: the tables of two shards have different columns.
    """
    first = [0]  # the number of the first event of each shard
    for shard in shards:
        first.append(first[-1] + pq.ParquetFile(shard["events"]).metadata.num_rows)
    for name, output in outputs.items():
        schema = pq.read_schema(shards[0][name]).remove_metadata()
        with replacing(output) as beside, pq.ParquetWriter(beside, schema, use_dictionary=repeating(schema)) as joined:
            for shard, offset in zip(progress(shards, f"gather {name}", "shard"), first, strict=False):
                file = pq.ParquetFile(shard[name])
                if not file.schema_arrow.remove_metadata().equals(schema):
                    raise InputError(f"{shard[name]}: its columns are not those of {shards[0][name]}; make both again")
                for group in range(file.num_row_groups):
                    joined.write_table(_renumbered(file.read_row_group(group), offset, schema))
    with replacing(counts) as beside:
        beside.write_text(json.dumps(_counts(shards), indent=2) + "\n")


def _renumbered(table: pa.Table, offset: int, schema: pa.Schema) -> pa.Table:
    event = pc.add(table["event"], pa.scalar(offset, pa.int64()))
    return table.set_column(0, schema.field("event"), event).replace_schema_metadata(None).cast(schema)


def _counts(shards: Sequence[Mapping[str, Path]]) -> dict[str, dict[str, int]]:
    kept: Counter[str] = Counter()
    redrawn: dict[str, int] = defaultdict(int)
    for shard in shards:
        metadata = pq.read_schema(shard["events"]).metadata or {}
        if REDRAWN not in metadata:
            return {}
        for code, count in json.loads(metadata[REDRAWN]).items():
            redrawn[code] += count
        for code in pc.value_counts(pq.read_table(shard["events"], columns=["pdg"])["pdg"]).to_pylist():
            kept[str(code["values"])] += code["counts"]
    return {code: {"kept": kept[code], "redrawn": redrawn[code]} for code in sorted(kept, key=int)}
