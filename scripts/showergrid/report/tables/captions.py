"""Symbols and caption sentences of tables of cells, as plain text for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from showergrid.report.formats.layout import NOT_RUN, SMALL
from showergrid.report.settings.tables import Reported
from showergrid.report.tables.results import HAS_NUMBERS, Result

STATUS = {"n/a": "", "not run": NOT_RUN, "out of memory": "OOM"}  # shown in place of numbers
COLLAPSED, INDISTINGUISHABLE, IDENTICAL = "°", "†", "‡"
HEADS = ("train", "val.", "best", "test")

STATUS_WORDS = {
    "n/a": "blank: a model that takes no such input",
    "not run": f"{NOT_RUN}: not run",
    "out of memory": "OOM: out of memory",
}


def marks(result: Result) -> str:
    """The symbols after a test accuracy."""
    undecided = result.verdict is not None and result.verdict.indistinguishable
    return INDISTINGUISHABLE * undecided + COLLAPSED * (result.status == "collapsed")


def best(result: Result) -> bool:
    """Whether a result is the best of those it was compared with."""
    return result.verdict is not None and result.verdict.best


def flags(result: Result, twins: Iterable[str]) -> list[str]:
    """The warnings about a result, in words; `twins` names the results with the same numbers."""
    if result.status not in HAS_NUMBERS:
        return []
    warnings = [f"seed {seed} answers one class" for seed in result.collapsed_seeds]
    return warnings + [f"identical to {twin}" for twin in twins]


def question_text(reported: Reported) -> str:
    """The classes that the accuracy tells apart, as the start of a sentence."""
    names = reported.labels.unbroken.kinds(reported.question)
    told = f"ccuracy of telling {' from '.join(names) if len(names) == 2 else listed(names) + ' apart'}"
    title = reported.labels.questions.get(reported.question.name)
    return f"{title[0].upper()}{title[1:]}: a{told}" if title else f"A{told}"


def events_text(reported: Reported, test_events: int, test_groups: int | None) -> str:
    """The events, or prongs, on which a test accuracy was measured, and its interval, as the end of a sentence."""
    drawn = f" in {test_groups} groups, which are drawn whole" if test_groups else ""
    return f"on {test_events} test {reported.question.of}s{drawn}, with {100 * reported.bootstrap.level:g} % interval."


def accuracies_text(reported: Reported) -> str:
    """Of which weights the accuracies of train and validation are: a history has those of the first question."""
    if reported.chosen_by is None:
        return "train and validation (val.) at the last epoch, validation at the epoch whose weights were kept (best)"
    return "train and validation (val., best) of the weights that were kept"


def epochs_text(reported: Reported) -> str:
    """What chose the epochs if it was another question; else empty."""
    if reported.chosen_by is None:
        return ""
    if reported.chosen_by_loss:
        return "Epochs were chosen by the validation loss of all questions together."
    return f"Epochs were chosen by the validation accuracy of {reported.labels.question(reported.chosen_by)}."


def interval_text(reported: Reported) -> str:
    """What the cells were tested on, and what an interval is of."""
    return joined(
        [
            "All cells have the same test events; an interval is of events, of seeds and events where there are "
            "several seeds.",
            mixed_text(reported),
        ]
    )


def mixed_text(reported: Reported) -> str:
    """The representations whose events, also those of the test, are read out otherwise than the study's; else empty."""
    names = [
        reported.labels.unbroken.representation(place.representation)
        for place in reported.places
        if place.settings and place.settings.mixed
    ]
    if not names:
        return ""
    return f"Of {listed(list(dict.fromkeys(names)))} also the test events are each seen by one of several readouts."


def seeds_text(results: Iterable[Result]) -> str:
    """The meaning of a number over several seeds and the place of its standard deviation; empty if none has several."""
    several = any(len(result.seeds) > 1 for result in results)
    return f"Several seeds: their mean, and {SMALL} their standard deviation." if several else ""


def status_text(statuses: Iterable[str]) -> str:
    """What stands in place of numbers, as far as it occurs."""
    occurring = set(statuses)
    return _sentence([words for status, words in STATUS_WORDS.items() if status in occurring])


