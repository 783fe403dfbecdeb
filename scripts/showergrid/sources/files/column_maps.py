"""Column maps in files of their own, for reading hits by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from showergrid.apply.settings import Unlabelled
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.sources.files.settings import REFERENCE, ColumnMap, Ingest, MapFile


def read_map(path: Path | None, files: Sequence[str]) -> dict[str, Any]:
    """The configuration of a job that reads `files`, by the map at `path`; the reference's layout if there is none.

    A map may leave out all columns, to change classes, detector or order alone.

    Raises:
        InputError: the map is missing, no YAML, or has a key or value that is not allowed.
    """
    given = {} if path is None else _loaded(path)
    if not given.keys() & ColumnMap.model_fields.keys():
        given = {**REFERENCE.model_dump(mode="json"), **given}
    found = checked(MapFile, given, str(path)).model_dump(mode="json")
    columns = {name: found[name] for name in ColumnMap.model_fields}
    ingest = {name: found[name] for name in Ingest.model_fields if name in found}
    return {
        "ingest": {**ingest, "files": list(files), "columns": columns},
        **{name: found[name] for name in ("classes", "detector", "order")},
    }


def read_unlabelled(path: Path | None, files: Sequence[str]) -> Unlabelled:
    """Files whose events are to be classified, by the map at `path`; order and detector are unset where it has none.

    Raises:
        InputError: as `read_map`.
    """
    given = {} if path is None else _loaded(path)
    named = bool(given.keys() & ColumnMap.model_fields.keys())
    found = checked(MapFile, given if named else {**REFERENCE.model_dump(mode="json"), **given}, str(path))
    values = found.model_dump(mode="json")
    columns = {name: values[name] for name in ColumnMap.model_fields} if named else None
    own = {name: values[name] for name in found.model_fields_set & {"order", "detector", "margin", "min_hits"}}
    return Unlabelled(**own, files=list(files), columns=columns)


def _loaded(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the column map cannot be read ({error}); correct its name") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: is no YAML ({error}); see docs/ingest.md for a map that is") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: is no column map, which has lines such as x: hitsX; see docs/ingest.md")
    return {str(key): value for key, value in found.items()}
