# Trained cells at work: events of other files classified, networks for C++.


include: "asked.smk"


rule predict:
    input:
        model=asked_model,
        hits=lambda wildcards: STUDY.prediction(wildcards.prediction).named,
        code=code("predict"),
    output:
        scores=f"{RESULTS}/predictions/{{prediction}}.parquet",
        provenance=f"{RESULTS}/predictions/{{prediction}}.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/predict/{{prediction}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict/{{prediction}}.tsv"
    container:
        image("predict")
    threads: asked_threads
    resources:
        **ask("predict"),
    params:
        job=job("predict"),
    shell:
        f"python {COMMANDS}/predict.py"
        " --job {params.job:q}"
        " --cell {input.model:q}"
        " --hits {input.hits:q}"
        " --output {output.scores:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule export:
    input:
        model=f"{CELL}/model.safetensors",
        inputs=input_files("safetensors"),
        predictions=f"{CELL}/predictions.parquet",
        code=code("export"),
    output:
        model=f"{CELL}/export/model.pt",
        specification=f"{CELL}/export/spec.json",
        example=f"{CELL}/export/example.f32",
        provenance=f"{CELL}/export/model.pt.provenance.json",
    log:
        f"{RESULTS}/logs/export/{{input}}/{{model}}/seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/export/{{input}}/{{model}}/seed{{seed}}.tsv"
    container:
        image("export")
    threads: compute_threads("export")
    resources:
        **ask("export"),
    params:
        job=job("export"),
    shell:
        f"python {COMMANDS}/export.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --inputs {input.inputs:q}"
        " --predictions {input.predictions:q}"
        " --output {output.model:q}"
        " --specification {output.specification:q}"
        " --example {output.example:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"
