# Trained cells at work: events of other files classified, networks for C++, other readouts of the same showers.


def asked_model(wildcards):
    """The model file of the cell that makes a prediction."""
    prediction = STUDY.prediction(wildcards.prediction)
    return PATHS.of_cells([prediction.cell], ["model.safetensors"])


def asked_threads(wildcards):
    """The cores to reserve for that cell: as many as its compute threads."""
    return resolved("predict", **wildcards)["model"]["training"]["threads"]


CAN_VARY = hasattr(STUDY.source, "varied")
VARIATIONS = list(STUDY.source.varied(STUDY.source_settings)) if CAN_VARY else []
VARIED = f"{RESULTS}/variations/{NAMED}"


def varied_shards():
    """The shards whose showers are read out again."""
    return range(
        min(STUDY.source_settings.variations.shards, STUDY.shards) if CAN_VARY else 0
    )


rule predict:
    input:
        model=asked_model,
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
    threads: asked_threads
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
        " --provenance {output.provenance:q}" + LOGGED


rule export:
    input:
        model=f"{CELL}/model.safetensors",
        inputs=input_files("safetensors"),
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
    threads: compute_threads("export")
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
        " --provenance {output.provenance:q}" + LOGGED


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
            " --provenance {output.provenance:q}" + LOGGED

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
            f"{RESULTS}/logs/vary_cell/{NAMED}.log",
        benchmark:
            f"{RESULTS}/benchmarks/vary_cell/{NAMED}.tsv"
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
            " --provenance {output.provenance:q}" + LOGGED
