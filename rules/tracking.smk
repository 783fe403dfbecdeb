# The cells as runs and models of MLflow: in a database that is derived from their folders, or on a server.


include: "tracked.smk"


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
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


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
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"
