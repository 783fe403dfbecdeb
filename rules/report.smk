# Reports, which are tables, what some have beside them, and pictures of events.


include: "reported.smk"


rule report:
    input:
        files=report_files,
        provenance=rests_on_cells(cells_of_report),
        code=code("report"),
    output:
        tex=f"{RESULTS}/{{report}}.tex",
        csv=shown_table("{report}.csv", "CSV"),
        md=f"{RESULTS}/{{report}}.md",
        provenance=f"{RESULTS}/{{report}}.tex.provenance.json",
    log:
        f"{RESULTS}/logs/{{report}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/report/{{report}}.tsv"
    container:
        image("report")
    threads: 1
    resources:
        **ask("report"),
    params:
        job=job("report"),
        missing=missing_files("report", cells_of_report),
    shell:
        f"python {COMMANDS}/report.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


# What some reports have beside their tables has rules of its own.


rule published:
    input:
        table=f"{RESULTS}/{{table}}.csv",
        code=code("published"),
    output:
        published=shown_table("{table}_published.csv", "CSV"),
        provenance=f"{RESULTS}/{{table}}_published.csv.provenance.json",
    log:
        f"{RESULTS}/logs/{{table}}_published.log",
    benchmark:
        f"{RESULTS}/benchmarks/published/{{table}}.tsv"
    container:
        image("published")
    threads: 1
    resources:
        **ask("published"),
    params:
        job=job("published"),
    shell:
        f"python {COMMANDS}/published.py"
        " --job {params.job:q}"
        " --table {input.table:q}"
        " --output {output.published:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule resolution_figure:
    input:
        cells=reads_cells(cells_of_figure),
        provenance=rests_on_cells(cells_of_figure),
        code=code("resolution_figure"),
    output:
        figure=shown_table("figures/resolution.pdf", "figure"),
        provenance=f"{RESULTS}/figures/resolution.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/resolution_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/resolution_figure.tsv"
    container:
        image("resolution_figure")
    threads: 1
    resources:
        **ask("resolution_figure"),
    params:
        job=job("resolution_figure"),
        missing=missing_files("resolution_figure", cells_of_figure),
    shell:
        f"python {COMMANDS}/resolution_figure.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule ensemble_predictions:
    input:
        cells=lambda wildcards: PATHS.of_cells(
            cells_of_ensemble(wildcards), ["predictions.parquet"]
        ),
        code=code("ensemble_predictions"),
    output:
        predictions=f"{RESULTS}/ensembles/{{ensemble}}.predictions.parquet",
        provenance=f"{RESULTS}/ensembles/{{ensemble}}.predictions.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/ensembles/{{ensemble}}.predictions.log",
    benchmark:
        f"{RESULTS}/benchmarks/ensemble_predictions/{{ensemble}}.tsv"
    container:
        image("ensemble_predictions")
    threads: 1
    resources:
        **ask("ensemble_predictions"),
    params:
        job=job("ensemble_predictions"),
        missing=missing_outputs("ensemble_predictions"),
    shell:
        f"python {COMMANDS}/ensemble_predictions.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.predictions:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule typeset:
    input:
        tex=f"{RESULTS}/{{report}}.tex",
        code=code("typeset"),
    output:
        pdf=shown_table("{report}.pdf", "PDF"),
        provenance=f"{RESULTS}/{{report}}.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/{{report}}.pdf.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{report}}.pdf.tsv"
    container:
        image("typeset")
    threads: 1
    resources:
        **ask("typeset"),
    params:
        job=job("typeset"),
    shell:
        f"python {COMMANDS}/typeset.py"
        " --job {params.job:q}"
        " --tex {input.tex:q}"
        " --pdf {output.pdf:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule event_figures:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        events=f"{RESULTS}/data/events.parquet",
        calibrations=drawn_calibrations,
        code=code("event_figures"),
    output:
        events=shown_figure("data/events.pdf", "events as images"),
        resolutions=shown_figure(
            "data/resolutions.pdf", "an event at several resolutions"
        ),
        event3d=shown_figure("data/event3d.pdf", "an event in 3D"),
        views=shown_figure("data/views.pdf", "an event along each axis"),
        hue=shown_figure("data/hue.pdf", "what the colours mean"),
        provenance=f"{RESULTS}/figures/data/events.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/event_figures.log",
    benchmark:
        f"{RESULTS}/benchmarks/event_figures.tsv"
    container:
        image("event_figures")
    threads: 1
    resources:
        **ask("event_figures"),
    params:
        job=job("event_figures"),
    shell:
        f"python {COMMANDS}/event_figures.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --events {input.events:q}"
        " --calibrations {input.calibrations:q}"
        " --events-figure {output.events:q}"
        " --resolutions-figure {output.resolutions:q}"
        " --event3d-figure {output.event3d:q}"
        " --views-figure {output.views:q}"
        " --hue-figure {output.hue:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


WORKFLOW = (
    SCRIPTS.parent / "Snakefile",
    *sorted(SCRIPTS.parent.glob("rules/*.smk")),
)


# Which rule needs which, asked of Snakemake on the machine that runs it.
rule list_rules:
    input:
        snakefile=str(ROOT / "Snakefile"),
        plan=lambda wildcards: sources(
            "list_rules", "showergrid/plan/jobs.py", others=WORKFLOW
        ),
        code=code("list_rules"),
    output:
        rules=f"{RESULTS}/data/rules.dot",
        provenance=f"{RESULTS}/data/rules.dot.provenance.json",
    log:
        f"{RESULTS}/logs/list_rules.log",
    benchmark:
        f"{RESULTS}/benchmarks/list_rules.tsv"
    handover: True
    threads: 1
    resources:
        **ask("list_rules"),
    params:
        job=job("list_rules", study=config),
    shell:
        f"python {COMMANDS}/list_rules.py"
        " --job {params.job:q}"
        " --snakefile {input.snakefile:q}"
        " --output {output.rules:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule rulegraph:
    input:
        rules=f"{RESULTS}/data/rules.dot",
        code=code("rulegraph"),
    output:
        figure=shown_figure("data/rulegraph.pdf", "which rule needs which"),
        provenance=f"{RESULTS}/figures/data/rulegraph.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/rulegraph.log",
    benchmark:
        f"{RESULTS}/benchmarks/rulegraph.tsv"
    container:
        image("rulegraph")
    threads: 1
    resources:
        **ask("rulegraph"),
    params:
        job=job("rulegraph"),
    shell:
        f"python {COMMANDS}/rulegraph.py"
        " --job {params.job:q}"
        " --rules {input.rules:q}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule figures:
    input:
        rules.explore.output if PATHS.has_hits else [],
        rules.event_figures.output if jobs.drawn_representations(STUDY) else [],
        PATHS.of_cells(STUDY.cells, PATHS.figures),


rule tables:
    input:
        files_of(STUDY.tables),
        expand(rules.published.output, table=report_jobs.beside_published(STUDY)),
        rules.resolution_figure.output
        if STUDY.config.figures.resolution in STUDY.tables
        else [],


rule ablations:
    input:
        files_of([f"ablations/{name}" for name in ABLATIONS]),


rule ensembles:
    input:
        files_of([f"ensembles/{name}" for name in ENSEMBLES]),
        expand(rules.ensemble_predictions.output, ensemble=ENSEMBLES),
