# Showers, simulated or read from files, their split, their ranges and what they look like.


if STUDY.config.ingest is not None:

    rule ingest:
        input:
            files=STUDY.config.ingest.files,
            code=code("ingest"),
        output:
            hits=f"{RESULTS}/data/hits.parquet",
            events=f"{RESULTS}/data/events.parquet",
            provenance=f"{RESULTS}/data/hits.parquet.provenance.json",
        log:
            f"{RESULTS}/logs/ingest.log",
        benchmark:
            f"{RESULTS}/benchmarks/ingest.tsv"
        container:
            image("ingest")
        threads: 1
        resources:
            **ask("ingest"),
        params:
            job=job("ingest"),
        shell:
            f"python {COMMANDS}/ingest.py"
            " --job {params.job:q}"
            " --hits {output.hits:q}"
            " --events {output.events:q}"
            " --provenance {output.provenance:q}"
            " -- {input.files:q}"
            " 2>&1 | {{ tee -p {log:q} || true; }}"

else:

    rule simulate:
        input:
            code=code("simulate"),
        output:
            hits=f"{RESULTS}/data/shards/{{shard}}.hits.parquet",
            events=f"{RESULTS}/data/shards/{{shard}}.events.parquet",
            provenance=f"{RESULTS}/data/shards/{{shard}}.hits.parquet.provenance.json",
        log:
            f"{RESULTS}/logs/simulate/{{shard}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/simulate/{{shard}}.tsv"
        container:
            image("simulate")
        threads: 1
        resources:
            **ask("simulate"),
        params:
            job=job("simulate"),
        shell:
            f"python {COMMANDS}/simulate.py"
            " --shard {wildcards.shard:q}"
            " --job {params.job:q}"
            " --hits {output.hits:q}"
            " --events {output.events:q}"
            " --provenance {output.provenance:q}"
            " 2>&1 | {{ tee -p {log:q} || true; }}"

    rule gather:
        input:
            hits=PATHS.shards("hits.parquet"),
            events=PATHS.shards("events.parquet"),
            code=code("gather"),
        output:
            hits=f"{RESULTS}/data/hits.parquet",
            events=f"{RESULTS}/data/events.parquet",
            counts=f"{RESULTS}/data/counts.json",
            provenance=f"{RESULTS}/data/hits.parquet.provenance.json",
        log:
            f"{RESULTS}/logs/gather.log",
        benchmark:
            f"{RESULTS}/benchmarks/gather.tsv"
        container:
            image("gather")
        threads: 1
        resources:
            **ask("gather"),
        params:
            job=job("gather"),
        shell:
            f"python {COMMANDS}/gather.py"
            " --job {params.job:q}"
            " --shard-hits {input.hits:q}"
            " --shard-events {input.events:q}"
            " --hits {output.hits:q}"
            " --events {output.events:q}"
            " --counts {output.counts:q}"
            " --provenance {output.provenance:q}"
            " 2>&1 | {{ tee -p {log:q} || true; }}"


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
        " 2>&1 | {{ tee -p {log:q} || true; }}"


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
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule explore:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        counts=f"{RESULTS}/data/counts.json" if STUDY.config.ingest is None else [],
        code=code("explore"),
    output:
        summary=f"{RESULTS}/data/summary.json",
        table=f"{RESULTS}/data/extents.csv",
        validation=shown_figure(
            "data/validation.pdf", "the showers beside the published ones"
        ),
        energies=shown_figure("data/energies.pdf", "energies"),
        hits_energy=shown_figure("data/hits_energy.pdf", "hits against energy"),
        extents=shown_figure("data/extents.pdf", "extents"),
        charge=shown_figure("data/charge.pdf", "charges of hits"),
        charge_time=shown_figure("data/charge_time.pdf", "charge along the shower"),
        provenance=f"{RESULTS}/data/summary.json.provenance.json",
    log:
        f"{RESULTS}/logs/explore.log",
    benchmark:
        f"{RESULTS}/benchmarks/explore.tsv"
    container:
        image("explore")
    threads: 1
    resources:
        **ask("explore"),
    params:
        job=job("explore"),
    shell:
        f"python {COMMANDS}/explore.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --counts {input.counts:q}"
        " --summary {output.summary:q}"
        " --extents {output.table:q}"
        " --validation-figure {output.validation:q}"
        " --energies-figure {output.energies:q}"
        " --hits-energy-figure {output.hits_energy:q}"
        " --extents-figure {output.extents:q}"
        " --charge-figure {output.charge:q}"
        " --charge-time-figure {output.charge_time:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"
