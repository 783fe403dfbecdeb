# The cell that a prediction asks.


def asked_model(wildcards):
    """The model file of the cell that makes a prediction."""
    prediction = STUDY.prediction(wildcards.prediction)
    return PATHS.of_cells([prediction.cell], ["model.safetensors"])


def asked_threads(wildcards):
    """The cores to reserve for that cell: as many as its compute threads."""
    return resolved("predict", **wildcards)["model"]["training"]["threads"]
