"""From settings to flags: a command's signature is made of the options models of the parts it uses."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from typing import Annotated, Any, Literal, Optional, get_args

import typer
from rich.markup import escape
from typer.core import TyperCommand

from gancraft.options import Setting
from gancraft.resolve import Part

# Flags of commands that no setting may take.
RESERVED = {"output", "style", "content", "preview", "preview-every", "quiet", "json", "config", "set", "plugins-dir"}
RESERVED |= {"no-plugin", "debug", "help", "version", "run", "resume", "from", "photos"}
# The same of one command, by its own part.
OF_COMMAND = {"style": {"mask", "sheet", "sheet-size", "judge", "yes", "cell", "restart", "keep-frames"}}
SHORT = {"plugin": "-p"}
WRITTEN = {"from_model": "--from"}  # flags that are no name in Python


class SettingsCommand(TyperCommand):
    """A command whose line of usage leaves out what its help leaves out."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        shown = (p for p in self.get_params(ctx) if not getattr(p, "hidden", False))  # Typer names hidden arguments too
        head = [self.options_metavar] if self.options_metavar else []
        return head + [piece for p in shown for piece in p.get_usage_pieces(ctx)]


def flag_names(parts: Sequence[Part]) -> dict[tuple[str, str], str]:
    """The flag of every setting, by part and name: `--name`, or `--part.name` where that is somebody else's too."""
    count = Counter(name for part in parts for name in part.settings())
    reserved = RESERVED | OF_COMMAND.get(parts[0].name, set()) if parts else RESERVED
    names = {}
    for part in parts:
        for name, setting in part.settings().items():
            shared = (count[name] > 1 or setting.flag in reserved) and part is not parts[0]
            own = WRITTEN.get(name, f"--{setting.flag}") if part is parts[0] else f"--{setting.flag}"
            names[part.name, name] = f"--{part.name}.{setting.flag}" if shared else own
    return names


def spellings(parts: Sequence[Part]) -> dict[str, str]:
    """`--part.name` → the flag that the program has, so that the long form always works."""
    result = {}
    for (part, name), flag in flag_names(parts).items():
        dashed = name.replace("_", "-")
        result[f"--{part}.{dashed}"] = flag
        if flag == WRITTEN.get(name):
            result[f"--{dashed}"] = flag
        off = flag.replace("--", "--no-", 1) if "." not in flag else f"--{part}.no-{dashed}"
        result[f"--{part}.no-{dashed}"] = result[f"--no-{part}.{dashed}"] = off
    return result


def with_settings(
    body: Callable[..., None], parts: Sequence[Part], hidden: Collection[str] = ()
) -> Callable[..., None]:
    """`body` with one parameter more for every setting of the parts. It is given `settings`: values by `part.name`, of
    those that were typed only. hidden: settings, as `part.name`, and parameters of `body` that help leaves out."""
    own = [p for name, p in inspect.signature(body, eval_str=True).parameters.items() if name != "settings"]
    own = [_unseen(p) if p.name in hidden else p for p in own]
    names = flag_names(parts)
    keys: dict[str, str] = {}
    synthesised = []
    for part in parts:
        for name, setting in part.settings().items():
            parameter = f"{part.name}__{name}".replace("-", "_")
            keys[parameter] = f"{part.name}.{name}"
            annotation = _annotation(part, setting, names[part.name, name])
            more = inspect.Parameter(parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            synthesised.append(_unseen(more) if keys[parameter] in hidden else more)

    def command(**values: Any) -> None:
        typed = {keys[name]: value for name, value in values.items() if name in keys and value is not None}
        body(**{name: value for name, value in values.items() if name not in keys}, settings=typed)

    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    command.__signature__ = inspect.Signature([*own, *synthesised])  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in [*own, *synthesised]}
    return command


def _unseen(parameter: inspect.Parameter) -> inspect.Parameter:
    """The same, left out of the help."""
    kind, info = get_args(parameter.annotation)
    info = copy(info)
    info.hidden = True
    return parameter.replace(annotation=Annotated[kind, info])


def _annotation(part: Part, setting: Setting, flag: str) -> Any:
    declarations = [flag]
    kind: Any = setting.type
    if setting.many:
        kind = str
    elif setting.choices:
        kind = Literal[setting.choices]  # type: ignore[valid-type]
    elif setting.type is bool:
        head, _, tail = flag.rpartition(".") if "." in flag else ("--", "", flag[2:])
        declarations = [f"{flag}/{head}.no-{tail}" if "." in flag else f"{flag}/--no-{tail}"]
    if setting.name in SHORT:
        declarations.append(SHORT[setting.name])
    number = setting.type in (int, float) and not setting.choices
    arguments: Mapping[str, Any] = {
        "help": escape(f"{setting.help}{_default(setting)}"),
        "show_default": False,
        "rich_help_panel": part.title,
        **({"min": setting.minimum, "max": setting.maximum} if number else {}),
        **({"metavar": "NAME,…"} if setting.many else {}),
    }
    return Annotated[Optional[kind], typer.Option(*declarations, **arguments)]  # noqa: UP045 - made at run time


def _default(setting: Setting) -> str:
    """Said in the help by ourselves: the parameter's own default is None, so that what was typed is known."""
    if setting.default is None:
        return ""
    value = {True: "yes", False: "no"}[setting.default] if isinstance(setting.default, bool) else setting.default
    return f" [default: {value}]"
