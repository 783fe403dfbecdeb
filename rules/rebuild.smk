# The study in one file, to be put beside a thesis.
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
        *(PATHS.raw_data(cells) if STUDY.config.archive.data else []),
    ]
    return sorted(set(files))


def archive_job(wildcards):
    """The JSON parameter of the archive; a working tree unlike its commit is refused unless `dirty` is set."""
    root = Path(workflow.basedir)
    try:
        state = repository.state(root)
        for name in containers.IMAGES if STUDY.config.archive.images else ():
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
        "made": PATHS.in_groups(archived(wildcards)),
    }
    return steps.parameter("archive", {}, told, environment_of("archive"))


# The images, and what says on this machine which they are.
IMAGES = []
if STUDY.config.archive.images:
    IMAGES = [containers.file_of(name) for name in containers.IMAGES]
    IMAGES += [containers.LOCAL] if os.path.exists(containers.LOCAL) else []


# It runs beside Snakemake, in no container: it reads git's history and Snakemake's own records.
rule archive:
    input:
        results=archived,
        images=IMAGES,
        configs=[
            os.path.relpath(file) if file.is_relative_to(Path.cwd()) else file
            for file in [Path(name) for name, _ in LAYERS[:-1]]
        ],
        template="archive/page.html.j2",
        code=code("archive"),
    output:
        archive=f"{RESULTS}/archive/showergrid.tar.zst",
        provenance=f"{RESULTS}/archive/showergrid.tar.zst.provenance.json",
    log:
        f"{RESULTS}/logs/archive.log",
    benchmark:
        f"{RESULTS}/benchmarks/archive.tsv"
    handover: True
    threads: 1
    resources:
        **ask("archive"),
    params:
        job=archive_job,
    shell:
        f"python {COMMANDS}/archive.py"
        " --job {params.job:q}"
        " --images {input.images:q}"
        " --configs {input.configs:q}"
        " --archive {output.archive:q}"
        " --provenance {output.provenance:q}" + LOGGED
