# What networks see, sparse: made once for each representation and resolution, shared by all networks, windows, seeds.
rule calibrate_inputs:
    input:
        tables=refusing(READS.tables),
        split=f"{RESULTS}/data/split.parquet",
        calibration=refusing(READS.calibration),
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
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule represent:
    input:
        tables=refusing(READS.tables),
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
        " --provenance {output.provenance:q}"
        f"{LOGGED}"
