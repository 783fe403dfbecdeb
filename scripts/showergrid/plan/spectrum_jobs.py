"""The configuration of spectra, and the files that they read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from showergrid.apply.settings import Unlabelled
from showergrid.plan.catalogue import named
from showergrid.plan.study import Study
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.settings.spectra import Distribution, ShownEvents, Spectrum


def spectrum(study: Study, name: str) -> dict[str, Any]:
    """What the job of the spectrum of that name is told."""
    entry = named(study.config.spectra, name, "spectrum")
    own = any(shown.cell for shown in entry.of)
    return {
        "question": study.question,
        "labels": study.labels(),
        "level": study.config.bootstrap.level,
        "representation": study.catalogue.representations.resolved(entry.representation),
        "tables": study.catalogue.representations.tables_read(entry.representation) if own else [],
        "distribution": entry.model_dump(mode="json", include=set(Distribution.model_fields)),
        "panels": [_panel(study, shown) for shown in entry.of],
    }


def reads(job: dict[str, Any], results: str) -> dict[str, list[str]]:
    """The files that a job is made from, each once; `results` is the study's folder."""
    named_by = Spectrum(**job).reads(Path(results))
    return {what: list(dict.fromkeys(map(str, files))) for what, files in named_by.items()}


def _panel(study: Study, shown: ShownEvents) -> dict[str, Any]:
    """One of its panels."""
    if cell := shown.cell:
        place = cell.representation, cell.resolution, cell.model
        label = HumanLabels(**study.labels([cell.representation], [cell.model])).sentence(*place)
        name, answers, files = cell.folder.removeprefix("cells/"), f"{cell.folder}/predictions.parquet", None
    else:
        entry = study.prediction(shown.prediction)
        label, name, answers = entry.name, entry.name, f"predictions/{entry.name}.parquet"
        files = entry.model_dump(mode="json", include=set(Unlabelled.model_fields), exclude_unset=True)
    return {"name": name, "label": shown.label or label, "answers": answers, "files": files}
