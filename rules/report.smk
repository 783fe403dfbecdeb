# Tables over many cells, and pictures of events.


rule table:
    input:
        cells=lambda wildcards: cell_files(
            STUDY.table_cells(wildcards.table),
            ["history.csv", "predictions.parquet", "metrics.json"],
        ),
        provenance=lambda wildcards: ancient(
            cell_files(
                STUDY.table_cells(wildcards.table),
                [
                    "model.safetensors",
                    "train.provenance.json",
                    "evaluate.provenance.json",
                ],
            )
            + data_provenance(STUDY.table_cells(wildcards.table))
        ),
        code=code("table"),
    output:
        tex=f"{RESULTS}/{{table}}.tex",
        csv=f"{RESULTS}/{{table}}.csv",
        md=f"{RESULTS}/{{table}}.md",
        published=f"{RESULTS}/{{table}}_published.csv",
        provenance=f"{RESULTS}/{{table}}.tex.provenance.json",
    log:
        f"{RESULTS}/logs/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{table}}.tsv"
    container:
        "containers/data.sif"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        job=job("table"),
        missing=missing_files,
    shell:
        "python scripts/table.py"
        " --job {params.job:q}"
        ' --results "$(dirname {output.tex:q})"'
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --published {output.published:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"


rule typeset:
    input:
        tex=f"{RESULTS}/{{table}}.tex",
        code=code("typeset"),
    output:
        pdf=f"{RESULTS}/{{table}}.pdf",
        provenance=f"{RESULTS}/{{table}}.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/{{table}}.pdf.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{table}}.pdf.tsv"
    container:
        "containers/data.sif"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        job=job("typeset"),
    shell:
        "python scripts/typeset.py"
        " --job {params.job:q}"
        " --tex {input.tex:q}"
        " --pdf {output.pdf:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"


rule event_figures:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        events=f"{RESULTS}/data/events.parquet",
        calibrations=[
            f"{RESULTS}/images/{drawn['representation']['name']}/c{drawn['resolution']}.calibration.json"
            for drawn in DRAWN
        ],
        code=code("event_figures"),
    output:
        events=f"{RESULTS}/figures/data/events.pdf",
        resolutions=f"{RESULTS}/figures/data/resolutions.pdf",
        provenance=f"{RESULTS}/figures/data/events.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/event_figures.log",
    benchmark:
        f"{RESULTS}/benchmarks/event_figures.tsv"
    container:
        "containers/data.sif"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        job=job("event_figures"),
    shell:
        "python scripts/event_figures.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --events {input.events:q}"
        " --calibrations {input.calibrations:q}"
        " --events-figure {output.events:q}"
        " --resolutions-figure {output.resolutions:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | tee {log:q}"


rule figures:
    input:
        f"{RESULTS}/data/summary.json",
        f"{RESULTS}/data/summary.json.provenance.json",
        f"{RESULTS}/figures/data/validation.pdf",
        f"{RESULTS}/figures/data/events.pdf",
        f"{RESULTS}/figures/data/events.pdf.provenance.json",
        f"{RESULTS}/figures/data/resolutions.pdf",
        cell_files(STUDY.cells, FIGURES),
