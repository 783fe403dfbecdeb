"""The HTML page in an archive, to open from the unpacked folder: what is inside, and how to check it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from showergrid.core.digests import Digest
from showergrid.rebuild.settings import ArchiveJob
from showergrid.report.data.machines import origins
from showergrid.report.formats.html import from_markdown

TEMPLATE = "archive/page.html.j2"


def page(
    root: Path,
    job: ArchiveJob,
    time: int,
    citation: Mapping[str, Any],
    provenance: Mapping[str, Mapping[str, Any]],
    digests: Mapping[str, Digest],
    absent: int,
) -> bytes:
    """The page as HTML without script or outside link.

    `time` [s since 1970] is that of the commit, `provenance` the records of the results by file, `digests` those of
    the members, `absent` the number of files that the results were made from but that are not archived.
    """
    results = job.results
    environments = [record["environment"] for record in provenance.values()]
    cells = sorted(name for name in digests if name.startswith(f"{results}/cells/") and name.endswith("/metrics.json"))
    shown = [name for name in job.files if name.endswith((".md", ".pdf")) and not name.startswith(f"{results}/cells/")]
    told = re.compile(
        rf"{re.escape(results)}/([^/]+\.tex|data/(hits|events|split)\.parquet)|.*\.(sif|bundle)|study\.yaml|envs/.*\.txt"
    )
    template = Environment(
        loader=FileSystemLoader(root), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    ).get_template(TEMPLATE)
    text = template.render(
        citation=citation,
        date=datetime.fromtimestamp(time, UTC).date().isoformat(),
        commit=job.commit,
        changes=job.changes,
        images=any(name.endswith(".sif") for name in digests),
        data=job.archive.data,
        example=cells[0].removeprefix(f"{results}/cells/").removesuffix("/metrics.json"),
        tables=[from_markdown((root / name).read_text()) for name in shown if name.endswith(".md")],
        figures=[name for name in shown if name.endswith(".pdf")],
        parts=_parts(results, digests),
        made=origins(provenance.values()),
        locks=sorted({"envs/workflow.txt", *(known["lock"] for known in environments if "lock" in known)}),
        digests={name: digests[name].sha256 for name in sorted(digests) if told.fullmatch(name)},
        count=len(digests) + 2,  # this page and the RO-Crate's file
        absent=absent,
        deployment=(
            " --software-deployment-method apptainer" if any("container" in known for known in environments) else ""
        ),
    )
    return text.encode()


def _parts(results: str, digests: Mapping[str, Digest]) -> list[dict[str, Any]]:
    """The parts of the archive: where each is, what it holds, how many files, and their size [bytes]."""
    kinds = [
        (f"{results}/cells/", "trained networks: weights, history, answers to every event, metrics, figures, records"),
        (f"{results}/data/", "the data, or what is left of them here: hits, events, split, ranges, records"),
        (f"{results}/inputs/", "images of the events, or their ranges and records alone"),
        (f"{results}/", "tables as LaTeX, CSV and Markdown, figures, records"),
        (".snakemake/", "what Snakemake remembers of each result"),
        ("containers/", "container images and their builds"),
        ("envs/", "locks: every package with version and hashes"),
        ("study.yaml", "the configuration, merged"),
        ("given/", "configuration files that are not part of the project, as they were given"),
        ("showergrid.bundle", "the commit and its history, as a git bundle"),
        ("", "the workflow: code, configuration, tests, this page"),
    ]
    sizes: dict[str, list[int]] = {where: [] for where, _ in kinds}
    for name, known in digests.items():
        sizes[next(where for where, _ in kinds if name.startswith(where))].append(known.size)
    return [
        {"where": where or "the rest", "what": what, "files": len(sizes[where]), "size": sum(sizes[where])}
        for where, what in kinds
        if sizes[where]
    ]
