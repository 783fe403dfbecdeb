# Searches for hyperparameters: the trials of each worker, the best of all, its inputs, and figures.
TUNING = f"{RESULTS}/tuning/{{input}}/{{model}}"
SEARCHES = [PATHS.tuning(*search.place) for search in STUDY.config.tuning]
TUNING_FIGURES = [
    f"figures/{name}.pdf"
    for name in ("history", "importances", "parallel", "parameters")
]


rule tune:
    input:
        inputs=refusing(READS.inputs_of_trials),
        tables=refusing(READS.tables_of_trials),
        calibration=refusing(READS.calibration_of_trials),
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        weights=READS.weights("tune"),
        code=code("tune"),
    output:
        trials=f"{TUNING}/workers/{{worker}}.csv",
        provenance=f"{TUNING}/workers/{{worker}}.csv.provenance.json",
    log:
        f"{RESULTS}/logs/tune/{{input}}/{{model}}/{{worker}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tune/{{input}}/{{model}}/{{worker}}.tsv"
    container:
        image("tune")
    threads: READS.threads("tune")
    resources:
        **ask("tune"),
    params:
        job=job("tune"),
    shell:
        f"python {COMMANDS}/tune.py"
        " --job {params.job:q}"
        " --inputs {input.inputs:q}"
        " --tables {input.tables:q}"
        " --calibration {input.calibration:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --weights {input.weights:q}"
        " --worker {wildcards.worker:q}"
        ' --folder "$(dirname "$(dirname {output.trials:q})")"'
        " --output {output.trials:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule best:
    input:
        workers=refusing(READS.workers),
        code=code("best"),
    output:
        best=f"{TUNING}/best.yaml",
        trials=f"{TUNING}/trials.csv",
        provenance=f"{TUNING}/best.yaml.provenance.json",
    log:
        f"{RESULTS}/logs/best/{{input}}/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/best/{{input}}/{{model}}.tsv"
    container:
        image("best")
    threads: 1
    resources:
        **ask("best"),
    params:
        job=job("best"),
    shell:
        f"python {COMMANDS}/best.py"
        " --job {params.job:q}"
        " --workers {input.workers:q}"
        " --best {output.best:q}"
        " --trials {output.trials:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule tuned_inputs:
    input:
        tuned=f"{TUNING}/best.yaml",
        tables=refusing(READS.tables),
        split=f"{RESULTS}/data/split.parquet",
        calibration=refusing(READS.calibration),
        code=code("tuned_inputs"),
    output:
        inputs=f"{TUNING}/input.safetensors",
        calibration=f"{TUNING}/input.calibration.json",
        provenance=f"{TUNING}/input.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/tuned_inputs/{{input}}/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tuned_inputs/{{input}}/{{model}}.tsv"
    container:
        image("tuned_inputs")
    threads: 1
    resources:
        **ask("tuned_inputs"),
    params:
        job=job("tuned_inputs"),
    shell:
        f"python {COMMANDS}/tuned_inputs.py"
        " --job {params.job:q}"
        " --tuned {input.tuned:q}"
        " --tables {input.tables:q}"
        " --split {input.split:q}"
        " --calibration {input.calibration:q}"
        " --output {output.inputs:q}"
        " --input-calibration {output.calibration:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule tuning_figures:
    input:
        trials=f"{TUNING}/trials.csv",
        code=code("tuning_figures"),
    output:
        history=f"{TUNING}/figures/history.pdf",
        importances=f"{TUNING}/figures/importances.pdf",
        parallel=f"{TUNING}/figures/parallel.pdf",
        parameters=f"{TUNING}/figures/parameters.pdf",
        provenance=f"{TUNING}/figures/history.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/tuning_figures/{{input}}/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tuning_figures/{{input}}/{{model}}.tsv"
    container:
        image("tuning_figures")
    threads: 1
    resources:
        **ask("tuning_figures"),
    params:
        job=job("tuning_figures"),
    shell:
        f"python {COMMANDS}/tuning_figures.py"
        " --job {params.job:q}"
        " --trials {input.trials:q}"
        " --history {output.history:q}"
        " --importances {output.importances:q}"
        " --parallel {output.parallel:q}"
        " --parameters {output.parameters:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule tuning:
    input:
        expand(
            "{folder}/{name}",
            folder=SEARCHES,
            name=["best.yaml", "best.yaml.provenance.json", *TUNING_FIGURES],
        ),
