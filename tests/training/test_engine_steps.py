"""Rounds and steps: how often, in how many parts, by which rates, and what is left out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from gancraft.training.average import Average
from gancraft.training.schedule import Schedule
from gancraft.training.session import Session, parts_of
from gancraft.training.settings import LearnOptions
from tests.training import engine_helpers as engine

RING = "sample:ring"


def steps(folder: Path, data: Path | str = RING, plugin: str = "toy", **settings: Any) -> list[dict[str, Any]]:
    """What every step of a run of 10 rounds reports."""
    with engine.recorded() as found:
        engine.end(engine.finish(engine.choose(plugin, **{"pictures": 160, "batch": 16, **settings}), data, folder))
    return found


def phases(found: list[dict[str, Any]]) -> str:
    return "".join(step["phase"][0] for step in found)


def test_steps_in_a_row(tmp_path: Path) -> None:
    found = steps(tmp_path / "a", discriminator_steps=3, generator_steps=2)
    assert phases(found) == "dddgg" * 4  # pictures are those of the discriminator: 48 a round, until 160 are reached
    assert "r1" in found[0] and "r1" in found[1]


def test_a_penalty_now_and_then(tmp_path: Path) -> None:
    """Its weight makes good for the rounds, and for the discriminator's steps in a row."""
    assert phases(steps(tmp_path / "a", penalty_every=4)) == "dpg" + "dg" * 3 + "dpg" + "dg" * 3 + "dpgdg"
    always = steps(tmp_path / "b", generator_rate=0, discriminator_rate=0, discriminator_steps=2, pictures=1280)
    seldom = steps(
        tmp_path / "c", generator_rate=0, discriminator_rate=0, discriminator_steps=2, penalty_every=4, pictures=1280
    )
    sums = [sum(step.get("r1", 0.0) for step in found) for found in (always, seldom)]
    assert sums[1] == pytest.approx(sums[0], rel=0.2) and not any(
        "r1" in s for s in seldom if s["phase"] == "discriminator"
    )


@pytest.mark.parametrize("parts", [2, 4])
def test_a_batch_in_parts_is_the_same_batch(parts: int, tmp_path: Path) -> None:
    """With a Trainable that draws nothing: the encoder's noise is taken away."""
    quiet = _without_noise(tmp_path)
    at_once = steps(tmp_path / "a", RING, "quiet", dirs=(quiet,))
    in_parts = steps(tmp_path / "b", RING, "quiet", dirs=(quiet,), accumulate=parts)
    assert len(at_once) == len(in_parts) == 10 and at_once[0]["loss"] > 2 * at_once[-1]["loss"]
    for one, other in zip(at_once, in_parts, strict=True):
        assert other["loss"] == pytest.approx(one["loss"], abs=1e-5)
        assert other["gradient/fit"] == pytest.approx(one["gradient/fit"], abs=1e-5)


def _without_noise(folder: Path) -> Path:
    (folder / "own").mkdir()
    (folder / "own" / "quiet.py").write_text(
        """
import gancraft, torch

class Point(gancraft.Generator):
    latent_size = 2
    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.middle = torch.nn.Parameter(torch.full((2,), 3.0))
    def forward(self, z_NL, labels_N=None):
        return (self.middle + 0 * z_NL)[:, :, None, None]

class Quiet(gancraft.Trainable):
    sampler = "point"
    def networks(self):
        return {"point": Point(self.options, self.plan.shape)}
    def phases(self):
        return [gancraft.Phase("fit", ("point",), self.fit, gancraft.Adam(0.3))]
    def fit(self, networks, batch, state, random):
        return gancraft.Outcome({"loss": (networks["point"].middle - batch.x_NCHW.flatten(1)).square().mean()})

@gancraft.hookimpl
def register_training_methods(register):
    register("quiet", Quiet, interface=gancraft.Trainable, summary="The middle of the points.")
"""
    )
    return folder / "own"


def test_no_picture_of_a_batch_is_left_out() -> None:
    assert [parts_of(12, n) for n in (1, 2, 5, 7, 12, 99)] == [1, 2, 6, 12, 12, 12]
    assert parts_of(7, 2) == 7 and parts_of(1, 4) == 1


