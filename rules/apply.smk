# Trained cells at work: events of other files classified and shown by class, networks for C++, other readouts of the same
# showers.


VARIED = f"{RESULTS}/variations/{NAMED}"


rule predict:
    input:
        model=refusing(READS.asked),
        hits=lambda wildcards: STUDY.prediction(wildcards.prediction).named,
        code=code("predict"),
    output:
        scores=f"{RESULTS}/predictions/{{prediction}}.parquet",
        provenance=f"{RESULTS}/predictions/{{prediction}}.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/predict/{{prediction}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict/{{prediction}}.tsv"
    container:
        image("predict")
    threads: READS.threads("predict")
    resources:
        **ask("predict"),
    params:
        job=job("predict"),
    shell:
        f"python {COMMANDS}/predict.py"
        " --job {params.job:q}"
        " --cell {input.model:q}"
        " --hits {input.hits:q}"
        " --output {output.scores:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule spectrum:
    input:
        unpack(refusing(READS.spectrum)),
        code=code("spectrum"),
    output:
        figure=f"{RESULTS}/spectra/{{spectrum}}.pdf",
        csv=f"{RESULTS}/spectra/{{spectrum}}.csv",
        provenance=f"{RESULTS}/spectra/{{spectrum}}.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/spectra/{{spectrum}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/spectra/{{spectrum}}.tsv"
    container:
        image("spectrum")
    threads: 1
    resources:
        **ask("spectrum"),
    params:
        job=job("spectrum"),
    shell:
        f"python {COMMANDS}/spectrum.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --figure {output.figure:q}"
        " --csv {output.csv:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule export:
    input:
        model=f"{CELL}/model.safetensors",
        inputs=refusing(READS.inputs),
        predictions=f"{CELL}/predictions.parquet",
        code=code("export"),
    output:
        model=f"{CELL}/export/model.pt",
        specification=f"{CELL}/export/spec.json",
        example=f"{CELL}/export/example.f32",
        provenance=f"{CELL}/export/model.pt.provenance.json",
    log:
        f"{RESULTS}/logs/export/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/export/{NAMED}.tsv"
    container:
        image("export")
    threads: READS.threads("export")
    resources:
        **ask("export"),
    params:
        job=job("export"),
    shell:
        f"python {COMMANDS}/export.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --inputs {input.inputs:q}"
        " --predictions {input.predictions:q}"
        " --output {output.model:q}"
        " --specification {output.specification:q}"
        " --example {output.example:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


# Only what a source can show in other ways can be varied.
if hasattr(STUDY.source, "varied"):
    VARIATIONS = STUDY.source.varied(STUDY.source_settings)
    VARIED_SHARDS = min(STUDY.source_settings.variations.shards, STUDY.shards)

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
            f"{LOGGED}"

    rule vary_cell:
        input:
            model=f"{CELL}/model.safetensors",
            hits=[
                f"{RESULTS}/variations/hits/{name}/{shard}.parquet"
                for name in VARIATIONS
                for shard in range(VARIED_SHARDS)
            ],
            events=f"{RESULTS}/data/events.parquet",
            split=f"{RESULTS}/data/split.parquet",
            code=code("vary_cell"),
        output:
            scores=f"{VARIED}.parquet",
            provenance=f"{VARIED}.provenance.json",
        log:
            f"{RESULTS}/logs/vary_cell/{NAMED}.log",
        benchmark:
            f"{RESULTS}/benchmarks/vary_cell/{NAMED}.tsv"
        container:
            image("vary_cell")
        threads: READS.threads("vary_cell")
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
            f"{LOGGED}"
