"""Train one network: a short loop that can be stopped at any moment and ends in the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from showergrid.core import plugins, seeds
from showergrid.core.errors import InputError
from showergrid.core.progress import progress, report
from showergrid.inputs.kinds import Inputs, Seen
from showergrid.training import checkpoint
from showergrid.training.augmentation import Changes
from showergrid.training.data import Labelled, Task
from showergrid.training.device import has_bf16, memory_format
from showergrid.training.history import Epoch, best_epoch
from showergrid.training.settings import Training


@runtime_checkable
class Restoring(Protocol):
    """A network that is trained to restore what it sees, by a loss of its own; its outputs are logits all the same."""

    def measure(self, training: Labelled) -> None:
        """Take what it needs of the training events, before the first epoch."""
        ...

    def loss(self, given: Tensor, truth: Tensor) -> Tensor:
        """What is minimised, for outputs `given` (N, outputs) and truth (N, Q)."""
        ...

    def calibrate(self, given: Tensor, truth: Tensor) -> None:
        """Make probabilities of the outputs of the validation events, as they are `given` (E, outputs)."""
        ...


# What a network gives for N events: outputs (N, F); if it is asked of their parts, prongs or pixels, behind them those
# of P parts (P, F')
Given = Tensor | tuple[Tensor, Tensor]


@dataclass
class Progress:
    """The progress of a training: all that a later run needs to resume it, beside network, optimiser and scheduler."""

    history: list[Epoch] = field(default_factory=list)
    learnt_at: int | None = None  # epoch since which the answers for validation have not collapsed
    best: dict[str, Tensor] = field(default_factory=dict)

    def should_stop(self, settings: Training) -> bool:
        """Whether `patience` epochs have passed without a better one since the network's answers differ."""
        if len(self.history) < settings.min_epochs or self.learnt_at is None:
            return False
        return len(self.history) - max(best_epoch(self.history), self.learnt_at) >= settings.patience


def build(model: dict[str, Any], inputs: Inputs, tasks: Sequence[Task], seed: int) -> nn.Module:
    """The network of a cell for its `inputs`, initialised by the cell's seed.

    Its outputs (N, outputs of all `tasks`) are those of each task, one after the other; those of tasks of parts, prongs
    or hits, stand apart, as in `Given`.

    Raises:
        InputError: the network does not take this window, or its weights cannot be read.
    """
    module = plugins.load("models", model["module"])
    parameters = module.Parameters(**model["parameters"])
    for taken in inputs.values():
        if taken.kind in ("image", "prongs"):
            parameters.check_window(taken.shape[1:])
    torch.manual_seed(seeds.seed_of(seed, "initialisation"))
    heads = [task.outputs for task in tasks if task.question.of == "event"]
    of_parts = [task.outputs for task in tasks if task.question.of != "event"]
    sees_prongs = any(taken.kind == "prongs" for taken in inputs.values())
    more = [model["backbones"]] if "backbones" in model else []
    more += [of_parts] if sees_prongs or getattr(module, "ANSWERS_HITS", False) else []
    network = module.build(parameters, inputs, heads, *more)
    return network.to(memory_format=memory_format(max(len(taken.shape) for taken in inputs.values())))


def untrained(model: dict[str, Any]) -> dict[str, Any]:
    """The same model without pretrained weights, for its own weights to be loaded into."""
    pretrained = {"weights": "none"} if "weights" in model["parameters"] else {}
    bare = {**model, "parameters": {**model["parameters"], **pretrained}}
    if "backbones" in model:
        bare["backbones"] = [{**backbone, "model": untrained(backbone["model"])} for backbone in model["backbones"]]
    return bare


