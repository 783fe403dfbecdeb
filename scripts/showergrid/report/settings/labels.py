"""What tables and figures call representations, models, questions and classes: labels, where a study gives any."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from showergrid.core.cells import input_name
from showergrid.core.settings import Name, Settings
from showergrid.core.variants import base
from showergrid.events.questions import Question
from showergrid.report.formats.layout import together


class HumanLabels(Settings):
    """The labels of a study by name; what has none is called by its name."""

    representations: dict[Name, str] = Field(default={}, description="of representations")
    models: dict[Name, str] = Field(default={}, description="of models")
    questions: dict[Name, str] = Field(default={}, description="of questions")
    classes: dict[Name, str] = Field(default={}, description="of the classes of the question")

    @property
    def unbroken(self) -> HumanLabels:
        """The same, but that no line of a table or of its caption ends within a label; those of questions are prose."""
        kept = {"representations": self.representations, "models": self.models, "classes": self.classes}
        marked = {what: {name: together(label) for name, label in labels.items()} for what, labels in kept.items()}
        return self.model_copy(update=marked)

    def representation(self, name: str) -> str:
        """What a representation, or a variant of one, is called."""
        return _labelled(name, self.representations)

    def model(self, name: str) -> str:
        """What a model, or a variant of one, is called."""
        return _labelled(name, self.models)

    def place(self, representation: str, resolution: int | None, model: str) -> str:
        """What a place is called where its folder stands for it."""
        return f"{input_name(self.representation(representation), resolution)}/{self.model(model)}"

    def sentence(self, representation: str, resolution: int | None, model: str) -> str:
        """What a place is called within a sentence or a figure."""
        where = "" if resolution is None else f" at c {resolution}"
        return f"{self.model(model)} on {self.representation(representation)}{where}"

    def question(self, name: str) -> str:
        """What a question is called."""
        return self.questions.get(name, name)

    def kind(self, name: str) -> str:
        """What a class is called."""
        return self.classes.get(name, name)

    def several(self, name: str) -> str:
        """What events of a class are called: electrons, or, where it has a label, $e^-$ events."""
        return f"{self.classes[name]} events" if name in self.classes else f"{name}s"

    def rest(self, question: Question, k: int) -> tuple[str, str]:
        """What the class `k` is told from, and several of it: the other class, or all others."""
        others = [name for i, name in enumerate(question.names) if i != k]
        return (self.kind(others[0]), self.several(others[0])) if len(others) == 1 else ("other", "others")

    def kinds(self, question: Question) -> list[str]:
        """What the classes of a question are called."""
        return [self.kind(name) for name in question.names]


def _labelled(name: str, labels: Mapping[str, str]) -> str:
    entry = base(name)
    return labels.get(entry, entry) + name.removeprefix(entry)
