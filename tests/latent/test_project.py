"""Projections: a picture is found again, and what there is says so.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import torch

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Preview, Progress, Started
from gancraft.interfaces import DataShape
from gancraft.latent.codes import load_codes, save_codes, seeded
from gancraft.latent.generate import draw
from gancraft.latent.project import Projected, fitted_photo, project
from gancraft.latent.project_options import ProjectOptions
from gancraft.models import Model
from gancraft.pictures import Picture, open_sample
from gancraft.plugins import find_plugins
from tests.latent.export_helpers import untrained
from tests.latent.helpers import Plain, bands, plain

PLUGINS = find_plugins()
QUICK = {"steps": 60, "tries": 16, "candidates": 2, "device": "cpu"}
SMALL = {"width": 4, "max_width": 8, "latent_size": 8}


def picture_of(x_CHW: np.ndarray) -> Picture:
    """As it would be read from a file."""
    x_HWC = np.moveaxis(x_CHW, 0, -1)
    if len(x_CHW) == 4:
        return Picture(np.ascontiguousarray(x_HWC[..., :3]), np.ascontiguousarray(x_HWC[..., 3]))
    return Picture(np.ascontiguousarray(np.broadcast_to(x_HWC, (*x_HWC.shape[:2], 3))))


def own(model: Model, seed: int = 7, label: int | None = None) -> Picture:
    """A picture that the model makes."""
    return picture_of(next(draw(model, seeded(model, seed, [0], label), device="cpu"))[0].numpy())


def projected(
    model: Model, photo: Picture, label: int | None = None, every: int = 0, **options: Any
) -> tuple[Projected, list[Event]]:
    run = project(model, photo, PLUGINS, ProjectOptions(**{**QUICK, **options}), label=label, preview_every=every)
    events = list(run)
    assert run.result is not None
    return run.result, events


def losses(events: list[Event]) -> list[float]:
    return [event.values["loss"] for event in events if isinstance(event, Progress)]


CASES = {
    "latents": ("dcgan", DataShape(1, 16, 16), {"width": 8, "latent_size": 8}, "z"),
    "a sphere, with alpha": ("progressive", DataShape(4, 12, 20), {"stage": 1, **SMALL}, "z"),
    "styles": ("stylegan2", DataShape(3, 12, 16), SMALL, "w"),
    "a style a layer": ("stylegan2", DataShape(3, 16, 12), SMALL, "w+"),
}


@pytest.mark.parametrize("case", CASES)
def test_pictures_of_a_models_own_are_found_again(case: str) -> None:
    name, shape, settings, space = CASES[case]
    model = untrained(name, shape, **settings)
    photo = own(model)
    more = {"steps": 100, "tries": 64, "candidates": 4} if shape.channels == 4 else {}  # half of its numbers are 0 or 1
    result, events = projected(model, photo, space=space, **more)
    course = losses(events)
    assert course[-1] < 0.25 * course[0], "the loss falls strongly"
    worst = np.abs(result.picture_CHW - result.photo_CHW).mean() / result.photo_CHW.std()
    assert worst < 0.35
    assert result.codes.space == space[0] and len(result.codes) == 1
    assert isinstance(events[0], Started) and f"in {space}" in events[0].summary


def test_the_codes_make_the_picture_again(tmp_path: Any) -> None:
    model = bands()
    result, _ = projected(model, own(model), steps=5)
    save_codes(tmp_path / "a.safetensors", model, result.codes)
    again = next(draw(model, load_codes(tmp_path / "a.safetensors", model), device="cpu"))[0].numpy()
    np.testing.assert_array_equal(again, result.picture_CHW)


def test_the_same_seed_finds_the_same_and_nothing_else_changes() -> None:
    model = bands()
    before = torch.random.get_rng_state()
    first, second, other = (projected(model, open_sample("cat"), steps=8, seed=seed)[0] for seed in (3, 3, 4))
    assert torch.equal(first.codes.values, second.codes.values) and not torch.equal(
        first.codes.values, other.codes.values
    )
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(parameter.grad is None for parameter in model.generator.parameters())


@pytest.mark.parametrize("space", ["z", "w"])
def test_classes_are_found_or_kept(space: str) -> None:
    model = bands(("dark", "light"))
    for label in (0, 1):
        result, _ = projected(model, own(model, 2, label), space=space, steps=20)
        assert result.codes.labels_N is not None and result.codes.labels_N.tolist() == [label]
    kept, _ = projected(model, own(model, 2, 1), 0, space=space, steps=5)
    assert kept.codes.labels_N is not None and kept.codes.labels_N.tolist() == [0]


@pytest.mark.slow
def test_a_strong_prior_stays_where_the_generator_has_learned() -> None:
    model, photo = bands(), open_sample("cat")
    free, tame = (projected(model, photo, space="w+", prior=prior, steps=40)[0] for prior in (0.0, 100.0))
    middle_1KS = model.generator.middle()  # type: ignore[attr-defined]
    away = [float((result.codes.values - middle_1KS).norm()) for result in (free, tame)]
    assert away[1] < 0.5 * away[0]
    z_free, z_tame = (projected(model, photo, space="z", prior=prior, steps=40)[0] for prior in (0.0, 100.0))
    off = [abs(float(result.codes.values.square().mean()) - 1) for result in (z_free, z_tame)]
    assert off[1] < 0.1 and off[1] < off[0]


def test_styles_of_w_are_the_same_in_all_layers_and_those_of_w_plus_are_not() -> None:
    model = bands()
    for space, same in (("w", True), ("w+", False)):
        values_KS = projected(model, open_sample("cat"), space=space, steps=10)[0].codes.values[0]
        assert bool((values_KS == values_KS[:1]).all()) == same


def test_events_tell_how_it_goes() -> None:
    model = bands()
    result, events = projected(model, open_sample("cat"), steps=9, every=4)
    assert [event.done for event in events if isinstance(event, Preview)] == [4, 8]
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1].done == progress[-1].total == 9 and set(progress[-1].values) == {
        "loss",
        "perceptual",
        "pixel",
        "prior",
    }
    last = events[-1]
    assert isinstance(last, Finished) and not last.stopped and last.facts["steps"] == 9
    assert last.picture_HWC is not None and last.picture_HWC.shape == result.beside().shape
    height, width, _ = last.picture_HWC.shape
    assert width == 2 * height * 8 // 12 + 8 and pickle.loads(pickle.dumps(last)).facts == last.facts


@pytest.mark.parametrize("moment", ["starts", "steps"])
def test_a_run_that_is_stopped_keeps_the_best(moment: str) -> None:
    model = bands()
    run = project(model, open_sample("cat"), PLUGINS, ProjectOptions(**QUICK))
    for event in run:
        if isinstance(event, Progress) and event.done == (0 if moment == "starts" else 7):
            run.stop()
    assert isinstance(event, Finished) and event.stopped and event.facts["steps"] == (0 if moment == "starts" else 8)
    assert run.result is not None and np.isfinite(run.result.picture_CHW).all()


def test_the_best_start_is_no_worse_than_the_middle() -> None:
    model, photo = bands(), open_sample("cat")
    tried, middle = (losses(projected(model, photo, start=start, steps=1)[1])[0:3] for start in ("best", "middle"))
    assert min(tried) <= middle[0]


def test_photos_are_fitted_as_data_are() -> None:
    red = np.zeros((40, 80, 3), np.float32)
    red[..., 0] = 1
    alpha = np.zeros((40, 80), np.float32)
    alpha[:, 40:] = 1
    photo = Picture(red, alpha)
    shape = DataShape(3, 20, 20)
    cover = fitted_photo(photo, shape, ProjectOptions(background="blue"))
    assert cover.shape == (3, 20, 20) and cover[2, 10, 2] == 1 and cover[0, 10, 17] == 1
    whole = fitted_photo(photo, shape, ProjectOptions(background="blue", fit="contain"))
    assert whole[2, 1].min() == 1 and whole[0, 10, 17] == 1 and whole[0, 10, 2] == 0
    clear = fitted_photo(photo, DataShape(4, 20, 20), ProjectOptions())
    assert clear[3, 10, 2] == 0 and clear[3, 10, 17] == 1
    assert fitted_photo(photo, DataShape(1, 20, 20), ProjectOptions()).shape == (1, 20, 20)


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        (plain(), {"space": "w"}, "no styles"),
        (plain(), {"space": "w+"}, "no styles"),
        (plain(2, 1, 1), {}, "points"),
        (plain(5), {}, "5 channels"),
        (plain(), {"network": "nonet"}, "no network 'nonet'"),
        (plain(), {"device": "cuda:77"}, "not on this machine"),
        (plain(), {"background": "reddish"}, "no colour"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(model: Model, options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        project(model, open_sample("cat"), PLUGINS, ProjectOptions(**options))


def test_a_model_of_no_numbers_is_told() -> None:
    model = untrained("dcgan", DataShape(1, 16, 16), width=8, latent_size=8)
    for parameter in model.generator.parameters():
        parameter.fill_(float("nan"))
    with pytest.raises(GancraftError, match="aren't numbers"):
        projected(model, open_sample("cat"))


class InPlace(Plain):
    """Overwrites what its gradient needs."""

    def forward(self, z_NL: torch.Tensor, labels_N: torch.Tensor | None = None) -> torch.Tensor:
        colour_NC = torch.tanh(z_NL[:, :3])
        colour_NC[:, 0] = 0
        return colour_NC[:, :, None, None].expand(-1, -1, 8, 8)


def test_a_model_without_gradients_is_told() -> None:
    model = plain()
    with pytest.raises(GancraftError, match="gives no gradients"):
        projected(Model(InPlace(model.info.shape).eval(), model.info, model.fingerprint), open_sample("cat"))
