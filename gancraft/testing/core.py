"""What a check is, which ones there are for a thing, and running them. Torch is imported by the checks, not here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from gancraft.errors import GancraftError
from gancraft.interfaces import InstantStyle, Preset, StyleLoss, StyleMethod
from gancraft.options import Options
from gancraft.plugins import PluginInfo, Plugins, Registered
from gancraft.plugins.catalogue import one_line

PAGE = "docs/testing.md"
# The modules whose checks a group of things has to pass.
MODULES = {
    "plugin": ("whole",),
    "style loss": ("common", "style_loss"),
    "style method": ("common", "style_method"),
    "instant style": ("common", "style_instant"),
    "network": ("common", "network"),
    "generator": ("common", "generator"),
    "discriminator": ("common", "discriminator"),
    "loss": ("common", "loss"),
    "preset": ("common", "preset"),
    "trainable": ("common", "trainable"),
    "model": ("common", "model"),
    "style trainer": ("common", "trainable"),
    "style model": ("common", "style_model"),
}
_KINDS = {"train-style": "style trainer", "style-model": "style model"}
_STYLES: dict[type, str] = {StyleLoss: "style loss", StyleMethod: "style method", InstantStyle: "instant style"}


class CheckError(AssertionError):
    """A plugin isn't what gancraft expects; the message has a line or more for every check that failed."""


class Broken(Exception):
    """Raised by a check with what it found instead of what is expected."""


class NotForThis(Exception):
    """Raised by a check that doesn't concern this thing, with the reason."""


@dataclass(frozen=True)
class Subject:
    """What is checked. settings: values of its options other than the defaults. info: the plugin, where it is checked as a
    whole and there is no `entry`."""

    plugins: Plugins
    info: PluginInfo
    entry: Registered | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def thing(self) -> Registered:
        assert self.entry is not None, "a plugin as a whole isn't one thing"
        return self.entry

    @property
    def options(self) -> Options:
        return self.thing.options(**self.settings)

    def make(self, *more: Any) -> Any:
        """A new one, made with its options and what else its kind is made with."""
        if self.thing.can("models"):
            from gancraft.models.painters import StyleModels

            more = (StyleModels(self.plugins), *more)
        return self.plugins.seeing(self.thing, self.options).create(self.options, *more)

    def __str__(self) -> str:
        return f"{self.entry.kind} '{self.entry.name}'" if self.entry else f"plugin '{self.info.name}'"


@dataclass(frozen=True)
class Check:
    """One check. name: also its heading in docs/testing.md; expects: what must hold, one sentence."""

    name: str
    expects: str
    body: Callable[[Any], None]

    @property
    def page(self) -> str:
        return f"{PAGE}#{self.name}"


@dataclass(frozen=True)
class Result:
    """How one check ended. state: "passed", "failed" or "skipped"; found: why not passed; cause: what was raised."""

    thing: str
    check: Check
    state: str
    found: str = ""
    cause: BaseException | None = None

    def __str__(self) -> str:
        if self.state == "failed":
            return f"{self.thing}: {self.check.name}: {self.check.expects} Found: {self.found} See {self.check.page}"
        return f"{self.thing}: {self.check.name}: {self.state}" + (f" ({self.found})" if self.found else "")


_CHECKS: dict[str, list[Check]] = {}  # by the module that they stand in


def check(expects: str) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Make a function of a subject a check of its module's group; its name is the check's. It raises Broken with what it
    found, or NotForThis."""

    def declare(body: Callable[[Subject], None]) -> Callable[[Subject], None]:
        module = body.__module__.rpartition(".")[2]
        _CHECKS.setdefault(module, []).append(Check(body.__name__.replace("_", "-"), expects, body))
        return body

    return declare


def group_of(entry: Registered) -> str:
    """Which of `MODULES` an entry belongs to."""
    if entry.kind == "style":
        return _STYLES[entry.interface or StyleLoss]
    if entry.kind == "train":
        return "preset" if entry.interface is Preset else "trainable"
    return _KINDS.get(entry.kind, entry.kind)


def checks_of(group: str) -> list[Check]:
    """All checks of a group of things, in their order."""
    found: list[Check] = []
    for module in MODULES[group]:
        import_module(f"gancraft.testing.{module}")
        found += _CHECKS[module]
    return found


def examine(entry: Registered, plugins: Plugins, settings: Mapping[str, Any] | None = None) -> Iterator[Result]:
    """Run the checks of one registered thing, one after the other."""
    subject = Subject(plugins, entry.plugin, entry, settings or {})
    for each in checks_of(group_of(entry)):
        yield run(each, subject)


def examine_plugin(info: PluginInfo, plugins: Plugins) -> Iterator[Result]:
    """Run the checks of a whole plugin, then those of everything that it registered."""
    for each in checks_of("plugin"):
        yield run(each, Subject(plugins, info))
    for entry in plugins.entries:
        if entry.plugin.name == info.name:
            yield from examine(entry, plugins)


def run(each: Check, subject: Subject) -> Result:
    """One check on one thing; whatever it raises is its result. Random numbers start from the same seed every time."""
    try:
        each.body(subject)
    except NotForThis as reason:
        return Result(str(subject), each, "skipped", str(reason))
    except Broken as broken:
        return Result(str(subject), each, "failed", str(broken))
    except GancraftError as error:
        return Result(str(subject), each, "failed", f"{error}.", error)
    except Exception as error:  # a plugin's code may raise anything, and that is a finding
        return Result(str(subject), each, "failed", f"it raised {one_line(error)}.", error)
    return Result(str(subject), each, "passed")


def demand(results: Iterator[Result]) -> None:
    """Raise CheckError for all that failed."""
    failed = [result for result in results if result.state == "failed"]
    if failed:
        cause = next((result.cause for result in failed if result.cause is not None), None)
        raise CheckError("\n".join(map(str, failed))) from cause


def expect(holds: bool, found: str) -> None:
    """Raise Broken with what was found, unless it holds."""
    if not holds:
        raise Broken(found)
