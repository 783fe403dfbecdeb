"""Whether CUDA gives the same bytes twice, and its speed and memory beside the CPU, of cells of the default study.

python benchmarks/gpu.py [--device cuda] [--showers 1200] [--epochs 3] [--cells complex sparse_resnet transformer]

A 2D, a sparse 3D and an attention network learn from showers that are simulated first, in float32 and in bf16, each
twice, in processes of their own. The speed is that of the fastest epoch but the first: training events a second,
with the validation behind them. Bytes are those of weights, history and answers. Where they differ, the first operation
of PyTorch whose result differs in two trainings within one process is named. The CPU trains on one thread, as the study
does. `--device cpu` makes the same table without a GPU, which says nothing of CUDA.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from showergrid.core.errors import InputError, run
from showergrid.evaluation.answers import answer
from showergrid.events.hits import read_events, read_hits
from showergrid.events.settings import Split
from showergrid.events.split import asked, divide, events_of, write_split
from showergrid.inputs.calibration import calibrate_data, write_calibration
from showergrid.inputs.data import calibrated, write_inputs
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.views import cut_views, read_views
from showergrid.plan.checks import read_study
from showergrid.plan.cluster import Cluster, Gpu
from showergrid.plan.jobs import job
from showergrid.plan.layers import merged, read_layers
from showergrid.plan.resources import need, read_cluster
from showergrid.plan.study import Study
from showergrid.sources.parts.request import Request
from showergrid.tasks.asked import tasks_of
from showergrid.training import loop
from showergrid.training.data import answerable, labelled, questions_of
from showergrid.training.device import has_bf16, name_of, prepare
from showergrid.training.settings import Training

ROOT = Path(__file__).resolve().parents[1]
CELLS = {
    "complex": ("projection_y", 500),
    "sparse_resnet": ("voxels", 1000),
    "transformer": ("hits", 1000),
}
PRECISIONS = ("float32", "bf16")
REFUSED = re.compile(r"(\w+) does not have a deterministic implementation")
SPLIT = {"test_fraction": 0.2, "validation_fraction": 0.1}  # answers to the test events are compared too


def study_of(showers: int | None = None) -> Study:
    """The default study; or with so many showers, in one shard, most of which it learns from."""
    fewer = {"showers": {"showers": showers, "shard_size": showers}, "split": SPLIT} if showers else {}
    return read_study(merged(read_layers(ROOT, [ROOT / "config/electron_photon/default.yaml"], fewer)))


def place_of(model: str) -> dict[str, Any]:
    """The wildcards of the cell of a model."""
    representation, resolution = CELLS[model]
    return {"representation": representation, "resolution": resolution, "model": model}


def write_data(folder: Path, study: Study, models: list[str]) -> None:
    """Simulate the study's showers, divide them, and write what each model sees."""
    shard = job(study, "shard", None, shard=0)
    tables = {"hits": folder / "hits.parquet", "events": folder / "events.parquet"}
    study.source.make(study.source_settings, Request(**shard["request"]), 0, tables)
    told = job(study, "split", None)
    events = read_events(tables["events"])
    label, values, _ = asked(events, told["questions"])
    sets, split = divide(label, values, Split(**told["split"])), folder / "split.parquet"
    write_split(split, events["event"].to_numpy(), sets)
    calibration = folder / "calibration.json"
    training = events_of(split, "train")
    stretch = job(study, "calibrate", None)["stretch"]
    write_calibration(calibration, calibrate_data(read_hits(tables["hits"]), training, stretch))
    for model in models:
        place = place_of(model)
        (folder / f"{model}.json").write_text(json.dumps(job(study, "train", None, **place, seed=19)))
        del place["model"]
        settings = InputSettings(**job(study, "represent", None, **place))
        ranges = calibrated(settings, [tables["hits"]], split, [calibration])
        write_inputs(folder / f"{model}.safetensors", settings, [tables["hits"]], ranges)


class Clock:
    """In place of a checkpoint: keeps no state, but when each epoch ended."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.ends = device, []

    def read(self) -> None:
        """There is never a state to resume from."""

    def write(self, state: dict[str, Any]) -> None:
        """An epoch has ended, and all of it that the device was asked for."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        self.ends.append(time.perf_counter())