def test_a_strong_discriminator_rests_until_it_isnt(tmp_path: Path) -> None:
    """Its loss is measured on while it rests, so that it wakes up again."""
    strong = {
        "loss": "lsgan",
        "discriminator_rate": 0.02,
        "generator_rate": 0.02,
        "skip_below": 0.3,
        "gan__r1": 0,
        "pictures": 3200,
    }
    found = steps(tmp_path / "run", **strong)
    told = phases(found)
    assert told.count("g") == 200 and told.count("d") < 190
    assert "gg" in told and "dg" in told[told.index("gg") :], "it rested and woke up again"


def test_noise_on_what_the_discriminator_sees_fades(tmp_path: Path) -> None:
    seen: list[tuple[int, float]] = []
    with pytest.MonkeyPatch.context() as patch:
        before = Session.pieces

        def look(self: Session) -> Any:
            yield from before(self)
            seen.append((self.pictures, float(self.state["noise"])))

        patch.setattr(Session, "pieces", look)
        steps(tmp_path / "run", instance_noise=0.5, noise_until=0.5)
    assert seen == [(16 * (i + 1), pytest.approx(max(0, 0.5 * (1 - 16 * i / 80)))) for i in range(10)]


def test_that_noise_reaches_the_discriminator(tmp_path: Path) -> None:
    """At rate 0 nothing learns: the same pictures and latents, with and without."""
    still = {"generator_rate": 0, "discriminator_rate": 0}
    plain, noisy = (steps(tmp_path / str(n), **still, instance_noise=n, noise_until=1)[0] for n in (0.0, 5.0))
    assert abs(plain["real"] - noisy["real"]) > 1e-3 and abs(plain["fake"] - noisy["fake"]) > 1e-3


def test_smoothed_labels_bound_the_loss_from_below(tmp_path: Path) -> None:
    still = {"generator_rate": 0, "discriminator_rate": 0}
    plain, smooth = (steps(tmp_path / str(n), **still, loss__smoothing=n)[0] for n in (0.0, 0.2))
    assert smooth["real"] == plain["real"] and smooth["discriminator"] == pytest.approx(
        plain["discriminator"] + 0.2 * plain["real"], rel=1e-4
    )


@pytest.mark.parametrize("plugin", ["toy", "scales"])
def test_spectral_norm_bounds_every_layer(plugin: str, ramps: Path, tmp_path: Path) -> None:
    """To a largest singular value of 1, in training, in the layout of a resumed run and in the plain one."""
    data = ramps if plugin == "scales" else RING
    settings = {"spectral_norm": True, "pictures": 640, "discriminator_rate": 0.01}
    with engine.sessions() as made:
        steps(tmp_path / "run", data, plugin, **settings)
    layers = [m for m in made[0].networks["discriminator"].modules() if "weight" in getattr(m, "parametrizations", {})]
    assert len(layers) == 3
    for layer in layers:
        largest = float(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), ord=2))
        assert largest == pytest.approx(1, abs=0.15)


def test_each_side_has_its_rate(tmp_path: Path) -> None:
    with engine.sessions() as made:
        steps(
            tmp_path / "run", generator_rate=1e-3, discriminator_rate=4e-3, learn__schedule="constant", rate_factor=0.5
        )
    assert made[0].optimisers.rates() == {"generator": 5e-4, "discriminator": 2e-3}
    used = [made[0].optimisers.of(step.phase).param_groups[0]["lr"] for step in made[0].steps]
    assert used == [2e-3, 5e-4]


def factor(pictures: int, **options: Any) -> float:
    return Schedule(LearnOptions(**options), 1000).factor(pictures)


def test_the_course_of_the_rates() -> None:
    assert factor(0, warm_up=100) == pytest.approx(0.01) and factor(99, warm_up=100) == 1 == factor(500, warm_up=100)
    assert factor(0, schedule="cosine", final=0.1) == 1 and factor(1000, schedule="cosine", final=0.1) == pytest.approx(
        0.1
    )
    assert factor(500, schedule="cosine", final=0.1) == pytest.approx(0.55)
    assert factor(50, schedule="cosine", warm_up=100, final=0) == pytest.approx(
        0.51 * (1 + math.cos(math.pi * 0.05)) / 2
    )
    assert factor(699, schedule="step", drop_at=0.7, drop=0.2) == 1
    assert factor(700, schedule="step", drop_at=0.7, drop=0.2) == pytest.approx(0.2)
    assert factor(10, rate_factor=3) == 3


