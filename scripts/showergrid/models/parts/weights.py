"""Where the pretrained weights of a network are; the plan reads this module, so it imports no network library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DOCUMENTATION = "https://docs.pytorch.org/vision/stable/models.html"


@dataclass(frozen=True)
class Published:
    """Weights that torchvision publishes: the member of its enumerations, and the name of the file."""

    member: str
    file: str

    @property
    def network(self) -> str:
        """The name of the network in torchvision."""
        return self.member.split("_Weights")[0]

    def advice(self, folder: Path) -> str:
        """How a user gets the file into `folder`."""
        code = (
            "from torchvision.models import get_weight; "
            f"get_weight('{self.member}').get_state_dict(model_dir={str(folder)!r}, check_hash=True)"
        )
        return f'{self.member} of {DOCUMENTATION} is {self.file}; with internet: python -c "{code}"'


def weights_file(weights: str, published: Published | None) -> Path | None:
    """The file that the key `weights` of a network stands for, whether it exists or not; None for "none".

    A folder, which is what any path without a suffix is taken for, holds the file under its published name.
    """
    if weights == "none":
        return None
    path = Path(weights)
    return path / published.file if published and (path.is_dir() or not path.suffix) else path
