"""How large a model is, from its header alone: a file may be anybody's, and ask for more memory than there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from gancraft.errors import GancraftError
from gancraft.interfaces import DataShape
from gancraft.models import Cost, Generator, check_model, info_of, load_model, read_info, save_model
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from tests.conftest import WritePlugin
from tests.latent.helpers import PLUGIN

PLUGINS = find_plugins()
ENOUGH = Cost(10**9, 10**7)


def a_model(path: Path, name: str, shape: DataShape, stage: int = 0, **options: Any) -> Path:
    entry = PLUGINS.get("generator", name)
    chosen = entry.options(**options)
    generator = entry.create(chosen, shape)
    for number in range(1, stage + 1):
        generator.grow(number)
    save_model(path, generator, info_of(entry, chosen, shape, stage=stage))
    return path


def rewritten(path: Path, tensors: dict[str, Tensor] | None = None, **changes: Any) -> Path:
    """The same file with other words in its description. A dict changes what is in it, by name."""
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as archive:
        header = json.loads(archive.metadata()["gancraft"])
        known = {name: archive.get_tensor(name) for name in archive.keys()}  # noqa: SIM118
    for name, value in changes.items():
        inner = isinstance(value, dict)
        header["model"][name] = {**header["model"][name], **value} if inner else value
    target = path.with_name("rewritten.safetensors")
    save_file(known if tensors is None else tensors, target, metadata={"gancraft": json.dumps(header)})
    return target


def refused(path: Path, most: Cost = ENOUGH) -> str:
    with pytest.raises(GancraftError) as caught:
        check_model(path, PLUGINS, most)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "shape", "stage", "options"),
    [
        ("dcgan", DataShape(3, 32, 32), 0, {"width": 8}),
        ("dcgan", DataShape(4, 24, 40, 3), 0, {"width": 8, "up": "resize"}),
        ("dense", DataShape(1, 12, 12, 10), 0, {}),
        ("toy", DataShape(2, 1, 1), 0, {}),
        ("progressive", DataShape(3, 16, 16), 2, {"width": 8, "latent_size": 16}),
    ],
)
def test_bundled_networks_can_be_measured(
    name: str, shape: DataShape, stage: int, options: dict[str, Any], tmp_path: Path
) -> None:
    path = a_model(tmp_path / "m.safetensors", name, shape, stage, **options)
    cost = check_model(path, PLUGINS, ENOUGH)
    assert cost.operations > 1000 and cost.numbers >= shape.height * shape.width * shape.channels


def test_operations_and_numbers_are_counted(tmp_path: Path) -> None:
    path = a_model(tmp_path / "m.safetensors", "dense", DataShape(1, 8, 8), latent_size=10, width=16)
    cost = check_model(path, PLUGINS, ENOUGH)
    assert cost == Cost(operations=2 * (10 * 16 + 16 * 32 + 32 * 64 + 64 * 64), numbers=64 * 64)
    assert "a picture takes 0 million operations" in refused(path, Cost(cost.operations - 1, 10**9))
    assert "too large to be used here: a layer makes" in refused(path, Cost(10**9, cost.numbers - 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"options": {"width": 1024, "max_width": 8192}},
        {"options": {"latent_size": 65_536, "dense": 65_536}},
        {"shape": {"height": 65_536, "width": 65_536}, "options": {"levels": 2}},
        {"shape": {"classes": 65_536}},
        {"name": "dense", "options": {}},
    ],
)
def test_a_file_that_asks_for_a_larger_network_than_it_holds(changes: dict[str, Any], tmp_path: Path) -> None:
    path = a_model(tmp_path / "m.safetensors", "dcgan", DataShape(3, 32, 32), width=8)
    if "name" in changes:
        changes = {**changes, "options": {}}
    message = refused(rewritten(path, **changes))
    assert "the weights don't fit" in message or "no longer knows its settings" in message


def test_weights_that_fit_may_still_be_too_much(tmp_path: Path) -> None:
    """Few weights, but every one of them is used at every pixel of a huge picture."""
    path = a_model(tmp_path / "m.safetensors", "dcgan", DataShape(3, 2048, 2048), width=1, levels=11, latent_size=1)
    assert path.stat().st_size < 100_000
    assert "too large to be used here" in refused(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": {"height": 10**30}},
        {"shape": {"height": -8}},
        {"shape": {"height": 8.5}},
        {"shape": {"height": True}},
        {"shape": {"classes": 10**9}},
        {"stage": 10**12},
        {"stage": "2"},
        {"kind": "style", "name": "gram"},
        {"plugin": ["dcgan"]},
        {"classes": ["a", "b"]},
        {"options": [1]},
        {"training": "long"},
    ],
    ids=str,
)
def test_impossible_descriptions_are_one_line(changes: dict[str, Any], tmp_path: Path) -> None:
    path = rewritten(a_model(tmp_path / "m.safetensors", "dcgan", DataShape(3, 32, 32), width=8), **changes)
    for read in (
        lambda: read_info(path),
        lambda: load_model(path, PLUGINS),
        lambda: check_model(path, PLUGINS, ENOUGH),
    ):
        with pytest.raises(GancraftError, match="rewritten.safetensors: its description is wrong"):
            read()


def test_a_stage_that_the_network_has_not(tmp_path: Path) -> None:
    path = a_model(tmp_path / "m.safetensors", "progressive", DataShape(3, 16, 16), 2, width=8, latent_size=16)
    assert "the weights don't fit" in refused(rewritten(path, stage=9))


def test_sizes_claimed_are_sizes_there(tmp_path: Path) -> None:
    """safetensors itself refuses tensors that reach beyond the file."""
    path = a_model(tmp_path / "m.safetensors", "toy", DataShape(2, 1, 1))
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["body.0.weight"]["shape"] = [1 << 40, 8]
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])
    assert "damaged or incomplete" in refused(path)


def test_a_network_that_needs_real_numbers_cannot_be_measured(tmp_path: Path) -> None:
    class Peeking(Generator):
        latent_size = 2

        def __init__(self, options: Any, shape: DataShape):
            super().__init__(options, shape)
            self.gain = torch.nn.Parameter(torch.ones(1))

        def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
            return z_NL.view(-1, 2, 1, 1) * float(self.gain.sum())

    third = PluginInfo("third", "", "", "", False)
    entry = Registered(
        "generator", "peeking", Peeking, "x", PLUGINS.get("loss", "bce").options, None, frozenset(), third
    )
    plugins = Plugins((*PLUGINS.infos, third), (*PLUGINS.entries, entry))
    shape = DataShape(2, 1, 1)
    path = tmp_path / "m.safetensors"
    save_model(path, entry.create(entry.options(), shape), info_of(entry, entry.options(), shape))
    assert load_model(path, plugins)
    with pytest.raises(GancraftError, match="can't be told without making pictures"):
        check_model(path, plugins, ENOUGH)


def test_a_third_partys_network_is_measured_too(tmp_path: Path, write_plugin: WritePlugin) -> None:
    plugins = find_plugins([write_plugin("discs", PLUGIN)])
    entry = plugins.get("generator", "disc")
    shape = DataShape(3, 16, 16)
    path = tmp_path / "m.safetensors"
    save_model(path, entry.create(entry.options(), shape), info_of(entry, entry.options(), shape))
    assert check_model(path, plugins, ENOUGH).numbers == 3 * 16 * 16
