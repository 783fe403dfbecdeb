# Searches for hyperparameters: the trials of each worker, the best of all, its images, and figures.


include: "searched.smk"


TUNING = f"{RESULTS}/tuning/{{representation}}/c{{resolution}}/{{model}}"
SEARCHES = [PATHS.tuning(*search.place) for search in STUDY.config.tuning]
TUNING_FIGURES = [
    f"figures/{name}.pdf"
    for name in ("history", "importances", "parallel", "parameters")
]


rule tune:
    input:
        images=trial_input(
            f"{RESULTS}/inputs/{{representation}}/c{{resolution}}.safetensors", False
        ),
        hits=trial_input(f"{RESULTS}/data/hits.parquet", True),
        calibration=trial_input(f"{RESULTS}/data/calibration.json", True),
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        weights=weights("tune"),
        code=code("tune"),
    output:
        trials=f"{TUNING}/workers/{{worker}}.csv",
        provenance=f"{TUNING}/workers/{{worker}}.csv.provenance.json",
    log:
        f"{RESULTS}/logs/tune/{{representation}}.c{{resolution}}.{{model}}.{{worker}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tune/{{representation}}.c{{resolution}}.{{model}}.{{worker}}.tsv"
    container:
        image("tune")
    threads: compute_threads("tune")
    resources:
        **ask("tune"),
    params:
        job=job("tune"),
    shell:
        f"python {COMMANDS}/tune.py"
        " --job {params.job:q}"
        " --images {input.images:q}"
        " --hits {input.hits:q}"
        " --calibration {input.calibration:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --weights {input.weights:q}"
        " --worker {wildcards.worker:q}"
        ' --folder "$(dirname "$(dirname {output.trials:q})")"'
        " --output {output.trials:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule best:
    input:
        workers=lambda wildcards: [
            f"{TUNING.format(**wildcards)}/workers/{worker}.csv"
            for worker in range(search_of(wildcards)["workers"])
        ],
        code=code("best"),
    output:
        best=f"{TUNING}/best.yaml",
        trials=f"{TUNING}/trials.csv",
        provenance=f"{TUNING}/best.yaml.provenance.json",
    log:
        f"{RESULTS}/logs/best/{{representation}}.c{{resolution}}.{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/best/{{representation}}.c{{resolution}}.{{model}}.tsv"
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
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule tuned_images:
    input:
        tuned=f"{TUNING}/best.yaml",
        hits=f"{RESULTS}/data/hits.parquet",
        split=f"{RESULTS}/data/split.parquet",
        calibration=f"{RESULTS}/data/calibration.json",
        code=code("tuned_images"),
    output:
        images=f"{TUNING}/images.safetensors",
        calibration=f"{TUNING}/images.calibration.json",
        provenance=f"{TUNING}/images.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/tuned_images/{{representation}}.c{{resolution}}.{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tuned_images/{{representation}}.c{{resolution}}.{{model}}.tsv"
    container:
        image("tuned_images")
    threads: 1
    resources:
        **ask("tuned_images"),
    params:
        job=job("tuned_images"),
    shell:
        f"python {COMMANDS}/tuned_images.py"
        " --job {params.job:q}"
        " --tuned {input.tuned:q}"
        " --hits {input.hits:q}"
        " --split {input.split:q}"
        " --calibration {input.calibration:q}"
        " --output {output.images:q}"
        " --image-calibration {output.calibration:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


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
        f"{RESULTS}/logs/tuning_figures/{{representation}}.c{{resolution}}.{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tuning_figures/{{representation}}.c{{resolution}}.{{model}}.tsv"
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
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule tuning:
    input:
        expand(
            "{folder}/{name}",
            folder=SEARCHES,
            name=["best.yaml", "best.yaml.provenance.json", *TUNING_FIGURES],
        ),
