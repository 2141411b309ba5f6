"""Beginning with a model that has learned something else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from gancraft.errors import UsageError
from gancraft.models import tensorfile
from tests.training import engine_helpers as engine

SMALL: dict[str, Any] = {"generator__width": 8, "discriminator__width": 8, "pictures": 32, "augment": "none"}
STILL = {"learn__rate_factor": 0.0}  # what it begins with is what it ends with


@pytest.fixture(scope="module")
def dcgan(tmp_path_factory: pytest.TempPathFactory, ramps: Path) -> Path:
    """A run of a convolutional network on grey pictures of 8x8."""
    folder = tmp_path_factory.mktemp("dcgan") / "run"
    engine.finish(engine.choose("dcgan", **SMALL), ramps, folder)
    return folder


def network(folder: Path, name: str) -> dict[str, torch.Tensor]:
    """Weights of the last checkpoint."""
    tensors = tensorfile.read(engine.checkpoints(folder)[-1], "checkpoint")[1]
    prefix = f"network/{name}/"
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def begun(source: Path | str, data: Path | str, folder: Path, **settings: Any) -> list[str]:
    """A run that begins with it; what it says about that."""
    given = {"from_model": str(source), "pictures": 32, **settings}
    return engine.warned(engine.finish(engine.choose(None, **given), data, folder), "from")


def test_from_a_run_both_networks_are_taken(dcgan: Path, ramps: Path, tmp_path: Path) -> None:
    (said,) = begun(dcgan, ramps, tmp_path / "run", **STILL)
    assert "generator and the discriminator" in said and "32 pictures" in said and "new" not in said
    parameters = {name for name in network(dcgan, "discriminator")}
    engine.assert_equal(network(tmp_path / "run", "discriminator"), network(dcgan, "discriminator"))
    mine, theirs = network(tmp_path / "run", "generator"), network(dcgan, "generator")
    learned = [name for name in mine if "running" not in name and "tracked" not in name]
    engine.assert_equal({n: mine[n] for n in learned}, {n: theirs[n] for n in learned})
    assert parameters and any(name.startswith("blocks") for name in parameters)
    told = json.loads((tmp_path / "run" / "run.json").read_text())
    assert told["from"]["networks"] == ["generator", "discriminator"] and told["from"]["pictures"] == 32
    assert told["options"]["generator"]["width"] == 8 and told["options"]["train"]["size"] == "8x8"
    header = tensorfile.read_header(tmp_path / "run" / "model.safetensors", "model")["model"]
    assert header["training"]["from"].startswith("run (")


def test_from_a_file_the_discriminator_starts_new(dcgan: Path, ramps: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    shutil.copy(dcgan / "model.safetensors", file)
    (said,) = begun(file, ramps, tmp_path / "run", discriminator__width=16, **STILL)
    assert "the generator of" in said and "the discriminator starts new, as" in said
    model = tensorfile.read(file, "model")[1]
    mine = network(tmp_path / "run", "generator")
    engine.assert_equal(
        {n: v for n, v in mine.items() if n.endswith("weight")},
        {n: v for n, v in model.items() if n.endswith("weight")},
    )


def test_from_a_name(tmp_path: Path) -> None:
    choice = engine.choose(None, from_model="digits")
    assert choice.method.name == "dcgan" and choice.settings.size == "32x32"
    assert choice.options["data"].channels == "1" and choice.options["generator"].width == 32  # type: ignore[attr-defined]


def test_another_discriminator_starts_new(dcgan: Path, ramps: Path, tmp_path: Path) -> None:
    (said,) = begun(dcgan, ramps, tmp_path / "run", discriminator__width=16)
    assert "starts new (--discriminator.width was 8, now 16)" in said


@pytest.mark.parametrize("count", [1, 2])
def test_frozen_layers_stay(dcgan: Path, ramps: Path, tmp_path: Path, count: int) -> None:
    begun(dcgan, ramps, tmp_path / "run", freeze=count)
    before, after = network(dcgan, "discriminator"), network(tmp_path / "run", "discriminator")
    same = {name for name in before if torch.equal(before[name], after[name])}
    layers = sorted({name.split(".")[1] for name in before if name.startswith("blocks")}, key=int)[:count]
    assert same == {name for name in before if name.startswith(tuple(f"blocks.{layer}." for layer in layers))}
    # And go on so.
    engine.finish(engine.choose(None, from_model=str(dcgan), pictures=64, freeze=count), ramps, tmp_path / "run")
    later = network(tmp_path / "run", "discriminator")
    assert same == {name for name in before if torch.equal(before[name], later[name])}


def test_a_run_goes_on_to_the_same_bits_without_what_it_began_with(tmp_path: Path) -> None:
    engine.ring(tmp_path / "first")
    given = {"from_model": str(tmp_path / "first"), "seed": 3, "learn__schedule": "constant"}
    engine.ring(tmp_path / "whole", **given)
    engine.ring(tmp_path / "parts", **given, pictures=160)
    shutil.move(tmp_path / "first", tmp_path / "gone")
    record = json.loads((tmp_path / "parts" / "run.json").read_text())["options"]
    choice = engine.resolve_train(engine.plugins(), [{"train.pictures": 320}, record])
    assert choice.ancestor is None
    engine.end(engine.finish(choice, "sample:ring", tmp_path / "parts"))
    engine.assert_same(tmp_path / "parts", tmp_path / "whole")
    assert json.loads((tmp_path / "parts" / "run.json").read_text())["from"]["pictures"] == 320


def test_a_grown_network_begins_at_its_full_size(ramps: Path, tmp_path: Path) -> None:
    narrow = {"generator__width": 4, "discriminator__width": 4, "generator__latent_size": 8, "augment": "none"}
    engine.finish(engine.choose("progressive", **narrow, pictures=192), ramps, tmp_path / "first")
    with engine.sessions() as made:
        begun(tmp_path / "first", ramps, tmp_path / "run", freeze=1, pictures=192, **STILL)
    assert made[-1].stage == len(made[-1].stages) - 1 and made[-1].faded == 1
    engine.assert_equal(network(tmp_path / "run", "discriminator"), network(tmp_path / "first", "discriminator"))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"generator__width": 16}, r"don't fit \(--generator.width was 8, now 16\)"),
        ({"size": "16"}, "makes 8x8 grey, and these pictures are 16x16 grey"),
        ({"data__labels": True}, "has no classes, and these pictures have 2 classes"),
        ({"plugin": "dense"}, "its generator is dcgan, and --plugin asks for dense"),
        ({"generator": "dense"}, "its generator is dcgan, and --generator asks for dense"),
        ({"freeze": 3}, "--freeze 3: discriminator dcgan has 2 layers that can be kept; give at most 2"),
        ({"freeze": 1, "discriminator__width": 16}, "--freeze: the discriminator starts new"),
        ({"from_model": "nowhere"}, "--from nowhere: there is no such file or folder"),
        ({"from_model": None, "freeze": 1}, "name its run with --from"),
    ],
)
def test_what_does_not_fit_is_said_in_a_line(
    dcgan: Path, ramps: Path, tmp_path: Path, settings: dict[str, Any], says: str
) -> None:
    given = {"from_model": str(dcgan), "pictures": 32, **settings}
    with pytest.raises(UsageError, match=says) as caught:
        engine.finish(engine.choose(given.pop("plugin", None), **given), ramps, tmp_path / "run")
    assert "\n" not in str(caught.value)
