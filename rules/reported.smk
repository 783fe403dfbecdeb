# Which files and cells reports and comparisons are made of.

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
