"""Films painted with a tiny network, and methods for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn

import gancraft
from gancraft.events import Event, Finished, Progress, Run, Started
from gancraft.pictures import Picture, open_picture
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.style.choice import StyleChoice, resolve_style
from gancraft.style.film.read import open_film
from gancraft.style.tensors import to_array, to_tensor
from tests.style.film.helpers import tensor
from tests.style.helpers import rough, tiny_network

STYLE = [(Picture(to_array(rough(40, 40, 2)), None, "noise.png"), 1.0)]


class Trembling(gancraft.InstantStyle):
    """Every frame in another light; one state for all."""

    prepared = 0

    def __init__(self, options: gancraft.Options):
        super().__init__(options)
        self.network = nn.Linear(1, 1)
        self.frames = 0

    def prepare(self, styles: Sequence[gancraft.StyleInput]) -> int:
        type(self).prepared += 1
        return 0

    def frame(self, x_NCHW: Tensor, state: Any, **_: Any) -> Tensor:
        self.frames += x_NCHW.shape[-1] == 64  # others are looked at for their memory
        return (x_NCHW * 0.6 + 0.2 * (self.frames % 2)).clamp(0, 1)


class Plain(gancraft.StyleMethod):
    """A method with a run of its own, and nothing else."""

    def run(self, job: gancraft.StyleJob, run: Run) -> Any:
        yield Started(1)
        yield Finished(1 - to_array(job.content_NCHW))


def plugins() -> Plugins:
    known = find_plugins()
    info = PluginInfo("film-tests", "film-tests", "1.0", "", False)
    made: list[tuple[str, str, Any, type | None]] = [
        ("network", "tiny", lambda options: tiny_network(), None),
        ("style", "trembling", Trembling, gancraft.InstantStyle),
        ("style", "plain", Plain, gancraft.StyleMethod),
    ]
    entries = [
        Registered(kind, name, target, "For tests.", gancraft.Options, interface, frozenset(), info)
        for kind, name, target, interface in made
    ]
    return Plugins((*known.infos, info), (*known.entries, *entries))


PLUGINS = plugins()


def choice(**settings: Any) -> StyleChoice:
    plain = {"size": "64", "precision": "float32", "device": "cpu"}
    optimised = {"network": "tiny", "iterations": 12, "warm_iterations": 6} if "plugin" not in settings else {}
    return resolve_style(PLUGINS, [{**plain, **optimised, **settings}], film=True)


def finish(run: Run, each: Callable[[Event], None] = lambda event: None) -> list[Event]:
    seen = []
    for event in run:
        seen.append(event)
        each(event)
    assert isinstance(seen[0], Started) and isinstance(seen[-1], Finished)
    return seen


def stopping(run: Run, after: int) -> list[Event]:
    """Stopped once so many frames are done, in the midst of the next."""

    def each(event: Event) -> None:
        if isinstance(event, Progress) and event.done == after:
            run.stop()

    return finish(run, each)


def kept(folder: Path) -> list[Tensor]:
    return [to_tensor(open_picture(path).rgb_HWC) for path in sorted(folder.glob("*.png"))]


def shown(path: Path) -> list[Tensor]:
    return [tensor(frame) for frame in open_film(path).frames() if frame is not None]
