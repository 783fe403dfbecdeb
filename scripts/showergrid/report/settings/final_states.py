"""Settings of final states that are chosen by the answers to several questions together."""

from __future__ import annotations

from pydantic import Field

from showergrid.core.settings import Label, Name, Settings


class FinalState(Settings):
    """What an event is, by a class of each of some questions, such as numu with one proton and no pion."""

    name: Name = Field(description="its name in files")
    label: Label | None = Field(default=None, description="its name in tables and figures; null: that in files")
    answers: dict[Name, Name] = Field(min_length=1, description="the class that it has, by the name of the question")