def collapsed_text(results: Iterable[Result]) -> str:
    """The mark of collapsed cells, if there are any."""
    if all(result.status != "collapsed" for result in results):
        return ""
    return f"{COLLAPSED}: collapsed, a seed answers one class for 98 % of the events or more."


def comparison_text(reported: Reported, where: str) -> str:
    """The meaning of bold type and the dagger; `where` names the results that are compared."""
    return (
        f"Bold: best test accuracy of {where}; {INDISTINGUISHABLE}: not distinguishable from it (paired, over events "
        f"and seeds, alpha {reported.comparison.alpha:g}, Holm-corrected)."
    )


def single_seed_text(results: Iterable[Result]) -> str:
    """How comparisons treat a single seed; empty if no result has just one."""
    if not any(len(result.seeds) == 1 for result in results):
        return ""
    return "A single seed shows nothing of its spread: comparisons take that of the other cell, if known."


def identical_text(groups: Iterable[Sequence[str]]) -> str:
    """The groups of rows that have the same numbers."""
    return " ".join(f"{IDENTICAL}: identical numbers: {' = '.join(group)}." for group in groups)


def origin_text(reported: Reported, leaving_out: Iterable[str] = ()) -> str:
    """Order of hits and origin of the window, without those whose keys are in `leaving_out`."""
    if not any(place.settings and place.settings.pixel_cm for place in reported.places):  # no hits are shown
        return ""
    said = {"order": f"Order of hits: {_orders(reported)}", "win_origin": f"origin of the window: {reported.origin}"}
    return _sentence([words for key, words in said.items() if key not in set(leaving_out)])


def _orders(reported: Reported) -> str:
    """The order of the hits; if that differs, each with the representations that show it."""
    names: dict[str, list[str]] = {}
    for place in reported.places:
        if place.settings and place.settings.pixel_cm:
            shown = reported.labels.unbroken.representation(place.representation)
            names.setdefault(reported.order_of([place.settings]), []).append(shown)
    if len(names) == 1:
        return next(iter(names))
    return ", ".join(f"{order} ({listed(list(dict.fromkeys(shown)))})" for order, shown in names.items())


def resolution_text(results: Iterable[Result]) -> str:
    """What a resolution is, if any of the results has one."""
    of_hits = {bool(result.settings and result.settings.pixel_cm) for result in results if result.resolution}
    if not of_hits:
        return ""
    return "c: pixels across the detector in x." if True in of_hits else "c: pixels across an image."


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def joined(parts: Iterable[str]) -> str:
    """The parts, separated by spaces, without empty ones."""
    return " ".join(part for part in parts if part)


def listed(names: Sequence[str]) -> str:
    """The names in a sentence: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def setting_texts(result: Result) -> list[str]:
    """Resolution, pixel size and window of one result, followed by its `training_texts`."""
    cell = result.settings
    pixel = ", ".join(f"{axis} {size:.3g}" for axis, size in cell.pixel_cm.items())
    return [
        *([f"c {result.resolution}"] if result.resolution else []),
        *([f"pixel {pixel} cm"] if pixel else []),
        *([] if "win_shape" in cell.tuned else [f"window {pixels_text(cell.window, cell.counted)}"]),
        *training_texts(result),
    ]


def training_texts(result: Result) -> list[str]:
    """Batch size, precision, epochs, tuned settings and seeds of one result; one fitted as a whole has no epochs."""
    cell = result.settings
    values = {
        "batch_size": f"batch {cell.batch_size}",
        "precision": "precision auto" if cell.precision == "auto" else cell.precision,
        "n_epochs": f"up to {cell.n_epochs} epochs",
    }
    return [
        *[text for key, text in values.items() if getattr(cell, key) and key not in cell.tuned],
        *([f"tuned {', '.join(cell.tuned)}"] if cell.tuned else []),
        f"seed{'s' * (len(result.seeds) > 1)} {', '.join(map(str, result.seeds))}",
    ]


def pixels_text(window: Sequence[int], counted: str = "px") -> str:
    """The size of a window in pixels, or in the unit `counted`."""
    return f"{' x '.join(map(str, window))} {counted}"
