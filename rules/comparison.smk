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
        "containers/data.sif"
    threads: 1
    resources:
        **ask("directions"),
    params:
        job=job("directions"),
    shell:
        "python scripts/directions.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --output {output.directions:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"


rule cell_performance:
    input:
        predictions=f"{CELL}/predictions.parquet",
        directions=f"{RESULTS}/data/directions.parquet",
        code=code("cell_performance"),
    output:
        csv=f"{CELL}/performance.csv",
        efficiency=f"{CELL}/figures/efficiency.pdf",
        rejection=f"{CELL}/figures/rejection.pdf",
        calibration=f"{CELL}/figures/calibration.pdf",
        threshold=f"{CELL}/figures/threshold.pdf",
        provenance=f"{CELL}/performance.csv.provenance.json",
    log:
        f"{RESULTS}/logs/cell_performance/{{representation}}.c{{resolution}}.{{model}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cell_performance/{{representation}}.c{{resolution}}.{{model}}.seed{{seed}}.tsv"
    container:
        "containers/data.sif"
    threads: 1
    resources:
        **ask("cell_performance"),
    params:
        job=job("cell_performance"),
    shell:
        "python scripts/cell_performance.py"
        " --job {params.job:q}"
        " --predictions {input.predictions:q}"
        " --directions {input.directions:q}"
        " --csv {output.csv:q}"
        " --efficiency-figure {output.efficiency:q}"
        " --rejection-figure {output.rejection:q}"
        " --calibration-figure {output.calibration:q}"
        " --threshold-figure {output.threshold:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"


rule pairs:
    input:
        cells=table_reads("pairs"),
        provenance=table_rests_on("pairs"),
        code=code("pairs"),
    output:
        csv=f"{RESULTS}/comparison/pairs.csv",
        md=f"{RESULTS}/comparison/pairs.md",
        figure=f"{RESULTS}/comparison/pairs.pdf",
        provenance=f"{RESULTS}/comparison/pairs.csv.provenance.json",
    log:
        f"{RESULTS}/logs/pairs.log",
    benchmark:
        f"{RESULTS}/benchmarks/pairs.tsv"
    container:
        "containers/data.sif"
    threads: 1
    resources:
        **ask("pairs"),
    params:
        job=job("pairs"),
        missing=missing_files("pairs"),
    shell:
        "python scripts/pairs.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.csv:q})")"'
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"


rule performance:
    input:
        cells=table_reads("performance"),
        directions=f"{RESULTS}/data/directions.parquet",
        provenance=table_rests_on("performance"),
        code=code("performance"),
    output:
        csv=f"{RESULTS}/comparison/performance.csv",
        md=f"{RESULTS}/comparison/performance.md",
        efficiency=f"{RESULTS}/comparison/efficiency.pdf",
        rejection=f"{RESULTS}/comparison/rejection.pdf",
        calibration=f"{RESULTS}/comparison/calibration.pdf",
        threshold=f"{RESULTS}/comparison/threshold.pdf",
        provenance=f"{RESULTS}/comparison/performance.csv.provenance.json",
    log:
        f"{RESULTS}/logs/performance.log",
    benchmark:
        f"{RESULTS}/benchmarks/performance.tsv"
    container:
        "containers/data.sif"
    threads: 1
    resources:
        **ask("performance"),
    params:
        job=job("performance"),
        missing=missing_files("performance"),
    shell:
        "python scripts/performance.py"
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
        " 2>&1 | tee {log:q}"


rule comparison:
    input:
        rules.pairs.output,
        rules.performance.output,
        rules.directions.output,
