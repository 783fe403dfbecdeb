"""The representations of a configuration, with the checked and complete settings of each, and what they show.

It imports no network library, so that a plan needs none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from showergrid.core import plugins
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.core.variants import MARK
from showergrid.events.collections import is_number
from showergrid.events.hits import AXES
from showergrid.inputs.declared import has_resolution, is_made_of_hits
from showergrid.inputs.settings import Representation
from showergrid.plan.config import Config, RepresentationEntry
from showergrid.plan.matching import shows_others
from showergrid.training.hyperparameters import axes_of, is_cut, kind_of, variables_of

IDEALISED = "truth_time"  # order of hits that only the simulation knows


@dataclass(frozen=True, eq=False)
class Representations:
    """The `entries` of representations of `config`, and any variants of them."""

    config: Config
    entries: tuple[RepresentationEntry, ...]

    def entry(self, name: str) -> RepresentationEntry:
        """The entry of a representation or of a variant of one."""
        return named(self.entries, name, "representation")

    @cache
    def resolved(self, name: str) -> dict[str, Any]:
        """Name, module and checked parameters of a representation, and what it has of its own.

        That is a table of hits that no detector sees or an order of them other than the study's, and, of images, a
        direction of showers other than the default.
        """
        return self.settled(self.entry(name))

    def settled(self, entry: RepresentationEntry) -> dict[str, Any]:
        """The same for an entry, which need not be in the catalogue."""
        module = plugins.load("representations", entry.file)
        where = f"config: representation {entry.name}"
        parameters = checked(module.Parameters, entry.values, where)
        if hasattr(module, "expanded"):
            parameters = self._expanded(module, parameters, where)
        resolved = {"name": entry.name, "module": entry.file, "parameters": parameters.model_dump(mode="json")}
        if shows_others(entry.file):
            self._check_views(resolved, entry, where)
        elif is_cut(resolved):
            directed = Representation(**resolved, direction=self.config.direction)
            resolved = directed.model_dump(mode="json", exclude_defaults=True)
        if entry.hits is not None and not is_made_of_hits(entry.file):
            raise InputError(f"{where}: hits: it is made of none; leave it out")
        if entry.hits is not None and entry.order is not None:
            raise InputError(f"{where}: order: the hits of {entry.hits} have one; leave it out")
        if entry.hits == "hits":
            raise InputError(f"{where}: hits: those of the study are shown anyway; leave it out")
        if entry.hits in self._detected:
            return resolved
        if entry.hits is not None:
            return {**resolved, "hits": entry.hits}
        if entry.order in (None, self.config.order):
            return resolved
        if not is_made_of_hits(entry.file):
            raise InputError(f"{where}: order: it shows no hits; leave it out")
        if entry.order == "as_given":
            raise InputError(f"{where}: order = 'as_given' is none that can be made again")
        return {**resolved, "order": entry.order}

    def _expanded(self, module: ModuleType, parameters: Settings, where: str) -> Settings:
        """The parameters of a representation with the names of columns in place of patterns."""
        try:
            return module.expanded(parameters, self._columns)
        except (InputError, ValidationError) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise InputError(f"{where}: columns: {reason}") from None

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        """The columns of numbers of each table that the source gives."""
        source, settings = plugins.load("sources", self.config.source), getattr(self.config, self.config.source)
        if settings is None:  # told where the study is checked
            return {"events": []}
        tables = {"events": source.events(settings), **source.collections(settings)}
        return {
            name: [field.name for field in schema if is_number(field.type) and field.name != "event"]
            for name, schema in tables.items()
        }

    @cached_property
    def _detected(self) -> list[str]:
        """The tables of hits beside the study's own that detectors would give, in the study's order."""
        source, settings = plugins.load("sources", self.config.source), getattr(self.config, self.config.source)
        return source.detected(settings) if settings is not None and hasattr(source, "detected") else []

    def _check_views(self, resolved: Mapping[str, Any], entry: RepresentationEntry, where: str) -> None:
        """Refuse views that no network could take."""
        if entry.order is not None:
            raise InputError(f"{where}: order: its views are those of {', '.join(entry.values['of'])}; set it there")
        for name in resolved["parameters"]["of"]:
            if shows_others(self.entry(name).file):
                raise InputError(f"{where}: of: {name} has no inputs of its own; name those that it shows")
        views = self.views(resolved)
        if still := [view["name"] for view, origin in views if origin and not is_cut(view)]:
            raise InputError(f"{where}: origins: {still[0]} has no window that follows anything; leave them out")
        axes = [axes_of(view) for view, _ in views if kind_of(view) == "image"]
        if len({len(own) for own in axes}) > 1:
            raise InputError(
                f"{where}: of: {', '.join(resolved['parameters']['of'])} differ in the number of image axes"
            )

    def views(self, representation: Mapping[str, Any]) -> list[tuple[dict[str, Any], str | None]]:
        """The views of a representation, each with the origin of its window; None leaves that to the network."""
        if not shows_others(representation["module"]):
            return [(dict(representation), None)]
        parameters = representation["parameters"]
        entries = [self.entry(name) for name in parameters["of"]]
        origins = parameters["origins"] or [None] * len(entries)
        return [(self.settled(entry), origin) for entry, origin in zip(entries, origins, strict=True)]

    @cache
    def shown(self, representation: str) -> list[str]:
        """The representations whose inputs are read for this one, each once: itself, if it has inputs of its own."""
        return list(dict.fromkeys(view["name"] for view, _ in self.views(self.resolved(representation))))

    @cache
    def is_binned(self, representation: str) -> bool:
        """Whether a representation, or one that it shows, has pixels, and so a resolution."""
        views = self.views(self.resolved(representation))
        return any(has_resolution(view["module"]) for view, _ in views)

    @cache
    def shows_hits(self, representation: str) -> bool:
        """Whether a representation, or one that it shows, is made of hits."""
        views = self.views(self.resolved(representation))
        return any(is_made_of_hits(view["module"]) for view, _ in views)

    @cache
    def is_image_of_hits(self, representation: str) -> bool:
        """Whether a representation, or every one that it shows, gives images of hits of a detector and nothing else."""
        views = self.views(self.resolved(representation))
        return not self.idealised(representation) and all(
            is_cut(view) and kind_of(view) == "image" for view, _ in views
        )

    def is_image_of_own_hits(self, representation: str) -> bool:
        """Whether these are the study's own, so that such events stand for what its networks see."""
        shown = [self.entry(name) for name in self.shown(representation)]
        return self.is_image_of_hits(representation) and all(entry.hits is None for entry in shown)

    def idealised(self, representation: str) -> list[str]:
        """The tables of hits that no detector sees of which a representation, or one that it shows, is made."""
        tables = [self.entry(name).hits for name in self.shown(representation)]
        return [table for table in tables if table is not None and table not in self._detected]

    def is_mixed(self, representation: str) -> bool:
        """Whether a representation, or one that it shows, is made of a further table of hits that detectors give."""
        return any(self.entry(name).hits in self._detected for name in self.shown(representation))

    def order(self, representation: str) -> str | None:
        """The order of the hits that a representation shows, or the orders of its views, if not that of the study."""
        orders = [
            IDEALISED if view.get("hits") else view.get("order", self.config.order)
            for view, _ in self.views(self.resolved(representation))
            if is_made_of_hits(view["module"])
        ]
        told = " and ".join(dict.fromkeys(orders))
        return None if told in ("", self.config.order) else told

    def sees_prongs(self, representation: str) -> bool:
        """Whether a representation shows the prongs of an event beside the event."""
        return kind_of(self.resolved(representation)) == "prongs"

    def variables(self, representation: str) -> int:
        """How many variables the tables that a representation shows have together."""
        views = [view for view, _ in self.views(self.resolved(representation))]
        return sum(variables_of(view) for view in views if kind_of(view) == "table")

    def counted(self, representation: str) -> str:
        """What the entries of a set or the variables of a table are called."""
        views = [view for view, _ in self.views(self.resolved(representation))]
        listed = [view for view in views if kind_of(view) == "set"] or views
        return getattr(plugins.load("representations", listed[0]["module"]), "COUNTED", "entries")

    def tables_read(self, representation: str) -> list[str]:
        """The tables of the events that an input is made of: the hits; or the events and a collection, if it reads one.

        Raises:
            InputError: it has no input of its own.
        """
        read = self.columns_read(representation)
        return list(read) if self.shows_hits(representation) else list(dict.fromkeys(("events", *read)))

    def columns_read(self, representation: str) -> dict[str, list[str]]:
        """The tables that an input is made of, and their columns; of hits none are named.

        Raises:
            InputError: it has no input of its own.
        """
        resolved = self.resolved(representation)
        if shows_others(resolved["module"]):
            raise InputError(f"{representation} has no inputs of its own, but those of {self.shown(representation)}")
        if is_made_of_hits(resolved["module"]):
            return {self.entry(representation).hits or "hits": []}
        module = plugins.load("representations", resolved["module"])
        return module.reads(module.Parameters(**resolved["parameters"]))

    @cache
    def axes(self, representation: str) -> tuple[str, ...]:
        """The detector axes of images of hits, in their order; of several views those of all together."""
        views = self.views(self.resolved(representation))
        axes = [axes_of(view) for view, _ in views if is_cut(view)]
        return axes[0] if len(axes) == 1 else tuple(axis for axis in AXES if any(axis in own for own in axes))


def named(entries: Sequence[Any], name: str, kind: str) -> Any:
    """The entry of that name.

    Raises:
        InputError: there is none; the message lists the valid names.
    """
    for entry in entries:
        if entry.name == name:
            return entry
    valid = [entry.name for entry in entries if MARK not in entry.name]
    raise InputError(f"config: unknown {kind} {name!r}; valid: {', '.join(valid)}")
