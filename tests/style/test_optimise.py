"""The runner: it lowers the loss, repeats, stops when asked, and says what went wrong."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss

from gancraft import GancraftError, UsageError, compute
from gancraft.events import Preview, Progress, Started, Warned
from gancraft.interfaces import StyleInput
from gancraft.style import accelerate, memory
from tests.style.helpers import finish, job, rough, run, smooth, tiny_network


def total(progress: Progress) -> float:
    return sum(progress.values.values())


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_the_loss_falls(optimiser: str) -> None:
    finished, progress = finish(run(job(), optimiser=optimiser, iterations=30, levels=1))
    assert total(progress[-1]) < 0.7 * total(progress[0])
    assert finished.picture_HWC is not None and finished.picture_HWC.shape == (24, 36, 3)
    assert finished.picture_HWC.dtype == np.float32
    assert finished.picture_HWC.min() >= 0 and finished.picture_HWC.max() <= 1
    assert not finished.stopped and finished.problem is None


@pytest.mark.parametrize("start", ["content", "noise", "style"])
def test_the_same_seed_gives_the_same_pixels_and_another_start_others(start: str) -> None:
    first, _ = finish(run(job(), start=start))
    again, _ = finish(run(job(), start=start))
    assert np.array_equal(first.picture_HWC, again.picture_HWC)
    other, _ = finish(run(job(seed=4), start=start))
    assert np.array_equal(first.picture_HWC, other.picture_HWC) == (start == "content")


def test_a_picture_to_start_from_is_used_and_asked_for() -> None:
    start = rough(20, 20, 9)
    finished, _ = finish(run(job(start_NCHW=start), start="picture", iterations=1, learning_rate=1e-5, levels=1))
    content, _ = finish(run(job(), iterations=1, learning_rate=1e-5, levels=1))
    assert np.abs(finished.picture_HWC - content.picture_HWC).mean() > 0.05
    with pytest.raises(UsageError, match="--start-picture"):
        finish(run(job(), start="picture"))


def test_levels_double_and_share_the_iterations() -> None:
    _, progress = finish(run(job(), levels=3, iterations=14))
    assert [p.size for p in progress[:8]] == [(9, 6)] * 8
    assert [p.size for p in progress[8:12]] == [(18, 12)] * 4
    assert progress[-1].size == (36, 24) and progress[-1].done == progress[-1].total == 14


def test_stopping_ends_after_the_step_and_keeps_the_picture() -> None:
    events = run(job(), iterations=1000)
    seen = []

    def watch(event: object) -> None:
        seen.append(event)
        if isinstance(event, Progress) and event.done == 3:
            events.stop()

    finished, progress = finish(events, watch)
    assert finished.stopped and progress[-1].done in (3, 4)  # at most one more step
    assert finished.picture_HWC is not None and finished.picture_HWC.shape == (24, 36, 3)


def test_events_can_be_pickled_and_previews_come_when_asked() -> None:
    seen: list[object] = []
    finish(run(job(preview_every=5), levels=2), seen.append)
    assert isinstance(seen[0], Started) and seen[0].total == 20
    previews = [event for event in seen if isinstance(event, Preview)]
    assert [p.done for p in previews] == [5, 10, 15, 20]
    assert all(type(pickle.loads(pickle.dumps(event))) is type(event) for event in seen)


def test_strength_moves_from_content_to_style() -> None:
    content = smooth(36, 24, 1)[0].permute(1, 2, 0).numpy()
    moved = []
    for strength in (0.0, 0.5, 1.0):
        finished, _ = finish(run(job(), strength=strength, iterations=60))
        moved.append(np.abs(finished.picture_HWC - content).mean())
    assert moved[0] < moved[1] < moved[2]
    assert moved[0] < 0.5 * moved[2]


def test_a_loss_that_is_no_number_keeps_the_last_good_picture() -> None:
    class Breaks(GramLoss):
        calls = 0

        def distance(self, sums, target):  # type: ignore[no-untyped-def]
            Breaks.calls += 1
            losses = super().distance(sums, target)
            return {name: value * (float("nan") if Breaks.calls > 5 else 1) for name, value in losses.items()}

    finished, progress = finish(run(job(), Breaks(GramOptions()), levels=1))
    assert finished.problem is not None and "no longer a number after 6 iterations" in finished.problem
    assert progress[-1].done == 5
    assert np.isfinite(finished.picture_HWC).all()


def test_styles_are_weighed() -> None:
    def result(weights: tuple[float, float]) -> np.ndarray:
        styles = [
            StyleInput(torch.zeros(1, 3, 30, 30) + 0.9, weights[0]),
            StyleInput(torch.zeros(1, 3, 30, 30) + 0.1, weights[1]),
        ]
        the_job = job()
        finished, _ = finish(run(type(the_job)(**{**vars(the_job), "styles": styles}), strength=1.0, iterations=40))
        return finished.picture_HWC

    assert result((3, 1)).mean() > result((1, 3)).mean()
    assert np.allclose(result((1, 1)), result((2, 2)))


@pytest.mark.parametrize("change", [{"pooling": "max"}])
def test_the_networks_options_change_the_result(change: dict[str, object]) -> None:
    plain, _ = finish(run(job()))
    changed, _ = finish(run(job(network=lambda: tiny_network(**change))))
    assert not np.array_equal(plain.picture_HWC, changed.picture_HWC)


def test_unknown_layers_are_named_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"--style-layers: no layer 'relu3'.*relu1, relu2"):
        finish(run(job(), style_layers=["relu3"]))
    with pytest.raises(UsageError, match="--content-layers: 'x' in 'relu2:x' is no number"):
        finish(run(job(), content_layers=["relu2:x"]))
    with pytest.raises(UsageError, match="nothing to do"):
        finish(run(job(), content_weight=0, style_weight=0, variation_weight=0))


def test_layer_weights_change_the_result() -> None:
    plain, _ = finish(run(job()))
    shallow, _ = finish(run(job(), style_layers=["relu1:1", "relu2:0"]))
    assert not np.array_equal(plain.picture_HWC, shallow.picture_HWC)


def test_too_little_memory_is_found_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda _compute: 5e6)
    with pytest.raises(
        GancraftError,
        match=r"out of memory: 480x320 needs about .* GB even in the smallest tiles.*--size \d+ would fit",
    ):
        finish(run(job(480, 320)))
    finish(run(job(36, 24), iterations=2))  # a small one still runs


def test_memory_that_runs_out_in_mid_run_says_which_size_would_fit() -> None:
    class Hungry(GramLoss):
        def distance(self, sums, target):  # type: ignore[no-untyped-def]
            raise RuntimeError(
                "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
            )

    with pytest.raises(GancraftError, match=r"out of memory: 36x24.*--size 16 would fit"):
        finish(run(job(), Hungry(GramOptions())))


def test_compiled_equals_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, _ = finish(run(job(), iterations=5))
    original = compute.choose
    monkeypatch.setattr(
        "gancraft.style.optimise.choose",
        lambda *a: compute.Compute(**{**vars(original(*a)), "launch": "compile", "backend": "aot_eager"}),
    )
    seen: list[object] = []
    compiled, _ = finish(run(job(), iterations=5), seen.append)
    assert not any(isinstance(event, Warned) for event in seen)
    assert np.abs(plain.picture_HWC - compiled.picture_HWC).max() < 1e-4


def test_a_machine_that_cannot_compile_goes_on_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        def call(*_: object) -> object:
            raise RuntimeError("no working C++ compiler\nand a page of detail")

        return call

    monkeypatch.setattr(accelerate.torch, "compile", broken)
    seen: list[object] = []
    finish(run(job(launch="compile"), iterations=3, levels=1), seen.append)
    (warning,) = [event for event in seen if isinstance(event, Warned)]
    assert "no working C++ compiler" in warning.message and "\n" not in warning.message


def test_bfloat16_paints_nearly_the_same() -> None:
    plain, _ = finish(run(job(), iterations=10))
    narrow, _ = finish(run(job(precision="bfloat16"), iterations=10))
    difference = np.abs(plain.picture_HWC - narrow.picture_HWC).mean()
    assert 0 < difference < 0.02


def test_a_device_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="--device cuda:7: not on this machine; there is: cpu"):
        finish(run(job(device="cuda:7")))
    with pytest.raises(UsageError, match="--device gpu"):
        finish(run(job(device="gpu")))
