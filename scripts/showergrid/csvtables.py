"""Tables as CSV: every number in full, one row a network and representation."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from showergrid import captions
from showergrid.published import SHOWN, Line
from showergrid.tables import ACCURACIES, Result, Table

_SETTINGS = ("window", "pixel_cm", "batch_size", "precision", "n_epochs", "test_events", "order", "origin")


def table_csv(table: Table) -> str:
    """table1.csv; what is not known is left empty."""
    header = ["representation", "resolution", "model", "status", "seeds"]
    for name in ACCURACIES[:-1]:
        header += [name, f"{name}_std"]
    for name in ("test_accuracy", "test_roc_auc"):
        header += [name, f"{name}_low", f"{name}_high", f"{name}_std"]
    header += ["best", "indistinguishable", "p_value", "flags", *_SETTINGS]
    rows = (
        _row(table, table.results[column, model]) for column in table.settings.columns for model in table.settings.rows
    )
    return _written(header, rows)


def published_csv(lines: Sequence[Line]) -> str:
    """table1_published.csv; `source` says whose numbers they are."""
    header = ["model", "source", "representation", "status", *(f"{name}_accuracy" for name in SHOWN), "flags"]
    rows = (
        {"model": line.model, "source": line.source, "representation": column, "status": entry.status}
        | {f"{name}_accuracy": value for name, value in entry.accuracies.items()}
        | {"flags": "; ".join(f"identical to {twin}" for twin in line.twins if entry.accuracies)}
        for line in lines
        for column, entry in line.entries.items()
    )
    return _written(header, rows)


def _row(table: Table, result: Result) -> dict[str, object]:
    row: dict[str, object] = {
        "representation": result.representation,
        "resolution": result.resolution,
        "model": result.model,
        "status": result.status,
        "seeds": " ".join(map(str, result.seeds)),
        "flags": "; ".join(captions.flags(table, result)),
    }
    for name, estimate in result.estimates.items():
        row |= {name: estimate.value, f"{name}_std": estimate.std}
        if estimate.low is not None:
            row |= {f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    if result.verdict is not None:
        row["best"] = str(result.verdict.best).lower()
        row["indistinguishable"] = str(result.verdict.indistinguishable).lower()
        row["p_value"] = result.verdict.p
    if result.settings is not None:
        cell = result.settings
        row |= {
            "window": " ".join(map(str, cell.window)),
            "pixel_cm": " ".join(f"{axis}={size!r}" for axis, size in cell.pixel_cm.items()),
            "batch_size": cell.batch_size,
            "precision": cell.precision,
            "n_epochs": cell.n_epochs,
            "test_events": table.test_events,
            "order": table.settings.order,
            "origin": table.settings.origin,
        }
    return row


def _written(header: Sequence[str], rows: Iterable[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
