# The searches for hyperparameters.
from showergrid.tuning.best import of_images


def search_of(wildcards):
    """The search that a job belongs to, as the configuration has it."""
    names = "representation", "resolution", "model"
    return resolved("best", **{name: wildcards[name] for name in names})["search"]


def trial_input(path, own):
    """The input function of a search for the file `path`, if it is needed.

    With `own` that is where each trial makes images of its own, else where all trials share theirs.
    """

    def file(wildcards):
        representation = STUDY.catalogue.representation(wildcards.representation)
        makes_images = bool(of_images(representation, search_of(wildcards)["space"]))
        return path.format(**wildcards) if makes_images == own else []

    return file
