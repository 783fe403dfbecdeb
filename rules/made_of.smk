# What a cell is made of, and the cores that a network takes.


def place_of(wildcards):
    """The place of a cell."""
    return wildcards.representation, int(wildcards.resolution), wildcards.model


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
    """The input function of a frozen cell: the file `pattern` of each cell whose features it joins, one per view."""

    @refusing
    def files(wildcards):
        # A fault in the study gives one line here
        resolved("train_frozen", **wildcards)
        cells = STUDY.catalogue.joined_cells(*place_of(wildcards), int(wildcards.seed))
        return [pattern.format(**vars(cell)) for cell in cells]

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
