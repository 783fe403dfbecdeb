"""The image holds what the workflow's data, tables and figures need, and it works."""

import importlib.metadata
import re
import subprocess
import tempfile
from pathlib import Path

import calzone
import h5py
import matplotlib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import uproot
import xgboost
from matplotlib import pyplot as plt

pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", Path("/opt/showergrid/lock.txt").read_text(), re.M)
for name, version in pinned:
    assert importlib.metadata.version(name) == version, f"{name} is not {version}"

assert all(module.__name__ for module in (calzone, h5py, uproot, xgboost))
with tempfile.TemporaryDirectory() as folder:
    table = Path(folder, "table.parquet")
    pq.write_table(pa.table({"x": np.arange(5)}), table)
    assert pq.read_table(table)["x"].to_pylist() == [0, 1, 2, 3, 4]

    matplotlib.use("pdf")
    plt.plot([0, 1])
    plt.savefig(Path(folder, "figure.pdf"))
    assert Path(folder, "figure.pdf").read_bytes().startswith(b"%PDF")

    table = r"\begin{tabular}{c}\toprule a\end{tabular}"
    document = rf"\documentclass{{article}}\usepackage{{booktabs}}\begin{{document}}{table}\end{{document}}"
    Path(folder, "a.tex").write_text(document)
    subprocess.run(["pdflatex", "-interaction=batchmode", "a.tex"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    assert Path(folder, "a.pdf").read_bytes().startswith(b"%PDF")

subprocess.run(["git", "--version"], check=True, stdout=subprocess.DEVNULL)
print(f"showergrid-data: {len(pinned)} packages of the lock, Parquet, figures, pdflatex and git work")
