"""A texture for each style layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import gancraft
from gancraft.events import Finished, Preview, Progress, Saved, Started
from gancraft.pictures import open_picture, open_sample, read_recipe
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.style.choice import StyleChoice, resolve_style
from gancraft.style.textures import style_layers, textures_to

LAYERS = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]


def choice(**engine: Any) -> StyleChoice:
    optimise = {"iterations": 3, "strength": 1.0, "start": "style", "optimiser": "lbfgs", "levels": 1, **engine}
    return resolve_style(find_plugins(), [{"size": "32", "optimise": optimise}])


def test_layers_are_shallow_to_deep() -> None:
    assert style_layers(choice()) == LAYERS


def test_each_layer_leaves_a_texture_and_a_matrix(tmp_path: Path) -> None:
    events = list(textures_to(tmp_path, choice(), open_sample("woodblock"), preview_every=1))
    assert isinstance(events[0], Started) and events[0].total == 15
    saved = [Path(event.path).name for event in events if isinstance(event, Saved)]
    assert saved == [name for layer in LAYERS for name in (f"{layer}.png", f"{layer}-gram.png")]
    for number, layer in enumerate(LAYERS, 1):
        assert read_recipe(tmp_path / f"{layer}.png")["options"]["optimise"]["style_layers"] == LAYERS[:number]
        texture, matrix = open_picture(tmp_path / f"{layer}.png"), open_picture(tmp_path / f"{layer}-gram.png")
        assert max(texture.width, texture.height) == 32 and matrix.width == matrix.height
    told = [event for event in events if isinstance(event, Progress)]
    assert [event.done for event in told] == sorted(event.done for event in told) and told[-1].done == 15
    assert {event.levels for event in told} == {5} and sorted({event.level for event in told}) == [1, 2, 3, 4, 5]
    assert any(isinstance(event, Preview) and event.done > 12 for event in events)
    end = events[-1]
    assert isinstance(end, Finished) and not end.stopped and end.picture_HWC is not None
    assert list(end.facts["agreement"]) == LAYERS and told[-1].values == end.facts["agreement"]  # type: ignore[call-overload]


def test_more_steps_agree_better(tmp_path: Path) -> None:
    agreed = []
    for steps in (1, 20):
        *_, end = textures_to(tmp_path, choice(iterations=steps), open_sample("woodblock"))
        assert isinstance(end, Finished)
        agreed.append(end.facts["agreement"]["relu1_1"])  # type: ignore[index]
    assert agreed[0] < agreed[1] <= 1 and agreed[1] > 0.8


def test_stopping_keeps_the_layer_at_work_and_begins_no_other(tmp_path: Path) -> None:
    run = textures_to(tmp_path, choice(iterations=50), open_sample("woodblock"))
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, Progress) and event.level == 2:
            run.stop()
    assert isinstance(events[-1], Finished) and events[-1].stopped
    assert sorted(file.stem for file in tmp_path.glob("*.png")) == sorted(
        f"{layer}{end}" for layer in LAYERS[:2] for end in ("", "-gram")
    )


class Blank(gancraft.StyleMethod):
    """A method that looks through no network."""


def test_a_method_without_a_network_is_refused(tmp_path: Path) -> None:
    known = find_plugins()
    info = PluginInfo("blank", "blank", "1.0", "", False)
    entry = Registered("style", "blank", Blank, "Nothing.", gancraft.Options, gancraft.StyleMethod, frozenset(), info)
    plugins = Plugins((*known.infos, info), (*known.entries, entry))
    blank = resolve_style(plugins, [{"plugin": "blank"}])
    with pytest.raises(gancraft.UsageError, match="no layers"):
        list(textures_to(tmp_path, blank, open_sample("woodblock")))
