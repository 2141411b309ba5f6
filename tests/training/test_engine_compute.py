"""Where and how it is computed: layouts, compilation, memory. Eager float32 on the CPU is the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from gancraft.compute import Compute
from gancraft.errors import GancraftError
from gancraft.events import Started
from gancraft.interfaces import DataShape, Plan
from gancraft.models import load_model
from gancraft.training.step import compiles
from tests.conftest import WritePlugin
from tests.training import engine_helpers as engine

RING = "sample:ring"


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let runs compute in a way that no setting asks for."""

    def use(**how: Any) -> None:
        compute = Compute(torch.device("cpu"), torch.float32, **how)
        monkeypatch.setattr("gancraft.training.job.choose", lambda *_: compute)

    return use


def steps(name: str, ramps: Path, folder: Path, **settings: Any) -> tuple[list[dict[str, Any]], list[str]]:
    source = RING if name == "toy" else ramps
    settings = {"pictures": 160, **({} if name == "toy" else {"size": "8"}), **settings}
    with engine.recorded() as found:
        events = engine.finish(engine.choose(name, **settings), source, folder)
    engine.end(events)
    return found, engine.warned(events, "")


def assert_close(mine: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    assert len(mine) == len(theirs) >= 10
    for number, (one, other) in enumerate(zip(mine, theirs, strict=True)):
        assert one.keys() == other.keys()
        assert one["phase"] == other["phase"]
        for key in one.keys() - {"phase"}:
            assert one[key] == pytest.approx(other[key], rel=1e-3, abs=1e-4), (number, key)


@pytest.mark.parametrize("spectral", [False, True])
def test_the_layout_in_memory_changes_no_result(spectral: bool, on: Any, ramps: Path, tmp_path: Path) -> None:
    """Fused Adam takes numbers as they lie in memory: weights and their gradients must lie alike."""
    found = []
    for last in (True, False):
        on(channels_last=last)
        found.append(steps("scales", ramps, tmp_path / str(last), spectral_norm=spectral, pictures=320)[0])
    assert_close(*found)


def test_gradients_lie_as_their_weights_do(on: Any, tmp_path: Path, write_plugin: WritePlugin) -> None:
    """A loss on the flat numbers of a convolution gives a gradient in the plain layout, whatever that of the weights is."""
    folder = write_plugin("level", """
        import gancraft, torch

        class Dot(gancraft.Generator):
            latent_size = 2
            def __init__(self, options, shape):
                super().__init__(options, shape)
                self.conv = torch.nn.Conv2d(4, 4, 3)
            def forward(self, z_NL, labels_N=None):
                return z_NL[:, :, None, None]

        class Level(gancraft.Trainable):
            sampler = "dot"
            def networks(self):
                return {"dot": Dot(self.options, self.plan.shape)}
            def phases(self):
                return [gancraft.Phase("level", ("dot",), self.level, gancraft.Adam(0.01))]
            def level(self, networks, batch, state, random):
                flat = networks["dot"].conv.weight.flatten()
                return gancraft.Outcome({"level": (flat - torch.linspace(-1, 1, len(flat))).square().sum()})

        @gancraft.hookimpl
        def register_training_methods(register):
            register("level", Level, interface=gancraft.Trainable, summary="Numbers in a row.")
        """)  # fmt: skip
    for last in (True, False):
        on(channels_last=last)
        engine.finish(engine.choose("level", dirs=(folder,)), RING, tmp_path / str(last))
    engine.assert_same(tmp_path / "True", tmp_path / "False")


@pytest.mark.parametrize("name", ["vae", "growing", "scales", "classed", "running", "toy"])
def test_compiled_is_eager(name: str, on: Any, ramps: Path, tmp_path: Path) -> None:
    eager, _ = steps(name, ramps, tmp_path / "eager")
    on(launch="compile", backend="aot_eager")
    compiled, said = steps(name, ramps, tmp_path / "compiled")
    assert said == []  # nothing fell back
    assert_close(compiled, eager)


def test_second_derivatives_of_large_pictures_are_not_compiled_on_a_gpu() -> None:
    def left_out(side: int, device: str, **settings: Any) -> list[str]:
        trainable = engine.choose("toy", settings).make(Plan(DataShape(2, 1, 1), 1000, 16))
        trainable.networks()
        shape, where = (100, 3, side, side), torch.device(device)
        return [phase.name for phase in trainable.phases() if not compiles(phase, shape, where)]

    lazy, always = {"gan.r1": 1.0, "gan.penalty_every": 4}, {"gan.r1": 1.0, "gan.penalty_every": 1}
    assert left_out(256, "cuda", **lazy) == ["penalty"] and left_out(256, "cuda", **always) == ["discriminator"]
    assert left_out(256, "cuda", **{"gan.r1": 0.0}) == []
    assert left_out(128, "cuda", **lazy) == left_out(256, "cpu", **lazy) == []


def test_without_a_compiler_it_goes_on_and_says_so_once_a_phase(on: Any, ramps: Path, tmp_path: Path) -> None:
    def no_compiler(*_: Any) -> Any:
        raise RuntimeError("Compiler: cc is not found.\nA second line.")

    eager, _ = steps("toy", ramps, tmp_path / "eager")
    on(launch="compile", backend=no_compiler)
    found, said = steps("toy", ramps, tmp_path / "run")
    assert [line.split("(")[0] for line in said] == [
        "can't compile the discriminator's step ",
        "can't compile the generator's step ",
    ]
    assert all("cc is not found" in line and "going on without" in line and "\n" not in line for line in said)
    assert found == eager


class TestMemory:
    """With a network that has room for so many pictures at once."""

    @pytest.fixture(autouse=True)
    def room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch
        self.limit(16)

    def limit(self, pictures: int) -> None:
        self.patch.setenv("TEST_MEMORY", str(pictures))

    def go(self, folder: Path, **settings: Any) -> list[Any]:
        return engine.finish(engine.choose("hungry", **{"pictures": 480, "batch": 48, **settings}), RING, folder)

    def test_the_message_names_a_batch_that_fits(self, tmp_path: Path) -> None:
        with pytest.raises(GancraftError) as caught:
            self.go(tmp_path / "run")
        told = "--batch 48: out of memory on cpu, float32; --batch 12 fits, or the same batch in parts: --accumulate 4"
        assert str(caught.value) == f"{told} (--fit-batch does that by itself)" and caught.value.exit_code == 1
        self.limit(12)
        engine.end(self.go(tmp_path / "a", batch=12))
        engine.end(self.go(tmp_path / "b", accumulate=4))

    def test_what_it_names_is_true_of_odd_batches(self, tmp_path: Path) -> None:
        self.limit(3)
        with pytest.raises(GancraftError, match="--batch 2 fits, .*--accumulate 7 "):
            self.go(tmp_path / "run", batch=14)

    def test_on_request_it_goes_on_in_parts(self, tmp_path: Path) -> None:
        events = self.go(tmp_path / "run", fit_batch=True)
        assert engine.warned(events, "memory") == [
            f"out of memory: the batch is computed in {parts} parts from here on" for parts in (2, 4)
        ]
        engine.end(events)
        self.limit(48)
        engine.end(self.go(tmp_path / "asked", accumulate=4))
        engine.assert_same(tmp_path / "run", tmp_path / "asked")
        assert engine.course(tmp_path / "run") == engine.course(tmp_path / "asked")

    def test_no_room_for_one(self, tmp_path: Path) -> None:
        self.limit(0)
        for fit in (False, True):
            with pytest.raises(GancraftError, match="with a single picture: choose a smaller --size or network"):
                self.go(tmp_path / str(fit), fit_batch=fit, batch=4)

    def test_late_in_a_run_it_goes_back_to_the_last_checkpoint(self, tmp_path: Path) -> None:
        """A network that has grown needs more."""
        self.limit(48)
        settings = {"pictures": 960, "method__grows": True, "keep__checkpoint_every": 0}
        with pytest.raises(GancraftError, match="out of memory on .*: go on from the last checkpoint with --fit-batch"):
            self.go(tmp_path / "run", **settings)
        events = self.go(tmp_path / "run", fit_batch=True, **settings)
        assert engine.warned(events, "resumed")[0] == "going on at 480 pictures seen"
        assert engine.end(events).facts["pictures"] == 960
        # Asked for from the start it does so too.
        events = self.go(tmp_path / "other", fit_batch=True, **settings)
        assert engine.end(events).facts["pictures"] == 960 and len(engine.warned(events, "memory")) == 2
        assert engine.warned(events, "resumed") == ["going on at 480 pictures seen"] * 2
        assert sum(isinstance(event, Started) for event in events) == 3
        engine.assert_same(tmp_path / "run", tmp_path / "other")
        model = load_model(tmp_path / "run" / "model.safetensors", engine.plugins())
        assert model.info.stage == 1 and model.generator.more is not None


def test_a_batch_in_bfloat16_goes_on_bit_for_bit(ramps: Path, tmp_path: Path) -> None:
    settings = {"precision": "bfloat16", "pictures": 320, "size": "8", "keep__checkpoint_every": 0}
    for folder in ("whole", "run"):
        engine.end(engine.finish(engine.choose("scales", **settings), ramps, tmp_path / folder))
    for path in engine.checkpoints(tmp_path / "run")[1:]:
        path.unlink()
    engine.finish(engine.choose("scales", **settings), ramps, tmp_path / "run")
    engine.assert_same(tmp_path / "run", tmp_path / "whole")
