# What Snakemake's report shows of the results, and under which heads; pages.smk adds to it.


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


def shown_cell(name, what):
    """A figure of a cell in the report."""
    return report(
        f"{CELL}/figures/{name}.pdf",
        caption="../report/cell.rst",
        category="Cells",
        subcategory="{input}",
        labels={
            "input": "{input}",
            "model": "{model}",
            "seed": "{seed}",
            "figure": what,
        },
    )


def records_of_all(wildcards):
    """The records of what a bare call makes, and of the data that it is made of."""
    files = [*map(str, rules.all.input), *PATHS.records_of_data(STUDY.cells)]
    return sorted({file for file in files if file.endswith(".provenance.json")})
