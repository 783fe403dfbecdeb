# Reports, which are tables, and what is beside them: comparisons, figures of the data, pages of Snakemake's report.
from showergrid.plan import report_jobs

ABLATIONS = [entry.name for entry in STUDY.config.ablations]
ENSEMBLES = [entry.name for entry in STUDY.config.ensembles]


report: "../report/workflow.rst"


rule report:
    input:
        files=refusing(READS.of_report),
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_report(wildcards))
        ),
        code=code("report"),
    output:
        tex=f"{RESULTS}/{{report}}.tex",
        csv=report(f"{RESULTS}/{{report}}.csv", **shown.table("{report}", "CSV")),
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
        missing=missing_files("report", READS.cells_of_report),
    shell:
        f"python {COMMANDS}/report.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


# What some reports have beside their tables has rules of its own.


rule published:
    input:
        table=f"{RESULTS}/{{table}}.csv",
        code=code("published"),
    output:
        published=report(
            f"{RESULTS}/{{table}}_published.csv",
            **shown.table("{table}_published", "CSV"),
        ),
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
        f"{LOGGED}"


rule resolution_figure:
    input:
        cells=lambda wildcards: PATHS.of_cells(
            READS.cells_of_resolution(wildcards), paths.COMPARED
        ),
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_resolution(wildcards))
        ),
        code=code("resolution_figure"),
    output:
        figure=report(
            f"{RESULTS}/figures/resolution.pdf",
            **shown.table("figures/resolution", "figure"),
        ),
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
        missing=missing_files("resolution_figure", READS.cells_of_resolution),
    shell:
        f"python {COMMANDS}/resolution_figure.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule values_figure:
    input:
        predictions=lambda wildcards: PATHS.of_cells(
            READS.cells_of_values(wildcards), ["predictions.parquet"]
        ),
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_values(wildcards))
        ),
        code=code("values_figure"),
    output:
        figure=report(
            f"{RESULTS}/figures/values.pdf",
            **shown.table("figures/values", "figure"),
        ),
        provenance=f"{RESULTS}/figures/values.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/values_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/values_figure.tsv"
    container:
        image("values_figure")
    threads: 1
    resources:
        **ask("values_figure"),
    params:
        job=job("values_figure"),
        missing=missing_files("values_figure", READS.cells_of_values),
    shell:
        f"python {COMMANDS}/values_figure.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule final_states_figure:
    input:
        cells=lambda wildcards: PATHS.of_cells(
            READS.cells_of_final_states(wildcards), paths.COMPARED
        ),
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_final_states(wildcards))
        ),
        code=code("final_states_figure"),
    output:
        figure=report(
            f"{RESULTS}/figures/final_states.pdf",
            **shown.table("figures/final_states", "figure"),
        ),
        provenance=f"{RESULTS}/figures/final_states.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/final_states_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/final_states_figure.tsv"
    container:
        image("final_states_figure")
    threads: 1
    resources:
        **ask("final_states_figure"),
    params:
        job=job("final_states_figure"),
        missing=missing_files("final_states_figure", READS.cells_of_final_states),
    shell:
        f"python {COMMANDS}/final_states_figure.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule roc_figure:
    input:
        files=refusing(READS.of_roc),
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_roc(wildcards))
        ),
        code=code("roc_figure"),
    output:
        figure=report(
            f"{RESULTS}/figures/roc.pdf", **shown.table("figures/roc", "figure")
        ),
        provenance=f"{RESULTS}/figures/roc.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/roc_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/roc_figure.tsv"
    container:
        image("roc_figure")
    threads: 1
    resources:
        **ask("roc_figure"),
    params:
        job=job("roc_figure"),
        missing=missing_files("roc_figure", READS.cells_of_roc),
    shell:
        f"python {COMMANDS}/roc_figure.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule reasons_figure:
    input:
        predictions=lambda wildcards: PATHS.of_cells(
            READS.cells_of_reasons(wildcards), ["predictions.parquet"]
        ),
        starts=f"{RESULTS}/data/starts.parquet",
        hits=f"{RESULTS}/data/hits.parquet",
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_reasons(wildcards))
        ),
        code=code("reasons_figure"),
    output:
        figure=report(
            f"{RESULTS}/figures/reasons.pdf",
            **shown.table("figures/reasons", "figure"),
        ),
        provenance=f"{RESULTS}/figures/reasons.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/reasons_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/reasons_figure.tsv"
    container:
        image("reasons_figure")
    threads: 1
    resources:
        **ask("reasons_figure"),
    params:
        job=job("reasons_figure"),
        missing=missing_files("reasons_figure", READS.cells_of_reasons),
    shell:
        f"python {COMMANDS}/reasons_figure.py"
        " --job {params.job:q}"
        " --predictions {input.predictions:q}"
        " --starts {input.starts:q}"
        " --hits {input.hits:q}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule ablation_figure:
    input:
        cells=lambda wildcards: PATHS.of_cells(
            READS.cells_of_ablation(wildcards), paths.COMPARED
        ),
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_ablation(wildcards))
        ),
        code=code("ablation_figure"),
    output:
        figure=report(
            f"{RESULTS}/ablations/figures/{{ablation}}.pdf",
            **shown.table("ablations/figures/{ablation}", "figure"),
        ),
        provenance=f"{RESULTS}/ablations/figures/{{ablation}}.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/ablation_figure/{{ablation}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/ablation_figure/{{ablation}}.tsv"
    container:
        image("ablation_figure")
    threads: 1
    resources:
        **ask("ablation_figure"),
    params:
        job=job("ablation_figure"),
        missing=missing_files("ablation_figure", READS.cells_of_ablation),
    shell:
        f"python {COMMANDS}/ablation_figure.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule ensemble_predictions:
    input:
        cells=lambda wildcards: PATHS.of_cells(
            READS.cells_of_ensemble(wildcards), ["predictions.parquet"]
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
        missing=missing_files("ensemble_predictions"),
    shell:
        f"python {COMMANDS}/ensemble_predictions.py"
        " --job {params.job:q}"
        f" --results {RESULTS}"
        " --output {output.predictions:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule typeset:
    input:
        tex=f"{RESULTS}/{{report}}.tex",
        code=code("typeset"),
    output:
        pdf=report(f"{RESULTS}/{{report}}.pdf", **shown.table("{report}", "PDF")),
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
        f"{LOGGED}"


rule pairs:
    input:
        cells=lambda wildcards: PATHS.of_cells(
            READS.cells_of_pairs(wildcards), paths.COMPARED
        ),
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_pairs(wildcards))
        ),
        code=code("pairs"),
    output:
        csv=report(
            f"{RESULTS}/comparison/pairs.csv", **shown.table("comparison/pairs", "CSV")
        ),
        md=f"{RESULTS}/comparison/pairs.md",
        figure=report(
            f"{RESULTS}/comparison/pairs.pdf",
            **shown.table("comparison/pairs", "figure"),
        ),
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
        missing=missing_files("pairs", READS.cells_of_pairs),
    shell:
        f"python {COMMANDS}/pairs.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.csv:q})")"'
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule performance:
    input:
        cells=lambda wildcards: PATHS.of_cells(
            READS.cells_of_performance(wildcards), paths.COMPARED
        ),
        directions=PATHS.directions,
        events=PATHS.looked_at,
        provenance=lambda wildcards: ancient(
            PATHS.beside(READS.cells_of_performance(wildcards))
        ),
        code=code("performance"),
    output:
        csv=report(
            f"{RESULTS}/comparison/performance.csv",
            **shown.table("comparison/performance", "CSV"),
        ),
        md=f"{RESULTS}/comparison/performance.md",
        efficiency=report(
            f"{RESULTS}/comparison/efficiency.pdf",
            **shown.table("comparison/efficiency", "figure"),
        ),
        rejection=report(
            f"{RESULTS}/comparison/rejection.pdf",
            **shown.table("comparison/rejection", "figure"),
        ),
        calibration=report(
            f"{RESULTS}/comparison/calibration.pdf",
            **shown.table("comparison/calibration", "figure"),
        ),
        threshold=report(
            f"{RESULTS}/comparison/threshold.pdf",
            **shown.table("comparison/threshold", "figure"),
        ),
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
        missing=missing_files("performance", READS.cells_of_performance),
    shell:
        f"python {COMMANDS}/performance.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.csv:q})")"'
        " --directions {input.directions:q}"
        " --events {input.events:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --efficiency-figure {output.efficiency:q}"
        " --rejection-figure {output.rejection:q}"
        " --calibration-figure {output.calibration:q}"
        " --threshold-figure {output.threshold:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule explore:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        counts=f"{RESULTS}/data/counts.json",
        code=code("explore"),
    output:
        summary=f"{RESULTS}/data/summary.json",
        table=f"{RESULTS}/data/extents.csv",
        validation=report(
            f"{RESULTS}/figures/data/validation.pdf",
            **shown.figure("the showers beside the published ones"),
        ),
        energies=report(
            f"{RESULTS}/figures/data/energies.pdf", **shown.figure("energies")
        ),
        hits_energy=report(
            f"{RESULTS}/figures/data/hits_energy.pdf",
            **shown.figure("hits against energy"),
        ),
        extents=report(f"{RESULTS}/figures/data/extents.pdf", **shown.figure("extents")),
        charge=report(
            f"{RESULTS}/figures/data/charge.pdf", **shown.figure("charges of hits")
        ),
        charge_time=report(
            f"{RESULTS}/figures/data/charge_time.pdf",
            **shown.figure("charge along the shower"),
        ),
        provenance=f"{RESULTS}/data/summary.json.provenance.json",
    log:
        f"{RESULTS}/logs/explore.log",
    benchmark:
        f"{RESULTS}/benchmarks/explore.tsv"
    container:
        image("explore")
    threads: 1
    resources:
        **ask("explore"),
    params:
        job=job("explore"),
    shell:
        f"python {COMMANDS}/explore.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --counts {input.counts:q}"
        " --summary {output.summary:q}"
        " --extents {output.table:q}"
        " --validation-figure {output.validation:q}"
        " --energies-figure {output.energies:q}"
        " --hits-energy-figure {output.hits_energy:q}"
        " --extents-figure {output.extents:q}"
        " --charge-figure {output.charge:q}"
        " --charge-time-figure {output.charge_time:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule event_figures:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        events=f"{RESULTS}/data/events.parquet",
        calibrations=refusing(READS.drawn_calibrations),
        code=code("event_figures"),
    output:
        events=report(
            f"{RESULTS}/figures/data/events.pdf", **shown.figure("events as images")
        ),
        resolutions=report(
            f"{RESULTS}/figures/data/resolutions.pdf",
            **shown.figure("an event at several resolutions"),
        ),
        event3d=report(
            f"{RESULTS}/figures/data/event3d.pdf", **shown.figure("an event in 3D")
        ),
        views=report(
            f"{RESULTS}/figures/data/views.pdf",
            **shown.figure("an event along each axis"),
        ),
        hue=report(
            f"{RESULTS}/figures/data/hue.pdf", **shown.figure("what the colours mean")
        ),
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
        f"{LOGGED}"


