# What goes into the archive.
from showergrid.rebuild import repository


def archived(wildcards):
    """The files to archive, each once: what a bare call makes, the ablations and ensembles that exist, and the data."""
    if Path.cwd() != Path(workflow.basedir).resolve():
        refuse(
            "archive: an archive is of the project's folder with its results; call snakemake there, without --directory"
        )
    made = [
        name for name in ABLATIONS if os.path.exists(f"{RESULTS}/ablations/{name}.tex")
    ]
    joint = [
        name for name in ENSEMBLES if os.path.exists(f"{RESULTS}/ensembles/{name}.tex")
    ]
    variants = [
        *[cell for name in made for cell in STUDY.cells_of(STUDY.variants(name))],
        *[cell for name in joint for cell in STUDY.cells_of(STUDY.members(name))],
    ]
    tables = [
        *files_of([f"ablations/{name}" for name in made]),
        *files_of([f"ensembles/{name}" for name in joint]),
        *expand(rules.ensemble_predictions.output, ensemble=joint),
    ]
    # Only their networks are needed
    trained = PATHS.rested_on([*STUDY.cells, *variants])
    cells = [*STUDY.cells, *variants, *trained]
    files = [
        *rules.all.input,
        *tables,
        *PATHS.of_cells(variants, paths.EVALUATED),
        *PATHS.of_cells(trained, paths.TRAINED),
        *PATHS.records_of_data(cells),
        *[f"{image}.calibration.json" for image in PATHS.inputs_of(cells)],
        *PATHS.searches_of(cells),
        *(raw_data(cells) if STUDY.config.archive.data else []),
    ]
    return sorted(set(files))


def raw_data(cells):
    """The files that cells are trained on."""
    return [
        *PATHS.data,
        *PATHS.divided,
        f"{RESULTS}/data/counts.json",
        *[f"{image}.safetensors" for image in PATHS.inputs_of(cells)],
        *PATHS.features_of(cells),
    ]


def in_groups(paths):
    """The files, grouped by folders that hold files of the same names: one parameter must hold many of them."""
    names = {}
    for path in paths:
        folder, name = re.fullmatch(
            rf"{re.escape(RESULTS)}/((?:cells/.*/seed[0-9]+/)?)(.*)", path
        ).groups()
        names.setdefault(folder, []).append(name)
    folders = {}
    for folder, held in names.items():
        folders.setdefault(tuple(held), []).append(folder)
    return [
        {"folders": held, "names": list(group)}
        for group, held in sorted(folders.items())
    ]


def archive_job(wildcards):
    """The JSON parameter of the archive; a working tree unlike its commit is refused unless `dirty` is set."""
    root = Path(workflow.basedir)
    try:
        state = repository.state(root)
        for name in steps.images_of(STUDY.source) if STUDY.config.archive.images else ():
            containers.environment(root, name)
    except InputError as error:
        refuse(error)
    changes = [name for name in state.changes if not name.startswith(f"{RESULTS}/")]
    if changes and not STUDY.config.archive.dirty:
        shown = ", ".join(changes[:8])
        more = f" and {len(changes) - 8} more" if len(changes) > 8 else ""
        refuse(
            f"the archive would not be that of a commit: {shown}{more} changed or new; commit them, "
            "or have them archived as they are and named, by: --config 'archive={dirty: true}'"
        )
    told = {
        "results": RESULTS,
        "archive": STUDY.config.archive.model_dump(mode="json"),
        "study": config,
        "commit": state.commit,
        "changes": changes,
        "made": in_groups(archived(wildcards)),
    }
    return steps.parameter("archive", {}, told, environment_of("archive"))


# The images, and what says on this machine which they are.
IMAGES = []
if STUDY.config.archive.images:
    IMAGES = [containers.file_of(name) for name in steps.images_of(STUDY.source)]
    IMAGES += [containers.LOCAL] if os.path.exists(containers.LOCAL) else []
