"""Whether what was chosen can be trained on pictures of a shape, and how large it is: found by making its networks, so that
it holds for every plugin's."""

from __future__ import annotations

from collections.abc import Sequence

from gancraft.interfaces import DataShape, Plan
from gancraft.plugins import Plugins
from gancraft.plugins.catalogue import one_line
from gancraft.training.choice import TrainChoice, resolve_train


def misfit(choice: TrainChoice, shape: DataShape) -> str:
    """Why not, in one line; "" where it can."""
    import torch

    try:
        with torch.random.fork_rng(devices=[]):
            choice.make(Plan(shape, choice.settings.pictures, choice.settings.batch)).networks()
    except Exception as problem:  # a third party's network may raise anything
        return one_line(problem)
    return ""


def parameters(choice: TrainChoice, shape: DataShape) -> int:
    """How many numbers its networks have, found on torch's meta device without the memory for them. 0 where a plugin's can't
    be made there."""
    import torch

    try:
        with torch.device("meta"):
            networks = choice.make(Plan(shape, choice.settings.pictures, choice.settings.batch)).networks()
    except Exception:  # what is wrong with it shows when it is made
        return 0
    return sum(parameter.numel() for network in networks.values() for parameter in network.parameters())


def first_that_fits(plugins: Plugins, methods: Sequence[str], shape: DataShape) -> str | None:
    """The first of these methods that can, with its own settings; None if none can."""
    for method in methods:
        if not misfit(resolve_train(plugins, [{"plugin": method}]), shape):
            return method
    return None
