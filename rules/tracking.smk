# The cells as runs and models of MLflow: in a database that is derived from their folders, or on a server.
from showergrid.study import Cell


@functools.cache
def tracked():
    """The cells of the grid, and those that were made outside of it and that the configuration still knows."""
    pattern = f"{RESULTS}/cells/{{representation}}/c{{resolution,[1-9][0-9]*}}/{{model}}/seed{{seed,[0-9]+}}"
    made = {
        Cell(representation, int(resolution), model, int(seed))
        for representation, resolution, model, seed in zip(
            *glob_wildcards(f"{pattern}/metrics.json")
        )
        if representation in STUDY.names["representation"]
        and model in STUDY.names["model"]
        and STUDY.has_meaning(representation, model)
    }
    return sorted(made | set(STUDY.cells))


def tracked_files(wildcards):
    """What of these cells is shown."""
    return cell_files(tracked(), [*CELL_FILES, *FIGURES])


def tracked_code(step):
    """The code of a step that shows them, and that of their models, which goes with the weights."""
    kinds = ("models", "representations")
    loaded = [
        f"showergrid.{kind}.{name}" for kind in kinds for name in plugins.names(kind)
    ]
    return sources(f"{step}.py", "showergrid.trackedmodel", *loaded)


def track_job(step, **more):
    """The parameter function of a step that shows them."""

    def text(wildcards):
        cells = [cell.folder.removeprefix("cells/") for cell in tracked()]
        pictures = [name for name in FIGURES if name.endswith(".pdf")]
        return job(step, study=RESULTS, cells=cells, figures=pictures, **more)(
            wildcards
        )

    return text


# Both run beside Snakemake, in no container.
rule track:
    input:
        cells=tracked_files,
        hits=f"{RESULTS}/data/hits.parquet",
        packages="envs/torch.in",
        code=tracked_code("track"),
    output:
        database=f"{RESULTS}/mlflow/mlflow.db",
        artifacts=directory(f"{RESULTS}/mlflow/artifacts"),
        provenance=f"{RESULTS}/mlflow/mlflow.db.provenance.json",
    log:
        f"{RESULTS}/logs/track.log",
    benchmark:
        f"{RESULTS}/benchmarks/track.tsv"
    threads: 1
    resources:
        **ask("track"),
    params:
        job=track_job("track"),
    shell:
        "python scripts/track.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.database:q})")"'
        " --hits {input.hits:q}"
        " --packages {input.packages:q}"
        " --database {output.database:q}"
        " --artifacts {output.artifacts:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"


rule track_server:
    input:
        cells=tracked_files,
        hits=f"{RESULTS}/data/hits.parquet",
        packages="envs/torch.in",
        code=tracked_code("track_server"),
    output:
        runs=f"{RESULTS}/mlflow/server.json",
        provenance=f"{RESULTS}/mlflow/server.json.provenance.json",
    log:
        f"{RESULTS}/logs/track_server.log",
    benchmark:
        f"{RESULTS}/benchmarks/track_server.tsv"
    threads: 1
    resources:
        **ask("track_server"),
    params:
        job=track_job("track_server", server=STUDY.config.tracking.server),
    shell:
        "python scripts/track_server.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.runs:q})")"'
        " --hits {input.hits:q}"
        " --packages {input.packages:q}"
        " --runs {output.runs:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"
