# Cells that decide on the features of trained cells, which are computed once.


include: "made_of.smk"


rule features:
    input:
        model=f"{CELL}/model.safetensors",
        images=input_files("safetensors"),
        events=f"{RESULTS}/data/events.parquet",
        code=code("features"),
    output:
        features=f"{PATHS.features}.safetensors",
        provenance=f"{PATHS.features}.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/features/{{representation}}.c{{resolution}}.{{model}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/features/{{representation}}.c{{resolution}}.{{model}}.seed{{seed}}.tsv"
    container:
        image("features")
    threads: compute_threads("features")
    resources:
        **ask("features"),
    params:
        job=job("features"),
    shell:
        f"python {COMMANDS}/features.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --images {input.images:q}"
        " --events {input.events:q}"
        " --output {output.features:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule train_frozen:
    input:
        features=rests_on(f"{PATHS.features}.safetensors"),
        backbones=rests_on(f"{CELL}/model.safetensors"),
        images=input_files("safetensors"),
        calibrations=input_files("calibration.json"),
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        code=code("train_frozen"),
    output:
        model=f"{CELL}/model.safetensors",
        history=f"{CELL}/history.csv",
        answers=f"{CELL}/answers.safetensors",
        provenance=f"{CELL}/train.provenance.json",
    log:
        f"{RESULTS}/logs/train/{{representation}}.c{{resolution}}.{{model}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{representation}}.c{{resolution}}.{{model}}.seed{{seed}}.tsv"
    wildcard_constraints:
        model=one_of(PATHS.frozen),
    container:
        image("train_frozen")
    threads: compute_threads("train_frozen")
    resources:
        **ask("train_frozen"),
    params:
        job=job("train_frozen"),
    shell:
        f"python {COMMANDS}/train_frozen.py"
        " --job {params.job:q}"
        " --features {input.features:q}"
        " --backbones {input.backbones:q}"
        " --images {input.images:q}"
        " --calibrations {input.calibrations:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --model {output.model:q}"
        " --history {output.history:q}"
        " --answers {output.answers:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"
