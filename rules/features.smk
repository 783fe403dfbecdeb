# The features of trained cells that others rest on, computed once.


rule features:
    input:
        model=f"{CELL}/model.safetensors",
        inputs=input_files("safetensors"),
        events=f"{RESULTS}/data/events.parquet",
        code=code("features"),
    output:
        features=f"{PATHS.features}.safetensors",
        provenance=f"{PATHS.features}.safetensors.provenance.json",
    log:
        f"{RESULTS}/logs/features/{{input}}/{{model}}/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/features/{{input}}/{{model}}/seed{{seed}}.tsv"
    container:
        image("features")
    threads: compute_threads("features")
    resources:
        **ask("features"),
    params:
        job=job("features"),
    shell:
        f"python {COMMANDS}/features.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --inputs {input.inputs:q}"
        " --events {input.events:q}"
        " --output {output.features:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"
