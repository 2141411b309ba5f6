"""What a plugin may register. This is the page that a plugin's author reads first.

A plugin is a module that an entry point of the group `gancraft` names. It stays light (no torch, numpy or PIL at the
top) and implements the hooks below with `@gancraft.hookimpl`, calling `register` once for each thing it brings:

    @gancraft.hookimpl
    def register_style_methods(register):
        register("gram", "gancraft_gram.loss:GramLoss", interface=gancraft.StyleLoss, options=GramOptions, summary="…")

The class is named by a string and imported when it is first used. Names are lower-case and unique per kind.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

import pluggy

from gancraft.options import Options

hookspec = pluggy.HookspecMarker("gancraft")
hookimpl = pluggy.HookimplMarker("gancraft")


class Register(Protocol):
    """The callback that every hook is given."""

    def __call__(
        self,
        name: str,
        target: str | Any,
        *,
        summary: str,
        options: type[Options] = Options,
        interface: type | None = None,
        capabilities: Collection[str] = (),
    ) -> None:
        """Register one thing.

        name: what people type, lower-case letters, digits, `-` and `_`, starting with a letter.
        target: `"package.module:Class"`, or the class itself. It is called with an instance of `options`.
        summary: one line for lists.
        options: the model of its settings.
        interface: which of `gancraft`'s interfaces it implements, where a hook takes more than one.
        capabilities: what it takes or does beyond the usual, on top of its interface's own; front ends ask for it. For style
            methods: `network` (a perceptual network is chosen for it), `start` (a picture to start from), `mask` (masks),
            `tiles` (a loss that can be taken tile by tile), `styleless` (it takes no style picture), `models` (it paints with
            trained networks: it is made with a `gancraft.StyleModels` as its second argument, and its setting `model` says
            which of them is meant). For training methods: `points` (its networks make and judge points in the plane). For
            discriminators: `network` (it is made with a `gancraft.PerceptualNetwork` as its third argument, which its setting
            `network` names). There are no others; `gancraft plugins check` finds a misspelt one.
        """


@hookspec
def register_style_methods(register: Register) -> None:
    """Register ways of painting: `StyleLoss` (steps, run by the engine; the default interface), `InstantStyle` (one pass, run
    by the engine) or whole `StyleMethod`s."""


@hookspec
def register_networks(register: Register) -> None:
    """Register perceptual networks: classes or functions that take their options and return a `PerceptualNetwork`.

    A target may have a function attribute `weights() -> (description, is_there)` for `gancraft doctor`.
    """


@hookspec
def register_training_methods(register: Register) -> None:
    """Register what `gancraft train --plugin` picks: a `Preset` of parts as the target, or a `Trainable`."""


@hookspec
def register_generators(register: Register) -> None:
    """Register generators: subclasses of `gancraft.Generator`, made with their options and the shape of the pictures."""


@hookspec
def register_discriminators(register: Register) -> None:
    """Register discriminators: subclasses of `gancraft.Discriminator`, made like generators; those with the capability
    `network` are given a perceptual network too, last."""


@hookspec
def register_trained_models(register: Register) -> None:
    """Register models that are trained already: a function that takes its options and returns the `pathlib.Path` of the
    model's file (.safetensors). It stays light too: no torch. The name stands for the model in commands and on the page."""


@hookspec
def register_losses(register: Register) -> None:
    """Register adversarial losses: subclasses of `AdversarialLoss`, made with their options."""


@hookspec
def register_style_trainers(register: Register) -> None:
    """Register what `gancraft train-style --plugin` picks: a `StyleTrainable`, made with its options, the plan of the run and
    the goal. The style method of the same name paints with the networks that it trains."""


@hookspec
def register_style_models(register: Register) -> None:
    """Register style networks that are trained already, like trained models: a function that returns the file. The name
    stands for the network in `--model NAME`."""
