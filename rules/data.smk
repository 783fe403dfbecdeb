# The events of a study from its source, shard by shard, their split, their ranges and what they look like.


rule library:
    input:
        code=code("library"),
    output:
        library=f"{RESULTS}/data/library.safetensors",
        provenance=f"{RESULTS}/data/library.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/library.log",
    benchmark:
        f"{RESULTS}/benchmarks/library.tsv"
    container:
        image("library")
    threads: 1
    resources:
        **ask("library"),
    params:
        job=job("library"),
    shell:
        f"python {COMMANDS}/library.py"
        " --job {params.job:q}"
        " --output {output.library:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule shard:
    input:
        library=PATHS.library,
        files=STUDY.source.files(STUDY.source_settings),
        code=code("shard"),
    output:
        tables=[
            f"{RESULTS}/data/shards/{{shard}}.{table}.parquet"
            for table in STUDY.event_tables
        ],
        provenance=f"{RESULTS}/data/shards/{{shard}}.{STUDY.event_tables[0]}.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/shard/{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/shard/{{shard}}.tsv"
    container:
        image("shard")
    threads: 1
    resources:
        **ask("shard"),
    params:
        job=job("shard"),
    shell:
        f"python {COMMANDS}/shard.py"
        " --shard {wildcards.shard:q}"
        " --job {params.job:q}"
        " --library {input.library:q}"
        " --tables {output.tables:q}"
        " --provenance {output.provenance:q}"
        " -- {input.files:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule gather:
    input:
        shards=[file for table in STUDY.event_tables for file in PATHS.shards(table)],
        code=code("gather"),
    output:
        tables=PATHS.data,
        counts=f"{RESULTS}/data/counts.json",
        provenance=f"{PATHS.data[0]}.provenance.json",
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
        " --shards {input.shards:q}"
        " --tables {output.tables:q}"
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
        counts=f"{RESULTS}/data/counts.json",
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
