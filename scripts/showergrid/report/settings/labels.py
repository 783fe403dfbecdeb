"""What tables and figures call representations, models, questions and classes: labels, where a study gives any."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field

from showergrid.core.settings import Name, Settings
from showergrid.core.variants import base
from showergrid.events.questions import Question


class HumanLabels(Settings):
    """The labels of a study by name; what has none is called by its name."""

    representations: dict[Name, str] = Field(default={}, description="of representations")
    models: dict[Name, str] = Field(default={}, description="of models")
    questions: dict[Name, str] = Field(default={}, description="of questions")
    classes: dict[Name, str] = Field(default={}, description="of the classes of the question")

    def representation(self, name: str) -> str:
        """What a representation, or a variant of one, is called."""
        return _labelled(name, self.representations)

    def model(self, name: str) -> str:
        """What a model, or a variant of one, is called."""
        return _labelled(name, self.models)

    def place(self, representation: str, resolution: int, model: str) -> str:
        """What a place is called where its folder stands for it."""
        return f"{self.representation(representation)}/c{resolution}/{self.model(model)}"

    def sentence(self, representation: str, resolution: int, model: str) -> str:
        """What a place is called within a sentence or a figure."""
        return f"{self.model(model)} on {self.representation(representation)} at c {resolution}"

    def question(self, name: str) -> str:
        """What a question is called."""
        return self.questions.get(name, name)

    def kind(self, name: str) -> str:
        """What a class is called; `name` may be that of no class, as of all others together."""
        return self.classes.get(name, name)

    def kinds(self, question: Question) -> list[str]:
        """What the classes of a question are called."""
        return [self.kind(name) for name in question.names]


def plural(label: str) -> str:
    """Several of a class: electrons, $e^-$ events."""
    return f"{label}s" if re.search(r"[A-Za-z]$", label) else f"{label} events"


def _labelled(name: str, labels: Mapping[str, str]) -> str:
    entry = base(name)
    return labels.get(entry, entry) + name.removeprefix(entry)
