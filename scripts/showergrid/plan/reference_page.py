"""The page of every key of the configuration, made from the settings: a table for each class of them."""

from __future__ import annotations

import inspect
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from showergrid.core import plugins
from showergrid.inputs.settings import CentimetreWindow, WindowSettings
from showergrid.plan.config import Config
from showergrid.plan.type_words import value_words, words_of
from showergrid.sources.reading.settings import MapFile
from showergrid.training.hyperparameters import WINDOW
from showergrid.training.settings import Training

OPENING = """\
# The configuration

`python scripts/configuration.py` writes this page and [config/schema.json](../config/schema.json) from the settings in
the code. The schema lets editors complete and check a study, but for the keys of trainings and of modules.
[Studies](studies.md) says how to write one.

A study is read in layers. The lowest is [config/config.yaml](../config/config.yaml), which all studies share; above it
stand the study that it `extends`, its own file, and `--config`. Maps are merged key by key; a list, or any other value,
takes the place of the one below. A key without a default must stand in one of the layers.

"0 to 60" includes both ends, "> 0 to 10" the upper one, "between 0 and 1" neither. A name is a letter, then letters,
digits and `_`. A relative path begins in the folder in which `snakemake` is called, that of `extends` or `published` in
the project's own.
"""
HEAD = "| key | type and range | unit | default | what it is |\n|---|---|---|---|---|"
UNIT = re.compile(r" \[([^\]]+)\]$")
Places = dict[type[BaseModel], str]  # the key below which a class of settings stands first


@dataclass(frozen=True)
class Section:
    """A heading, what stands below it, and a table: of one class of settings, or of those of several modules by name.

    prefix: what a configuration writes before each key.
    """

    title: str
    text: str
    settings: Mapping[str, type[BaseModel]]
    prefix: str = ""


def page() -> str:
    """The page in Markdown: the keys of a study, and behind each the tables of the maps and plug-ins that it names."""
    places = _places()
    return "\n".join([OPENING, *(_markdown(section, places) for section in _sections(places))])


def _keys() -> list[str]:
    """The keys of a study in their order, sections of sources behind the key that chooses one."""
    sources = plugins.names("sources")
    keys = [key for key in Config.model_fields if key not in sources]
    behind = keys.index("source") + 1
    return [*keys[:behind], *sources, *keys[behind:]]


def _places() -> Places:
    """Where each class of settings has its table: below the shortest key that it is of, of several the first."""
    places: Places = {}
    queue = deque((key, Config.model_fields[key].annotation) for key in _keys())
    queue.extend(_keys_of("training", Training))
    for kind in plugins.PACKAGES:
        for title, modules in _families(kind).items():
            queue.extend(_keys_of_plugins(kind, title, modules))
    while queue:
        path, annotation = queue.popleft()
        for place, settings in _placed(path, annotation):
            if settings not in places:
                places[settings] = place
                queue.extend((f"{path}.{key}", field.annotation) for key, field in settings.model_fields.items())
    return places


def _sections(places: Places) -> Iterator[Section]:
    """All sections, those of trainings and plug-ins behind the key that they belong to."""
    yield Section("Keys", "", {"": Config})
    for key in _keys():
        yield from _nested(key, Config.model_fields[key].annotation, places)
        if key == "training":
            yield Section("`training`", _text(Training), {"": Training})
            for path, annotation in _keys_of("training", Training):
                yield from _nested(path, annotation, places)
            yield Section("`training`: window", _text(WindowSettings), {"": WindowSettings}, WINDOW)
            yield Section("`training`: window in cm", _text(CentimetreWindow), {"": CentimetreWindow})
        if key in plugins.PACKAGES:
            yield from _of_plugins(key, places)
    yield Section("A column map in a file of its own", _text(MapFile), {"": MapFile})


def _nested(path: str, annotation: Any, places: Places) -> Iterator[Section]:
    """A section for each class of settings whose place is `path`, or a key below it."""
    for place, settings in _placed(path, annotation):
        if places[settings] == place:
            kind = place.removeprefix(path)
            yield Section(f"`{path}`{kind}", _text(settings), {"": settings})
            for key, field in settings.model_fields.items():
                yield from _nested(f"{path}.{key}", field.annotation, places)


def _placed(path: str, annotation: Any) -> list[tuple[str, type[BaseModel]]]:
    """The classes of settings at `path`, each with its place: of several the further ones have their names there."""
    return [
        (path if i == 0 else f"{path}: {_spaced(settings)}", settings)
        for i, settings in enumerate(_classes(annotation))
    ]


def _spaced(settings: type[BaseModel]) -> str:
    """The name of a class in words."""
    return re.sub(r"\B[A-Z]", r" \g<0>", settings.__name__).lower()


