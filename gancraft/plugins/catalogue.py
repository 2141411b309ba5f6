"""What was found: plugins with their states, and what the loaded ones registered."""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gancraft.errors import GancraftError, UsageError, hint
from gancraft.options import Options

# What kinds of things are called, where their own name isn't what people say.
WORDS = {
    "style": "style method",
    "train": "training method",
    "model": "trained model",
    "train-style": "trainer of style networks",
    "style-model": "trained style network",
}
# What may be registered as `capabilities`, by kind; `gancraft.hookspecs.Register` says what each means.
CAPABILITIES = {
    "style": ("mask", "models", "network", "start", "styleless", "tiles"),
    "train": ("points",),
    "discriminator": ("network",),
}
_NOT_LOADED = {"failed": "failed to load", "blocked": "is blocked"}
FILE_MODULE = "_gancraft_{}_"  # what a module is called before its own name that was loaded from a single file
_NOISE = re.compile(
    rf"\b{FILE_MODULE.format('[0-9a-f]{8}')}|\s*For further information visit \S+"
)  # the latter: pydantic
_PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")  # the name of a distribution


@dataclass(frozen=True)
class PluginInfo:
    """One plugin. state: "loaded", "failed" or "blocked"; reason: one line where it isn't loaded; api: the level of
    gancraft's API that it says it was written for."""

    name: str
    distribution: str
    version: str
    source: str
    bundled: bool
    state: str = "loaded"
    reason: str = ""
    api: int | None = None

    def __str__(self) -> str:
        origin = f"{self.distribution} {self.version}" if self.distribution else self.source
        return f"'{self.name}' ({origin})"


@dataclass(frozen=True)
class Registered:
    """One thing that a plugin registered; see `gancraft.hookspecs.Register`. kind: one of `gancraft.plugins.find.HOOKS`."""

    kind: str
    name: str
    target: Any
    summary: str
    options: type[Options]
    interface: type | None
    capabilities: frozenset[str]
    plugin: PluginInfo
    network: Registered | None = None  # the perceptual network that it is made with, last

    def can(self, capability: str) -> bool:
        """Whether it takes or does something beyond the usual: because it was registered so, or because all that have its
        interface do."""
        return capability in self.capabilities or capability in getattr(self.interface, "capabilities", ())

    def load(self) -> Any:
        """The class or function itself, imported now. Raises GancraftError with the plugin and the reason."""
        target = self.target
        if isinstance(target, str):
            module, _, attribute = target.partition(":")
            try:
                target = getattr(importlib.import_module(module), attribute)
            except (Exception, SystemExit) as error:  # a third party's module may raise anything
                raise GancraftError(
                    f"plugin {self.plugin}: {self.target} can't be imported: {one_line(error)}"
                ) from error
        kind = self.interface
        fits = kind is None or isinstance(target, kind) or (isinstance(target, type) and issubclass(target, kind))
        if kind is not None and not fits:
            raise GancraftError(f"plugin {self.plugin}: {self.name} must be a gancraft.{kind.__name__}")
        return target

    def create(self, options: Options, *more: Any) -> Any:
        """An instance with these options and what else its kind is made with. Raises GancraftError with the reason."""
        target = self.load()
        if self.network is not None:
            import torch  # this module stays light

            # Its weights are read, even where those of the others are only counted, on torch's meta device.
            with torch.device("cpu"):
                more = (*more, self.network.create(self.network.options()))
        try:
            return target(options, *more)
        except GancraftError:
            raise
        except Exception as error:  # a third party's code may raise anything
            raise GancraftError(f"plugin {self.plugin}: {self.name} can't be made: {one_line(error)}") from error


@dataclass(frozen=True)
class Plugins:
    """All that was found. `infos`: every plugin, whatever its state; `entries`: what the loaded ones registered."""

    infos: tuple[PluginInfo, ...]
    entries: tuple[Registered, ...]

    def names(self, kind: str) -> list[str]:
        return [entry.name for entry in self.entries if entry.kind == kind]

    def plugin(self, name: str) -> PluginInfo:
        """The plugin of this name, whatever its state. Raises UsageError with what there is."""
        for info in self.infos:
            if info.name == name:
                return info
        names = [info.name for info in self.infos]
        raise UsageError(f"there is no plugin '{name}'{hint(name, names)}; there are: {', '.join(names) or 'none'}")

    def get(self, kind: str, name: str) -> Registered:
        """The thing of this kind and name. Raises UsageError with what there is, or why its plugin isn't loaded."""
        for entry in self.entries:
            if (entry.kind, entry.name) == (kind, name):
                return entry
        for info in self.infos:
            if info.name == name and info.state != "loaded":
                raise UsageError(f"plugin {info} {_NOT_LOADED[info.state]}: {info.reason}")
        names = self.names(kind)
        absent = [info.name for info in self.infos if info.state != "loaded"]
        word = WORDS.get(kind, kind)
        raise UsageError(
            f"there is no {word} '{name}'{hint(name, [*names, *absent])}; installed: {', '.join(names) or 'none'}"
        )

    def seeing(self, entry: Registered, options: Options) -> Registered:
        """The same thing, made with the perceptual network that its options name, where it needs one. Raises UsageError for
        one that isn't registered, GancraftError where there is no such option."""
        if entry.kind == "style" or not entry.can("network"):  # style methods have theirs by the run's own option
            return entry
        name = getattr(options, "network", None)
        if not isinstance(name, str):
            raise GancraftError(f"plugin {entry.plugin}: {entry.name} has no setting 'network' that names one")
        return replace(entry, network=self.get("network", name))

    def made_with(self, kind: str, name: str, by: Mapping[str, Any], file: str) -> Registered:
        """The thing that a file was made with. by: what the file says of its plugin, `name` and `distribution`.

        Raises GancraftError with what to install where it isn't there, or why its plugin isn't loaded.
        """
        with contextlib.suppress(UsageError):
            return self.get(kind, name)
        owner, package = str(by.get("name") or ""), str(by.get("distribution") or "")
        who = f"{file}: made by plugin '{owner}', which"
        for info in self.infos:
            if info.name == owner and info.state != "loaded":
                raise GancraftError(f"{who} {_NOT_LOADED[info.state]}: {info.reason}")
        known = _PACKAGE.fullmatch(package)  # the file may be anybody's, and people paste what they read
        what = (
            f"install or update it: pip install --upgrade {package}" if known else "give its folder with --plugins-dir"
        )
        raise GancraftError(f"{who} isn't there or has no {WORDS.get(kind, kind)} '{name}'; {what}")


def readable(error: BaseException) -> str:
    """What an exception says, in one line and without what helps nobody."""
    return " ".join(_NOISE.sub("", str(error)).split())


def one_line(error: BaseException) -> str:
    """One line about an exception."""
    text = readable(error)
    if isinstance(error, GancraftError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
