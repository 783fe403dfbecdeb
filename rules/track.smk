# The cells as runs and models of MLflow, in a database derived from their folders or on a server; and notices.
from showergrid.core.cells import Cell, parts_of_input
from showergrid.track import notices


@functools.cache
def tracked():
    """The cells of the grid, and those made outside of it that the configuration still knows."""
    inputs = "|".join(PATHS.input_patterns)
    pattern = f"{RESULTS}/cells/{{input,{inputs}}}/{{model}}/seed{{seed,[0-9]+}}"
    made = {
        Cell(*parts_of_input(name), model, int(seed))
        for name, model, seed in zip(*glob_wildcards(f"{pattern}/metrics.json"))
        if model in STUDY.catalogue.names["model"]
        and STUDY.catalogue.has_meaning(parts_of_input(name)[0], model)
    }
    return sorted(made | set(STUDY.cells))


def tracked_files(wildcards):
    """The files of these cells that are shown."""
    return PATHS.of_cells(tracked(), [*paths.EVALUATED, *PATHS.figures])


def tracked_files_for_server(wildcards):
    """The same; refused if the study names no server."""
    if STUDY.config.tracking.server is None:
        refuse(
            "config: tracking.server is null; name an MLflow server, "
            "there or by --config 'tracking={server: https://mlflow.example.org}'"
        )
    return tracked_files(wildcards)


def tracked_code(step):
    """The input function for the code of a step that shows cells, and of their models, stored with the weights."""

    def file(wildcards):
        stored = plugins.modules("representations", "models")
        modules = "showergrid.track.model", *stored
        return sources(step, f"{step}.py", *modules)

    return file


def track_job(step, **more):
    """The parameter function of a step that shows cells."""

    def text(wildcards):
        cells = [cell.folder.removeprefix("cells/") for cell in tracked()]
        pictures = [name for name in PATHS.figures if name.endswith(".pdf")]
        return job(step, study=RESULTS, cells=cells, figures=pictures, **more)(
            wildcards
        )

    return text


# Both run beside Snakemake, in no container.
rule track:
    input:
        cells=tracked_files,
        hits=[f"{RESULTS}/data/hits.parquet"] if PATHS.has_hits else [],
        packages=str(ROOT / "envs/torch.in"),
        code=tracked_code("track"),
    output:
        database=f"{RESULTS}/mlflow/mlflow.db",
        artifacts=directory(f"{RESULTS}/mlflow/artifacts"),
        provenance=f"{RESULTS}/mlflow/mlflow.db.provenance.json",
    log:
        f"{RESULTS}/logs/track.log",
    benchmark:
        f"{RESULTS}/benchmarks/track.tsv"
    handover: True
    threads: 1
    resources:
        **ask("track"),
    params:
        job=track_job("track"),
    shell:
        f"python {COMMANDS}/track.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.database:q})")"'
        " --hits {input.hits:q}"
        " --packages {input.packages:q}"
        " --database {output.database:q}"
        " --artifacts {output.artifacts:q}"
        " --provenance {output.provenance:q}" + LOGGED


rule track_server:
    input:
        cells=tracked_files_for_server,
        hits=[f"{RESULTS}/data/hits.parquet"] if PATHS.has_hits else [],
        packages=str(ROOT / "envs/torch.in"),
        code=tracked_code("track_server"),
    output:
        runs=f"{RESULTS}/mlflow/server.json",
        provenance=f"{RESULTS}/mlflow/server.json.provenance.json",
    log:
        f"{RESULTS}/logs/track_server.log",
    benchmark:
        f"{RESULTS}/benchmarks/track_server.tsv"
    handover: True
    threads: 1
    resources:
        **ask("track_server"),
    params:
        job=track_job("track_server", server=STUDY.config.tracking.server),
    shell:
        f"python {COMMANDS}/track_server.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.runs:q})")"'
        " --hits {input.hits:q}"
        " --packages {input.packages:q}"
        " --runs {output.runs:q}"
        " --provenance {output.provenance:q}" + LOGGED


# One message at the end of a call of snakemake, to whom the study names.
onsuccess:
    notices.send(STUDY.config.notify, notices.finished(RESULTS))


onerror:
    notices.send(STUDY.config.notify, notices.failed(RESULTS, log))
