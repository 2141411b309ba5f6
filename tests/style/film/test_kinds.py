"""Films by every kind of method, with masks, colours and tiles, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import gancraft
from gancraft.errors import UsageError
from gancraft.events import Finished, Run, Warned
from gancraft.pictures import Picture
from gancraft.style.film import paint_film
from gancraft.style.film.flicker import flicker
from gancraft.style.film.painters import Carried, completed
from gancraft.style.masks import MaskPair
from gancraft.style.tensors import to_array
from tests.style.film.helpers import moving, tensor, write_animation
from tests.style.film.painting import STYLE, Plain, Trembling, choice, finish, shown
from tests.style.helpers import rough


@pytest.mark.parametrize("smoothing", [0.0, 0.6])
def test_methods_that_paint_at_once_are_smoothed_and_prepared_once(smoothing: float, tmp_path: Path) -> None:
    frames = moving(5)
    film = write_animation(tmp_path / "a.png", frames, [100] * 5)
    Trembling.prepared = 0
    finish(paint_film(tmp_path / "out.apng", choice(plugin="trembling", smoothing=smoothing), film, STYLE))
    error = flicker(shown(tmp_path / "out.apng"), [tensor(frame) for frame in frames])
    assert Trembling.prepared == 1
    assert error > 0.15 if smoothing == 0 else error < 0.12


def test_methods_with_a_run_of_their_own(film: Path, tmp_path: Path) -> None:
    finish(paint_film(tmp_path / "out.apng", choice(plugin="plain", smoothing=0), film, STYLE))
    for before, after in zip(shown(film), shown(tmp_path / "out.apng"), strict=True):
        assert (1 - before - after).abs().max() < 0.01


@pytest.mark.parametrize("colours", ["luminance", "moments"])
def test_with_masks_colours_and_tiles(
    colours: str, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gancraft.style import memory
    from gancraft.style.tiles import tiles

    monkeypatch.setattr(memory, "cut", lambda _n, _l, width, height, *_: tiles(width, height, 32, 16))
    mask = np.zeros((48, 64, 3), np.float32)
    mask[:, :32] = 1
    masks = [MaskPair(Picture(mask, None, "mask.png"))]
    styles = [*STYLE, (Picture(to_array(rough(30, 40, 5)), None, "other.png"), 1.0)]
    run = paint_film(tmp_path / "out.apng", choice(colours=colours, frames="2-4"), film, styles, masks=masks)
    warned = [event.message for event in finish(run) if isinstance(event, Warned) and event.code == "tiles"]
    assert len(warned) == 1  # not once a frame
    assert len(shown(tmp_path / "out.apng")) == 3
    with pytest.raises(UsageError, match="--mask mask.png: is 64x48 pixels, but a.gif is 20x20"):
        small = write_animation(tmp_path / "a.gif", [frame[:20, :20] for frame in moving(2)], [100, 100])
        paint_film(tmp_path / "small.gif", choice(), small, styles, masks=masks)


def test_what_comes_into_sight_has_the_paintings_colours() -> None:
    content = rough(40, 30, 1)
    painted = torch.stack([1 - content[:, 0], content[:, 2] ** 2, content[:, 1]], 1)
    trust = torch.ones(1, 1, 30, 40)
    trust[..., 25:] = 0
    filled = completed(content, Carried(torch.where(trust > 0, painted, torch.zeros_like(painted)), trust))
    assert (filled - painted).abs().max() < 0.05


def test_bad_input_is_told_before_any_work(film: Path, tmp_path: Path) -> None:
    paint = partial(paint_film, tmp_path / "out.mp4", source=film, styles=STYLE)
    with pytest.raises(UsageError, match="at least one style picture"):
        paint_film(tmp_path / "out.mp4", choice(), film, [])
    with pytest.raises(UsageError, match="frames 5-2: the second frame comes before the first"):
        choice(frames="5-2")
    with pytest.raises(UsageError, match="--frames 9: the film has only 5 frames"):
        paint(choice(frames="9-12"))
    with pytest.raises(UsageError, match="is the film to paint from"):
        paint_film(film, choice(), film, STYLE)
    with pytest.raises(UsageError, match="can't start from a picture"):
        paint(choice(plugin="plain"), start=STYLE[0][0])
    assert not (tmp_path / "out.frames").exists()


def test_a_frame_that_fails_to_converge_is_told(film: Path, tmp_path: Path) -> None:
    class Fails(Plain):
        def run(self, job: gancraft.StyleJob, run: Run) -> Any:
            yield Finished(to_array(job.content_NCHW), problem="the loss is no longer a number")

    failing = choice(plugin="plain", frames="1-2")
    failing = replace(failing, method=replace(failing.method, target=Fails))
    seen = finish(paint_film(tmp_path / "out.gif", failing, film, STYLE))
    assert [event.message for event in seen if isinstance(event, Warned) and event.code == "frame"] == [
        "frame 1: the loss is no longer a number",
        "frame 2: the loss is no longer a number",
    ]