WORKFLOW = (
    SCRIPTS.parent / "Snakefile",
    *sorted(SCRIPTS.parent.glob("rules/*.smk")),
    *sorted(SCRIPTS.glob("showergrid/plan/*.py")),
)


# Which rule needs which, asked of Snakemake on the machine that runs it.
rule list_rules:
    input:
        snakefile=str(ROOT / "Snakefile"),
        plan=lambda wildcards: str(code_of(SCRIPTS / "list_rules.py", others=WORKFLOW)),
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
        f"{LOGGED}"


rule rulegraph:
    input:
        rules=f"{RESULTS}/data/rules.dot",
        code=code("rulegraph"),
    output:
        figure=report(
            f"{RESULTS}/figures/data/rulegraph.pdf",
            **shown.figure("which rule needs which"),
        ),
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
        f"{LOGGED}"


# They are made beside Snakemake, in no container.
rule page:
    input:
        markdown=f"{RESULTS}/{{report}}.md",
        template=str(ROOT / "report/page.html.j2"),
        code=code("page"),
    output:
        page=report(
            f"{RESULTS}/report/{{report}}.html",
            **shown.table("{report}", "page"),
        ),
        provenance=f"{RESULTS}/report/{{report}}.html.provenance.json",
    log:
        f"{RESULTS}/logs/report/{{report}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/page/{{report}}.tsv"
    handover: True
    threads: 1
    resources:
        **ask("page"),
    params:
        job=lambda wildcards: job("page", title=wildcards.report)(wildcards),
    shell:
        f"python {COMMANDS}/page.py"
        " --job {params.job:q}"
        " --markdown {input.markdown:q}"
        " --template {input.template:q}"
        " --output {output.page:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule data_page:
    input:
        summary=f"{RESULTS}/data/summary.json",
        template=str(ROOT / "report/page.html.j2"),
        code=code("data_page"),
    output:
        page=report(
            f"{RESULTS}/report/data.html",
            caption="../report/data.rst",
            category="Data",
            labels={"figure": "numbers of the data analysis"},
        ),
        provenance=f"{RESULTS}/report/data.html.provenance.json",
    log:
        f"{RESULTS}/logs/report/data.log",
    benchmark:
        f"{RESULTS}/benchmarks/data_page.tsv"
    handover: True
    threads: 1
    resources:
        **ask("data_page"),
    params:
        job=job("data_page"),
    shell:
        f"python {COMMANDS}/data_page.py"
        " --job {params.job:q}"
        " --summary {input.summary:q}"
        " --template {input.template:q}"
        " --output {output.page:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


