# showergrid: from detector hits to a table that compares representations, resolutions and networks.
from snakemake.utils import min_version

min_version("9.27")


# Of the project, whatever folder Snakemake works in
configfile: os.path.relpath(os.path.join(workflow.basedir, "config/config.yaml"))


include: "rules/common.smk"
include: "rules/sources.smk"
include: "rules/events.smk"
include: "rules/inputs.smk"
include: "rules/cells.smk"
include: "rules/tuning.smk"
include: "rules/explain.smk"
include: "rules/apply.smk"
include: "rules/reports.smk"
include: "rules/track.smk"
include: "rules/rebuild.smk"


# Rules that only collect, and those of the steps that run beside Snakemake
localrules:
    all,
    data,
    inputs,
    cells,
    tables,
    ablations,
    ensembles,
    figures,
    comparison,
    explanations,
    tuning,
    pages,


workflow.localrules(*steps.LOCAL)


# The stages before the tables, to be called one by one where an early one may end in the same bytes (docs/reruns.md).
rule data:
    input:
        PATHS.data,
        PATHS.divided,


rule inputs:
    input:
        [
            f"{stem}.{suffix}"
            for stem in PATHS.inputs_of(STUDY.cells)
            for suffix in ["safetensors", "calibration.json"]
        ],


rule all:
    default_target: True
    input:
        lambda wildcards: PATHS.of_grid,
        BESIDE_CELLS,
