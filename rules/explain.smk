# What a trained cell looks at: its answers without some of the hits, heat maps, and its most confident mistakes.
from showergrid.plan import explain_jobs

ASKED = f"{CELL}/explanation"


rule removal:
    input:
        model=f"{CELL}/model.safetensors",
        inputs=f"{RESULTS}/inputs/{{input}}.safetensors",
        hits=refusing(READS.shown_hits),
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        code=code("removal"),
    output:
        table=f"{ASKED}/removal.csv",
        provenance=f"{ASKED}/removal.csv.provenance.json",
    log:
        f"{RESULTS}/logs/removal/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/removal/{NAMED}.tsv"
    container:
        image("removal")
    threads: READS.threads("removal")
    resources:
        **ask("removal"),
    params:
        job=job("removal"),
    shell:
        f"python {COMMANDS}/removal.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --inputs {input.inputs:q}"
        " --hits {input.hits:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --table {output.table:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule removal_figure:
    input:
        table=f"{ASKED}/removal.csv",
        code=code("removal_figure"),
    output:
        figure=f"{CELL}/figures/removal.pdf",
        provenance=f"{CELL}/figures/removal.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/removal_figure/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/removal_figure/{NAMED}.tsv"
    container:
        image("removal_figure")
    threads: 1
    resources:
        **ask("removal_figure"),
    params:
        job=job("removal_figure"),
    shell:
        f"python {COMMANDS}/removal_figure.py"
        " --job {params.job:q}"
        " --table {input.table:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule heatmaps:
    input:
        model=f"{CELL}/model.safetensors",
        images=f"{RESULTS}/inputs/{{input}}.safetensors",
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        code=code("heatmaps"),
    output:
        maps=f"{ASKED}/heatmaps.parquet",
        report=f"{ASKED}/heatmaps.json",
        provenance=f"{ASKED}/heatmaps.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/heatmaps/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/heatmaps/{NAMED}.tsv"
    container:
        image("heatmaps")
    threads: READS.threads("heatmaps")
    resources:
        **ask("heatmaps"),
    params:
        job=job("heatmaps"),
    shell:
        f"python {COMMANDS}/heatmaps.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --images {input.images:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --maps {output.maps:q}"
        " --report {output.report:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule heatmap_figure:
    input:
        maps=f"{ASKED}/heatmaps.parquet",
        report=f"{ASKED}/heatmaps.json",
        code=code("heatmap_figure"),
    output:
        figure=f"{CELL}/figures/heatmaps.pdf",
        provenance=f"{CELL}/figures/heatmaps.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/heatmap_figure/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/heatmap_figure/{NAMED}.tsv"
    container:
        image("heatmap_figure")
    threads: 1
    resources:
        **ask("heatmap_figure"),
    params:
        job=job("heatmap_figure"),
    shell:
        f"python {COMMANDS}/heatmap_figure.py"
        " --job {params.job:q}"
        " --maps {input.maps:q}"
        " --report {input.report:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule mistakes:
    input:
        predictions=f"{CELL}/predictions.parquet",
        images=f"{RESULTS}/inputs/{{input}}.safetensors",
        calibration=f"{RESULTS}/inputs/{{input}}.calibration.json",
        code=code("mistakes"),
    output:
        figure=f"{CELL}/figures/mistakes.pdf",
        provenance=f"{CELL}/figures/mistakes.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/mistakes/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/mistakes/{NAMED}.tsv"
    container:
        image("mistakes")
    threads: 1
    resources:
        **ask("mistakes"),
    params:
        job=job("mistakes"),
    shell:
        f"python {COMMANDS}/mistakes.py"
        " --job {params.job:q}"
        " --predictions {input.predictions:q}"
        " --images {input.images:q}"
        " --calibration {input.calibration:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule prong_figure:
    input:
        predictions=PATHS.prong_predictions,
        hits=f"{RESULTS}/data/hits.parquet",
        code=code("prong_figure"),
    output:
        figure=f"{CELL}/figures/prongs.pdf",
        provenance=f"{CELL}/figures/prongs.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/prong_figure/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prong_figure/{NAMED}.tsv"
    container:
        image("prong_figure")
    threads: 1
    resources:
        **ask("prong_figure"),
    params:
        job=job("prong_figure"),
    shell:
        f"python {COMMANDS}/prong_figure.py"
        " --job {params.job:q}"
        " --predictions {input.predictions:q}"
        " --hits {input.hits:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule prong_heatmaps:
    input:
        model=f"{CELL}/model.safetensors",
        images=f"{RESULTS}/inputs/{{input}}.safetensors",
        events=f"{RESULTS}/data/events.parquet",
        split=f"{RESULTS}/data/split.parquet",
        prongs=PATHS.prongs,
        code=code("prong_heatmaps"),
    output:
        maps=f"{ASKED}/prong_heatmaps.parquet",
        report=f"{ASKED}/prong_heatmaps.json",
        provenance=f"{ASKED}/prong_heatmaps.parquet.provenance.json",
    log:
        f"{RESULTS}/logs/prong_heatmaps/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prong_heatmaps/{NAMED}.tsv"
    container:
        image("prong_heatmaps")
    threads: READS.threads("prong_heatmaps")
    resources:
        **ask("prong_heatmaps"),
    params:
        job=job("prong_heatmaps"),
    shell:
        f"python {COMMANDS}/prong_heatmaps.py"
        " --job {params.job:q}"
        " --model {input.model:q}"
        " --images {input.images:q}"
        " --events {input.events:q}"
        " --split {input.split:q}"
        " --prongs {input.prongs:q}"
        " --maps {output.maps:q}"
        " --report {output.report:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule prong_heatmap_figure:
    input:
        maps=f"{ASKED}/prong_heatmaps.parquet",
        report=f"{ASKED}/prong_heatmaps.json",
        code=code("prong_heatmap_figure"),
    output:
        figure=f"{CELL}/figures/prong_heatmaps.pdf",
        provenance=f"{CELL}/figures/prong_heatmaps.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/prong_heatmap_figure/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prong_heatmap_figure/{NAMED}.tsv"
    container:
        image("prong_heatmap_figure")
    threads: 1
    resources:
        **ask("prong_heatmap_figure"),
    params:
        job=job("prong_heatmap_figure"),
    shell:
        f"python {COMMANDS}/prong_heatmap_figure.py"
        " --job {params.job:q}"
        " --maps {input.maps:q}"
        " --report {input.report:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule hit_figure:
    input:
        predictions=PATHS.hit_predictions,
        hits=f"{RESULTS}/data/hits.parquet",
        code=code("hit_figure"),
    output:
        figure=f"{CELL}/figures/hits.pdf",
        provenance=f"{CELL}/figures/hits.pdf.provenance.json",
    log:
        f"{RESULTS}/logs/hit_figure/{NAMED}.log",
    benchmark:
        f"{RESULTS}/benchmarks/hit_figure/{NAMED}.tsv"
    container:
        image("hit_figure")
    threads: 1
    resources:
        **ask("hit_figure"),
    params:
        job=job("hit_figure"),
    shell:
        f"python {COMMANDS}/hit_figure.py"
        " --job {params.job:q}"
        " --predictions {input.predictions:q}"
        " --hits {input.hits:q}"
        " --figure {output.figure:q}"
        " --provenance {output.provenance:q}"
        f"{LOGGED}"


rule explanations:
    input:
        [f"{RESULTS}/{file}" for file in explain_jobs.files(STUDY)],
