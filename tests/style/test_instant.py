"""The runner for methods that paint at once, with a method that anybody can check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gancraft import GancraftError, InstantStyle, Options, StyleInput, UsageError
from gancraft.compute import choose
from gancraft.events import Event, Finished, Preview, Progress, Run, Started, Warned
from gancraft.interfaces import StyleJob
from gancraft.style.instant import InstantPainter, InstantPainting, filled
from gancraft.style.lightness import OKLAB, YIQ
from gancraft.style.settings import InstantOptions
from tests.style.helpers import rough, smooth


class Tinted(InstantStyle):
    """The photo's mean colour, over all of it or what counts, becomes the styles'; a box blur makes it look around."""

    stride, reach, rounds = 4, 1, 1

    def __init__(self, options: Options | None = None):
        super().__init__(options or Options())
        self.network = nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False))
        self.prepared = 0

    def prepare(self, styles: Sequence[StyleInput]) -> Tensor:
        self.prepared += 1
        means = []
        for style in styles:
            part = style.part_N1HW if style.part_N1HW is not None else torch.ones_like(style.x_NCHW[:, :1])
            means.append(style.weight * (style.x_NCHW * part).sum((2, 3), keepdim=True) / part.sum())
        return torch.stack(means).sum(0)

    def survey(
        self, x_NCHW: Tensor, state: Any, known: Any, where_N1HW: Tensor, strength: float = 1.0
    ) -> Mapping[str, Tensor]:
        return {"sum": (x_NCHW * where_N1HW).sum((2, 3), keepdim=True), "count": where_N1HW.sum()}

    def frame(
        self,
        x_NCHW: Tensor,
        state: Any,
        *,
        strength: float = 1.0,
        where_N1HW: Tensor | None = None,
        known: Sequence[Mapping[str, Tensor]] | None = None,
    ) -> Tensor:
        assert x_NCHW.shape[2] % 4 == x_NCHW.shape[3] % 4 == 0
        if known is None:
            where = where_N1HW if where_N1HW is not None else torch.ones_like(x_NCHW[:, :1])
            known = [self.survey(x_NCHW, state, [], where)]
        return self.network(x_NCHW) + state - known[0]["sum"] / known[0]["count"]


class Dark(InstantStyle):
    """Takes no style picture, and can't be tiled."""

    capabilities = frozenset({"instant", "styleless"})

    def __init__(self, options: Options | None = None):
        super().__init__(options or Options())
        self.network = nn.Identity()

    def prepare(self, styles: Sequence[StyleInput]) -> None:
        assert not styles

    def frame(self, x_NCHW: Tensor, state: Any, **_: Any) -> Tensor:
        return x_NCHW * 0.5


class Bare(Dark):
    """Can be tiled. Like Dark it does its work outside of modules, where the engine can't count what it takes."""

    reach = 0


def job(width: int = 37, height: int = 26, **changes: Any) -> StyleJob:
    settings = {"styles": [StyleInput(rough(40, 40, 2))], "precision": "float32", "device": "cpu", **changes}
    return StyleJob(0.2 + 0.6 * smooth(width, height, 1), **settings)


def events(job: StyleJob, method: InstantStyle | None = None, **options: Any) -> list[Event]:
    painting = InstantPainting(InstantOptions(**options), method or Tinted())
    return list(Run(lambda run: painting.run(job, run)))


def result(job: StyleJob, method: InstantStyle | None = None, **options: Any) -> Tensor:
    done = events(job, method, **options)[-1]
    assert isinstance(done, Finished) and done.picture_HWC is not None
    return torch.from_numpy(done.picture_HWC).permute(2, 0, 1)[None]


def tiled(monkeypatch: pytest.MonkeyPatch, side: int = 12) -> None:
    from gancraft.style import instant_memory
    from gancraft.style.tiles import tiles

    monkeypatch.setattr(instant_memory, "cut", lambda painter, state, w, h: tiles(w, h, side, 4))


def test_it_paints() -> None:
    found = events(job())
    assert isinstance(found[0], Started) and isinstance(found[1], Progress)
    done = found[-1]
    assert isinstance(done, Finished) and done.picture_HWC is not None and done.picture_HWC.shape == (26, 37, 3)
    assert done.picture_HWC.dtype == np.float32 and 0 <= done.picture_HWC.min() <= done.picture_HWC.max() <= 1
    assert len(str(done.facts["weights"])) == 16 and "torch" in done.facts
    want = rough(40, 40, 2).mean((2, 3))
    torch.testing.assert_close(torch.from_numpy(done.picture_HWC).mean((0, 1))[None], want, atol=0.03, rtol=0)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (5, 30), (64, 32)])
def test_any_size(size: tuple[int, int]) -> None:
    assert result(job(*size)).shape[-2:] == (size[1], size[0])


def test_strength_goes_from_the_photo_to_the_painting() -> None:
    work = job()
    photo, half, full = (result(work, strength=strength) for strength in (0.0, 0.5, 1.0))
    assert torch.equal(photo, work.content_NCHW)
    torch.testing.assert_close(half, (photo + full) / 2)


@pytest.mark.parametrize("masked", [False, True])
def test_tiles_change_nothing(monkeypatch: pytest.MonkeyPatch, masked: bool) -> None:
    place = smooth(37, 26, 5)[:, :1]
    work = job(
        styles=[StyleInput(rough(40, 40, 2), 1.0, place if masked else None), StyleInput(rough(30, 30, 3) * 0.3)]
    )
    whole = result(work)
    tiled(monkeypatch)
    found = events(work)
    assert [e.message for e in found if isinstance(e, Warned)] == ["37x26 is painted in 12 tiles, for want of memory"]
    assert [e.done for e in found if isinstance(e, Progress)] == list(range(1, 25))  # looked at, and painted
    torch.testing.assert_close(result(work), whole)


