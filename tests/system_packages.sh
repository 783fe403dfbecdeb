#!/usr/bin/env bash
# What the tests need beyond Python: pdflatex and a browser. Installed only by root on Debian; elsewhere those tests say
# why they skip.
set -euo pipefail
need() { # a command, what is skipped without it, and the Debian packages that have it
    local command=$1 skipped=$2
    shift 2
    if command -v "$command" > /dev/null; then
        return
    fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
        echo "$command is missing: $skipped will be skipped (Debian: $*)"
        return
    fi
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null ||
        echo "$command could not be installed: $skipped will be skipped"
}
need pdflatex "tests of the typeset table" texlive-latex-base texlive-latex-recommended
need chromium "the test of MLflow's pages in a browser" chromium
