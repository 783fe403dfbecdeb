# Sparse images: made once for each representation and resolution, shared by all networks, windows and seeds.


rule calibrate_images:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        split=f"{RESULTS}/data/split.parquet",
        calibration=f"{RESULTS}/data/calibration.json",
        code=code("calibrate_images"),
    output:
        calibration=f"{RESULTS}/inputs/{{representation}}/c{{resolution}}.calibration.json",
        provenance=f"{RESULTS}/inputs/{{representation}}/c{{resolution}}.calibration.json.provenance.json",
    log:
        f"{RESULTS}/logs/calibrate_images/{{representation}}.c{{resolution}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/calibrate_images/{{representation}}.c{{resolution}}.tsv"
    container:
        image("calibrate_images")
    threads: 1
    resources:
        **ask("calibrate_images"),
    params:
        job=job("calibrate_images"),
    shell:
        f"python {COMMANDS}/calibrate_images.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --split {input.split:q}"
        " --calibration {input.calibration:q}"
        " --output {output.calibration:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule images:
    input:
        hits=f"{RESULTS}/data/hits.parquet",
        calibration=f"{RESULTS}/inputs/{{representation}}/c{{resolution}}.calibration.json",
        code=code("images"),
    output:
        images=f"{RESULTS}/inputs/{{representation}}/c{{resolution}}.safetensors",
        provenance=f"{RESULTS}/inputs/{{representation}}/c{{resolution}}.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/images/{{representation}}.c{{resolution}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/images/{{representation}}.c{{resolution}}.tsv"
    container:
        image("images")
    threads: 1
    resources:
        **ask("images"),
    params:
        job=job("images"),
    shell:
        f"python {COMMANDS}/images.py"
        " --job {params.job:q}"
        " --hits {input.hits:q}"
        " --calibration {input.calibration:q}"
        " --output {output.images:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"
