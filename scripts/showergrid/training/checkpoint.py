"""The state of an unfinished training, kept after every epoch."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from showergrid.core.atomic import replacing


@dataclass(frozen=True)
class Checkpoint:
    """A file that holds the state after the last whole epoch of the training with this digest.

    `digest` stands for configuration, code, data and environment: a state of any other training is ignored.
    """

    path: Path
    digest: str

    def read(self) -> dict[str, Any] | None:
        """The state to resume from; None if the file is missing, damaged or of another training."""
        try:
            state = torch.load(self.path, map_location="cpu", weights_only=True)
            return state["state"] if state["digest"] == self.digest else None
        except Exception:  # whatever is wrong with the file: it costs time, never a result
            return None

    def write(self, state: dict[str, Any]) -> None:
        """Keep `state` in place of the previous one."""
        content = io.BytesIO()  # writing to a full disk, PyTorch would raise an error that does not say so
        torch.save({"digest": self.digest, "state": state}, content)
        with replacing(self.path) as partial:
            partial.write_bytes(content.getbuffer())

    def remove(self) -> None:
        """Delete the file, once the outputs of the training are written."""
        self.path.unlink(missing_ok=True)
        self.path.with_name(f".partial-{self.path.name}").unlink(missing_ok=True)
