"""What the records of many jobs say together: when, by which code, in which software and on which machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def origins(records: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What the records say of software and machine, each value once."""
    records = list(records)
    environments = [record["environment"] for record in records]
    differing = {
        f"{name} {versions['installed']} in place of {versions['locked']}"
        for known in environments
        for name, versions in (known.get("differs") or {}).items()
    }
    found = {
        "from, to (UTC)": [min(one["start"] for one in records), max(one["end"] for one in records)],
        "at commit": {f"{one['git']['commit']}{' with changes' if one['git']['dirty'] else ''}" for one in records},
        "environment": {
            ", ".join(f"{key} {value}" for key, value in sorted(known.items()) if key != "differs")
            for known in environments
        },
        "packages unlike the lock": differing,
        "Python": {one["python"] for one in records},
        "system": {one["os"] for one in records},
        "CPU": {f"{one['cpu']['model']} ({' '.join(one['cpu']['flags'])})" for one in records},
        "GPU": {one["gpu"]["name"] for one in records if one["gpu"]},
    }
    return {name: values if isinstance(values, list) else sorted(values) for name, values in found.items() if values}
