"""The names of representations, models and reports in a configuration: where each stands, and whether it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from showergrid.core.errors import InputError
from showergrid.core.variants import base
from showergrid.plan.config import Config
from showergrid.plan.matching import joins, shows_others


def check_names(config: Config, files: Mapping[str, str]) -> None:
    """Refuse a name that no entry has; `files` says where each key of the configuration is given, if that is known.

    Raises:
        InputError: one line with the key, the name, the valid names and the file to correct.
    """
    known = {kind: [entry.name for entry in getattr(config, kind)] for kind in ("representations", "models")}
    known["predictions"] = [entry.name for entry in config.predict]
    known["ablations"] = [entry.name for entry in config.ablations]
    known["tables"] = [*config.reports]
    known["reports"] = [name for name, entry in config.reports.items() if entry.of is None]
    for place, kind, name in _names(config):
        if base(name) in known[kind]:
            continue
        text = f"config: {place}: unknown {kind.removesuffix('s')} {name!r}; valid: {', '.join(known[kind])}"
        key = place.split(".")[0]
        if key in files:
            text += f"; {key} stands in {files[key]}"
            entries = files.get(kind, files[key])
            text += ": correct it there" if entries == files[key] else f", {kind} in {entries}: give {key} there too"
        raise InputError(text)


def _names(config: Config) -> Iterator[tuple[str, str, str]]:
    """The key under which each name stands, the kind of entry that it must be of, and the name."""
    for entry in config.representations:
        for name in _texts(entry.values.get("of")) if shows_others(entry.file) else ():
            yield f"representations.{entry.name}.of", "representations", name
    for entry in config.models:
        for override in entry.overrides:
            for name in _texts(override.representation):
                yield f"models.{entry.name}.overrides", "representations", name
        for name in _texts(entry.values.get("backbone")) if joins(entry) else ():
            yield f"models.{entry.name}.backbone", "models", name
    for number, block in enumerate(config.grid):
        for kind in ("representations", "models"):
            for name in getattr(block, kind):
                yield f"grid.{number}.{kind}", kind, name
        for name in _texts(block.table):
            yield f"grid.{number}.table", "reports", name
    for report, entry in config.reports.items():
        for name in _texts(entry.of):
            yield f"reports.{report}.of", "reports", name
    yield "main_table", "reports", config.main_table
    for name in _texts(config.figures.resolution):
        yield "figures.resolution", "reports", name
    for name in _texts(config.figures.final_states):
        yield "figures.final_states", "tables", name
    if config.figures.roc is not None:
        yield "figures.roc.of", "tables", config.figures.roc.of
    if config.figures.reasons is not None:
        yield "figures.reasons.of", "tables", config.figures.reasons.of
    for ablation in config.ablations:
        for kind in ("representation", "model"):
            for name in _texts(ablation.factors.get(kind)):
                yield f"ablations.{ablation.name}.factors.{kind}", f"{kind}s", name
        for name in ablation.beside:
            yield f"ablations.{ablation.name}.beside", "ablations", name
    for spectrum in config.spectra:
        yield f"spectra.{spectrum.name}.representation", "representations", spectrum.representation
        for shown in spectrum.of:
            for name in _texts(shown.prediction):
                yield f"spectra.{spectrum.name}.of", "predictions", name
    for place, cell in cells_named(config):
        yield f"{place}.representation", "representations", cell.representation
        yield f"{place}.model", "models", cell.model


def cells_named(config: Config) -> list[tuple[str, Any]]:
    """The places and cells that a configuration names outside of the grid, each with the key under which it stands."""
    return [
        *[(f"out_of_memory.{number}", place) for number, place in enumerate(config.out_of_memory)],
        *[(f"ablations.{ablation.name}", ablation) for ablation in config.ablations],
        *[(f"ensembles.{ensemble.name}.of", member) for ensemble in config.ensembles for member in ensemble.of],
        *[(f"tuning.{number}", search) for number, search in enumerate(config.tuning)],
        *[(f"predict.{prediction.name}", prediction) for prediction in config.predict],
        *[(f"spectra.{spectrum.name}.of", shown) for spectrum in config.spectra for shown in spectrum.of if shown.cell],
    ]


def _texts(value: Any) -> list[str]:
    """The names in the value of a key that nothing has checked yet: one, several or none."""
    return [name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)]