# Times are never the same twice: a view of what ran, apart from the results.
rule runtimes:
    input:
        records=lambda wildcards: PATHS.records([*PATHS.of_grid, *BESIDE_CELLS]),
        template=str(ROOT / "report/page.html.j2"),
        code=code("runtimes"),
    output:
        page=report(
            f"{RESULTS}/report/runtimes.html",
            **shown.times("time and memory of each rule, software, machines"),
        ),
        csv=report(
            f"{RESULTS}/report/runtimes.csv",
            **shown.times("time and memory of each job"),
        ),
        provenance=f"{RESULTS}/report/runtimes.html.provenance.json",
    log:
        f"{RESULTS}/logs/report/runtimes.log",
    benchmark:
        f"{RESULTS}/benchmarks/runtimes.tsv"
    handover: True
    threads: 1
    resources:
        **ask("runtimes"),
    params:
        job=job("runtimes"),
    shell:
        f"python {COMMANDS}/runtimes.py"
        " --job {params.job:q}"
        ' --benchmarks "$(dirname {output.page:q})/../benchmarks"'
        " --records {input.records:q}"
        " --template {input.template:q}"
        " --output {output.page:q}"
        " --csv {output.csv:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


FIGURES_OF_DATA = [
    *(rules.explore.output if PATHS.has_hits else []),
    *(rules.event_figures.output if jobs.drawn_representations(STUDY) else []),
] * STUDY.has_classes


