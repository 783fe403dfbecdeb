# What a cell is made of, and the cores that a network takes.
from showergrid.core.cells import parts_of_input


def place_of(wildcards):
    """The place of a cell."""
    return *parts_of_input(wildcards.input), wildcards.model


@refusing
def tables_read(wildcards):
    """The tables that an input is made of."""
    representation = parts_of_input(wildcards.input)[0]
    return [
        f"{RESULTS}/data/{table}.parquet"
        for table in STUDY.catalogue.tables_read(representation)
    ]


@refusing
def calibration_read(wildcards):
    """The ranges of the hits that an input is made of, if it is made of hits."""
    of_hits = STUDY.catalogue.shows_hits(parts_of_input(wildcards.input)[0])
    return [f"{RESULTS}/data/calibration.json"] if of_hits else []


def input_files(suffix):
    """The input function of a cell: its inputs or their calibrations."""

    @refusing
    def files(wildcards):
        return [f"{stem}.{suffix}" for stem in PATHS.inputs(*place_of(wildcards))]

    return files


@refusing
def tuned_values(wildcards):
    """The file of the values that a search found for a cell, if the cell is tuned."""
    return PATHS.tuned(*place_of(wildcards))


def rests_on(pattern):
    """The input function of a cell: the file `pattern` of each trained cell that it rests on, one per view."""

    @refusing
    def files(wildcards):
        # A fault in the study gives one line here
        resolved("train", **wildcards)
        cells = STUDY.catalogue.rested_on(*place_of(wildcards), int(wildcards.seed))
        return [paths.of_cell(pattern, cell) for cell in cells]

    return files


def weights(step):
    """The input function for the files of pretrained weights that a step reads, if they exist; it reports missing ones."""
    return lambda wildcards: paths.files_of_weights(
        resolved(step, **wildcards)["model"]
    )


def compute_threads(step):
    """The function for the cores to reserve for a network: as many as its compute threads."""
    return lambda wildcards: (
        resolved(step, **wildcards)["model"]["training"]["threads"]
    )