def test_a_plateau_drops_the_rates_once_a_patience() -> None:
    schedule = Schedule(LearnOptions(schedule="plateau", patience=300, drop=0.5), 10_000)
    distances = {100: 9.0, 200: 8.0, 300: 8.5, 400: 8.1, 500: 8.2, 600: 8.3, 700: 8.0, 800: 9.0, 900: 7.0, 1000: 7.1}
    assert [at for at, distance in distances.items() if schedule.look(at, distance)] == [500, 800]
    assert schedule.factor(0) == 0.25
    other = Schedule(LearnOptions(schedule="plateau", patience=300, drop=0.5), 10_000)
    other.from_dict(schedule.to_dict())
    assert other.look(1100, 7.2) is False and other.look(1200, 7.2) is True


@pytest.mark.parametrize("remedy", ["warn", "off"])
def test_a_plateau_is_seen_whether_or_not_the_health_is_watched(remedy: str, tmp_path: Path) -> None:
    settings = {"learn__schedule": "plateau", "patience": 32, "drop": 0.5, "look_every": 16, "generator_rate": 0}
    choice = engine.choose("toy", pictures=160, batch=16, remedy=remedy, **settings)
    with engine.sessions() as made:
        events = engine.finish(choice, RING, tmp_path / "run")
    assert len(engine.warned(events, "plateau")) >= 3
    assert "quality has stalled: the learning rates drop to 0.5 of the first" in engine.warned(events, "plateau")[0]
    assert made[0].schedule.eased <= 0.125


def test_the_average_has_the_half_life_it_was_given() -> None:
    """A network that jumps from 0 to 1: after the half-life the average is half-way, whatever the batch."""
    for batch in (10, 50):
        network = torch.nn.Linear(1, 1)
        torch.nn.init.zeros_(network.weight)
        average = Average(network, 1000.0)
        torch.nn.init.ones_(network.weight)
        for pictures in range(100_000, 101_000, batch):
            average.aim(pictures, batch)
            average.update()
        assert float(average.network.weight) == pytest.approx(0.5, rel=1e-4)


def test_a_young_average_forgets_its_beginning_sooner() -> None:
    network = torch.nn.Linear(1, 1)
    average = Average(network, 1e9)
    average.aim(900, 100)  # half-life: a twentieth of the 1,000 pictures seen
    assert float(average.weight) == pytest.approx(1 - 0.5 ** (100 / 50))


def test_without_a_half_life_the_average_is_the_network(tmp_path: Path) -> None:
    with engine.sessions() as made:
        steps(tmp_path / "run", average=0)
    engine.assert_equal(dict(made[0].sampler.state_dict()), dict(made[0].networks["generator"].state_dict()))


def test_flips_mirror_half_of_the_pictures(ramps: Path, tmp_path: Path) -> None:
    """The second class is a ramp to the right: mirrored it falls to the right."""
    seen: list[float] = []
    for flip in (False, True):
        with engine.sessions() as made:
            engine.finish(
                engine.choose("vae", size="8", pictures=16, flip=flip), ramps / "class1", tmp_path / str(flip)
            )
        feed = made[0].feed
        assert feed is not None
        rising = 0
        for _ in range(40):
            feed.load()
            x_NCHW = feed.batch().x_NCHW
            rising += int((x_NCHW[..., -1].mean((1, 2)) > x_NCHW[..., 0].mean((1, 2))).sum())
        seen.append(rising / (40 * 16))
    assert seen[0] == 1 and 0.4 < seen[1] < 0.6


def test_every_picture_comes_once_a_pass(ramps: Path, tmp_path: Path) -> None:
    with engine.sessions() as made:
        engine.finish(engine.choose("vae", size="8", pictures=16), ramps, tmp_path / "run")
    feed = made[0].feed
    assert feed is not None
    feed.position = 0
    passes = []
    for _ in range(2):
        rows = []
        for _ in range(4):
            feed.load()
            rows += feed.index_N.tolist()
        assert sorted(rows) == list(range(64))
        passes.append(rows)
    assert passes[0] != passes[1]
