# The events of a study from its source, shard by shard, and what all shards share.


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
        f"{LOGGED}"


rule shard:
    input:
        library=PATHS.library,
        files=refusing(READS.events),
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
        f"{LOGGED}"


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
        f"{LOGGED}"
