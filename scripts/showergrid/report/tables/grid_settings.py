"""The table of the settings that the cells of a table of networks and representations were made with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.tables import captions
from showergrid.report.tables.captions import joined, listed
from showergrid.report.tables.grid import GridResults
from showergrid.report.tables.results import HAS_NUMBERS, Result

HEADS = {  # key of the configuration -> head of its column
    "resolution": "c",
    "pixel_cm": "pixel [cm]",
    "win_shape": "window",
    "batch_size": "batch",
    "precision": "precision",
    "n_epochs": "epochs",
    "optim_lr": "lr",
    "seeds": "seeds",
}


def settings_table(table: GridResults) -> TableGrid:
    """One row per cell with numbers, network by network."""
    settings, labels = table.settings, table.settings.labels.unbroken
    made = [result for result in table.told if result.status in HAS_NUMBERS]
    return TableGrid(
        label=f"tab:{settings.name}-settings",
        caption="Resolution, window, training and seeds of the cells.",
        stub=(Stub("", 30),),
        columns=tuple(Columns("", (head,)) for head in HEADS.values()),
        groups=tuple(
            Group(
                tuple(
                    Row((labels.representation(result.representation),), _cells(result))
                    for result in made
                    if result.model == model
                ),
                labels.model(model),
            )
            for model in dict.fromkeys(result.model for result in made)
        ),
        notes=joined(
            [
                captions.resolution_text(made),
                "Pixel: its edge, along each axis where they differ." if any(map(_pixel, made)) else "",
                "Window: in pixels where nothing else is said; epochs: at most; lr: learning rate of the first epoch.",
                *_searched_texts(made, labels),
                captions.origin_text(settings),
            ]
        ),
    )


def _pixel(result: Result) -> bool:
    """Whether the size of a pixel stands in the row of a result."""
    return bool(result.settings and result.settings.pixel_cm)


def _cells(result: Result) -> tuple[tuple[TableCell], ...]:
    """What stands under each head; `tuned` where a search chose the value."""
    cell = result.settings
    pixel = [f"{size:.2g}" for size in cell.pixel_cm.values()]
    texts = {
        "resolution": result.resolution,
        "pixel_cm": _product(pixel if len(set(pixel)) > 1 else pixel[:1]),
        "win_shape": _product(map(str, cell.window)) + f" {cell.counted}" * (cell.counted != "px"),
        "batch_size": cell.batch_size,
        "precision": cell.precision,
        "n_epochs": cell.n_epochs,
        "optim_lr": None if cell.optim_lr is None else f"{cell.optim_lr:g}",
        "seeds": _seeds(result.seeds),
    }
    texts |= {key: "tuned" for key in cell.tuned if key in texts}
    return tuple((TableCell("" if texts[key] is None else str(texts[key])),) for key in HEADS)


def _product(sizes: Iterable[str]) -> str:
    return " \N{MULTIPLICATION SIGN} ".join(sizes)


def _seeds(seeds: Sequence[int]) -> str:
    """The seeds, of more than two in a row the first and the last."""
    if len(seeds) > 2 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}\N{EN DASH}{seeds[-1]}"
    return ", ".join(map(str, seeds))


def _searched_texts(results: Iterable[Result], labels: HumanLabels) -> list[str]:
    """What searches have chosen, a sentence for each network."""
    searched = {result.model: result.settings.tuned for result in results if result.settings.tuned}
    return [f"{labels.model(model)}: a search chose {listed(keys)}." for model, keys in searched.items()]