rule figures:
    input:
        FIGURES_OF_DATA,
        lambda wildcards: PATHS.of_cells(STUDY.cells, PATHS.figures),


rule tables:
    input:
        expand(rules.report.output, report=STUDY.tables),
        expand(
            rules.published.output,
            table=(
                report_jobs.beside_published(STUDY)
                if PUBLISHED and PUBLISHED.table1
                else []
            ),
        ),
        rules.resolution_figure.output
        if STUDY.config.figures.resolution in STUDY.tables
        else [],
        rules.values_figure.output
        if STUDY.config.figures.values in STUDY.tables
        else [],
        rules.final_states_figure.output
        if STUDY.config.figures.final_states in STUDY.tables
        else [],
        rules.roc_figure.output
        if STUDY.config.figures.roc and STUDY.config.figures.roc.of in STUDY.tables
        else [],
        rules.reasons_figure.output
        if STUDY.config.figures.reasons
        and STUDY.config.figures.reasons.of in STUDY.tables
        else [],


rule comparison:
    input:
        rules.pairs.output if STUDY.has_classes else [],
        rules.performance.output if PATHS.has_performance else [],
        rules.directions.output if PATHS.has_hits and STUDY.has_classes else [],


# What a bare call makes beside the files of the cells
BESIDE_CELLS = [
    *rules.tables.input,
    *FIGURES_OF_DATA,
    *rules.comparison.input,
]


rule ablations:
    input:
        expand(rules.report.output, report=[f"ablations/{name}" for name in ABLATIONS]),
        expand(
            rules.ablation_figure.output,
            ablation=[
                name
                for name in ABLATIONS
                if not STUDY.has_several_splits(f"ablations/{name}")
            ],
        ),


rule ensembles:
    input:
        expand(rules.report.output, report=[f"ensembles/{name}" for name in ENSEMBLES]),
        expand(rules.ensemble_predictions.output, ensemble=ENSEMBLES),


rule pages:
    input:
        lambda wildcards: PATHS.of_grid,
        BESIDE_CELLS,
        rules.data_page.output if STUDY.has_classes else [],
        rules.runtimes.output,
        expand(
            f"{RESULTS}/report/{{table}}.html",
            table=[
                os.path.relpath(file, RESULTS).removesuffix(".md")
                for file in map(str, rules.tables.input)
                if file.endswith(".md")
            ],
        ),
