# The study in one file, to be put beside a thesis.
from showergrid.plan import archive_job

# The images, and what says on this machine which they are.
IMAGES = []
if STUDY.config.archive.images:
    IMAGES = [containers.file_of(name) for name in steps.images_of(STUDY.source)]
    IMAGES += [containers.LOCAL] if os.path.exists(containers.LOCAL) else []


# It runs beside Snakemake, in no container: it reads git's history and Snakemake's own records.
rule archive:
    input:
        results=lambda wildcards: refusing(archive_job.archived)(
            PATHS, [*PATHS.of_grid, *BESIDE_CELLS], PROJECT
        ),
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
        job=lambda wildcards: job(
            "archive",
            **refusing(archive_job.archive_job)(
                PATHS, [*PATHS.of_grid, *BESIDE_CELLS], PROJECT, config
            ),
        )(wildcards),
    shell:
        f"python {COMMANDS}/archive.py"
        " --job {params.job:q}"
        " --images {input.images:q}"
        " --configs {input.configs:q}"
        " --archive {output.archive:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"
