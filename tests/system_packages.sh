#!/usr/bin/env bash
# What the tests need beyond Python: pdflatex. Installed only by root on Debian; elsewhere those tests say why they skip.
set -euo pipefail
if command -v pdflatex > /dev/null; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "pdflatex is missing: tests of the typeset table will be skipped (Debian: texlive-latex-base, texlive-latex-recommended)"
    exit 0
fi
apt-get update -qq || true
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends texlive-latex-base texlive-latex-recommended > /dev/null ||
    echo "pdflatex could not be installed: tests of the typeset table will be skipped"
