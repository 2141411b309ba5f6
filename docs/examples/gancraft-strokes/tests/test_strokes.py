"""The painter, on a small made picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

import gancraft_strokes
from gancraft import Finished, Preview, Progress, Run, Started, StyleInput, StyleJob
from gancraft.testing import check_plugin
from gancraft_strokes import StrokeOptions
from gancraft_strokes.method import COATS, StrokePainter
from gancraft_strokes.trace import trace

HEIGHT, WIDTH = 72, 96


def photo(seed: int = 0) -> torch.Tensor:
    """A smooth picture of coarse spots, NCHW."""
    coarse = torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(seed))
    return interpolate(coarse, (HEIGHT, WIDTH), mode="bicubic").clamp(0, 1)


BLUE = torch.tensor([0.1, 0.2, 0.8])[None, :, None, None] + 0.05 * torch.randn(
    1, 3, 20, 20, generator=torch.Generator().manual_seed(1)
)


def painted(stop_after: int | None = None, seed: int = 0, preview_every: int = 0, **options: object) -> list[object]:
    """The events of a run. stop_after: coats, after which it is asked to stop."""
    job = StyleJob(photo(), [StyleInput(BLUE.clamp(0, 1))], seed=seed, preview_every=preview_every)
    run = Run(lambda run: StrokePainter(StrokeOptions(**options)).run(job, run))
    events = []
    for event in run:
        events.append(event)
        if stop_after is not None and isinstance(event, Progress) and event.done >= stop_after:
            run.stop()
    return events


def result(**options: object) -> np.ndarray:
    return painted(**options)[-1].picture_HWC


def test_it_is_what_gancraft_expects(gancraft_plugins) -> None:  # type: ignore[no-untyped-def]
    check_plugin("strokes", gancraft_plugins(gancraft_strokes))


def test_a_run_tells_what_it_does() -> None:
    events = painted(preview_every=1, layers=2)
    assert isinstance(events[0], Started) and events[0].total == 2 * COATS
    progress = [event for event in events if isinstance(event, Progress)]
    assert [event.done for event in progress] == sorted(event.done for event in progress)
    assert progress[-1].done == 2 * COATS and {event.level for event in progress} == {1, 2}
    assert [event.done for event in events if isinstance(event, Preview)] == list(range(1, 2 * COATS + 1))
    last = events[-1]
    assert isinstance(last, Finished) and not last.stopped
    assert last.picture_HWC.shape == (HEIGHT, WIDTH, 3) and last.picture_HWC.dtype == np.float32
    assert last.picture_HWC.min() >= 0 and last.picture_HWC.max() <= 1


def test_it_can_be_stopped() -> None:
    events = painted(stop_after=1)
    assert events[-1].stopped and events[-1].picture_HWC.shape == (HEIGHT, WIDTH, 3)
    assert max(event.done for event in events if isinstance(event, Progress)) < 2 * COATS


def test_the_seed_decides() -> None:
    assert np.array_equal(result(seed=3), result(seed=3))
    assert not np.array_equal(result(seed=3), result(seed=4))


def test_smaller_brushes_come_nearer_to_the_photo() -> None:
    def left(layers: int) -> float:
        return painted(layers=layers, strength=0.0, brush=12.0)[-1].facts["difference"]

    one, two, four = left(1), left(2), left(4)
    assert four < 0.9 * two < 0.9 * one


@pytest.mark.parametrize(("strength", "nearer"), [(0.0, "photo"), (1.0, "style")])
def test_whose_colours_it_has(strength: float, nearer: str) -> None:
    mean = result(strength=strength, jitter=0.0).mean((0, 1))
    distances = {"photo": photo()[0].mean((1, 2)), "style": BLUE[0].mean((1, 2))}
    assert min(distances, key=lambda name: np.abs(mean - distances[name].numpy()).sum()) == nearer


def test_thin_paint_changes_a_canvas_less() -> None:
    ground = photo()[0].mean((1, 2)).numpy()
    thin, thick = (result(strength=0.0, opacity=opacity, layers=1, relief=0.0) for opacity in (0.1, 1.0))
    assert np.abs(thin - ground).mean() < 0.5 * np.abs(thick - ground).mean()


@pytest.mark.parametrize(("curvature", "straight"), [(0.0, True), (1.0, False)])
def test_strokes_bend_as_much_as_they_may(curvature: float, straight: bool) -> None:
    """In a flow that runs in circles."""
    y, x = torch.meshgrid(torch.arange(64) - 32.0, torch.arange(64) - 32.0, indexing="ij")
    flow_2HW = torch.stack([-y, x]) / torch.hypot(x, y).clamp(min=1)
    plain, bare = torch.zeros(3, 64, 64), torch.ones(3, 64, 64)
    points_SK2, count_S = trace(torch.tensor([[32.0, 16.0]]), plain, bare, flow_2HW, 2.0, 12, curvature)
    points_K2 = points_SK2[0, : int(count_S[0])]
    assert len(points_K2) == 13
    steps_K2 = points_K2.diff(dim=0)
    turn = torch.atan2(*steps_K2[-1].flip(0)) - torch.atan2(*steps_K2[0].flip(0))
    assert (abs(float(turn)) < 0.01) is straight
    from_middle_K = (points_K2 - 32).norm(dim=1)
    assert straight or float((from_middle_K - 16).abs().max()) < 3


def test_a_grey_photo_and_the_smallest_size() -> None:
    job = StyleJob(torch.full((1, 3, 9, 8), 0.5), [StyleInput(torch.zeros(1, 3, 4, 4))], seed=0)
    (*_, last) = Run(lambda run: StrokePainter(StrokeOptions()).run(job, run))
    assert last.picture_HWC.shape == (9, 8, 3) and np.isfinite(last.picture_HWC).all()


def test_two_styles_count_by_their_weights() -> None:
    red = torch.tensor([0.9, 0.1, 0.1])[None, :, None, None].expand(1, 3, 6, 6)
    styles = [StyleInput(BLUE.clamp(0, 1), 0.25), StyleInput(red, 0.75)]
    job = StyleJob(photo(), styles, seed=0)
    run = Run(lambda run: StrokePainter(StrokeOptions(strength=1.0, jitter=0.0, relief=0.0)).run(job, run))
    (*_, last) = run
    wanted = 0.25 * BLUE.clamp(0, 1)[0].mean((1, 2)) + 0.75 * red[0].mean((1, 2))
    assert np.abs(last.picture_HWC.mean((0, 1)) - wanted.numpy()).max() < 0.08
