# Reports, which are tables, and what is beside them: comparisons, figures of the data, pages of Snakemake's report.
ABLATIONS = [entry.name for entry in STUDY.config.ablations]
ENSEMBLES = [entry.name for entry in STUDY.config.ensembles]


def report_files(wildcards):
    """The files that a report reads."""
    read = report_jobs.reads(resolved("report", report=wildcards.report))
    return [f"{RESULTS}/{file}" for file in read]


def cells_of_report(wildcards):
    """The cells whose files a report reads."""
    folders = {os.path.dirname(file) for file in report_files(wildcards)}
    cells = STUDY.cells_of(STUDY.report(wildcards.report).places)
    return [cell for cell in cells if f"{RESULTS}/{cell.folder}" in folders]


def cells_of_figure(wildcards):
    """The cells of the resolution study that is drawn."""
    return STUDY.cells_of(STUDY.report(STUDY.config.figures.resolution).places)


def cells_of_ensemble(wildcards):
    """The members of an ensemble."""
    return STUDY.cells_of(STUDY.members(wildcards.ensemble))


def drawn_calibrations(wildcards):
    """The ranges of the images of which events are drawn."""
    drawn = resolved("event_figures")["representations"]
    return [
        f"{PATHS.input_of(entry['representation']['name'], entry['resolution'])}.calibration.json"
        for entry in drawn
    ]


def files_of(names):
    """All files of some reports."""
    return expand(rules.report.output, report=names)


def compared(step):
    """The function for the cells that a step compares."""
    return lambda wildcards: STUDY.cells_of(report_jobs.compared(STUDY, step))


def reads_cells(cells_of):
    """The input function of a job of many cells, those that `cells_of` gives: what it reads of them."""
    names = ["history.csv", "predictions.parquet", "metrics.json"]
    return lambda wildcards: PATHS.of_cells(cells_of(wildcards), names)


def rests_on_cells(cells_of):
    """The input function of such a job: what must exist beside the files that it reads, of whatever age."""
    names = [
        "model.safetensors",
        "answers.safetensors",
        "train.provenance.json",
        "evaluate.provenance.json",
    ]

    def files(wildcards):
        cells = cells_of(wildcards)
        return ancient(PATHS.of_cells(cells, names) + PATHS.records_of_data(cells))

    return files


# Snakemake by itself looks only for files that are asked for or that a job is about to read. What else is missing is a
# parameter of a table, evaluated for the plan and again when the table is made: a file that is deleted later changes it
# and so is made again. Snakemake 9.27 would record the value of the plan, so its cache is cleared.


def missing_outputs(step):
    """The function that lists the missing files of a table that is there otherwise.

    Only the plan is told of them: when the table is made, they are about to be.
    """
    planned = set()

    def absent(wildcards):
        workflow.persistence._params.cache_clear()
        table = tuple(wildcards.items())
        if table in planned:
            return []
        planned.add(table)
        files = expand(getattr(rules, step).output, **dict(table))
        missing = [path for path in files if not os.path.exists(path)]
        return missing if len(missing) < len(files) else []

    return absent


def missing_files(step, cells_of):
    """The function that lists those, the missing files of the cells, and the missing records of their data."""
    outputs = missing_outputs(step)

    def absent(wildcards):
        cells = cells_of(wildcards)
        rests_on = PATHS.of_cells(cells, paths.EVALUATED) + PATHS.records_of_data(cells)
        return [
            *outputs(wildcards),
            *[path for path in rests_on if not os.path.exists(path)],
        ]

    return absent


def shown_table(file, kind):
    """A table of the report; `file` is below the study's folder."""
    return report(
        f"{RESULTS}/{file}",
        caption="../report/table.rst",
        category="Tables",
        labels={"table": file.rpartition(".")[0], "as": kind},
    )


def shown_figure(file, what):
    """A figure of the data in the report."""
    return report(
        f"{RESULTS}/figures/{file}",
        caption="../report/figure.rst",
        category="Data",
        labels={"figure": what},
    )


def records_of_all(wildcards):
    """The records of what a bare call makes, and of the data that it is made of."""
    files = [*map(str, rules.all.input), *PATHS.records_of_data(STUDY.cells)]
    return sorted({file for file in files if file.endswith(".provenance.json")})


report: "../report/workflow.rst"


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        validation=shown_figure(
            "data/validation.pdf", "the showers beside the published ones"
        ),
        energies=shown_figure("data/energies.pdf", "energies"),
        hits_energy=shown_figure("data/hits_energy.pdf", "hits against energy"),
        extents=shown_figure("data/extents.pdf", "extents"),
        charge=shown_figure("data/charge.pdf", "charges of hits"),
        charge_time=shown_figure("data/charge_time.pdf", "charge along the shower"),
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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


# They are made beside Snakemake, in no container.
rule page:
    input:
        markdown=f"{RESULTS}/{{report}}.md",
        template=str(ROOT / "report/page.html.j2"),
        code=code("page"),
    output:
        page=report(
            f"{RESULTS}/report/{{report}}.html",
            caption="../report/table.rst",
            category="Tables",
            labels={"table": "{report}", "as": "page"},
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
        " --provenance {output.provenance:q}" + LOGGED


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
        " --provenance {output.provenance:q}" + LOGGED


# Times are never the same twice: a view of what ran, apart from the results.
rule runtimes:
    input:
        records=records_of_all,
        template=str(ROOT / "report/page.html.j2"),
        code=code("runtimes"),
    output:
        page=report(
            f"{RESULTS}/report/runtimes.html",
            caption="../report/runtimes.rst",
            category="Time and machines",
            labels={"table": "time and memory of each rule, software, machines"},
        ),
        csv=report(
            f"{RESULTS}/report/runtimes.csv",
            caption="../report/runtimes.rst",
            category="Time and machines",
            labels={"table": "time and memory of each job"},
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
        " --provenance {output.provenance:q}" + LOGGED


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


rule comparison:
    input:
        rules.pairs.output,
        [*rules.performance.output, *rules.directions.output] if PATHS.has_hits else [],


rule pages:
    input:
        lambda wildcards: rules.all.input,
        rules.data_page.output,
        rules.runtimes.output,
        expand(
            f"{RESULTS}/report/{{table}}.html",
            table=[
                os.path.relpath(file, RESULTS).removesuffix(".md")
                for file in map(str, rules.tables.input)
                if file.endswith(".md")
            ],
        ),
