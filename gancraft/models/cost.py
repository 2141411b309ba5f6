"""How large a model is, found out from its file's header without the memory that it would need.

A model's file may be anybody's, and its description decides how large a network is built: a few bytes could ask for more
memory than there is. So it is built on torch's meta device first, where tensors have a shape and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from gancraft.errors import GancraftError
from gancraft.models.file import ModelInfo, build, misfit, read_info
from gancraft.models.networks import Generator, make
from gancraft.models.random import BatchRandom
from gancraft.plugins import Plugins


@dataclass(frozen=True)
class Cost:
    """Of one picture. operations: floating-point ones, of convolutions and matrix products; numbers: in the largest tensor
    that there is at any time."""

    operations: int
    numbers: int


def check_model(path: Path, plugins: Plugins, most: Cost) -> Cost:
    """What the model of a file costs. Neither its network nor its weights are brought into memory.

    Raises GancraftError in one line where the file is no model, its weights aren't those of the network that it describes, or
    the network costs more than `most`.
    """
    info = read_info(path)
    try:
        with torch.device("meta"):
            generator = build(path, info, plugins)
        _check_sizes(generator, path, info)
        cost = _measured(generator, info)
    except GancraftError:
        raise
    except Exception as error:  # a third party's network may do anything, and meta tensors can't do everything
        raise GancraftError(f"{path}: how large its network is can't be told without making pictures") from error
    for what, needs, may in (
        ("a picture takes {} million operations", cost.operations, most.operations),
        ("a layer makes {} million numbers of a picture", cost.numbers, most.numbers),
    ):
        if needs > may:
            said = what.format(f"{needs / 1e6:,.0f}")
            raise GancraftError(f"{path}: too large to be used here: {said}, {may / 1e6:,.0f} million are the most")
    return cost


def _measured(generator: Generator, info: ModelInfo) -> Cost:
    """Of a generator on the meta device."""
    z_NL = generator.latent(BatchRandom(generator=torch.Generator()), 1).to("meta")
    labels_N = torch.zeros(1, dtype=torch.int64, device="meta") if info.shape.classes else None
    largest = max((x.numel() for x in [*generator.parameters(), *generator.buffers()]), default=0)
    with _Largest() as made, FlopCounterMode(display=False) as counted, torch.device("meta"):
        make(generator, z_NL, labels_N)
    return Cost(counted.get_total_flops(), max(largest, made.numbers))


class _Largest(TorchDispatchMode):
    """Sees the size of every tensor that is made."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        sizes = (x.numel() for x in tree_leaves(out) if isinstance(x, torch.Tensor))
        self.numbers = max(self.numbers, *sizes, 0)
        return out


def _check_sizes(generator: Generator, path: Path, info: ModelInfo) -> None:
    """As loading the weights would do it: a network may know what files of before lack."""
    with safe_open(str(path), framework="pt") as archive:
        sizes = {name: archive.get_slice(name).get_shape() for name in archive.keys()}  # noqa: SIM118
    try:
        with torch.device("meta"):
            generator.load_state_dict({name: torch.empty(size) for name, size in sizes.items()})
    except RuntimeError as error:
        raise misfit(path, info) from error