class Results(TorchDispatchMode):
    """The operations of PyTorch in their order, and a digest of what each made, of gradients too."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[str, str]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do as asked, and note it."""
        result = func(*args, **(kwargs or {}))
        tensors = [tensor for tensor in tree_leaves(result) if isinstance(tensor, Tensor)]
        self.made += [(func.name(), digest(tensor)) for tensor in tensors]
        return result


def digest(tensor: Tensor) -> str:
    """SHA-256 of the bytes of a tensor."""
    return hashlib.sha256(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy()).hexdigest()


class Learner:
    """A cell with its data, as its training job has them."""

    def __init__(self, folder: Path, model: str, device: str, precision: str, epochs: int) -> None:
        self.cell = json.loads((folder / f"{model}.json").read_text())
        told = {"device": device, "precision": precision, "n_epochs": epochs, "min_epochs": epochs}
        self.cell["model"]["training"] |= told
        self.settings = Training(**self.cell["model"]["training"])
        self.device = prepare(self.settings)
        self.questions, self.tasks = questions_of(self.cell), tasks_of(self.cell)
        self.events = answerable(folder / "events.parquet", self.questions)
        self.files = read_views(self.cell, [folder / f"{model}.safetensors"])
        self.train, self.validation = (events_of(folder / "split.parquet", name) for name in ("train", "validation"))

    def learn(self, events: np.ndarray, clock: Clock) -> loop.Progress:
        """Train the network of the cell, initialised anew, on some `events` (n,)."""
        train, validation = (
            labelled(cut_views(self.cell, self.files, part), self.events, self.questions)
            for part in (events, self.validation)
        )
        network = loop.build(self.cell["model"], train.seen.inputs, self.tasks, self.cell["seed"])
        told = self.settings, self.cell["seed"], self.tasks, train, validation, self.device, clock
        return loop.train(network, *told, name_of(self.cell))


def measure(folder: Path, model: str, device: str, precision: str, epochs: int) -> dict[str, Any]:
    """Train a cell: digest of what it gives, events a second and peak memory [MB]; or the kernel that it lacks."""
    learner = Learner(folder, model, device, precision, epochs)
    clock = Clock(learner.device)
    try:
        done = learner.learn(learner.train, clock)
    except RuntimeError as error:
        if not (refused := REFUSED.search(str(error))):
            raise
        return {"refused": refused[1]}
    seen = cut_views(learner.cell, learner.files, learner.events["event"].to_numpy())
    given = answer(done.best, learner.cell, learner.tasks, seen)
    weights = {name: tensor.contiguous() for name, tensor in sorted(done.best.items())}
    text = "\n".join(map(str, done.history)).encode()
    on_gpu = learner.device.type == "cuda"
    return {
        "bytes": hashlib.sha256(save(weights) + text + b"".join(own.tobytes() for own in given.values())).hexdigest(),
        "rate": len(learner.train) / float(np.diff(clock.ends).min()),
        "peak": torch.cuda.max_memory_allocated() / 1e6 if on_gpu else process_peak(),
        "name": torch.cuda.get_device_name() if on_gpu else "",  # here, as a process that asks may hold the GPU
    }


def process_peak() -> float:
    """The most memory that this process has had so far [MB]."""
    return int(re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) * 1024 / 1e6


def differing(learner: Learner) -> str | None:
    """The first operation whose result differs in two trainings on two batches; None if there is none."""
    torch.utils.deterministic.fill_uninitialized_memory = True  # else what is allocated differs before it is written
    few, made = learner.train[: 2 * learner.settings.batch_size], []
    for _ in range(2):
        with Results() as results:
            learner.learn(few, Clock(learner.device))
        made.append(results.made)
    return next((name for (name, first), (_, second) in zip(*made, strict=True) if first != second), None)


