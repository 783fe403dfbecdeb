"""The archive as an RO-Crate: what its files are, and which run of which workflow made them.

It follows Workflow Run Crate 0.5 (https://www.researchobject.org/workflow-run-crate/profiles/workflow_run_crate/), a
profile of RO-Crate 1.1. Dates are those of the commit and of the run, so that the same archive is described the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from rocrate.rocrate import ROCrate

from showergrid.core.digests import Digest

NAME = "ro-crate-metadata.json"
WORKFLOW = "Snakefile"
WORKFLOW_PROFILE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_PROFILE: ("Workflow RO-Crate", "1.0"),
}
# Terms of Workflow Run Crate that RO-Crate 1.1 does not have (https://w3id.org/ro/terms/workflow-run).
TERMS = {
    name: f"https://w3id.org/ro/terms/workflow-run#{name}"
    for name in ("sha256", "containerImage", "ContainerImage", "SIFImage")
}
TYPES = {
    ".bundle": "application/x-git",
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".safetensors": "application/octet-stream",
    ".sh": "application/x-sh",
    ".sif": "application/vnd.sylabs.sif.layer.v1.sif",
    ".tex": "text/x-tex",
    ".yaml": "application/yaml",
}


@dataclass(frozen=True)
class WorkflowRun:
    """The run of the workflow.

    inputs, outputs: the files of the archive that it read and wrote, by name.
    """

    start: str
    end: str
    description: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


def describe(
    citation: Mapping[str, Any],
    commit: str,
    time: int,
    snakemake: str,
    run: WorkflowRun,
    members: Mapping[str, Digest | None],
) -> bytes:
    """The text of ro-crate-metadata.json.

    `citation` is the content of CITATION.cff, `time` [s since 1970] that of the commit; `members` are the digests of
    all other files of the archive by path, None for the file that lists the digests.
    """
    crate = ROCrate(version="1.1")
    authors = [
        crate.add_jsonld({"@id": f"#author-{number}", "@type": "Organization", "name": _name(author)})
        for number, author in enumerate(citation["authors"], 1)
    ]
    license_ = crate.add_jsonld(
        {
            "@id": f"https://spdx.org/licenses/{citation['license']}",
            "@type": "CreativeWork",
            "name": citation["license"],
        }
    )
    files = {name: crate.add_file(dest_path=name, properties=_properties(name, members[name])) for name in members}
    language = crate.add_jsonld(
        {
            "@id": "https://w3id.org/workflowhub/workflow-ro-crate#snakemake",
            "@type": "ComputerLanguage",
            "name": "Snakemake",
            "identifier": {"@id": "https://doi.org/10.1093/bioinformatics/bts480"},
            "url": {"@id": "https://snakemake.readthedocs.io"},
            "version": snakemake,
        }
    )
    workflow = files[WORKFLOW]
    workflow["name"] = citation["title"]
    workflow["conformsTo"] = {"@id": "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"}
    workflow["version"] = commit
    workflow["programmingLanguage"] = language
    workflow["license"] = license_
    workflow["author"] = authors
    workflow["input"], workflow["output"] = (
        [_parameter(crate, name, files[file]) for name, file in named.items()] for named in (run.inputs, run.outputs)
    )
    action = crate.add_jsonld(
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": "Run of the workflow that made the results",
            "description": run.description,
            "actionStatus": "http://schema.org/CompletedActionStatus",
            "startTime": run.start,
            "endTime": run.end,
        }
    )
    action["instrument"] = workflow
    action["agent"] = authors
    action["object"] = [files[name] for name in run.inputs.values()]
    action["result"] = [files[name] for name in run.outputs.values()]
    images = [file for name, file in files.items() if name.endswith(".sif")]
    if images:
        action["containerImage"] = images
    root = crate.root_dataset
    root["name"] = f"{citation['title']} (archive of a study)"
    root["description"] = citation["abstract"]
    root["datePublished"] = datetime.fromtimestamp(time, UTC).isoformat()
    root["license"] = license_
    root["author"] = authors
    root["mainEntity"] = workflow
    root["mentions"] = [action]
    root["conformsTo"] = [
        crate.add_jsonld({"@id": url, "@type": "CreativeWork", "name": name, "version": version})
        for url, (name, version) in PROFILES.items()
    ]
    crate.metadata["conformsTo"] = [{"@id": url} for url in ("https://w3id.org/ro/crate/1.1", WORKFLOW_PROFILE)]
    files["README.md"]["about"] = root
    crate.metadata.extra_terms = TERMS
    described = crate.metadata.generate()
    described["@graph"] = [
        {key: _plain(value) for key, value in entity.items()}
        for entity in sorted(described["@graph"], key=lambda entity: entity["@id"])
    ]
    return (json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _plain(value: Any) -> Any:
    """The value alone where a list has only one, as RO-Crate 1.1 recommends."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _name(author: Mapping[str, str]) -> str:
    return author.get("name") or f"{author.get('given-names', '')} {author.get('family-names', '')}".strip()


def _properties(name: str, known: Digest | None) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "name": name,
        "encodingFormat": TYPES.get(PurePosixPath(name).suffix, "text/plain"),
    }
    if name == WORKFLOW:
        properties["@type"] = ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
    elif name.endswith(".sif"):
        properties |= {"@type": ["File", "ContainerImage"], "additionalType": {"@id": TERMS["SIFImage"]}}
    if known is not None:
        properties |= {"contentSize": str(known.size), "sha256": known.sha256}
    return properties


def _parameter(crate: ROCrate, name: str, file: Any) -> Any:
    """An input or output of the workflow, linked to its file in this run."""
    parameter = crate.add_jsonld(
        {
            "@id": f"#parameter-{name}",
            "@type": "FormalParameter",
            "additionalType": "File",
            "name": name,
            "conformsTo": {"@id": "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"},
        }
    )
    parameter["workExample"] = file
    file["exampleOfWork"] = parameter
    return parameter
