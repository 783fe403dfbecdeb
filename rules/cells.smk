# The cells of the grid: train, evaluate, draw; and the features of those that others rest on.
from showergrid.plan import shown


rule train:
    input:
        inputs=refusing(READS.inputs),
        calibrations=refusing(READS.calibrations),
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        weights=READS.weights("train"),
        prongs=refusing(READS.prongs),
        hits=refusing(READS.asked_hits),
        tuned=refusing(READS.tuned),
        features=refusing(READS.features),
        backbones=refusing(READS.backbones),
        code=code("train"),
    output:
        model=f"{CELL}/model.safetensors",
        history=f"{CELL}/history.csv",
        answers=f"{CELL}/answers.safetensors",
        provenance=f"{CELL}/train.provenance.json",
    log:
        f"{RESULTS}/logs/train/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{NAMED}.tsv"
    container:
        image("train")
    threads: READS.threads("train")
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
        " --prongs {input.prongs:q}"
        " --hits {input.hits:q}"
        " --tuned {input.tuned:q}"
        " --features {input.features:q}"
        " --backbones {input.backbones:q}"
        " --model {output.model:q}"
        " --history {output.history:q}"
        " --answers {output.answers:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule features:
    input:
        model=f"{CELL}/model.safetensors",
        inputs=refusing(READS.inputs),
        events=f"{RESULTS}/data/events.parquet",
        code=code("features"),
    output:
        features=f"{PATHS.features}.safetensors",
        provenance=f"{PATHS.features}.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/features/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/features/{NAMED}.tsv"
    container:
        image("features")
    threads: READS.threads("features")
    resources:
        **ask("features"),
    params:
        job=job("features"),
    shell:
        f"python {COMMANDS}/features.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --inputs {input.inputs:q}"
        " --events {input.events:q}"
        " --output {output.features:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule evaluate:
    input:
        answers=f"{CELL}/answers.safetensors",
        history=f"{CELL}/history.csv",
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        prongs=refusing(READS.prongs),
        hits=refusing(READS.asked_hits),
        code=code("evaluate"),
    output:
        predictions=f"{CELL}/predictions.parquet",
        prong_predictions=PATHS.prong_predictions,
        hit_predictions=PATHS.hit_predictions,
        metrics=f"{CELL}/metrics.json",
        provenance=f"{CELL}/evaluate.provenance.json",
    log:
        f"{RESULTS}/logs/evaluate/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate/{NAMED}.tsv"
    container:
        image("evaluate")
    threads: 1
    resources:
        **ask("evaluate", "train"),
    params:
        job=job("evaluate"),
    shell:
        f"python {COMMANDS}/evaluate.py"
        " --job {params.job:q}"
        " --answers {input.answers:q}"
        " --history {input.history:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --prongs {input.prongs:q}"
        " --hits {input.hits:q}"
        " --predictions {output.predictions:q}"
        " --prong-predictions {output.prong_predictions:q}"
        " --hit-predictions {output.hit_predictions:q}"
        " --metrics {output.metrics:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule cell_figures:
    input:
        history=f"{CELL}/history.csv",
        predictions=f"{CELL}/predictions.parquet",
        metrics=f"{CELL}/metrics.json",
        code=code("cell_figures"),
    output:
        history=report(f"{CELL}/figures/history.pdf", **shown.of_cell("history")),
        roc=report(f"{CELL}/figures/roc.pdf", **shown.of_cell("ROC curve")),
        confusion=report(
            f"{CELL}/figures/confusion.pdf", **shown.of_cell("confusion matrix")
        ),
        provenance=f"{CELL}/figures/history.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/cell_figures/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cell_figures/{NAMED}.tsv"
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
        f"{LOGGED}"


rule cell_performance:
    input:
        predictions=f"{CELL}/predictions.parquet",
        directions=PATHS.directions,
        events=PATHS.looked_at,
        code=code("cell_performance"),
    output:
        csv=f"{CELL}/performance.csv",
        efficiency=report(
            f"{CELL}/figures/efficiency.pdf",
            **shown.of_cell("accuracy, efficiency and purity"),
        ),
        rejection=report(f"{CELL}/figures/rejection.pdf", **shown.of_cell("rejection")),
        calibration=report(
            f"{CELL}/figures/calibration.pdf", **shown.of_cell("calibration")
        ),
        threshold=report(
            f"{CELL}/figures/threshold.pdf", **shown.of_cell("threshold scan")
        ),
        provenance=f"{CELL}/performance.csv.provenance.json",
    log:
        f"{RESULTS}/logs/cell_performance/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cell_performance/{NAMED}.tsv"
    container:
        image("cell_performance")
    threads: 1
    resources:
        **ask("cell_performance"),
    params:
        job=job("cell_performance"),
    shell:
        f"python {COMMANDS}/cell_performance.py"
        " --job {params.job:q}"
        " --predictions {input.predictions:q}"
        " --directions {input.directions:q}"
        " --events {input.events:q}"
        " --csv {output.csv:q}"
        " --efficiency-figure {output.efficiency:q}"
        " --rejection-figure {output.rejection:q}"
        " --calibration-figure {output.calibration:q}"
        " --threshold-figure {output.threshold:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule cells:
    input:
        lambda wildcards: PATHS.of_cells(STUDY.cells, PATHS.evaluated),
