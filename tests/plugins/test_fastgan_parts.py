"""What FastGAN's networks promise for every size, number of channels, class and norm, and in other hands than the trainer's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from gancraft_fastgan import FastganDiscriminatorOptions, FastganGeneratorOptions
from gancraft_fastgan.discriminator import FastganDiscriminator
from gancraft_fastgan.generator import FastganGenerator
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from gancraft import DataShape, UsageError
from gancraft.models import BatchRandom, Cost, check_model, info_of, save_model
from gancraft.plugins import find_plugins
from tests.plugins.helpers import (
    check_compiled,
    check_second_derivative,
    classes,
    count,
    gradients,
    latents,
    pictures,
)

SHAPES = [(3, 64, 64), (1, 28, 28), (3, 120, 72), (4, 96, 64), (1, 16, 16), (3, 8, 8), (3, 33, 49)]
NORMS = [("batch", "batch"), ("group", "group"), ("group", "none")]


def draws(seed: int = 0) -> BatchRandom:
    return BatchRandom(generator=torch.Generator().manual_seed(seed))


def pair(
    shape: DataShape, norms: Sequence[str] = ("batch", "batch"), **more: Any
) -> tuple[FastganGenerator, FastganDiscriminator]:
    """Small ones, whose noise is heard."""
    torch.manual_seed(0)
    makes = FastganGenerator(FastganGeneratorOptions(width=4, max_width=16, latent_size=8, norm=norms[0]), shape)
    judges = FastganDiscriminator(FastganDiscriminatorOptions(width=4, max_width=16, norm=norms[1], **more), shape)
    for name, parameter in makes.named_parameters():
        if name.endswith("strength"):
            nn.init.constant_(parameter, 0.1)
    return makes, judges


def everything(
    makes: FastganGenerator, judges: FastganDiscriminator, x_NCHW: Tensor, labels_N: Tensor | None, random: BatchRandom
) -> Tensor:
    """A loss that every parameter has a part in, as in training: new noise, reals drawn again."""
    fake_NCHW = makes.fakes(random, len(x_NCHW), labels_N)
    own = torch.stack(list(judges.auxiliary(x_NCHW, random).values())).sum()
    return judges(fake_NCHW, labels_N).float().tanh().mean() - judges(x_NCHW, labels_N).float().tanh().mean() + own


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kinds", [0, 3])
def test_every_size_and_class(shape: tuple[int, int, int], kinds: int) -> None:
    wanted = DataShape(*shape, classes=kinds)
    makes, judges = pair(wanted)
    x_NCHW, labels_N = pictures(wanted), classes(wanted)
    made_NCHW = makes(latents(makes), labels_N)
    assert made_NCHW.shape == makes.fakes(draws(), 4, labels_N).shape == x_NCHW.shape and made_NCHW.abs().max() <= 1
    logits = judges(x_NCHW, labels_N)
    assert logits.dim() == 1 and len(logits) % 4 == 0
    found = gradients(everything(makes, judges, x_NCHW, labels_N, draws()), (makes, judges))
    assert all(g.isfinite().all() for g in found)


@pytest.mark.parametrize("norms", NORMS, ids=str)
@pytest.mark.parametrize("patches", [True, False])
def test_norms_and_judgements(norms: tuple[str, str], patches: bool) -> None:
    """Without batch norm no picture bears on another's logits, and logits of a picture stand in a row."""
    shape = DataShape(3, 32, 32, classes=3)
    makes, judges = pair(shape, norms, patches=patches)
    x_NCHW, labels_N = pictures(shape), classes(shape)
    assert judges.together == (0 if norms[1] == "batch" else 1)
    judges.eval()
    both_N = judges(torch.cat([x_NCHW, -x_NCHW]), labels_N.repeat(2))
    torch.testing.assert_close(both_N.chunk(2)[1], judges(-x_NCHW, labels_N), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(judges(x_NCHW[:1], labels_N[:1]), both_N[: len(both_N) // 8], rtol=1e-4, atol=1e-5)
    found = gradients(everything(makes, judges.train(), x_NCHW, labels_N, draws()), (makes, judges))
    assert all(g.isfinite().all() and (g.abs().sum() > 0 or g.dim() == 0) for g in found)


@pytest.mark.slow
def test_compiled_equals_eager() -> None:
    shape = DataShape(3, 16, 12, classes=2)
    check_compiled(*pair(shape, reconstruction=0), shape, tolerance=2e-3)


@pytest.mark.slow
def test_the_compiled_step_equals_the_eager_one() -> None:
    """With noise and what is drawn again, traced as one graph in channels_last, from the same spectral norms."""
    shape = DataShape(3, 16, 12)
    networks = pair(shape, ("group", "none"))
    before = {name: value.clone() for name, value in networks[1].state_dict().items()}

    def found(play: Callable[..., Tensor]) -> list[Tensor]:
        networks[1].load_state_dict(before)
        torch.manual_seed(5)
        return gradients(play(*networks, pictures(shape), None, BatchRandom()), networks)

    eager = found(everything)
    for network in networks:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch._dynamo.reset()
    compiled = found(torch.compile(everything, backend="aot_eager", fullgraph=True))
    for ours, theirs in zip(compiled, eager, strict=True):
        assert (ours - theirs).abs().max() <= 1e-3 * theirs.abs().max() + 1e-7


@pytest.mark.parametrize("norms", NORMS, ids=str)
def test_bfloat16_is_finite_and_near(norms: tuple[str, str]) -> None:
    shape = DataShape(3, 32, 32)
    makes, judges = pair(shape, norms)
    with torch.autocast("cpu", torch.bfloat16):
        loss = everything(makes, judges, pictures(shape), None, draws())
    assert all(g.isfinite().all() for g in gradients(loss, (makes, judges)))
    torch.testing.assert_close(
        loss, everything(*pair(shape, norms), pictures(shape), None, draws()), rtol=0.05, atol=0.05
    )


def test_labels_change_pictures_and_judgements() -> None:
    shape = DataShape(1, 16, 16, classes=5)
    makes, judges = pair(shape)
    z_NL, ones, twos = latents(makes), torch.ones(4, dtype=torch.int64), torch.full((4,), 2)
    assert (makes(z_NL, ones) - makes(z_NL, twos)).abs().max() > 1e-4
    judges.eval()
    assert (judges(pictures(shape), ones) != judges(pictures(shape), twos)).all()


def test_evaluation_leaves_pictures_to_themselves() -> None:
    """A picture hangs on its latent alone, and nothing is learned: no statistics, no spectral norms."""
    shape = DataShape(3, 32, 32)
    for network, x in zip(pair(shape), (torch.randn(6, 8), pictures(shape, 6)), strict=True):
        network(x)
        network.eval()
        before = {name: value.clone() for name, value in network.state_dict().items()}
        whole = network(x)
        torch.testing.assert_close(network(x[:2]), whole[: len(whole) // 3], rtol=1e-4, atol=1e-5)
        assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_a_file_brings_both_back(tmp_path: Path) -> None:
    shape = DataShape(3, 32, 32, classes=2)
    for number, network in enumerate(pair(shape)):
        x = torch.randn(4, 8) if number == 0 else pictures(shape)
        network(x, classes(shape))
        save_file(network.state_dict(), tmp_path / "state.safetensors")
        torch.manual_seed(99)
        other = type(network)(network.options, shape)  # type: ignore[arg-type]
        other.load_state_dict(load_file(tmp_path / "state.safetensors"))
        assert torch.equal(other.eval()(x, classes(shape)), network.eval()(x, classes(shape)))


def test_lower_layers_come_from_the_picture_inwards() -> None:
    """Without its first ones frozen, the rest has no part in them."""
    _, judges = pair(DataShape(3, 64, 64))
    lower = judges.lower()
    assert len(lower) == 4  # the stem, then down to 32, 16 and 8 pixels
    inside = {id(p) for part in lower for p in part.parameters()}
    rest = [name for name, p in judges.named_parameters() if id(p) not in inside]
    assert rest and all(name.startswith(("mixed", "logits", "decoders")) for name in rest)


@pytest.mark.parametrize("norm", ["none", "group"])
def test_a_gradient_penalty_can_be_learned_from(norm: str) -> None:
    shape = DataShape(3, 16, 16)
    _, judges = pair(shape, ("group", norm), reconstruction=0)
    check_second_derivative(judges.eval(), pictures(shape))


def test_its_cost_is_told_without_memory(tmp_path: Path) -> None:
    plugins, shape = find_plugins(), DataShape(3, 32, 32)
    entry = plugins.get("generator", "fastgan")
    options = entry.options(width=4)
    makes = entry.create(options, shape)
    save_model(tmp_path / "m.safetensors", makes, info_of(entry, options, shape))
    cost = check_model(tmp_path / "m.safetensors", plugins, Cost(10**12, 10**12))
    assert cost.operations > count(makes)


def test_onnx_makes_the_same_pictures(tmp_path: Path) -> None:
    """From a first map of 5x3, whose pooling to 4x4 is no plain mean."""
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    makes, _ = pair(DataShape(3, 40, 24))
    makes(latents(makes, 16))
    z_NL = latents(makes, 3)
    torch.onnx.export(makes.eval(), (z_NL,), tmp_path / "m.onnx", dynamo=True, verbose=False)
    session = runtime.InferenceSession(str(tmp_path / "m.onnx"))
    (x_NCHW,) = session.run(None, {session.get_inputs()[0].name: z_NL.numpy()})
    torch.testing.assert_close(torch.from_numpy(x_NCHW), makes(z_NL).detach(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_shapes_that_are_not_possible(kind: str) -> None:
    entry = find_plugins().get(kind, "fastgan")
    with pytest.raises(UsageError, match="not points"):
        entry.create(entry.options(), DataShape(2, 1, 1))
    with pytest.raises(UsageError, match="8 pixels"):
        entry.create(entry.options(), DataShape(3, 7, 64))
