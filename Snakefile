# showergrid: from detector hits to a table that compares representations, resolutions and networks.
from snakemake.utils import min_version

min_version("9.27")


configfile: "config/config.yaml"


include: "rules/common.smk"
include: "rules/data.smk"
include: "rules/images.smk"
include: "rules/cells.smk"
include: "rules/report.smk"


localrules:
    all,
    cells,
    tables,
    ablations,
    figures,


rule all:
    default_target: True
    input:
        rules.cells.input,
        rules.tables.input,
        rules.figures.input,
