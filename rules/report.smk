# Tables over many cells, and pictures of events.


rule table:
    input:
        cells=table_reads("table"),
        provenance=table_rests_on("table"),
        code=code("table"),
    output:
        tex=f"{RESULTS}/table1.tex",
        csv=shown_table("table1.csv", "CSV"),
        md=f"{RESULTS}/table1.md",
        published=shown_table("table1_published.csv", "CSV"),
        provenance=f"{RESULTS}/table1.tex.provenance.json",
    log:
        f"{RESULTS}/logs/table1.log",
    benchmark:
        f"{RESULTS}/benchmarks/table1.tsv"
    container:
        in_project("containers/data.sif")
    threads: 1
    resources:
        **ask("table"),
    params:
        job=job("table"),
        missing=missing_files("table"),
    shell:
        f"python {COMMANDS}/table.py"
        " --job {params.job:q}"
        ' --results "$(dirname {output.tex:q})"'
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --published {output.published:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule table_resolution:
    input:
        cells=table_reads("table_resolution"),
        provenance=table_rests_on("table_resolution"),
        code=code("table_resolution"),
    output:
        tex=f"{RESULTS}/table_resolution.tex",
        csv=shown_table("table_resolution.csv", "CSV"),
        md=f"{RESULTS}/table_resolution.md",
        figure=shown_table("figures/resolution.pdf", "figure"),
        provenance=f"{RESULTS}/table_resolution.tex.provenance.json",
    log:
        f"{RESULTS}/logs/table_resolution.log",
    benchmark:
        f"{RESULTS}/benchmarks/table_resolution.tsv"
    container:
        in_project("containers/data.sif")
    threads: 1
    resources:
        **ask("table_resolution"),
    params:
        job=job("table_resolution"),
        missing=missing_files("table_resolution"),
    shell:
        f"python {COMMANDS}/table_resolution.py"
        " --job {params.job:q}"
        ' --results "$(dirname {output.tex:q})"'
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule containment:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        split=f"{RESULTS}/data/split.parquet",
        calibration=f"{RESULTS}/data/calibration.json",
        code=code("containment"),
    output:
        tex=f"{RESULTS}/table_containment.tex",
        csv=shown_table("table_containment.csv", "CSV"),
        md=f"{RESULTS}/table_containment.md",
        provenance=f"{RESULTS}/table_containment.tex.provenance.json",
    log:
        f"{RESULTS}/logs/table_containment.log",
    benchmark:
        f"{RESULTS}/benchmarks/table_containment.tsv"
    container:
        in_project("containers/data.sif")
    threads: 1
    resources:
        **ask("containment"),
    params:
        job=job("containment"),
        missing=missing_outputs("containment"),
    shell:
        f"python {COMMANDS}/containment.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --split {input.split:q}"
        " --calibration {input.calibration:q}"
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule ablation:
    input:
        cells=table_reads("ablation"),
        provenance=table_rests_on("ablation"),
        code=code("ablation"),
    output:
        tex=f"{RESULTS}/ablations/{{ablation}}.tex",
        csv=shown_table("ablations/{ablation}.csv", "CSV"),
        md=f"{RESULTS}/ablations/{{ablation}}.md",
        provenance=f"{RESULTS}/ablations/{{ablation}}.tex.provenance.json",
    log:
        f"{RESULTS}/logs/ablations/{{ablation}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/ablations/{{ablation}}.tsv"
    container:
        in_project("containers/data.sif")
    threads: 1
    resources:
        **ask("ablation"),
    params:
        job=job("ablation"),
        missing=missing_files("ablation"),
    shell:
        f"python {COMMANDS}/ablation.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.tex:q})")"'
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule typeset:
    input:
        tex=f"{RESULTS}/{{document}}.tex",
        code=code("typeset"),
    output:
        pdf=shown_table("{document}.pdf", "PDF"),
        provenance=f"{RESULTS}/{{document}}.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/{{document}}.pdf.log",
    benchmark:
        f"{RESULTS}/benchmarks/{{document}}.pdf.tsv"
    container:
        in_project("containers/data.sif")
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
        calibrations=[
            f"{RESULTS}/images/{drawn['representation']['name']}/c{drawn['resolution']}.calibration.json"
            for drawn in DRAWN
        ],
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
        in_project("containers/data.sif")
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
        snakefile=in_project("Snakefile"),
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
        in_project("containers/data.sif")
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
        rules.explore.output,
        rules.event_figures.output,
        cell_files(STUDY.cells, FIGURES),


rule tables:
    input:
        expand(
            f"{RESULTS}/{{table}}{{suffix}}",
            table=STUDY.tables
            + (["table_containment"] if "table_resolution" in STUDY.tables else []),
            suffix=[".tex", ".csv", ".md", ".tex.provenance.json"],
        ),
        [f"{RESULTS}/figures/resolution.pdf"]
        if "table_resolution" in STUDY.tables
        else [],


rule ablations:
    input:
        expand(
            f"{RESULTS}/ablations/{{ablation}}{{suffix}}",
            ablation=ABLATIONS,
            suffix=[".tex", ".csv", ".md", ".tex.provenance.json"],
        ),
