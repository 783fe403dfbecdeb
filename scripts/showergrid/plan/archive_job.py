"""What goes into the archive of a study, and what its job is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from showergrid.core.errors import InputError
from showergrid.plan import containers, steps
from showergrid.plan.paths import TRAINED, Paths
from showergrid.rebuild import repository


def archived(paths: Paths, made: Iterable[str], root: Path) -> list[str]:
    """The files to archive, each once: `made` by a bare call, ablations and ensembles that exist, and the data.

    Raises:
        InputError: Snakemake does not work in `root`, the project's folder.
    """
    if Path.cwd() != root.resolve():
        raise InputError(
            "archive: an archive is of the project's folder with its results; call snakemake there, without --directory"
        )
    study = paths.study
    ablations = [entry.name for entry in study.config.ablations if _is_made(paths, f"ablations/{entry.name}")]
    ensembles = [entry.name for entry in study.config.ensembles if _is_made(paths, f"ensembles/{entry.name}")]
    variants = [
        *[cell for name in ablations for cell in study.cells_of(study.variants(name))],
        *[cell for name in ensembles for cell in study.cells_of(study.members(name))],
    ]
    trained = paths.rested_on([*study.cells, *variants])  # of which only the networks are needed
    cells = [*study.cells, *variants, *trained]
    files = [
        *made,
        *[file for name in ablations for file in paths.report(f"ablations/{name}")],
        *[file for name in ensembles for file in paths.report(f"ensembles/{name}")],
        *[file for name in ensembles for file in paths.joint_predictions(name)],
        *paths.of_cells(variants, paths.evaluated),
        *paths.of_cells(trained, TRAINED),
        *paths.records_of_data(cells),
        *[f"{stem}.calibration.json" for stem in paths.inputs_of(cells)],
        *paths.searches_of(cells),
        *(paths.raw_data(cells) if study.config.archive.data else []),
    ]
    return sorted(set(files))


def _is_made(paths: Paths, report: str) -> bool:
    return Path(paths.report(report)[0]).exists()


def archive_job(paths: Paths, made: Iterable[str], root: Path, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of the archive; `raw` is the study's own, and `made` is what a bare call makes.

    Raises:
        InputError: there is no repository or image, or the working tree is unlike its commit and `dirty` is not set.
    """
    settings = paths.study.config.archive
    state = repository.state(root)
    for name in steps.images_of(paths.study.source) if settings.images else ():
        containers.environment(root, name)
    changes = [name for name in state.changes if not name.startswith(f"{paths.results}/")]
    if changes and not settings.dirty:
        shown = ", ".join(changes[:8])
        more = f" and {len(changes) - 8} more" if len(changes) > 8 else ""
        raise InputError(
            f"the archive would not be that of a commit: {shown}{more} changed or new; commit them, "
            "or have them archived as they are and named, by: --config 'archive={dirty: true}'"
        )
    return {
        "results": paths.results,
        "archive": settings.model_dump(mode="json"),
        "study": raw,
        "commit": state.commit,
        "changes": changes,
        "made": paths.in_groups(archived(paths, made, root)),
    }
