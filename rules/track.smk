# The cells as runs and models of MLflow, in a database derived from their folders or on a server; and notices.
from showergrid.track import notices

STORED = "showergrid.track.model", *plugins.modules("representations", "models")


# Both run beside Snakemake, in no container.
rule track:
    input:
        cells=refusing(READS.tracked),
        hits=[f"{RESULTS}/data/hits.parquet"] if PATHS.has_hits else [],
        packages=str(ROOT / "envs/torch.in"),
        code=code("track", *STORED),
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
        job=lambda wildcards: job("track", **READS.told_of_tracked())(wildcards),
    shell:
        f"python {COMMANDS}/track.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.database:q})")"'
        " --hits {input.hits:q}"
        " --packages {input.packages:q}"
        " --database {output.database:q}"
        " --artifacts {output.artifacts:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule track_server:
    input:
        cells=refusing(READS.tracked_on_server),
        hits=[f"{RESULTS}/data/hits.parquet"] if PATHS.has_hits else [],
        packages=str(ROOT / "envs/torch.in"),
        code=code("track_server", *STORED),
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
        job=lambda wildcards: job(
            "track_server",
            server=STUDY.config.tracking.server,
            **READS.told_of_tracked(),
        )(wildcards),
    shell:
        f"python {COMMANDS}/track_server.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.runs:q})")"'
        " --hits {input.hits:q}"
        " --packages {input.packages:q}"
        " --runs {output.runs:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


# One message at the end of a call of snakemake, to whom the study names.
onsuccess:
    notices.send(STUDY.config.notify, notices.finished(RESULTS))


onerror:
    notices.send(STUDY.config.notify, notices.failed(RESULTS, log))
