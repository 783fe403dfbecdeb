# make table1: from nothing to the table.   make test: every test.   make help: the rest.
PYTHON ?= python3
SHELL := bash
CORES ?= all
RESULTS ?= results
PORT ?= 5000
BIN := .venv/bin
LOCKS := envs/workflow.txt envs/data.txt envs/torch.txt
PINNED := sed -E "s/(^|[[:space:]]+)\#.*//; /^[[:space:]]*$$/d"
.DELETE_ON_ERROR:
.PHONY: help table1 pdf report ui test test-cluster test-debian13 bench cuda packages check locks containers verify audit compare environment FORCE

help:
	@echo "make table1   make .venv, simulate, train, write results/table1.tex and show it (CORES=2 to use two)"
	@echo "make pdf      the same table as results/table1.pdf (needs pdflatex)"
	@echo "make report   the report of the default study: report.html"
	@echo "make ui       the cells in MLflow, in a browser (RESULTS=results-mine CONFIG=config/mine.yaml PORT=5000)"
	@echo "make .venv/ready-collisions   add the packages of the source collisions to .venv (ready-air_showers, ready-neutrinos: of those)"
	@echo "make test     set up and run all tests and checks"
	@echo "make test-cluster   the tiny study in both images as jobs of a SLURM of its own, each byte compared (root, Debian 12)"
	@echo "make test-debian13   a cell under Debian 13 and its Python 3.13, each byte compared with the same cell made here (root, Debian)"
	@echo "make bench    all benchmarks in one table, with baselines and spreads, and results/benchmarks.json (15 minutes)"
	@echo "make cuda     three networks on this machine's GPU: same bytes twice or not, speed and memory beside the CPU (5 minutes)"
	@echo "make check    ruff, snakefmt and snakemake --lint alone"
	@echo "make containers   build containers/data.sif and torch.sif where they are out of date (IMAGES=collisions: that)"
	@echo ".venv/bin/snakemake results/archive/showergrid.tar.zst   the study in one file, to publish (docs/archive.md)"
	@echo "make verify ARCHIVE=...   check an archive, make its tables and a cell again (CELL=...: which one)"
	@echo "make audit    which outputs are current, stale or damaged (CONFIG=config/mine.yaml RESULTS=moved/results FORGET=yes)"
	@echo "make compare A=results B=other/results   say which files of two studies differ, how far, and what explains it"
	@echo "make locks    write envs/*.txt anew from envs/*.in"

