"""Every method that paints at once, under the engine's runner: the same checks for all of them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from gancraft import InstantStyle, StyleInput, StyleModels
from gancraft.events import Finished, Run
from gancraft.interfaces import StyleJob
from gancraft.plugins import Registered, find_plugins
from gancraft.style import instant_memory
from gancraft.style.instant import InstantPainting
from gancraft.style.lightness import YIQ
from gancraft.style.settings import InstantOptions
from gancraft.style.tensors import to_tensor
from gancraft.style.tiles import tiles
from tests.style.helpers import rough, smooth

METHODS = [entry for entry in find_plugins().entries if entry.kind == "style" and entry.can("instant")]


@pytest.fixture(params=METHODS, ids=lambda entry: entry.name)
def entry(request: pytest.FixtureRequest) -> Registered:
    found: Registered = request.param
    return found


@pytest.fixture
def method(entry: Registered) -> InstantStyle:
    return made(entry)


def made(entry: Registered) -> InstantStyle:
    more = ()
    if entry.can("models"):
        if not find_plugins().names("style-model"):
            pytest.skip("no trained model is shipped")
        more = (StyleModels(find_plugins()),)
    method: InstantStyle = entry.create(entry.options(), *more)
    return method


def painted(method: InstantStyle, content: Tensor, *styles: StyleInput, **options: Any) -> Tensor:
    job = StyleJob(content, styles, precision="float32")
    painting = InstantPainting(InstantOptions(**options), method)
    *_, done = Run(lambda run: painting.run(job, run))
    assert isinstance(done, Finished) and done.picture_HWC is not None
    return to_tensor(done.picture_HWC)


def styles_for(entry: Registered, *more: StyleInput) -> list[StyleInput]:
    return [] if entry.can("styleless") else [*more, StyleInput(rough(60, 50, 2))]


def test_there_are_all_of_them() -> None:
    assert {"adain", "attention"} <= {entry.name for entry in METHODS}


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (17, 50), (90, 33)])
def test_any_size_repeatably(entry: Registered, method: InstantStyle, size: tuple[int, int]) -> None:
    content, styles = smooth(*size, 1), styles_for(entry)
    first, second = painted(method, content, *styles), painted(method, content, *styles)
    assert first.shape == content.shape and 0 <= float(first.min()) <= float(first.max()) <= 1
    assert torch.equal(first, second)


def test_strength_goes_from_the_photo_to_the_painting(entry: Registered, method: InstantStyle) -> None:
    content, styles = smooth(48, 40, 1), styles_for(entry)
    assert torch.equal(painted(method, content, *styles, strength=0), content)
    apart = [(painted(method, content, *styles, strength=s) - content).abs().mean() for s in (0.1, 0.5, 1.0)]
    assert 0 < apart[0] < apart[1] < apart[2]


def test_the_photos_hues_stay(entry: Registered, method: InstantStyle) -> None:
    content, styles = 0.2 + 0.6 * smooth(48, 40, 1), styles_for(entry)
    kept, free = (
        (YIQ.into(content)[:, 1:] - YIQ.into(painted(method, content, *styles, colours=mode))[:, 1:]).abs().mean()
        for mode in ("luminance", "style")
    )
    assert kept < 0.3 * free


@pytest.mark.slow
@pytest.mark.parametrize("masked", [False, True])
def test_tiles_change_nothing(
    entry: Registered, method: InstantStyle, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if method.reach is None or (masked and not entry.can("mask")):
        pytest.skip("it can't")
    place = smooth(200, 150, 5)[:, :1]
    content, styles = (
        smooth(200, 150, 1),
        styles_for(entry, StyleInput(smooth(60, 60, 3), 0.5, place if masked else None)),
    )
    whole = painted(method, content, *styles)
    halo = -(-method.reach // method.stride) * method.stride
    monkeypatch.setattr(instant_memory, "cut", lambda painter, state, w, h: tiles(w, h, 48, halo))
    torch.testing.assert_close(painted(method, content, *styles), whole, atol=2e-3, rtol=0)  # half a step of 8 bits


def test_a_mask_keeps_a_style_to_its_place(entry: Registered, method: InstantStyle) -> None:
    if not entry.can("mask"):
        pytest.skip("it can't")
    place = torch.zeros(1, 1, 64, 96)
    place[..., :48] = 1
    content, one, two = smooth(96, 64, 1), rough(48, 48, 2), 0.5 * smooth(48, 48, 3)
    both = painted(method, content, StyleInput(one, 1.0, place), StyleInput(two))
    other = painted(method, content, StyleInput(one, 1.0, place), StyleInput(1 - two))
    torch.testing.assert_close(both[..., :48], other[..., :48])
    assert (both[..., 48:] - other[..., 48:]).abs().mean() > 0.02
