# The searches for hyperparameters.
from showergrid.tuning.best import of_input


def search_of(wildcards):
    """The search that a job belongs to, as the configuration has it."""
    return resolved("best", input=wildcards.input, model=wildcards.model)["search"]


def trial_files(files, own):
    """The input function of a search for `files`, an input function, if they are needed.

    With `own` that is where each trial makes inputs of its own, else where all trials share theirs.
    """

    def needed(wildcards):
        representation = STUDY.catalogue.representation(place_of(wildcards)[0])
        makes = bool(of_input(representation, search_of(wildcards)["space"]))
        return files(wildcards) if makes == own else []

    return needed
