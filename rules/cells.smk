# The cells of the grid: train, evaluate, draw; and the features of those that others rest on.


@refusing
def tuned_values(wildcards):
    """The file of the values that a search found for a cell, if the cell is tuned."""
    return PATHS.tuned(*place_of(wildcards))


def rests_on(pattern):
    """The input function of a cell: the file `pattern` of each trained cell that it rests on, one per view."""

    @refusing
    def files(wildcards):
        # A fault in the study gives one line here
        resolved("train", **wildcards)
        cells = STUDY.catalogue.rested_on(*place_of(wildcards), int(wildcards.seed))
        return [paths.of_cell(pattern, cell) for cell in cells]

    return files


def weights(step):
    """The input function for the files of pretrained weights that a step reads, if they exist; it reports missing ones."""
    return lambda wildcards: paths.files_of_weights(
        resolved(step, **wildcards)["model"]
    )


def compute_threads(step):
    """The function for the cores to reserve for a network: as many as its compute threads."""
    return lambda wildcards: (
        resolved(step, **wildcards)["model"]["training"]["threads"]
    )


def shown_cell(name, what):
    """A figure of a cell in the report."""
    return report(
        f"{CELL}/figures/{name}.pdf",
        caption="../report/cell.rst",
        category="Cells",
        subcategory="{input}",
        labels={
            "input": "{input}",
            "model": "{model}",
            "seed": "{seed}",
            "figure": what,
        },
    )


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
        f"{RESULTS}/logs/train/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{NAMED}.tsv"
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
        " --provenance {output.provenance:q}" + LOGGED


rule features:
    input:
        model=f"{CELL}/model.safetensors",
        inputs=input_files("safetensors"),
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
    threads: compute_threads("features")
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
        " --provenance {output.provenance:q}" + LOGGED


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
        f"{RESULTS}/logs/evaluate/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate/{NAMED}.tsv"
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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


rule cell_performance:
    input:
        predictions=f"{CELL}/predictions.parquet",
        directions=f"{RESULTS}/data/directions.parquet",
        code=code("cell_performance"),
    output:
        csv=f"{CELL}/performance.csv",
        efficiency=shown_cell("efficiency", "accuracy, efficiency and purity"),
        rejection=shown_cell("rejection", "rejection"),
        calibration=shown_cell("calibration", "calibration"),
        threshold=shown_cell("threshold", "threshold scan"),
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
        " --csv {output.csv:q}"
        " --efficiency-figure {output.efficiency:q}"
        " --rejection-figure {output.rejection:q}"
        " --calibration-figure {output.calibration:q}"
        " --threshold-figure {output.threshold:q}"
        " --provenance {output.provenance:q}" + LOGGED


rule cells:
    input:
        PATHS.of_cells(STUDY.cells, paths.EVALUATED),
