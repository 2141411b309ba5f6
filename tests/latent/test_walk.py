"""Walks through latents, and the films of them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Finished, Progress, Started
from gancraft.latent.codes import Codes, seeded, styled
from gancraft.latent.enlarge import auto_scale
from gancraft.latent.film import film
from gancraft.latent.latents import latents
from gancraft.latent.walk import filming, path, spherical, stops, walk
from tests.latent.helpers import bands, plain


def two() -> Codes:
    """Two pictures of the plain model."""
    return seeded(plain(), 0, range(2))


def test_the_way_is_a_great_circle_and_lengths_go_evenly() -> None:
    a, b = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 4.0]])
    t = torch.tensor([0.0, 0.5, 1.0])
    way = spherical(a.expand(3, 2), b.expand(3, 2), t)
    middle = 3 / 2**0.5
    assert torch.allclose(way, torch.tensor([[2.0, 0.0], [middle, middle], [0.0, 4.0]]), atol=1e-5)


def test_many_dimensions_keep_their_length() -> None:
    a, b = torch.randn(2, 512, generator=torch.Generator().manual_seed(0))
    t = torch.linspace(0, 1, 9)
    lengths = spherical(a.expand(9, -1), b.expand(9, -1), t).norm(dim=1)
    assert torch.allclose(lengths, torch.lerp(a.norm(), b.norm(), t), rtol=1e-4)


@pytest.mark.parametrize(("a", "b"), [([1.0, 2.0], [-1.0, -2.0]), ([1.0, 2.0], [2.0, 4.0]), ([0.0, 0.0], [1.0, 2.0])])
def test_latents_in_one_line_go_straight(a: list[float], b: list[float]) -> None:
    way = spherical(torch.tensor([a]), torch.tensor([b]), torch.tensor([0.25]))
    assert torch.allclose(way, torch.lerp(torch.tensor([a]), torch.tensor([b]), 0.25), atol=1e-4)


@pytest.mark.parametrize("eased", [True, False])
def test_the_walk_passes_all_stops_and_closes(eased: bool) -> None:
    stops = torch.randn(4, 6, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(path(stops, torch.arange(4) / 4, eased), stops, atol=1e-5)
    steps = path(stops, torch.arange(400) / 400, eased).roll(-1, 0) - path(stops, torch.arange(400) / 400, eased)
    assert steps.norm(dim=1).max() < 0.1, "no jump, from the last to the first frame neither"


def test_eased_walks_rest_at_the_stops_and_even_ones_do_not() -> None:
    stops = torch.eye(3) * 3
    for eased, low, high in ((True, 0, 0.1), (False, 0.9, 1.1)):
        z = path(stops, torch.arange(300) / 300, eased)
        speed = (z[1:] - z[:-1]).norm(dim=1)
        assert low <= speed[0] / speed.mean() <= high


def test_frames_are_pictures_of_the_seed() -> None:
    model = plain(3, 8, 12)
    frames = list(walk(model, seeded(model, 5, [2, 9]), 0.4, 10, scale=2, device="cpu"))
    assert len(frames) == 4 and frames[0].shape == (16, 24, 3) and frames[0].dtype == np.uint8
    for frame_HWC, number in ((frames[0], 2), (frames[2], 9)):
        colour = (latents(model.generator, 5, [number])[0, :3] / 2 + 0.5).clamp(0, 1) * 255
        assert np.allclose(frame_HWC[3, 3], colour.numpy(), atol=0.6)


def test_one_way_ends_at_the_last_picture() -> None:
    model = plain()
    stops = seeded(model, 5, [2, 9, 4])
    frames = list(walk(model, stops, 0.5, 10, closed=False, scale=1, device="cpu"))
    for frame_HWC, z_L in ((frames[0], stops.values[0]), (frames[2], stops.values[1]), (frames[4], stops.values[2])):
        assert np.allclose(frame_HWC[0, 0], (z_L[:3] / 2 + 0.5).clamp(0, 1) * 255, atol=0.6)
    assert len(list(walk(model, stops, 0.1, 10, closed=False, device="cpu"))) == 1
    with pytest.raises(UsageError, match="two pictures at least"):
        list(walk(model, stops[:1], 1, device="cpu"))


@pytest.mark.parametrize("from_styles", [False, True])
def test_styles_go_straight(from_styles: bool) -> None:
    model = bands()
    ends = seeded(model, 1, [0, 1])
    w_NKS = styled(model, ends).values
    frames = list(
        walk(model, styled(model, ends) if from_styles else ends, 0.3, 10, closed=False, scale=1, device="cpu")
    )
    middle_CHW = model.generator.draw(w_NKS.mean(0, keepdim=True))[0]  # type: ignore[operator]
    assert np.allclose(frames[1], (middle_CHW.permute(1, 2, 0) / 2 + 0.5).clamp(0, 1) * 255, atol=0.6)


def test_a_class_holds_for_the_whole_film() -> None:
    model = plain(1, 8, 8, ("a", "b"))
    first, second = (
        list(walk(model, seeded(model, 0, [0, 1], n), 0.2, 10, truncation=0.1, device="cpu")) for n in (0, 1)
    )
    assert all((b.astype(int) - a).mean() > 90 for a, b in zip(first, second, strict=True))


def test_small_pictures_are_enlarged() -> None:
    assert [auto_scale(8, 8), auto_scale(64, 64), auto_scale(41, 28), auto_scale(512, 512), auto_scale(900, 10)] == [64, 8, 12, 1, 1]  # fmt: skip


@pytest.mark.parametrize("ending", ["mp4", "gif", "webp"])
def test_films_play(ending: str, tmp_path: Path) -> None:
    target = tmp_path / f"walk.{ending}"
    model = plain(3, 8, 8)
    events = list(filming(model, target, seeded(model, 3, range(3)), 1.5, 12, scale=5, device="cpu"))
    assert isinstance(events[0], Started) and events[0].total == 18 and "40x40" in events[0].summary
    assert len([event for event in events if isinstance(event, Progress)]) == 18
    frames, seconds = read(target)
    assert len(frames) == 18 and frames[0].shape == (40, 40, 3) and seconds == pytest.approx(1.5, abs=0.02)
    expected = list(walk(model, seeded(model, 3, range(3)), 1.5, 12, scale=5, device="cpu"))
    for made, wanted in zip(frames[::6], expected[::6], strict=True):
        assert np.abs(made.astype(int) - wanted).mean() < 4, "colours survive"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_an_mp4_plays_everywhere(tmp_path: Path) -> None:
    target = tmp_path / "odd.mp4"
    with film(target, 25, 3, 33, 21) as add:
        for level in (0, 100, 255):
            add(np.full((21, 33, 3), level, np.uint8))
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context
        assert (codec.name, codec.pix_fmt, codec.width, codec.height) == ("h264", "yuv420p", 34, 22)
        assert (codec.colorspace, codec.color_range, float(stream.average_rate or 0)) == (1, 1, 25)
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "a page can start to play before it has all"


def test_what_fails_leaves_the_old_film(tmp_path: Path) -> None:
    target = tmp_path / "walk.mp4"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError), film(target, 10, 2, 16, 16) as add:
        add(np.zeros((16, 16, 3), np.uint8))
        raise RuntimeError
    assert target.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_a_film_that_is_stopped_keeps_its_frames(tmp_path: Path) -> None:
    for ending in ("mp4", "webp"):
        target = tmp_path / f"walk.{ending}"
        run = filming(plain(), target, two(), 10, 10, scale=4, device="cpu")
        for event in run:
            if isinstance(event, Progress) and event.done == 7:
                run.stop()
        assert isinstance(event, Finished) and event.stopped and event.facts["frames"] == 7
        assert read(target)[1] == pytest.approx(0.7, abs=0.02)  # WebP makes one frame of several that are the same


def test_refusals_come_before_any_work(tmp_path: Path) -> None:
    def refused(name: str, fps: int = 30, seconds: float = 1) -> str:
        with pytest.raises(GancraftError) as caught:
            filming(plain(), tmp_path / name, two(), seconds, fps)
        return str(caught.value)

    assert refused("walk.avi").endswith("'.avi' is no film; use .mp4, .gif, .webp")
    assert "50 frames a second" in refused("walk.gif", fps=60)
    assert "use .mp4" in refused("walk.webp", seconds=3000)
    assert "doesn't exist" in refused("no/walk.mp4")
    (tmp_path / "folder.mp4").mkdir()
    assert "can't be written" in refused("folder.mp4")
    with pytest.raises(UsageError, match="no film"):
        list(walk(plain(2, 1, 1), two(), 1))


def read(file: Path) -> tuple[list[np.ndarray], float]:
    """Frames of a film and its seconds."""
    if file.suffix == ".mp4":
        with av.open(str(file)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            return frames, float(container.duration or 0) / 1e6
    with Image.open(file) as image:
        assert image.info.get("loop") == 0
        frames, total = [], 0
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
            total += image.info["duration"]
        return frames, total / 1000


def test_frames_do_not_hang_on_the_batch() -> None:
    many, one = (list(walk(plain(), two(), 0.5, 10, scale=1, batch=batch, device="cpu")) for batch in (0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(many, one, strict=True)) and len(one) == 5


def test_progress_tells_what_is_left(tmp_path: Path) -> None:
    run = filming(plain(), tmp_path / "walk.mp4", two(), 1, 10, scale=4, device="cpu")
    left = [event.seconds_left for event in run if isinstance(event, Progress)]
    assert len(left) == 10 and left[-1] == 0 and all(second is not None and second >= 0 for second in left)


def test_stops_are_read_from_text() -> None:
    assert stops("3, 17,20") == [3, 17, 20]
    for text in ("3", "", "3,x", "3,-1", "3,99999999999999", "1.5,2"):
        with pytest.raises(UsageError, match="give two numbers of pictures"):
            stops(text)
