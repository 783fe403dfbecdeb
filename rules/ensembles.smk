# Ensembles: cells that answer together.


rule ensemble:
    input:
        cells=table_reads("ensemble"),
        provenance=table_rests_on("ensemble"),
        code=code("ensemble"),
    output:
        tex=f"{RESULTS}/ensembles/{{ensemble}}.tex",
        csv=f"{RESULTS}/ensembles/{{ensemble}}.csv",
        md=f"{RESULTS}/ensembles/{{ensemble}}.md",
        predictions=f"{RESULTS}/ensembles/{{ensemble}}.predictions.parquet",
        provenance=f"{RESULTS}/ensembles/{{ensemble}}.tex.provenance.json",
    log:
        f"{RESULTS}/logs/ensembles/{{ensemble}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/ensembles/{{ensemble}}.tsv"
    container:
        in_project("containers/data.sif")
    threads: 1
    resources:
        **ask("ensemble"),
    params:
        job=job("ensemble"),
        missing=missing_files("ensemble"),
    shell:
        f"python {COMMANDS}/ensemble.py"
        " --job {params.job:q}"
        ' --results "$(dirname "$(dirname {output.tex:q})")"'
        " --tex {output.tex:q}"
        " --csv {output.csv:q}"
        " --md {output.md:q}"
        " --predictions {output.predictions:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule ensembles:
    input:
        expand(
            f"{RESULTS}/ensembles/{{ensemble}}{{suffix}}",
            ensemble=ENSEMBLES,
            suffix=[
                ".tex",
                ".csv",
                ".md",
                ".predictions.parquet",
                ".tex.provenance.json",
            ],
        ),
