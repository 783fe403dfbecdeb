"""Columns that several CSV tables share."""

from __future__ import annotations

from showergrid.report.formats.csv import sizes
from showergrid.report.tables.results import ACCURACIES, Result

MEASURED = ("test_accuracy", "test_roc_auc")
NUMBERS = [
    *(f"{name}{end}" for name in ACCURACIES[:-1] for end in ("", "_std")),
    *(f"{name}{end}" for name in MEASURED for end in ("", "_low", "_high", "_std")),
]
VERDICT = ["best", "indistinguishable", "p_value"]
SHARES = [f"{what}_{name}" for what in ("charge", "hits") for name in ("median", "mean")]
SETTINGS = ["window", "pixel_cm", "batch_size", "precision", "n_epochs", "optim_lr"]


def place_values(result: Result) -> dict[str, object]:
    """The columns that identify a result."""
    return {
        "representation": result.representation,
        "resolution": result.resolution,
        "model": result.model,
        "status": result.status,
        "seeds": " ".join(map(str, result.seeds)),
    }


def number_values(result: Result) -> dict[str, object]:
    """The columns NUMBERS and VERDICT, as far as the result has them."""
    row: dict[str, object] = {}
    for name, estimate in result.estimates.items():
        row |= {name: estimate.value, f"{name}_std": estimate.std}
        if estimate.low is not None:
            row |= {f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    if result.verdict is not None:
        row |= {
            "best": str(result.verdict.best).lower(),
            "indistinguishable": str(result.verdict.indistinguishable).lower(),
            "p_value": result.verdict.p,
        }
    return row


def setting_values(result: Result) -> dict[str, object]:
    """The columns SETTINGS, as far as the result has them; `tuned` where a search chose the value."""
    cell = result.settings
    if cell is None:
        return {}
    values = {
        "window": " ".join(map(str, cell.window)),
        "pixel_cm": sizes(cell.pixel_cm),
        "batch_size": cell.batch_size,
        "precision": cell.precision,
        "n_epochs": cell.n_epochs,
        "optim_lr": cell.optim_lr,
    }
    searched = {"window" if key == "win_shape" else key for key in cell.tuned}
    return {name: "tuned" if name in searched else value for name, value in values.items()}


def share_values(result: Result) -> dict[str, object]:
    """The columns SHARES, as far as the result has them: the shares of an event's charge and hits in the window."""
    return {
        f"{what}_{name}": getattr(result.shares[what], name)
        for what in ("charge", "hits")
        for name in ("median", "mean")
        if what in result.shares
    }