def in_a_process(what: str, folder: Path, *told: str) -> Any:
    """What `measure` or `differing` gives in a process of its own; its text, if it fails, goes to stderr.

    Raises:
        InputError: it fails.
    """
    command = [sys.executable, __file__, f"--{what}", *told, "--folder", str(folder), "--debug"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        raise InputError((done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


def row(folder: Path, model: str, device: str, precision: str, epochs: int, times: int) -> str:
    """A line of the table: a cell trained so many times, and why the bytes differ if they do."""
    told = [model, device, precision, str(epochs)]
    runs = [in_a_process("measure", folder, *told) for _ in range(times)]
    if "refused" in runs[0]:
        return f"{runs[0]['refused']} has no deterministic kernel"
    same = "-" if times == 1 else "yes" if len({one["bytes"] for one in runs}) == 1 else "no"
    line = (
        f"{same:>10} {max(one['rate'] for one in runs):9.0f} {max(one['peak'] for one in runs):8.0f}  {runs[0]['name']}"
    )
    if same == "no":
        where = in_a_process("differing", folder, *told)
        line += f"  {where or 'each operation is the same twice within one process'}"
    return line.rstrip()


def request_of(study: Study, cluster: Cluster, model: str) -> str:
    """What `snakemake --profile slurm` asks for the training of a cell of the default study, on a GPU."""
    with_gpu = cluster.model_copy(update={"gpu": cluster.gpu or Gpu()})
    told = need(study.size, with_gpu, "train", job(study, "train", None, **place_of(model), seed=19)).at(1, with_gpu)
    return f"{model:14} gpu=1 mem_mb={told.memory} runtime={told.minutes}"


def table(device: str, showers: int, epochs: int, models: list[str], precisions: list[str]) -> bool:
    """Print the table, a line as soon as it is known, and what a cluster is asked for; whether all could be trained."""
    print(f"PyTorch {torch.__version__}" + ("" if device == "cuda" else ", the CPU in place of a GPU"), flush=True)
    well = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_data(folder, study_of(showers), models)
        print(f"{'cell':14} {'device':6} {'precision':9} {'same bytes':>10} {'events/s':>9} {'peak MB':>8}", flush=True)
        for model, precision in itertools.product(models, precisions):
            beside = device == "cuda" and (precision == "float32" or has_bf16(torch.device("cpu")))
            for which, times in [(device, 2), *([("cpu", 1)] if beside else [])]:
                try:
                    told = row(folder, model, which, precision, epochs, times)
                except InputError as error:
                    well, told = False, f"failed: {error}"
                print(f"{model:14} {which:6} {precision:9} {told}", flush=True)
    print("\nAsked of SLURM for these cells of the default study, with a GPU in slurm/site.yaml")
    study, cluster = study_of(), read_cluster(ROOT / "slurm/site.yaml")
    for model in models:
        print(request_of(study, cluster, model))
    return well


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    if a.measure or a.differing:
        model, device, precision, epochs = a.measure or a.differing
        told = a.folder, model, device, precision, int(epochs)
        print(json.dumps(measure(*told) if a.measure else differing(Learner(*told))))
        return
    if a.device == "cuda" and not torch.cuda.is_available():
        raise InputError(
            f"PyTorch {torch.__version__} finds no CUDA device, so nothing of CUDA was tried: run it on a machine with "
            f"an NVIDIA GPU whose driver is for CUDA {torch.version.cuda} or later (nvidia-smi shows both)"
        )
    if not table(a.device, a.showers, a.epochs, a.cells, a.precisions):
        raise InputError("not all cells could be trained; what stands above says why")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="cpu: a stand-in without a GPU")
    parser.add_argument("--showers", type=int, default=1200, help="showers that are simulated, 20 or more")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of each training, 2 or more")
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS), help="which of them, by their model")
    parser.add_argument("--precisions", nargs="+", choices=PRECISIONS, default=list(PRECISIONS), help="which of them")
    told = ("MODEL", "DEVICE", "PRECISION", "EPOCHS")
    parser.add_argument("--measure", nargs=4, metavar=told, help="train one cell in this process")
    parser.add_argument("--differing", nargs=4, metavar=told, help="name the first operation that differs")
    parser.add_argument("--folder", type=Path, help="the data for --measure and --differing")
    run(main, parser)
