"""Check the values of a configuration against settings, with messages that say what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from showergrid.core.errors import InputError


def checked(settings: type[Any], values: Mapping[str, Any], where: str, prefix: str = "") -> Any:
    """`values` as `settings`, or the first fault as one line that names key, value and valid choices.

    The values are read as in JSON: a text is no number and a number no switch, but a list may stand for a tuple.
    """
    try:
        return settings.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as error:
        raise _refusal(settings, error.errors(), where, prefix) from None


def check_given(settings: type[Any], values: Mapping[str, Any], where: str, prefix: str = "") -> None:
    """Refuse a value that is wrong by itself; keys may be missing, and what must go together is not looked at."""
    try:
        settings.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as error:
        if faults := [fault for fault in error.errors() if fault["loc"] and fault["type"] != "missing"]:
            raise _refusal(settings, faults, where, prefix) from None


def _refusal(settings: type[Any], faults: list[Any], where: str, prefix: str) -> InputError:
    """The error to raise for what pydantic found."""
    # A misspelt key often leaves another one missing: the misspelt one says more
    fault = min(faults, key=lambda entry: entry["type"] != "extra_forbidden")
    branch = re.compile(
        r"(int|float|str|bool|none|Published[A-Z][a-z]+|(Value)?Question|(dict|list|literal|constrained|function).*)$"
    )
    path = [part for part in fault["loc"] if not (isinstance(part, str) and branch.match(part))]
    key = prefix + ".".join(str(part) for part in path) if path else ""
    text = re.sub(r"^Value error, ", "", fault["msg"])
    if fault["type"] == "extra_forbidden":
        text = f"unknown key; valid: {', '.join(_valid_keys(settings, fault['loc']))}"
    elif fault["type"] == "missing":
        text = "is missing"
    elif isinstance(fault["input"], str) and re.fullmatch(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+", fault["input"]):
        text += f"; YAML takes {fault['input']} for a text: write it with a point and a sign, such as 1.0e-3"
    given = repr(fault["input"])
    shown = f" = {given}" if fault["type"] != "missing" and key and len(given) < 60 else ""
    return InputError(f"{where}: {key}{shown}: {text}" if key else f"{where}: {text}")


def _valid_keys(settings: type[BaseModel], location: Sequence[Any]) -> list[str]:
    """The keys allowed beside the unknown one at `location`, which names a class where there are several."""
    for i, part in enumerate(location[:-1]):
        field = settings.model_fields.get(part) if isinstance(part, str) else None
        if field is not None:
            models = {model.__name__: model for model in _models(field.annotation)}
            named = [models[tag] for tag in location[i + 1 :] if tag in models]
            settings = next(iter([*named, *models.values()]), settings)
    return list(settings.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The settings in the type of a field, such as those of the values of a map."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models(inner)
