"""Typeset a LaTeX table as a PDF, with the same bytes every time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError

DOCUMENT = r"""\documentclass{article}
\usepackage{booktabs}
\pdftrailerid{}
\begin{document}
\input{table.tex}
\end{document}
"""
EPOCH = "0"  # seconds since 1970 that the PDF gives as its date
PACKAGES = "Debian: the packages texlive-latex-base and texlive-latex-recommended"
SECONDS = 120  # after which pdflatex is taken to hang


def typeset(tex: Path, pdf: Path) -> None:
    """Typeset the table `tex` in a bare article and write `pdf`.

    Raises:
        InputError: pdflatex or booktabs is missing, the table is no LaTeX, or it doesn't fit the page.
    """
    program = shutil.which("pdflatex")
    if program is None:
        raise InputError(
            f"{pdf}: pdflatex is not installed; install it, or read the table without it in {tex.with_suffix('.md')} "
            f"({PACKAGES})"
        )
    with TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "document.tex").write_text(DOCUMENT)
        shutil.copyfile(tex, work / "table.tex")
        for _ in range(2):  # the second run knows the labels
            _compile(program, work, tex)
        log = (work / "document.log").read_text(errors="replace")
        too_large = re.search(r"^(Overfull \\hbox.*|LaTeX Warning: Float too large.*)$", log, re.M)
        if too_large:
            raise InputError(f"{tex}: does not fit the page ({too_large[1]}); shorten names or show fewer columns")
        with replacing(pdf) as partial:
            shutil.copyfile(work / "document.pdf", partial)


def _compile(program: str, work: Path, tex: Path) -> None:
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "document.tex"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}
    done = subprocess.run(
        command, cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
    )
    if done.returncode:
        text = done.stdout.decode(errors="replace")
        reason = re.search(r"^! (.*)$", text, re.M)
        advice = f"install it ({PACKAGES})" if "booktabs.sty' not found" in text else "put the table right"
        raise InputError(f"{tex}: pdflatex fails: {reason[1] if reason else text[-200:]}; {advice}")
