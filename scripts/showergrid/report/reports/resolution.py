"""The resolution study: accuracy against pixels, with the window fixed in pixels and fixed in centimetres."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from showergrid.evaluation.cell_folder import MeanShare
from showergrid.report.formats.csv import sizes, written
from showergrid.report.formats.layout import SMALL, Columns, Group, Row, Stub, TableCell, TableGrid, without_empty
from showergrid.report.formats.numbers import number, short
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.tables import captions, estimates, resolution
from showergrid.report.tables.captions import COLLAPSED, IDENTICAL, STATUS, joined
from showergrid.report.tables.csv_columns import (
    NUMBERS,
    SETTINGS,
    SHARES,
    VERDICT,
    number_values,
    place_values,
    setting_values,
    share_values,
)
from showergrid.report.tables.resolution import CENTIMETRES, PIXELS, ResolutionResults, ResolutionSeries
from showergrid.report.tables.resolution import ResolutionSettings as Parameters
from showergrid.report.tables.results import HAS_NUMBERS, Result, cell_files, twins

GUESSING = (0.48, 0.52)  # a published accuracy in this range: the network answers one class


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> ResolutionResults:
    """Read the cells and compare the resolutions of each network."""
    return resolution.build(settings, results)


def guessing(accuracy: float) -> bool:
    """Whether a published accuracy is that of a network that answers one class."""
    return GUESSING[0] <= accuracy <= GUESSING[1]


def layout(study: ResolutionResults) -> list[TableGrid]:
    """One table for each representation and kind of window."""
    groups: dict[tuple[str, str], list[ResolutionSeries]] = {}
    for scan in study.series:
        groups.setdefault((scan.representation, scan.kind), []).append(scan)
    grids = [_grid(study, *key, series, first=i == 0) for i, (key, series) in enumerate(sorted_by_kind(groups))]
    return [without_empty(grid) for grid in grids]


def sorted_by_kind(
    groups: Mapping[tuple[str, str], list[ResolutionSeries]],
) -> list[tuple[tuple[str, str], list[ResolutionSeries]]]:
    """The groups, representations in their order, for each the window fixed in pixels first."""
    order = list(dict.fromkeys(representation for representation, _ in groups))
    return sorted(groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1] == CENTIMETRES))


def csv(study: ResolutionResults) -> str:
    """One row per place; what is not known is left empty."""
    first = [*place_values(Result("", "", "")), "window_kind", "window_cm", *SETTINGS]
    last = ["collapsed_seeds", "published_best_validation", "flags", "test_events", "order", "origin"]
    rows = (
        place_values(result)
        | number_values(result)
        | share_values(result)
        | setting_values(result)
        | {
            "window_kind": scan.kind,
            "window_cm": _centimetres(result),
            "collapsed_seeds": " ".join(map(str, result.collapsed_seeds)),
            "published_best_validation": scan.published.get(c),
            "flags": "; ".join(_flags(study, scan, c)),
            "test_events": study.test_events,
            "order": study.settings.order_of([result.settings]),
            "origin": study.settings.origin,
        }
        for scan in study.series
        for c, result in scan.results.items()
    )
    return written([*first, *NUMBERS, *VERDICT, *SHARES, *last], rows)


def _flags(study: ResolutionResults, scan: ResolutionSeries, c: int) -> list[str]:
    flags = captions.flags(scan.results[c], twins(study.identical, scan.name))
    if c in scan.published and guessing(scan.published[c]):
        flags.append("published: one class answered, not stated there")
    return flags


def _window(scan: ResolutionSeries) -> str:
    """The window of a series in words."""
    resolutions: dict[str, list[int]] = {}
    for c, result in scan.results.items():
        if result.settings is not None:
            resolutions.setdefault(_window_text(result), []).append(c)
    if len(resolutions) == 1:
        return next(iter(resolutions))
    return "; ".join(f"{text} at c {', '.join(map(str, at))}" for text, at in resolutions.items())


def _window_text(result: Result) -> str:
    cell = result.settings
    if cell.window_cm is not None:
        return f"window {', '.join(f'{axis} {cm:g}' for axis, cm in cell.window_cm.items())} cm"
    return f"window {captions.pixels_text(cell.window, cell.counted)}"


def _centimetres(result: Result) -> str:
    known = result.settings is not None and result.settings.window_cm is not None
    return sizes(result.settings.window_cm) if known else ""


def _grid(
    study: ResolutionResults, representation: str, kind: str, series: Sequence[ResolutionSeries], first: bool
) -> TableGrid:
    resolutions = sorted({c for scan in series for c in scan.results})
    columns = tuple(Columns(f"c {c}", (_pixel_text(series, c),)) for c in resolutions)
    return TableGrid(
        label=f"tab:{study.settings.name}" + ("" if first else f"-{representation}-{kind}"),
        caption=_caption(study, representation, kind),
        stub=(Stub(""),),
        columns=columns,
        groups=tuple(_group(study, scan, resolutions) for scan in series),
        notes=_notes(study, kind, series),
    )


def _pixel_text(series: Sequence[ResolutionSeries], c: int) -> str:
    """Size of a pixel [cm], along each axis where the sizes differ."""
    cells = [scan.results[c].settings for scan in series if c in scan.results]
    pixel = next((cell.pixel_cm for cell in cells if cell is not None), {})
    texts = dict.fromkeys(f"{size:.3g}".removeprefix("0") for size in pixel.values())
    return f"{' x '.join(texts)} cm" if texts else ""


def _group(study: ResolutionResults, scan: ResolutionSeries, resolutions: Sequence[int]) -> Group:
    rows = {
        "test": [_test(scan.results.get(c)) for c in resolutions],
        "std": [_measured(scan.results.get(c), _std) for c in resolutions],
        "best val.": [_measured(scan.results.get(c), _best_validation) for c in resolutions],
        "published": [_published(scan.published.get(c)) for c in resolutions],
        "charge": [_measured(scan.results.get(c), lambda result: _share(result.shares["charge"])) for c in resolutions],
        "hits": [_measured(scan.results.get(c), lambda result: _share(result.shares["hits"])) for c in resolutions],
    }
    mark = IDENTICAL * bool(twins(study.identical, scan.name))
    return Group(
        tuple(
            Row((name,), tuple((cell,) for cell in cells))
            for name, cells in rows.items()
            if set(cells) != {TableCell()}
        ),
        ", ".join(text for text in (study.settings.labels.unbroken.model(scan.model) + mark, _window(scan)) if text),
    )


def _test(result: Result | None) -> TableCell:
    if result is None or result.status not in HAS_NUMBERS:
        return TableCell(STATUS[result.status if result else "not run"])
    estimate = result.estimates["test_accuracy"]
    return TableCell(
        number(estimate.value),
        captions.best(result),
        marks=captions.marks(result),
        below=estimates.interval_text(estimate),
    )


def _measured(result: Result | None, text: Callable[[Result], str]) -> TableCell:
    return TableCell(text(result)) if result is not None and result.status in HAS_NUMBERS else TableCell()


def _std(result: Result) -> str:
    std = result.estimates["test_accuracy"].std
    return "" if std is None else number(std)


def _best_validation(result: Result) -> str:
    return number(result.estimates["best_validation_accuracy"].value)


def _share(share: MeanShare) -> str:
    return f"{short(share.median, 2)} / {short(share.mean, 2)}"


def _published(accuracy: float | None) -> TableCell:
    return TableCell() if accuracy is None else TableCell(number(accuracy), marks=COLLAPSED * guessing(accuracy))


def _caption(study: ResolutionResults, representation: str, kind: str) -> str:
    """What the table of one representation and kind of window shows."""
    settings = study.settings
    events = captions.events_text(settings, study.test_events, study.test_groups)
    return (
        f"{captions.question_text(settings)} on {settings.labels.unbroken.representation(representation)} against the "
        f"resolution c, with the window fixed in {kind}, {events}"
    )


def _notes(study: ResolutionResults, kind: str, series: Sequence[ResolutionSeries]) -> str:
    """All else that is needed to read it."""
    settings = study.settings
    results = [result for scan in series for result in scan.results.values()]
    published = [accuracy for scan in series for c, accuracy in scan.published.items() if c in scan.results]
    labels = settings.labels.unbroken
    alike = [names for names in study.identical if any(scan.name in names for scan in series)]
    shown = {scan.name: scan.shown(labels) for scan in study.series}
    return joined(
        [
            "c: pixels across the detector in x; below it the size of a pixel.",
            f"A window fixed in {kind}: {_MEANING[kind]}.",
            captions.interval_text(settings),
            f"Test: accuracy on the test events, and {SMALL} its interval; std: standard deviation over seeds, where",
            "numbers are means over them; best val.: validation at the epoch whose weights were kept; charge, hits:",
            "median / mean share of an event's that the window holds.",
            captions.epochs_text(settings),
            captions.comparison_text(settings, "a network over all c"),
            captions.single_seed_text(results),
            captions.status_text(result.status for result in results),
            captions.collapsed_text(results),
            _published_text(settings, published),
            captions.identical_text([shown[name] for name in names] for names in alike),
            captions.origin_text(settings),
            _settings_text(series, labels),
        ]
    )


_MEANING = {
    PIXELS: "the finer the pixels, the less of the shower it holds, so resolution and field of view change together",
    CENTIMETRES: "it holds the same part of the shower at every c, so resolution alone changes",
}


def _published_text(settings: Parameters, shown: Sequence[float]) -> str:
    if not shown:
        return ""
    text = (
        "Published: best validation accuracy, on other data and with one seed each "
        f"({settings.published_resolution.note.rstrip('.')})"
    )
    if any(map(guessing, shown)):
        text += (
            f"; {COLLAPSED} there: between {number(GUESSING[0], 2)} and {number(GUESSING[1], 2)}, one class answered, "
            "not stated there"
        )
    return f"{text}."


def _settings_text(series: Sequence[ResolutionSeries], labels: HumanLabels) -> str:
    """Batch, precision, epochs and seeds of each network; equal ones are stated once."""
    same: dict[str, list[str]] = {}
    for scan in series:
        made = [result for result in scan.results.values() if result.status in HAS_NUMBERS]
        for text in dict.fromkeys(", ".join(captions.training_texts(result)) for result in made):
            same.setdefault(text, []).append(labels.model(scan.model))
    return " ".join(f"{', '.join(models)}: {text}." for text, models in same.items())