# A stage that ends in the same bytes as before stops there: within one call, all that rests on it would be made again.
# From nothing one call is enough, in which no core waits for the end of a stage.
# On a terminal each finished job has a line.
table1: .venv/ready
	@set -o pipefail; for stage in $(if $(wildcard results/*),data inputs cells) results/table1.tex; do \
		if [ -t 1 ]; then $(BIN)/snakemake --cores $(CORES) -- $$stage 2>&1 | $(BIN)/python scripts/lines.py; \
		else $(BIN)/snakemake --cores $(CORES) --quiet rules host -- $$stage; fi || exit; \
	done
	@echo; $(BIN)/python scripts/show.py results/table1.csv; echo
	@echo "The tables: results/table1.tex, .csv, .md, .tex.provenance.json (and results/table1.pdf by: make pdf)"
	@echo "The cells:  results/cells/{representation}/c{resolution}/{model}/seed{seed}/"
	@echo "The data:   results/data/, inputs: results/inputs/, time and memory of each job: results/benchmarks/"

pdf: .venv/ready
	@$(BIN)/snakemake --cores $(CORES) --quiet rules host -- results/table1.pdf

report: .venv/ready
	@$(BIN)/snakemake --cores $(CORES) --quiet rules host -- pages
	@$(BIN)/snakemake --cores 1 --quiet rules host --report report.html -- pages
	@echo "The report: report.html (open it in a browser)"

# Every cell by its test accuracy (track/mlflow.py, VIEW)
SHOWN = http://127.0.0.1:$(PORT)/\#/experiments/1/runs?viewStateShareKey=cells&compareRunsMode=TABLE&workflowType=machine_learning

# The database again if a cell has changed, then MLflow's pages on this machine alone, until Ctrl-C.
ui: .venv/ready
	@$(BIN)/snakemake --cores $(CORES) --quiet rules host $(if $(CONFIG),--configfile "$(CONFIG)") -- "$(RESULTS)/mlflow/mlflow.db"
	@echo "The cells in MLflow (Ctrl-C ends it): $(SHOWN)"
	@test -z "$$DISPLAY$$WAYLAND_DISPLAY" || { sleep 10; $(BIN)/python -m webbrowser "$(SHOWN)" > /dev/null 2>&1; } &
	@MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false \
		$(BIN)/mlflow server --host 127.0.0.1 --port $(PORT) --workers 1 \
		--backend-store-uri "sqlite:///$(RESULTS)/mlflow/mlflow.db" --artifacts-destination "$(RESULTS)/mlflow/artifacts"

# What else is installed is installed meanwhile. Three workers, since two keep two cores busy for half of the time: tests wait
# for SLURM and for Snakemake.
test:
	$(MAKE) --jobs 2 .venv/ready-dev packages
	$(MAKE) .venv/ready-collisions
	$(MAKE) .venv/ready-air_showers
	$(MAKE) .venv/ready-neutrinos
	$(MAKE) check
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --durations 15

# What `make test` leaves out, since the torch image takes long: to be run whenever containers/ or slurm/ change.
test-cluster: .venv/ready-dev
	$(BIN)/python -m pytest --verbose --capture no --durations 0 -m images tests/system

# A cell under another Python, which CI has not.
test-debian13: .venv/ready
	tests/system/debian13.sh

# Two quiet cores: nothing else should run beside it. What each benchmark prints goes to the standard error.
bench: .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python benchmarks/bench.py

# The locked PyTorch brings CUDA's libraries: nothing else than a GPU and its driver is needed.
cuda: .venv/ready
	@$(BIN)/python benchmarks/gpu.py

packages:
	tests/system_packages.sh

check: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

verify: .venv/ready
	@test -n "$(ARCHIVE)" || { echo "showergrid: name it: make verify ARCHIVE=results/archive/showergrid.tar.zst" >&2; exit 1; }
	@$(BIN)/python scripts/verify.py "$(ARCHIVE)" --cell "$(or $(CELL),random)"

# Of the study's own folder, or of RESULTS where another is named.
audit: .venv/ready
	@$(BIN)/python scripts/audit.py $(if $(filter file,$(origin RESULTS)),,"$(RESULTS)") \
		$(if $(CONFIG),--configfile "$(CONFIG)") $(if $(FORGET),--forget)

compare: .venv/ready
	@test -n "$(A)" && test -n "$(B)" || { echo "showergrid: name both: make compare A=results B=other/results" >&2; exit 1; }
	@$(BIN)/python scripts/compare.py "$(A)" "$(B)"

locks: .venv/ready-dev
	PATH="$(CURDIR)/$(BIN):$$PATH" envs/lock.sh

containers: .venv/ready
	@$(BIN)/python scripts/containers.py $(addprefix --image ,$(IMAGES))

# What the locks pin decides, not when they were saved nor their comments.
.venv/ready: FORCE
	@$(PINNED) $(LOCKS) | sha256sum | cmp --silent - $@ || $(MAKE) --no-print-directory environment

# Made anew for every change of a lock, so that it holds what the lock says and nothing else.
environment:
	@if $(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; \
		then $(PYTHON) -m venv --clear .venv; \
	elif command -v uv > /dev/null; then uv venv --quiet --clear --seed --python 3.11 .venv; \
	else echo "showergrid: Python 3.11, 3.12 or 3.13 with venv is needed (Debian, Ubuntu: apt-get install python3-venv);" \
		"name one: make PYTHON=python3.12, or install uv, which brings one" >&2; exit 1; fi
	@echo "showergrid: installing the locked environment into .venv (6 GB, mostly PyTorch)"
	@envs/install.sh $(LOCKS)
	@$(PINNED) $(LOCKS) | sha256sum > .venv/ready

# What is installed beside it: envs/dev.txt, or the lock of a source.
.venv/ready-%: .venv/ready FORCE
	@test -f envs/$*.txt || { echo "showergrid: there is no envs/$*.txt; make help names what there is" >&2; exit 1; }
	@$(PINNED) envs/$*.txt | sha256sum | cmp --silent - $@ || { \
		envs/install.sh envs/$*.txt && $(PINNED) envs/$*.txt | sha256sum > $@; }

FORCE:
