# The cells of the grid: train, evaluate, draw.


rule train:
    input:
        inputs=input_files("safetensors"),
        calibrations=input_files("calibration.json"),
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        weights=weights("train"),
        tuned=tuned_values,
        features=rests_on(f"{PATHS.features}.safetensors"),
        backbones=rests_on(f"{CELL}/model.safetensors"),
        code=code("train"),
    output:
        model=f"{CELL}/model.safetensors",
        history=f"{CELL}/history.csv",
        answers=f"{CELL}/answers.safetensors",
        provenance=f"{CELL}/train.provenance.json",
    log:
        f"{RESULTS}/logs/train/{{input}}/{{model}}/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{input}}/{{model}}/seed{{seed}}.tsv"
    container:
        image("train")
    threads: compute_threads("train")
    resources:
        **ask("train"),
    params:
        job=job("train"),
    shell:
        f"python {COMMANDS}/train.py"
        " --job {params.job:q}"
        " --inputs {input.inputs:q}"
        " --calibrations {input.calibrations:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --weights {input.weights:q}"
        " --tuned {input.tuned:q}"
        " --features {input.features:q}"
        " --backbones {input.backbones:q}"
        " --model {output.model:q}"
        " --history {output.history:q}"
        " --answers {output.answers:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule evaluate:
    input:
        answers=f"{CELL}/answers.safetensors",
        history=f"{CELL}/history.csv",
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        code=code("evaluate"),
    output:
        predictions=f"{CELL}/predictions.parquet",
        metrics=f"{CELL}/metrics.json",
        provenance=f"{CELL}/evaluate.provenance.json",
    log:
        f"{RESULTS}/logs/evaluate/{{input}}/{{model}}/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate/{{input}}/{{model}}/seed{{seed}}.tsv"
    container:
        image("evaluate")
    threads: 1
    resources:
        **ask("evaluate"),
    params:
        job=job("evaluate"),
    shell:
        f"python {COMMANDS}/evaluate.py"
        " --job {params.job:q}"
        " --answers {input.answers:q}"
        " --history {input.history:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --predictions {output.predictions:q}"
        " --metrics {output.metrics:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule cell_figures:
    input:
        history=f"{CELL}/history.csv",
        predictions=f"{CELL}/predictions.parquet",
        metrics=f"{CELL}/metrics.json",
        code=code("cell_figures"),
    output:
        history=shown_cell("history", "history"),
        roc=shown_cell("roc", "ROC curve"),
        confusion=shown_cell("confusion", "confusion matrix"),
        provenance=f"{CELL}/figures/history.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/cell_figures/{{input}}/{{model}}/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cell_figures/{{input}}/{{model}}/seed{{seed}}.tsv"
    container:
        image("cell_figures")
    threads: 1
    resources:
        **ask("cell_figures"),
    params:
        job=job("cell_figures"),
    shell:
        f"python {COMMANDS}/cell_figures.py"
        " --job {params.job:q}"
        " --history {input.history:q}"
        " --predictions {input.predictions:q}"
        " --metrics {input.metrics:q}"
        " --history-figure {output.history:q}"
        " --roc {output.roc:q}"
        " --confusion {output.confusion:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule cells:
    input:
        PATHS.of_cells(STUDY.cells, paths.EVALUATED),
