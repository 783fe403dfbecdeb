# showergrid: from detector hits to a table that compares representations, resolutions and networks.
from snakemake.utils import min_version

min_version("9.27")


configfile: "config/config.yaml"


include: "rules/common.smk"
include: "rules/cluster.smk"
include: "rules/data.smk"
include: "rules/images.smk"
include: "rules/cells.smk"
include: "rules/use.smk"
include: "rules/report.smk"
include: "rules/comparison.smk"
include: "rules/archive.smk"


localrules:
    all,
    cells,
    tables,
    ablations,
    figures,
    cell_figures,
    cell_performance,
    comparison,
    pairs,
    table,
    table_resolution,
    ablation,
    typeset,
    archive,
    list_rules,
    rulegraph,


rule all:
    default_target: True
    input:
        rules.cells.input,
        rules.tables.input,
        rules.figures.input,
        rules.comparison.input,
