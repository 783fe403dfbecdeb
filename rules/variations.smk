# Trained networks on the same test showers, as detectors within the uncertainties see them.


include: "varied.smk"


# Only what a source can show in other ways can be varied.
if hasattr(STUDY.source, "varied"):

    rule vary:
        input:
            code=code("vary"),
        output:
            hits=[
                f"{RESULTS}/variations/hits/{name}/{{shard}}.parquet"
                for name in VARIATIONS
            ],
            provenance=f"{RESULTS}/variations/hits/{{shard}}.provenance.json",
        log:
            f"{RESULTS}/logs/vary/{{shard}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/vary/{{shard}}.tsv"
        container:
            image("vary")
        threads: 1
        resources:
            **ask("vary"),
        params:
            job=job("vary"),
        shell:
            f"python {COMMANDS}/vary.py"
            " --job {params.job:q}"
            " --shard {wildcards.shard:q}"
            " --hits {output.hits:q}"
            " --provenance {output.provenance:q}"
            " 2>&1 | {{ tee -p {log:q} || true; }}"

    rule vary_cell:
        input:
            model=f"{CELL}/model.safetensors",
            hits=[
                f"{RESULTS}/variations/hits/{name}/{shard}.parquet"
                for name in VARIATIONS
                for shard in varied_shards()
            ],
            events=f"{RESULTS}/data/events.parquet",
            split=f"{RESULTS}/data/split.parquet",
            code=code("vary_cell"),
        output:
            scores=f"{VARIED}.parquet",
            provenance=f"{VARIED}.provenance.json",
        log:
            f"{RESULTS}/logs/vary_cell/{{input}}/{{model}}/seed{{seed}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/vary_cell/{{input}}/{{model}}/seed{{seed}}.tsv"
        container:
            image("vary_cell")
        threads: compute_threads("vary_cell")
        resources:
            **ask("vary_cell"),
        params:
            job=job("vary_cell"),
        shell:
            f"python {COMMANDS}/vary_cell.py"
            " --job {params.job:q}"
            " --model {input.model:q}"
            " --hits {input.hits:q}"
            " --events {input.events:q}"
            " --split {input.split:q}"
            " --scores {output.scores:q}"
            " --provenance {output.provenance:q}"
            " 2>&1 | {{ tee -p {log:q} || true; }}"
