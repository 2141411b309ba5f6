"""Settings of a part, said once: from one pydantic model come flags, page controls, config keys and the recipe.

    class GramOptions(Options):
        covariance: bool = option(False, "Match covariances instead of Gram matrices.", basic=True)

A field is an int, float, bool, str, Path, a `Literal` of strings, a `list[str]` (written with commas), or any of these
`| None`. Everything has a default and a help line; numbers have bounds.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import annotated_types
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from gancraft.errors import UsageError


class Options(BaseModel):
    """Base of every part's settings. Unknown names are errors; a set of options never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def option(default: Any, help: str, *, ge: float | None = None, le: float | None = None, basic: bool = False) -> Any:
    """Declare one setting.

    default: the value when nobody says otherwise; help: one sentence, with the unit; ge, le: bounds, both included;
    basic: shown in sight on the page, where the rest is folded away.
    """
    return Field(default, description=help, ge=ge, le=le, json_schema_extra={"basic": basic})


@dataclass(frozen=True)
class Setting:
    """One field of an `Options` model, described for whoever draws it (flags, page, documentation)."""

    name: str
    type: type  # int, float, bool, str or Path
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    basic: bool = False
    optional: bool = False  # None is a legal value
    many: bool = False  # list[str], written with commas

    @property
    def flag(self) -> str:
        """The name as it is typed on the command line, without the part's name before it."""
        return self.name.replace("_", "-")


def settings(model: type[Options]) -> Iterator[Setting]:
    """Describe the fields of `model` in the order they were written.

    Raises UsageError for a field of a type that no front end can draw, or one without a default or help.
    """
    return iter(_settings(model))


@functools.cache  # resolving options asks again and again
def _settings(model: type[Options]) -> tuple[Setting, ...]:
    return tuple(_setting(model, name, field) for name, field in model.model_fields.items())


def _setting(model: type[Options], name: str, field: FieldInfo) -> Setting:
    where = f"option '{name}' of {model.__module__}.{model.__qualname__}"
    kind, optional = _without_none(field.annotation)
    choices: tuple[str, ...] = ()
    many = False
    if typing.get_origin(kind) is Literal:
        choices, kind = typing.get_args(kind), str
        if not all(isinstance(choice, str) for choice in choices):
            raise UsageError(f"{where}: the choices of a Literal must be strings")
    elif typing.get_origin(kind) is list and typing.get_args(kind) == (str,):
        kind, many = str, True
    if kind not in (int, float, bool, str, Path):
        raise UsageError(
            f"{where}: {field.annotation} can't be a setting; use int, float, bool, str, Path, Literal or list[str]"
        )
    if field.is_required() or not field.description:
        raise UsageError(f"{where} needs a default and a help line (gancraft.option gives both)")
    bounds = {type(rule): rule for rule in field.metadata}
    low, high = bounds.get(annotated_types.Ge), bounds.get(annotated_types.Le)
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Setting(
        name=name,
        type=kind,
        default=field.get_default(call_default_factory=True),
        help=field.description,
        choices=choices,
        minimum=getattr(low, "ge", None),
        maximum=getattr(high, "le", None),
        basic=bool(extra.get("basic", False)),
        optional=optional,
        many=many,
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """`int | None` → (int, True); anything else → (itself, False)."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        kinds = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
        if len(kinds) == 1 and len(typing.get_args(annotation)) == 2:
            return kinds[0], True
    return annotation, False
