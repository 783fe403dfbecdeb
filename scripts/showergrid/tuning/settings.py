"""A search for good hyperparameters: where, how, and among which values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Resolution, Seed, Settings

Number = int | float


class Domain(Settings):
    """The values that one hyperparameter may take: `choices`, or all from `low` to `high`, or lists of these.

    If `low`, `high` and `step` are whole, so are the values.
    """

    choices: Annotated[list[Any], Field(min_length=1)] | None = Field(default=None, description="all values")
    low: Number | None = Field(default=None, description="smallest value")
    high: Number | None = Field(default=None, description="largest value")
    step: Annotated[Number, Field(gt=0)] | None = Field(default=None, description="distance of two values")
    log: bool = Field(default=False, description="whether the logarithm is drawn evenly, not the value")
    length: Annotated[list[Annotated[int, Field(ge=1, le=20)]], Field(min_length=2, max_length=2)] | None = Field(
        default=None,
        exclude_if=lambda length: length is None,
        description="the value is a list of such values, as short and as long as these two numbers; null: no list",
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Domain:
        if self.choices is not None:
            if (self.low, self.high, self.step, self.log, self.length) != (None, None, None, False, None):
                raise ValueError("choices stand alone, without low, high, step, log and length")
            if any(value in self.labels[:i] for i, value in enumerate(self.labels)):
                raise ValueError("choices: a value stands twice")
        elif self.low is None or self.high is None:
            raise ValueError("give choices, or low and high")
        elif self.low >= self.high:
            raise ValueError(f"low = {self.low} is not below high = {self.high}")
        elif self.log and (self.step is not None or self.low <= 0):
            raise ValueError("log needs low above 0 and takes no step")
        elif self.length is not None and self.length[0] > self.length[1]:
            raise ValueError(f"length: {self.length[0]} is more than {self.length[1]}; give the shortest first")
        return self

    @property
    def whole(self) -> bool:
        """Whether the values of a range are whole numbers."""
        return all(isinstance(value, int) for value in (self.low, self.high, self.step or 1))

    @property
    def labels(self) -> list[str]:
        """The choices as text, as a study and its tables have them."""
        return [label(value) for value in self.choices or []]

    @property
    def listed(self) -> list[Any] | None:
        """Every value in order, or None where there are too many to list."""
        if self.choices is not None or self.length is not None:
            return self.choices
        step = self.step or (1 if self.whole and not self.log else None)
        if step is None:
            return None
        count = math.floor((self.high - self.low) / step + 1e-9) + 1
        return [self.low + step * i for i in range(count)]

    def value(self, text: str) -> Any:
        """The value that `text` stands for in a table.

        Raises:
            ValueError: it is not in this domain.
        """
        if self.choices is not None:
            return self.choices[self.labels.index(text)]
        if self.length is not None:
            return json.loads(text)
        return int(text) if self.whole else float(text)

    def holds(self, value: Any) -> bool:
        """Whether the value is one of these."""
        if self.choices is not None:
            return label(value) in self.labels
        if self.length is None:
            return self.low <= value <= self.high
        shortest, longest = self.length
        return shortest <= len(value) <= longest and all(self.low <= entry <= self.high for entry in value)

    @property
    def ends(self) -> list[Any]:
        """The values whose check covers all values: the choices, or the ends of the range."""
        if self.length is not None:
            return [[self.low] * self.length[0], [self.high] * self.length[1]]
        return self.choices if self.choices is not None else [self.low, self.high]

    def parts(self, key: str) -> dict[str, Domain]:
        """The numbers that are drawn for the hyperparameter `key`: itself, or length and entries of a list."""
        if self.length is None:
            return {key: self}
        shortest, longest = self.length
        length = {f"{key}.length": Domain(low=shortest, high=longest)} if shortest < longest else {}
        return length | {f"{key}.{i}": self.model_copy(update={"length": None}) for i in range(1, longest + 1)}

    def joined(self, key: str, drawn: Mapping[str, Any]) -> Any:
        """The value of the hyperparameter `key` from what is `drawn` for its parts; entries too many do not count."""
        if self.length is None:
            return drawn[key]
        return [drawn[f"{key}.{i}"] for i in range(1, drawn.get(f"{key}.length", self.length[1]) + 1)]

    def split(self, key: str, value: Any) -> dict[str, Any]:
        """The values of the parts of the hyperparameter `key` that its value tells of."""
        if self.length is None:
            return {key: value}
        entries = {f"{key}.length": len(value), **{f"{key}.{i}": entry for i, entry in enumerate(value, start=1)}}
        return {name: entry for name, entry in entries.items() if name in self.parts(key)}


def label(value: Any) -> str:
    """A value as one word of a table: 0.01, true, Adam, [3, 3]."""
    return value if isinstance(value, str) else json.dumps(value)


class Search(Settings):
    """One place of the grid and the values to search there for the network that validates best."""

    representation: str = Field(description="name of the representation")
    resolution: Resolution | None = Field(default=None, description="pixels across the detector in x; null: not binned")
    model: str = Field(description="name of the network")
    seeds: list[Seed] = Field(
        min_length=1, description="seeds that each trial trains with, whose validation accuracies are averaged"
    )
    sampler: Literal["TPE", "random", "grid", "CMA-ES"] = Field(description="how the values of a trial are chosen")
    pruner: Literal["median", "Hyperband", "none"] = Field(description="which trials are given up early")
    trials: int = Field(ge=1, le=10_000, description="how many sets of values are tried")
    seed: Seed = Field(description="seed of the sampler")
    workers: int = Field(default=1, ge=1, le=1000, description="jobs that share the trials")
    space: dict[str, Domain] = Field(
        min_length=1, description="values of each key: of the representation, the model or its training"
    )
    published: dict[str, Any] = Field(
        default={},
        exclude_if=lambda published: not published,
        description="values of some of these keys that others found, shown beside ours",
    )

    @property
    def place(self) -> tuple[str, int | None, str]:
        """Representation, resolution and model."""
        return self.representation, self.resolution, self.model

    @property
    def parts(self) -> dict[str, Domain]:
        """Every number or choice that is drawn."""
        return {name: part for key, domain in self.space.items() for name, part in domain.parts(key).items()}

    def split(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of `parts` that those of some hyperparameters tell of."""
        parts = [self.space[key].split(key, value) for key, value in values.items()]
        return {name: value for part in parts for name, value in part.items()}

    @property
    def share(self) -> list[int]:
        """How many trials each worker runs."""
        return [len(range(worker, self.trials, self.workers)) for worker in range(self.workers)]

    @model_validator(mode="after")
    def _possible(self) -> Search:
        if self.workers > self.trials:
            raise ValueError(f"workers = {self.workers} is more than trials = {self.trials}")
        if strangers := sorted(self.published.keys() - self.space.keys()):
            raise ValueError(f"published: {strangers[0]} is no key of space; leave it out")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds: a value stands twice")
        if self.sampler == "grid":
            for key, domain in self.space.items():
                if domain.listed is None:
                    raise ValueError(f"sampler grid needs choices or a step for {key}")
            points = math.prod(len(domain.listed) for domain in self.space.values())
            if self.trials > points:
                raise ValueError(f"trials = {self.trials} is more than the {points} points of the grid")
        return self
