"""Questions that tests ask."""

from typing import Any

from showergrid.events.questions import Question
from showergrid.inputs.kinds import Input, Inputs
from showergrid.tasks.classes import Classification

PARTICLE: dict[str, Any] = {
    "name": "particle",
    "column": "pdg",
    "classes": [{"name": "electron", "values": [11]}, {"name": "photon", "values": [22]}],
    "positive": "electron",
}
PARTICLES = Question(**PARTICLE)


def question(*names: str, name: str = "particle", codes: tuple[int, ...] = (11, 22, 13, 211)) -> dict[str, Any]:
    """A question on PDG codes with classes of these names, none of them positive."""
    classes = [{"name": kind, "values": [code]} for kind, code in zip(names, codes, strict=False)]
    return {"name": name, "column": "pdg", "classes": classes}


def tasks(*sizes: int) -> list[Classification]:
    """Questions with so many classes each."""
    return [
        Classification(Question(**question(*map("abcd".__getitem__, range(size)), name=f"question{i}")))
        for i, size in enumerate(sizes)
    ]


def image(shape: tuple[int, ...]) -> Inputs:
    """One image of `shape` (C, *window), as a network is told of it."""
    return {"image": Input("image", tuple(shape))}


def entries(length: int, variables: int) -> Inputs:
    """One set of `length` entries with so many variables."""
    return {"set": Input("set", (length, variables))}
