"""What a study and a source of events say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from showergrid.core.settings import Settings
from showergrid.events.detector import Box
from showergrid.events.settings import Order


class Request(Settings):
    """What a study asks of its source beside the source's own settings."""

    pdg: list[int] = Field(description="PDG codes of the classes, in their order")
    others: bool = Field(description="whether events of no class may stand beside them")
    detector: Box
    order: Order


@dataclass(frozen=True)
class Size:
    """How much a source gives, as far as it can be told without making it.

    events: in all; megabytes: of memory that all hits take; minutes and memory [MB]: of a shard.
    """

    events: float
    megabytes: float
    minutes: float
    memory: float


@dataclass(frozen=True)
class ShardFacts:
    """What the record of a shard says of it beside its files."""

    seeds: dict[str, int]
    counts: dict[str, Any]
    said: list[str]