def train(
    network: nn.Module,
    settings: Training,
    seed: int,
    tasks: Sequence[Task],
    training: Labelled,
    validation: Labelled,
    device: torch.device,
    resume: checkpoint.Checkpoint,
    name: str = "training",
) -> Progress:
    """Train `network` and return its history and its best weights; `name` labels its progress messages.

    The loss is the sum of those of all `tasks`, each times its weight, and of what parts of the network add to it by
    their `penalty()`, or the network's own; the accuracy is that of the first task, NaN if that is of a value.
    Every random draw comes from a stream named after the epoch, so that an epoch does the same whether or not the
    epochs before it ran in this process. `resume` provides the state to resume from, and gets one after every epoch.
    """
    network.to(device)
    optimiser = getattr(torch.optim, settings.optim_name)(
        [tensor for tensor in network.parameters() if tensor.requires_grad], lr=settings.optim_lr
    )
    scheduler = _scheduler(optimiser, settings)
    done = Progress()
    if isinstance(network, Restoring):
        network.measure(training)
    if state := resume.read():
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        scheduler.load_state_dict(state["scheduler"])
        done = Progress([Epoch(**row) for row in state["history"]], state["learnt_at"], state["best"])

    for epoch in range(len(done.history) + 1, settings.n_epochs + 1):
        if done.should_stop(settings):
            break
        lr = optimiser.param_groups[0]["lr"]
        train_loss, train_accuracy = _epoch(network, optimiser, settings, seed, epoch, tasks, training, device)
        truth = _tensors(validation.truth(np.arange(len(validation.label))), torch.device("cpu"))
        val_loss, answered = _validated(network, settings, tasks, validation.seen, truth, device)
        first = answered[0]
        val_accuracy = float(tasks[0].right(first, truth[0]).double().mean())
        done.history.append(Epoch(epoch, lr, train_loss, train_accuracy, val_loss, val_accuracy))
        if tasks[0].collapsed(first):
            done.learnt_at = None
        elif done.learnt_at is None:
            done.learnt_at = epoch
        if best_epoch(done.history) == epoch:
            done.best = {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
        report(f"{name}: epoch {epoch}/{settings.n_epochs}: {done.history[-1]}")
        scheduler.step(*([val_loss] if settings.scheduler_name == "ReduceLROnPlateau" else []))
        resume.write(
            {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "scheduler": scheduler.state_dict(),
                "history": [asdict(row) for row in done.history],
                "learnt_at": done.learnt_at,
                "best": done.best,
            }
        )
    return done


def _epoch(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    settings: Training,
    seed: int,
    epoch: int,
    tasks: Sequence[Task],
    data: Labelled,
    device: torch.device,
) -> tuple[float, float]:
    """Pass over the training events once; return mean loss and accuracy, measured while the network learnt."""
    network.train()
    torch.manual_seed(seeds.seed_of(seed, "dropout", epoch))
    order = seeds.generator(seed, "order", epoch).permutation(len(data.label))
    changes = Changes.drawn(settings.augment, seed, epoch, len(data.label)) if settings.augment else None
    loss_sum = torch.zeros((), dtype=torch.float64, device=device)
    correct = torch.zeros((), dtype=torch.float64, device=device)
    for rows in progress(batches(order, settings.batch_size), f"epoch {epoch}/{settings.n_epochs}", "batch"):
        optimiser.zero_grad(set_to_none=True)
        for part in batches(rows, settings.micro_batch_size or len(rows)):
            truth = _tensors(data.truth(part), device)  # (M,) of each task
            tensors = tensors_of(data.seen.batch(part), device)
            tensors = changes.of(tensors, part, data.seen.inputs) if changes else tensors
            given = _outputs(network, settings, tensors, device)
            loss = _loss(network, tasks, given, truth)
            # gradients add up to that of the mean loss of events; losses of prongs and hits are means over each pass
            (loss * (len(part) / len(rows))).backward()
            loss_sum += loss.detach() * len(part)
            correct += tasks[0].right(parts(tasks, given)[0], truth[0]).sum()
        optimiser.step()
    loss_mean = float(loss_sum) / len(data.label)
    if not np.isfinite(loss_mean):
        raise InputError(
            f"the training loss is not finite in epoch {epoch}; lower optim_lr (it is {settings.optim_lr})"
        )
    return loss_mean, float(correct) / len(data.label)


def answers(
    network: nn.Module, settings: Training, tasks: Sequence[Task], seen: Seen, device: torch.device
) -> list[Tensor]:
    """The answer to each of the `tasks` for all that is `seen`, such as (E, classes) float64, dropout off."""
    given = parts(tasks, outputs(network, settings, seen, device))
    return [task.answer(own) for task, own in zip(tasks, given, strict=True)]


def parts(tasks: Sequence[Task], given: Given) -> list[Tensor]:
    """The outputs that are `given`, task by task: (N, outputs) of events, then (P, outputs) of prongs or pixels."""
    asked = dict.fromkeys(task.question.of for task in tasks)  # events first
    return [
        part
        for of, outputs in zip(asked, given if isinstance(given, tuple) else (given,), strict=False)
        for part in outputs.split([task.outputs for task in tasks if task.question.of == of], dim=1)
    ]


def _validated(
    network: nn.Module,
    settings: Training,
    tasks: Sequence[Task],
    seen: Seen,
    truth: Sequence[Tensor],
    device: torch.device,
) -> tuple[float, list[Tensor]]:
    """The loss for events that are `seen`, and the `answers`; truth (E,) of each task."""
    if isinstance(network, Restoring):
        given = outputs(network, settings, seen, device)
        with torch.no_grad():
            loss = _loss(network, tasks, given, truth)
        network.calibrate(given, torch.stack(truth, 1))
        return float(loss), answers(network, settings, tasks, seen, device)
    answered = answers(network, settings, tasks, seen, device)
    losses = [task.loss_of_answer(*_known(task, *pair)) for task, *pair in zip(tasks, answered, truth, strict=True)]
    with torch.no_grad():
        return float(_weighted(tasks, losses) + _penalty(network)), answered


def _loss(network: nn.Module, tasks: Sequence[Task], given: Given, truth: Sequence[Tensor]) -> Tensor:
    """The loss of outputs of answers for truth (M,) of each task; that of no prongs, or no pixels, is 0."""
    if isinstance(network, Restoring):
        return network.loss(given, torch.stack(truth, 1))
    pairs = [(task, *_known(task, *pair)) for task, *pair in zip(tasks, parts(tasks, given), truth, strict=True)]
    losses = [task.loss(own, true) if len(true) else own.sum() for task, own, true in pairs]
    return _weighted(tasks, losses) + _penalty(network)


def _known(task: Task, given: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Outputs or answers (M, outputs) and truth (M,) without the pixels of no class."""
    if task.question.of != "hit":
        return given, truth
    known = truth >= 0
    return given[known], truth[known]


def _weighted(tasks: Sequence[Task], losses: Sequence[Tensor]) -> Tensor:
    return sum(task.question.weight * loss for task, loss in zip(tasks, losses, strict=True))


def _penalty(network: nn.Module) -> Tensor | float:
    """What the parts of a network add to its loss, such as an L2 norm of their weights."""
    return sum(part.penalty() for part in network.modules() if hasattr(part, "penalty"))


def outputs(network: nn.Module, settings: Training, seen: Seen, device: torch.device) -> Given:
    """The output of the network for all that is `seen`: (E, F) float32 on the CPU, dropout off."""
    network.eval()
    made = []
    with torch.inference_mode():
        for rows in batches(np.arange(len(seen)), settings.micro_batch_size or settings.batch_size):
            given = _outputs(network, settings, tensors_of(seen.batch(rows), device), device)
            made.append([part.cpu() for part in (given if isinstance(given, tuple) else (given,))])
    joined = tuple(torch.cat(parts) for parts in zip(*made, strict=True))
    return joined if len(joined) > 1 else joined[0]


def _outputs(network: nn.Module, settings: Training, tensors: Sequence[Tensor], device: torch.device) -> Given:
    with torch.autocast(device.type, torch.bfloat16, enabled=_in_bf16(settings, device)):
        given = network(*tensors)
        return tuple(part.float() for part in given) if isinstance(given, tuple) else given.float()


def _tensors(arrays: Sequence[np.ndarray], device: torch.device) -> list[Tensor]:
    return [torch.from_numpy(values).to(device) for values in arrays]


def tensors_of(batch: Mapping[str, np.ndarray], device: torch.device) -> list[Tensor]:
    """The tensors of a batch on the device, in the order in which a network takes them.

    They are (B, F), (B, L, F) and a mask (B, L), (B, C, H, W) or (B, C, D, H, W); with prongs as inputs.kinds says.
    """
    tensors = map(torch.from_numpy, batch.values())
    return [tensor.to(device, memory_format=memory_format(tensor.ndim - 1)) for tensor in tensors]


def _in_bf16(settings: Training, device: torch.device) -> bool:
    if settings.precision == "auto":
        limited = settings.strict and device.type == "cpu"  # to AVX2, which has no bfloat16
        return has_bf16(device) and not limited
    return settings.precision == "bf16"


def batches(order: np.ndarray, size: int) -> list[np.ndarray]:
    """Cut `order` into pieces of `size`; a last piece of one event joins the piece before, as batch norm needs two."""
    pieces = [order[start : start + size] for start in range(0, order.size, size)]
    if len(pieces) > 1 and pieces[-1].size == 1 < size:
        pieces[-2:] = [np.concatenate(pieces[-2:])]
    return pieces


def _scheduler(optimiser: torch.optim.Optimizer, settings: Training) -> torch.optim.lr_scheduler.LRScheduler:
    schedules = torch.optim.lr_scheduler
    if settings.scheduler_name == "StepLR":
        return schedules.StepLR(optimiser, settings.scheduler_step_size, settings.scheduler_gamma)
    if settings.scheduler_name == "ExponentialLR":
        return schedules.ExponentialLR(optimiser, settings.scheduler_gamma)
    if settings.scheduler_name == "CosineAnnealingLR":
        return schedules.CosineAnnealingLR(optimiser, settings.scheduler_step_size)
    if settings.scheduler_name == "ReduceLROnPlateau":  # as that of Keras, whose patience counts the last epoch too
        patience = settings.scheduler_step_size - 1
        return schedules.ReduceLROnPlateau(
            optimiser, factor=settings.scheduler_gamma, patience=patience, threshold=1e-4, threshold_mode="abs"
        )
    if settings.scheduler_name == "OneCycleLR":
        return schedules.OneCycleLR(optimiser, settings.optim_lr, settings.n_epochs)
    return schedules.ConstantLR(optimiser, factor=1.0)
