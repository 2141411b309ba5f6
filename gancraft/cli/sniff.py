"""A first look at the arguments: which command, plugins and files they name, before the program with their flags exists."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from gancraft import resolve
from gancraft.errors import GancraftError
from gancraft.plugins import Plugins, Registered, plugins_from_environment
from gancraft.resolve import Layer, Part
from gancraft.style.choice import STYLE, style_parts
from gancraft.training.choice import TRAIN, train_parts
from gancraft.training.style_choice import STYLE_TRAIN, style_train_parts

if TYPE_CHECKING:
    from gancraft.cli.pick import Picked

# Commands whose flags depend on the parts chosen: their own part, what finds the others, and the flags that choose.
CHOOSING: dict[str, tuple[Part, Any, tuple[str, ...]]] = {
    "style": (STYLE, partial(style_parts, film=True), ("plugin", "network")),
    "train": (TRAIN, train_parts, ("plugin", "generator", "discriminator", "loss", "from_model")),
    "train-style": (STYLE_TRAIN, style_train_parts, ("plugin", "network", "from_model")),
}
ALSO = {"plugin": "-p", "from_model": "--from"}  # how some of these flags may be written too
# A flag of the command style that takes two values, and what they reach it with between them: Typer has no lists of pairs.
PAIRED, PAIR = "--mask", "\n"


class Words:
    """The arguments, or while a shell completes them the words typed so far."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str]):
        self.environ = environ
        self.completing = any(name.endswith("GANCRAFT_COMPLETE") for name in environ)
        typed = environ.get("_TYPER_COMPLETE_ARGS", environ.get("COMP_WORDS", ""))
        self.argv = self._split(typed)[1:] if self.completing else list(argv)

    @staticmethod
    def _split(text: str) -> list[str]:
        try:
            return shlex.split(text)
        except ValueError:  # a quote that is still open
            return text.split()

    @cached_property
    def command(self) -> str:
        """The first word that isn't a flag."""
        return next((word for word in self.argv if not word.startswith("-")), "")

    def values(self, *flags: str) -> Iterator[str]:
        """Values of a flag, written `--flag VALUE` or `--flag=VALUE`."""
        for index, word in enumerate(self.argv):
            if word == "--":
                return
            name, equals, value = word.partition("=")
            if name in flags and equals:
                yield value
            elif word in flags and index + 1 < len(self.argv):
                yield self.argv[index + 1]
            elif word[:2] in flags and not word.startswith("--") and len(word) > 2:
                yield word[2:]  # -pNAME

    def last(self, *flags: str) -> str | None:
        return next(iter(reversed(list(self.values(*flags)))), None)

    def given(
        self, command: str, settings: Mapping[str, Any], named: Sequence[str] | None, config: Path | None
    ) -> list[Layer]:
        """Where a command's settings come from, the strongest first: its flags, `--set`, the environment, `--config`."""
        layers = [resolve.flags(settings), resolve.assignments(named or [])]
        layers.append(resolve.environment(self.environ, command, self.parts_of(command)))
        if config is not None:
            layers.append(resolve.config_file(config, command))
        return layers

    @cached_property
    def plugins(self) -> Plugins:
        """The plugins that these arguments and the environment allow."""
        try:
            return plugins_from_environment(
                self.environ, list(self.values("--plugins-dir")), list(self.values("--no-plugin"))
            )
        except GancraftError:
            if not self.completing:
                raise
            return plugins_from_environment({})

    def layers(self, command: str) -> list[Layer]:
        """What chooses the parts, strongest first."""
        part, _, choosing = CHOOSING[command]
        written = {name: [f"--{name.replace('_', '-')}", *([ALSO[name]] if name in ALSO else [])] for name in choosing}
        chosen = {name: self.last(*written[name]) for name in choosing}
        layers = [resolve.flags({name: value for name, value in chosen.items() if value is not None})]
        layers.append(resolve.assignments(self.values("--set")))
        layers.append(resolve.environment(self.environ, command, [part]))
        if (file := self.last("--config")) is not None:
            layers.append(resolve.config_file(Path(file), command))
        if command in ("train", "train-style"):
            layers += self.resumed_layers
        if command == "train":
            layers += self.picked_layers(layers)
        return layers

    def parts_of(self, command: str) -> list[Part]:
        """The parts that have settings: those in use where it is this command that was typed."""
        return self._chosen[1] if self.command == command else [CHOOSING[command][0]]

    def method_of(self, command: str) -> Registered | None:
        """The method in use, where it is this command that was typed."""
        return self._chosen[0] if self.command == command else None

    def help_of(self, command: str, text: str) -> str:
        """A command's help, with the method whose flags it shows."""
        method = self.method_of(command)
        return text if method is None else f"{text}\n\nBelow are the flags of {method.name}: {escape(method.summary)}"

    @cached_property
    def _chosen(self) -> tuple[Registered, list[Part]]:
        """The method and the parts of the command that was typed."""
        find = CHOOSING[self.command][1]
        try:
            found = find(self.plugins, self.layers(self.command))
        except GancraftError:
            if not self.completing:
                raise
            found = find(self.plugins, [])
        return found[0], found[2]

    @cached_property
    def parts(self) -> list[Part]:
        """The same, of the command that was typed."""
        return self.parts_of(self.command) if self.command in CHOOSING else []

    def picked_layers(self, layers: Sequence[Layer]) -> list[Layer]:
        """The method of the run in --run, or what suits the pictures and the machine, where the layers name none. Completion
        and help don't look: they show the usual method's flags."""
        asked = {"plugin", "train.plugin", "from_model", "train.from_model"}
        if self.completing or asked & {key for layer in layers for key in layer.values} or self._helps:
            return []
        if self.picked is None:
            from gancraft.cli.pick import picked

            self.picked = picked(self, layers)
        return [Layer({"train.plugin": self.picked.method}, "chosen by the pictures: {key} = ")]

    picked: Picked | None = None

    @property
    def _helps(self) -> bool:
        words = self.argv[: self.argv.index("--")] if "--" in self.argv else self.argv
        return bool({"--help", "-h"} & set(words))

    @cached_property
    def resumed(self) -> dict[str, Any] | None:
        """What the run to go on with says of itself, where --resume asks for one."""
        folder = self.last("--run")
        if "--resume" not in self.argv or folder is None:
            return None
        from gancraft.training.folder import RunFolder

        return RunFolder(Path(folder), writes=False).description()

    @property
    def resumed_layers(self) -> list[Layer]:
        """Its settings, weaker than whatever is said now."""
        if self.resumed is None:
            return []
        return [Layer(resolve.flatten(self.resumed["options"]), "run.json: {key} = ", strict=False)]

    @cached_property
    def normalised(self) -> list[str]:
        """The arguments with `--part.name` written as the flag that the program has."""
        if self.command not in CHOOSING:
            return self.argv
        from gancraft.cli.flags import spellings

        short = spellings(self.parts)
        end = self.argv.index("--") if "--" in self.argv else len(self.argv)
        result: list[str] = []
        for word in self.argv[:end]:
            if result[-2:-1] == [PAIRED] and PAIR not in result[-1] and (word == "-" or not word.startswith("-")):
                result[-1] += PAIR + word
                continue
            name, equals, value = word.partition("=")
            result.append(short.get(name, name) + equals + value)
        return result + self.argv[end:]
