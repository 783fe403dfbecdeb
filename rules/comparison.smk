# Which differences stand, and how well showers are told apart against energy, angle, hits and threshold.


rule directions:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        code=code("directions"),
    output:
        directions=f"{RESULTS}/data/directions.parquet",
        provenance=f"{RESULTS}/data/directions.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/directions.log",
    benchmark:
        f"{RESULTS}/benchmarks/directions.tsv"
    container:
        image("directions")
    threads: 1
    resources:
        **ask("directions"),
    params:
        job=job("directions"),
    shell:
        f"python {COMMANDS}/directions.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --output {output.directions:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


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
        f"{RESULTS}/logs/cell_performance/{{input}}/{{model}}/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cell_performance/{{input}}/{{model}}/seed{{seed}}.tsv"
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
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule pairs:
    input:
        cells=reads_cells(compared("pairs")),
        provenance=rests_on_cells(compared("pairs")),
        code=code("pairs"),
    output:
        csv=shown_table("comparison/pairs.csv", "CSV"),
        md=f"{RESULTS}/comparison/pairs.md",
        figure=shown_table("comparison/pairs.pdf", "figure"),
        provenance=f"{RESULTS}/comparison/pairs.csv.provenance.json",
    log:
        f"{RESULTS}/logs/pairs.log",
    benchmark:
        f"{RESULTS}/benchmarks/pairs.tsv"
    container:
        image("pairs")
    threads: 1
    resources:
        **ask("pairs"),
    params:
        job=job("pairs"),
        missing=missing_files("pairs", compared("pairs")),
    shell:
        f"python {COMMANDS}/pairs.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.csv:q})")"'
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule performance:
    input:
        cells=reads_cells(compared("performance")),
        directions=f"{RESULTS}/data/directions.parquet",
        provenance=rests_on_cells(compared("performance")),
        code=code("performance"),
    output:
        csv=shown_table("comparison/performance.csv", "CSV"),
        md=f"{RESULTS}/comparison/performance.md",
        efficiency=shown_table("comparison/efficiency.pdf", "figure"),
        rejection=shown_table("comparison/rejection.pdf", "figure"),
        calibration=shown_table("comparison/calibration.pdf", "figure"),
        threshold=shown_table("comparison/threshold.pdf", "figure"),
        provenance=f"{RESULTS}/comparison/performance.csv.provenance.json",
    log:
        f"{RESULTS}/logs/performance.log",
    benchmark:
        f"{RESULTS}/benchmarks/performance.tsv"
    container:
        image("performance")
    threads: 1
    resources:
        **ask("performance"),
    params:
        job=job("performance"),
        missing=missing_files("performance", compared("performance")),
    shell:
        f"python {COMMANDS}/performance.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.csv:q})")"'
        " --directions {input.directions:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --efficiency-figure {output.efficiency:q}"
        " --rejection-figure {output.rejection:q}"
        " --calibration-figure {output.calibration:q}"
        " --threshold-figure {output.threshold:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule comparison:
    input:
        rules.pairs.output,
        [*rules.performance.output, *rules.directions.output] if PATHS.has_hits else [],
