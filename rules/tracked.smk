# Which cells MLflow shows, and what of them.
from showergrid.core.cells import Cell, parts_of_input


@functools.cache
def tracked():
    """The cells of the grid, and those made outside of it that the configuration still knows."""
    inputs = "|".join(PATHS.input_patterns)
    pattern = f"{RESULTS}/cells/{{input,{inputs}}}/{{model}}/seed{{seed,[0-9]+}}"
    made = {
        Cell(*parts_of_input(name), model, int(seed))
        for name, model, seed in zip(*glob_wildcards(f"{pattern}/metrics.json"))
        if model in STUDY.catalogue.names["model"]
        and STUDY.catalogue.has_meaning(parts_of_input(name)[0], model)
    }
    return sorted(made | set(STUDY.cells))


def tracked_files(wildcards):
    """The files of these cells that are shown."""
    return PATHS.of_cells(tracked(), [*paths.EVALUATED, *PATHS.figures])


def tracked_files_for_server(wildcards):
    """The same; refused if the study names no server."""
    if STUDY.config.tracking.server is None:
        refuse(
            "config: tracking.server is null; name an MLflow server, "
            "there or by --config 'tracking={server: https://mlflow.example.org}'"
        )
    return tracked_files(wildcards)


def tracked_code(step):
    """The input function for the code of a step that shows cells, and of their models, stored with the weights."""

    def file(wildcards):
        stored = plugins.modules("representations", "models")
        modules = "showergrid.track.model", *stored
        return sources(step, f"{step}.py", *modules)

    return file


def track_job(step, **more):
    """The parameter function of a step that shows cells."""

    def text(wildcards):
        cells = [cell.folder.removeprefix("cells/") for cell in tracked()]
        pictures = [name for name in PATHS.figures if name.endswith(".pdf")]
        return job(step, study=RESULTS, cells=cells, figures=pictures, **more)(
            wildcards
        )

    return text
