# The split of the events, the ranges of their hits, and their directions.


rule split:
    input:
        events=f"{RESULTS}/data/events.parquet",
        code=code("split"),
    output:
        split=f"{RESULTS}/data/split.parquet",
        provenance=f"{RESULTS}/data/split.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/split.log",
    benchmark:
        f"{RESULTS}/benchmarks/split.tsv"
    container:
        image("split")
    threads: 1
    resources:
        **ask("split"),
    params:
        job=job("split"),
    shell:
        f"python {COMMANDS}/split.py"
        " --job {params.job:q}"
        " --events {input.events:q}"
        " --output {output.split:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule calibrate:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        split=f"{RESULTS}/data/split.parquet",
        code=code("calibrate"),
    output:
        calibration=f"{RESULTS}/data/calibration.json",
        provenance=f"{RESULTS}/data/calibration.json.provenance.json",
    log:
        f"{RESULTS}/logs/calibrate.log",
    benchmark:
        f"{RESULTS}/benchmarks/calibrate.tsv"
    container:
        image("calibrate")
    threads: 1
    resources:
        **ask("calibrate"),
    params:
        job=job("calibrate"),
    shell:
        f"python {COMMANDS}/calibrate.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --split {input.split:q}"
        " --output {output.calibration:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule directions:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        code=code("directions"),
    output:
        directions=f"{RESULTS}/data/directions.parquet",
        provenance=f"{RESULTS}/data/directions.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/directions.log",
    benchmark:
        f"{RESULTS}/benchmarks/directions.tsv"
    container:
        image("directions")
    threads: 1
    resources:
        **ask("directions"),
    params:
        job=job("directions"),
    shell:
        f"python {COMMANDS}/directions.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --output {output.directions:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"
