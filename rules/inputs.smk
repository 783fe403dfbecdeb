# What networks see, sparse: made once for each representation and resolution, shared by all networks, windows, seeds.
from showergrid.core.cells import parts_of_input


def place_of(wildcards):
    """The place of a cell."""
    return *parts_of_input(wildcards.input), wildcards.model


@refusing
def tables_read(wildcards):
    """The tables that an input is made of."""
    return PATHS.tables_read(parts_of_input(wildcards.input)[0])


@refusing
def calibration_read(wildcards):
    """The ranges of the hits that an input is made of, if it is made of hits."""
    return PATHS.calibration_read(parts_of_input(wildcards.input)[0])


def input_files(suffix):
    """The input function of a cell: its inputs or their calibrations."""

    @refusing
    def files(wildcards):
        return [f"{stem}.{suffix}" for stem in PATHS.inputs(*place_of(wildcards))]

    return files


rule calibrate_inputs:
    input:
        tables=tables_read,
        split=f"{RESULTS}/data/split.parquet",
        calibration=calibration_read,
        code=code("calibrate_inputs"),
    output:
        calibration=f"{RESULTS}/inputs/{{input}}.calibration.json",
        provenance=f"{RESULTS}/inputs/{{input}}.calibration.json.provenance.json",
    log:
        f"{RESULTS}/logs/calibrate_inputs/{{input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/calibrate_inputs/{{input}}.tsv"
    container:
        image("calibrate_inputs")
    threads: 1
    resources:
        **ask("calibrate_inputs"),
    params:
        job=job("calibrate_inputs"),
    shell:
        f"python {COMMANDS}/calibrate_inputs.py"
        " --job {params.job:q}"
        " --tables {input.tables:q}"
        " --split {input.split:q}"
        " --calibration {input.calibration:q}"
        " --output {output.calibration:q}"
        " --provenance {output.provenance:q}" + LOGGED


rule represent:
    input:
        tables=tables_read,
        calibration=f"{RESULTS}/inputs/{{input}}.calibration.json",
        code=code("represent"),
    output:
        inputs=f"{RESULTS}/inputs/{{input}}.safetensors",
        provenance=f"{RESULTS}/inputs/{{input}}.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/represent/{{input}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/represent/{{input}}.tsv"
    container:
        image("represent")
    threads: 1
    resources:
        **ask("represent"),
    params:
        job=job("represent"),
    shell:
        f"python {COMMANDS}/represent.py"
        " --job {params.job:q}"
        " --tables {input.tables:q}"
        " --calibration {input.calibration:q}"
        " --output {output.inputs:q}"
        " --provenance {output.provenance:q}" + LOGGED
