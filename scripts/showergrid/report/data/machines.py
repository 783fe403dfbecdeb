"""The origin of many jobs, from their records: when, by which code, in which software and on which machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def origins(records: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The times, code, software and machines of the records, each value once."""
    records = list(records)
    environments = [record["environment"] for record in records]
    differing = {
        f"{name} {versions['installed']} in place of {versions['locked']}"
        for known in environments
        for name, versions in (known.get("differs") or {}).items()
    }
    facts = {
        "from, to (UTC)": [min(record["start"] for record in records), max(record["end"] for record in records)],
        "at commit": {
            f"{record['git']['commit']}{' with changes' if record['git']['dirty'] else ''}" for record in records
        },
        "environment": {
            ", ".join(f"{key} {value}" for key, value in sorted(known.items()) if key != "differs")
            for known in environments
        },
        "packages unlike the lock": differing,
        "Python": {record["python"] for record in records},
        "system": {record["os"] for record in records},
        "CPU": {f"{record['cpu']['model']} ({' '.join(record['cpu']['flags'])})" for record in records},
        "GPU": {record["gpu"]["name"] for record in records if record["gpu"]},
    }
    return {name: values if isinstance(values, list) else sorted(values) for name, values in facts.items() if values}
