# Pages of Snakemake's report, beside the figures and tables that it takes as they are.


report: "../report/workflow.rst"


# They are made beside Snakemake, in no container.
rule page:
    input:
        markdown=f"{RESULTS}/{{report}}.md",
        template=str(ROOT / "report/page.html.j2"),
        code=code("page"),
    output:
        page=report(
            f"{RESULTS}/report/{{report}}.html",
            caption="../report/table.rst",
            category="Tables",
            labels={"table": "{report}", "as": "page"},
        ),
        provenance=f"{RESULTS}/report/{{report}}.html.provenance.json",
    log:
        f"{RESULTS}/logs/report/{{report}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/page/{{report}}.tsv"
    handover: True
    threads: 1
    resources:
        **ask("page"),
    params:
        job=lambda wildcards: job("page", title=wildcards.report)(wildcards),
    shell:
        f"python {COMMANDS}/page.py"
        " --job {params.job:q}"
        " --markdown {input.markdown:q}"
        " --template {input.template:q}"
        " --output {output.page:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule data_page:
    input:
        summary=f"{RESULTS}/data/summary.json",
        template=str(ROOT / "report/page.html.j2"),
        code=code("data_page"),
    output:
        page=report(
            f"{RESULTS}/report/data.html",
            caption="../report/data.rst",
            category="Data",
            labels={"figure": "numbers of the data analysis"},
        ),
        provenance=f"{RESULTS}/report/data.html.provenance.json",
    log:
        f"{RESULTS}/logs/report/data.log",
    benchmark:
        f"{RESULTS}/benchmarks/data_page.tsv"
    handover: True
    threads: 1
    resources:
        **ask("data_page"),
    params:
        job=job("data_page"),
    shell:
        f"python {COMMANDS}/data_page.py"
        " --job {params.job:q}"
        " --summary {input.summary:q}"
        " --template {input.template:q}"
        " --output {output.page:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


# Times are never the same twice: a view of what ran, apart from the results.
rule runtimes:
    input:
        records=records_of_all,
        template=str(ROOT / "report/page.html.j2"),
        code=code("runtimes"),
    output:
        page=report(
            f"{RESULTS}/report/runtimes.html",
            caption="../report/runtimes.rst",
            category="Time and machines",
            labels={"table": "time and memory of each rule, software, machines"},
        ),
        csv=report(
            f"{RESULTS}/report/runtimes.csv",
            caption="../report/runtimes.rst",
            category="Time and machines",
            labels={"table": "time and memory of each job"},
        ),
        provenance=f"{RESULTS}/report/runtimes.html.provenance.json",
    log:
        f"{RESULTS}/logs/report/runtimes.log",
    benchmark:
        f"{RESULTS}/benchmarks/runtimes.tsv"
    handover: True
    threads: 1
    resources:
        **ask("runtimes"),
    params:
        job=job("runtimes"),
    shell:
        f"python {COMMANDS}/runtimes.py"
        " --job {params.job:q}"
        ' --benchmarks "$(dirname {output.page:q})/../benchmarks"'
        " --records {input.records:q}"
        " --template {input.template:q}"
        " --output {output.page:q}"
        " --csv {output.csv:q}"
        " --provenance {output.provenance:q}"
        " 2>&1 | {{ tee -p {log:q} || true; }}"


rule pages:
    input:
        lambda wildcards: rules.all.input,
        rules.data_page.output,
        rules.runtimes.output,
        expand(
            f"{RESULTS}/report/{{table}}.html",
            table=[
                os.path.relpath(file, RESULTS).removesuffix(".md")
                for file in map(str, rules.tables.input)
                if file.endswith(".md")
            ],
        ),