def _classes(annotation: Any) -> list[type[BaseModel]]:
    """The classes of settings that a type names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [settings for part in get_args(annotation) for settings in _classes(part)]


def _of_plugins(kind: plugins.Kind, places: Places) -> Iterator[Section]:
    """A section for all modules of a kind with the same keys; one for all where entries take no keys of a module."""
    families = _families(kind)
    for title, modules in families.items():
        yield Section(f"`{kind}`: {title}", _list(modules), {name: of.Parameters for name, of in modules.items()})
        for path, annotation in _keys_of_plugins(kind, title, modules):
            yield from _nested(path, annotation, places)
    if not families:
        yield Section(f"`{kind}`: modules", _told(kind), {})


def _keys_of_plugins(kind: plugins.Kind, title: str, modules: Mapping[str, ModuleType]) -> list[tuple[str, Any]]:
    """The path and the type of each key that the modules of a section have."""
    return _keys_of(f"{kind}.{title}", next(iter(modules.values())).Parameters)


def _keys_of(path: str, settings: type[BaseModel]) -> list[tuple[str, Any]]:
    """The path and the type of each key of the settings at `path`."""
    return [(f"{path}.{key}", field.annotation) for key, field in settings.model_fields.items()]


def _families(kind: plugins.Kind) -> dict[str, dict[str, ModuleType]]:
    """The modules of a kind by title: those with the same keys together; none where entries take no keys of a module.

    A title is the name of the only module, or that of the class of settings that several share.
    """
    [entry] = _classes(Config.model_fields[kind].annotation) if kind in Config.model_fields else [Config]
    if entry.model_config["extra"] != "allow":
        return {}
    families: dict[Any, dict[str, ModuleType]] = {}
    for name in plugins.names(kind):
        module = plugins.load(kind, name)
        families.setdefault(_family(module.Parameters), {})[name] = module
    return {
        _spaced(shared) if len(modules) > 1 else next(iter(modules)): modules
        for (shared, _), modules in families.items()
    }


def _family(parameters: type[BaseModel]) -> tuple[type[BaseModel], tuple[str, ...]]:
    """What the modules of one table have in common: the class that they share, or their own, and its keys."""
    shared = (of for of in parameters.__mro__ if of.__name__ != "Parameters" and getattr(of, "model_fields", {}))
    return next(shared, parameters), tuple(parameters.model_fields)


def _list(modules: Mapping[str, ModuleType]) -> str:
    """A list of modules."""
    return "\n".join(f"- `{name}`: {_text(module)}" for name, module in modules.items())


def _told(kind: plugins.Kind) -> str:
    """A list of all modules of a kind whose settings are what the study tells them."""
    modules = {name: plugins.load(kind, name) for name in plugins.names(kind)}
    keys = {name: ", ".join(f"`{key}`" for key in module.Parameters.model_fields) for name, module in modules.items()}
    lines = [f"- `{name}`: {_text(module)} It is told {keys[name]}." for name, module in modules.items()]
    return "\n".join(
        ["An entry has no keys but those above; the study tells each module what it asks for.", "", *lines]
    )


def _text(thing: Any) -> str:
    """The first paragraph of a docstring."""
    return " ".join(inspect.getdoc(thing).split("\n\n")[0].split())


def _markdown(section: Section, places: Places) -> str:
    """A section of the page."""
    level = "###" if "." in section.title or ":" in section.title else "##"
    return "\n\n".join(filter(None, [f"{level} {section.title}", section.text, _table(section, places)])) + "\n"


def _table(section: Section, places: Places) -> str:
    """The keys of a section, one a line; empty if there are none."""
    first = next(iter(section.settings.values()), BaseModel)
    rows = []
    for key in _keys() if first is Config else first.model_fields:
        described = _described(first, key)
        unit = UNIT.search(described)
        cells = [
            f"`{section.prefix}{key}`",
            words_of(first.model_fields[key], lambda settings: _anchor(places[settings])),
            unit[1] if unit else "",
            _defaults({name: settings.model_fields[key] for name, settings in section.settings.items()}),
            UNIT.sub("", described),
        ]
        cells = [f" {cell} " if cell else " " for cell in (cell.replace("|", "\\|") for cell in cells)]
        rows.append(f"|{'|'.join(cells)}|")
    return "\n".join([HEAD, *rows]) if rows else ""


def _described(settings: type[BaseModel], key: str) -> str:
    """What a key is: its description, or that of the class that it changes the default of."""
    said = (of.model_fields[key].description for of in settings.__mro__ if key in getattr(of, "model_fields", {}))
    return next(filter(None, said), "")


def _defaults(fields: Mapping[str, FieldInfo]) -> str:
    """The default of a key, by module where they differ; empty where it must be given."""
    defaults = {name: _default(field) for name, field in fields.items()}
    [(common, _)] = Counter(defaults.values()).most_common(1)
    others = [f"{value} for `{name}`" for name, value in defaults.items() if value != common]
    return ", ".join([*others, f"else {common}" if others else common])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    default = field.get_default(call_default_factory=True)
    return f"`{value_words(TypeAdapter(Any).dump_python(default, mode='json', exclude_defaults=True))}`"


def _anchor(path: str) -> str:
    """The anchor that GitHub gives to the heading of a key."""
    return re.sub(r"[^\w\-]", "", path.lower().replace(" ", "-"))
