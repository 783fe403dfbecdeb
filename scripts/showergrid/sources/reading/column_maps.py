"""Column maps in their own files, for reading hits by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.yaml_files import read_yaml
from showergrid.sources.parts.request import Request
from showergrid.sources.reading.settings import REFERENCE, ColumnMap, Ingest, MapFile


def read_map(path: Path | None, files: Sequence[str]) -> tuple[Ingest, Request]:
    """How to read `files` by the map at `path`, and what is asked of them; the reference's layout if there is no map.

    A map may leave out all columns, to change codes, detector or order alone.

    Raises:
        InputError: the map is missing, no YAML, or has a key or value that is not allowed.
    """
    given = {} if path is None else load_map(path)
    if not given.keys() & ColumnMap.model_fields.keys():
        given = {**REFERENCE.model_dump(mode="json"), **given}
    values = checked(MapFile, given, str(path)).model_dump(mode="json")
    columns = {name: values[name] for name in ColumnMap.model_fields}
    ingest = {name: values[name] for name in Ingest.model_fields if name in values}
    asked = {"pdg": values["codes"], "others": False, "detector": values["detector"], "order": values["order"]}
    return Ingest(**{**ingest, "files": list(files), "columns": columns}), Request(**asked)


def load_map(path: Path) -> dict[str, Any]:
    """The keys of the map at `path`, not checked yet.

    Raises:
        InputError: the file is missing, no YAML, or no map.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: is no column map, which has lines such as x: hitsX; see docs/ingest.md")
    return {str(key): value for key, value in content.items()}
