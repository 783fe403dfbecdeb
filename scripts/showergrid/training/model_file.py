"""model.safetensors: the weights of a trained cell, and their description."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.inputs.input_file import KEY
from showergrid.inputs.views import described


def write_model(path: Path, weights: dict[str, Tensor], description: str) -> None:
    """Write model.safetensors: the weights, and their description (JSON) under one metadata key."""
    tensors = {name: weights[name].contiguous() for name in sorted(weights)}
    with replacing(path) as partial:
        partial.write_bytes(save(tensors, {KEY: description}))  # save_file would let no other user read the file


def is_model(path: Path) -> bool:
    """Whether `path` is a file that `write_model` wrote."""
    if path.suffix != ".safetensors" or not path.is_file():
        return False
    try:
        with safe_open(path, framework="pt") as file:
            return KEY in (file.metadata() or {})
    except SafetensorError:
        return False


def read_model(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read weights and description of a model.safetensors.

    Raises:
        InputError: it is damaged, or was not written by `write_model`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads(file.metadata()[KEY])
            return {name: file.get_tensor(name) for name in file.keys()}, description  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a model of showergrid ({error}); delete it to have it made again") from None


def load_backbones(network: nn.Module, paths: Sequence[Path]) -> None:
    """Put the networks of trained cells, without their classifiers, into the network that rests on them."""
    for backbone, path in zip(network.backbones if paths else (), paths, strict=True):
        weights, _ = read_model(path)
        backbone.load_state_dict({name: tensor for name, tensor in weights.items() if not name.startswith("head.")})


def describe(cell: dict[str, Any], calibrations: list[dict[str, Any]]) -> str:
    """The description inside model.safetensors: the cell of the weights, and the calibrations of its images."""
    return json.dumps(described(cell, calibrations), sort_keys=True)
