"""Runs of a discriminator that looks through a network: stopped and gone on with, on two processes, and what never changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gancraft import DataShape, GancraftError
from gancraft.events import Saved
from gancraft.interfaces import Plan
from gancraft.models import tensorfile
from gancraft.training.fits import parameters
from tests.training import engine_helpers as engine
from tests.training import two_ranks
from tests.training.test_engine_ranks import torchrun

SMALL: dict[str, Any] = {
    "size": "24x16",
    "pictures": 128,
    "batch": 8,
    "generator__width": 2,
    "generator__latent_size": 8,
    "discriminator__side": 16,
    "discriminator__width": 4,
    "discriminator__max_width": 16,
    "keep__checkpoint_every": 0,
    "keep__checkpoints": 3,
}
STEPS = 10  # of each of both networks


def judges(file: Path) -> dict[str, Any]:
    """Tensors of the discriminator in a checkpoint."""
    tensors = tensorfile.read(file, "checkpoint")[1]
    start = "network/discriminator/"
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}


@pytest.fixture(scope="module")
def whole(ramps: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("projected") / "whole"
    engine.end(engine.finish(engine.choose("projected", **SMALL), ramps, folder))
    return folder


def test_stopped_it_goes_on_bit_for_bit(whole: Path, ramps: Path, tmp_path: Path) -> None:
    choice = engine.choose("projected", **SMALL)
    run = engine.start(choice, ramps, tmp_path / "run")
    for event in run:
        if isinstance(event, Saved) and int(Path(event.path).stem) >= 48:
            break
    run.close()
    engine.checkpoints(tmp_path / "run")[-1].unlink()
    engine.end(engine.finish(choice, ramps, tmp_path / "run"))
    engine.assert_same(tmp_path / "run", whole)
    assert engine.course(tmp_path / "run") == engine.course(whole)


def test_what_it_looks_through_is_kept_and_never_changes(whole: Path) -> None:
    """In checkpoints, so that a run doesn't depend on what another version of the network would be."""
    choice = engine.choose("projected", **SMALL)
    network = choice.roles["discriminator"].network
    assert network is not None
    known = network.create(network.options()).state_dict()
    first, *_, last = (judges(file) for file in engine.checkpoints(whole))
    engine.assert_equal({name: last[f"projection.network.{name}"] for name in known}, known)
    changed = {name for name in last if not (first[name] == last[name]).all()}
    assert changed and all(name.startswith("heads.") for name in changed)
    assert not [n for n in tensorfile.read(whole / "model.safetensors", "model")[1] if "projection" in n]


def test_its_numbers_are_counted_without_the_memory_for_them() -> None:
    """With the network's own, as a page does that limits how large networks may be."""
    choice, shape = engine.choose("projected", **SMALL), DataShape(4, 24, 16)
    networks = choice.make(Plan(shape, 1, 1)).networks()
    assert parameters(choice, shape) == sum(p.numel() for net in networks.values() for p in net.parameters())


def test_it_begins_with_another_run(whole: Path, ramps: Path, tmp_path: Path) -> None:
    """With its mixing: the heads know no other. There are no lower layers to keep; none of them learns anyway."""
    given = {"from_model": str(whole), "pictures": 8, "learn__rate_factor": 0.0}
    events = engine.finish(engine.choose(None, **given, seed=5), ramps, tmp_path / "run")
    assert "generator and the discriminator" in engine.warned(events, "from")[0]
    mine, theirs = judges(engine.checkpoints(tmp_path / "run")[-1]), judges(engine.checkpoints(whole)[-1])
    same = {name for name in theirs if "parametrizations" not in name or name.endswith("original")}
    engine.assert_equal({n: mine[n] for n in same}, {n: theirs[n] for n in same})
    with pytest.raises(
        GancraftError, match="--freeze 1: discriminator projected has no layers that can be kept; leave"
    ):
        engine.finish(engine.choose(None, **given, gan__freeze=1), ramps, tmp_path / "frozen")


def test_through_another_network_the_discriminator_starts_new(whole: Path, ramps: Path, tmp_path: Path) -> None:
    given = {"from_model": str(whole), "pictures": 8, "discriminator__layers": 2}
    (said,) = engine.warned(engine.finish(engine.choose(None, **given), ramps, tmp_path / "run"), "from")
    assert "the discriminator starts new (--discriminator.layers was 4, now 2)" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"discriminator__network": "embeded"}, r"there is no network 'embeded' \(did you mean 'embedded'"),
        ({"discriminator__layers": 6}, "--discriminator.layers 6: network embedded has 5 style layers"),
        ({"generator": "msg-gan"}, "msg-gan and projected don't fit each other"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(settings: dict[str, Any], said: str, ramps: Path, tmp_path: Path) -> None:
    with pytest.raises(GancraftError, match=said) as raised:
        engine.finish(engine.choose("projected", **{**SMALL, **settings}), ramps, tmp_path / "run")
    assert "\n" not in str(raised.value)


def arguments(data: Path, folder: Path) -> list[str]:
    """Norms that don't depend on the batch; with batch norm each process normalises its own share."""
    words = ["train", str(data), "--plugin", "projected", "--run", str(folder), "--size", "24x16", "--batch", "16"]
    words += ["--pictures", "160", "--device", "cpu", "--precision", "float32", "--sheet", "2x1", "--json"]
    words += ["--sheet-every", str(engine.NEVER), "--look-every", str(engine.NEVER), "--latent-size", "8"]
    words += ["--generator.width", "4", "--generator.norm", "group", "--discriminator.side", "16"]
    return [*words, "--discriminator.width", "8", "--discriminator.max-width", "32"]


@pytest.mark.slow
def test_two_processes_are_as_one(ramps: Path, tmp_path: Path) -> None:
    jobs = [["two", arguments(ramps, tmp_path / "two")]]
    done = torchrun("-m", "tests.training.two_ranks", str(tmp_path), json.dumps(jobs))
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (json.loads((tmp_path / f"two.{rank}.json").read_text()) for rank in (0, 1))
    assert first["code"] == second["code"] == 0, first["said"]
    assert first["digest"] == second["digest"] and first["steps"] == second["steps"]
    two_ranks.run("one", arguments(ramps, tmp_path / "one"), tmp_path)
    alone = json.loads((tmp_path / "one.0.json").read_text())["steps"]
    assert len(alone) == len(first["steps"]) >= 2 * STEPS
    for number, (one, two) in enumerate(zip(alone, first["steps"], strict=True)):
        assert one.keys() == two.keys() and one.pop("phase") == two.pop("phase")
        for key in (key for key in one if not key.startswith("gradient/")):  # a norm of means isn't a mean of norms
            assert two[key] == pytest.approx(one[key], rel=1e-4, abs=1e-4), (number, key)