def test_every_region_has_its_own_statistics() -> None:
    place = torch.zeros(1, 1, 24, 36)
    place[..., :18] = 1
    red, blue = (torch.tensor(c).view(1, 3, 1, 1).expand(1, 3, 20, 20) for c in ((0.8, 0.3, 0.3), (0.3, 0.3, 0.8)))
    painted = result(job(36, 24, styles=[StyleInput(red, 1.0, place), StyleInput(blue)]))
    for half, want in ((painted[..., :18], red), (painted[..., 18:], blue)):
        torch.testing.assert_close(half.mean((2, 3)), want.mean((2, 3)), atol=0.02, rtol=0)


def test_what_no_mask_claims_is_the_photo() -> None:
    place = torch.zeros(1, 1, 24, 36)
    place[..., :18] = 1
    work = job(36, 24, styles=[StyleInput(rough(20, 20, 2), 1.0, place)])
    assert torch.equal(result(work)[..., 18:], work.content_NCHW[..., 18:])


def test_part_of_a_style_picture() -> None:
    half, part = torch.zeros(1, 3, 20, 20), torch.zeros(1, 1, 20, 20)
    half[..., :10], part[..., :10] = 0.7, 1
    painted = result(job(36, 24, styles=[StyleInput(half, 1.0, None, part)]))
    assert float(painted.mean()) == pytest.approx(0.7, abs=0.02)


def test_weights_mix() -> None:
    styles = [StyleInput(torch.full((1, 3, 8, 8), 0.2), 3.0), StyleInput(torch.full((1, 3, 8, 8), 0.8), 1.0)]
    assert float(result(job(36, 24, styles=styles)).mean()) == pytest.approx(0.35, abs=0.01)


@pytest.mark.parametrize("colours", ["luminance", "oklab"])
def test_the_photos_hues_stay(colours: str) -> None:
    work, space = job(), YIQ if colours == "luminance" else OKLAB
    kept, free = (
        (space.into(work.content_NCHW)[:, 1:] - space.into(result(work, colours=mode))[:, 1:]).abs().mean()
        for mode in (colours, "style")
    )
    assert kept < 0.2 * free


@pytest.mark.parametrize("colours", ["moments", "transport"])
@pytest.mark.parametrize("method", [Tinted, Dark])
def test_the_photos_palette(colours: str, method: type[InstantStyle]) -> None:
    """Given to the style, or without one to the result."""
    work = job(styles=[StyleInput(0.2 * rough(40, 40, 2))] if method is Tinted else [])
    apart = [
        float((result(work, method(), colours=mode).mean((2, 3)) - work.content_NCHW.mean((2, 3))).abs().max())
        for mode in (colours, "style")
    ]
    assert apart[0] < 0.05 < apart[1]


def test_one_without_style_pictures() -> None:
    work = job(styles=[])
    torch.testing.assert_close(result(work, Dark()), work.content_NCHW * 0.5)


def test_stopped_between_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is painted is painted, the rest is the photo."""
    work = job()
    whole = result(work)
    tiled(monkeypatch)
    painting = InstantPainting(InstantOptions(), Tinted())
    run = Run(lambda run: painting.run(work, run))
    for event in run:
        if isinstance(event, Progress) and event.done == 13:
            run.stop()
        last = event
    assert isinstance(last, Finished) and last.stopped and last.picture_HWC is not None
    got = torch.from_numpy(last.picture_HWC).permute(2, 0, 1)[None]
    torch.testing.assert_close(got[..., :12, :12], whole[..., :12, :12])
    assert torch.equal(got[..., 12:, :], work.content_NCHW[..., 12:, :])


def test_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    tiled(monkeypatch)
    found = events(job(preview_every=10))
    assert [e.done for e in found if isinstance(e, Preview)] == [10, 20]


def test_styles_are_looked_at_once_for_a_film() -> None:
    method = Tinted()
    painter = InstantPainter(method, InstantOptions(), [StyleInput(rough(40, 40, 2))], choose("cpu", "float32"))
    frames = [painter.paint(0.2 + 0.6 * smooth(36, 24, seed)) for seed in (1, 2, 1)]
    assert method.prepared == 1 and torch.equal(frames[0], frames[2]) and not torch.equal(frames[0], frames[1])


@pytest.mark.parametrize(
    ("method", "size"), [(Tinted, "about --size 16"), (Bare, "about --size 16"), (Dark, "about --size")]
)
def test_too_little_memory_is_told(method: type[InstantStyle], size: str) -> None:
    work = job(64, 64, styles=[] if issubclass(method, Dark) else [StyleInput(rough(40, 40, 2))])
    with pytest.raises(GancraftError, match=size):
        events(work, method(), memory="1KB")


def test_filled_goes_on_by_reflection() -> None:
    x_NCHW = torch.arange(6.0).view(1, 1, 1, 6)
    assert filled(x_NCHW, 4)[0, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 4, 3]


def test_a_method_that_needs_a_style_says_so() -> None:
    from gancraft.plugins import find_plugins
    from gancraft.style.choice import resolve_style
    from gancraft.style.job import check_styles, instant_painter

    choice = resolve_style(find_plugins(), [{"plugin": "adain"}])
    with pytest.raises(UsageError, match="at least one style picture"):
        check_styles(choice, [])
    with pytest.raises(UsageError, match="gram doesn't paint at once"):
        instant_painter(resolve_style(find_plugins(), [{"plugin": "gram"}]), [(None, 1.0)])  # type: ignore[list-item]
