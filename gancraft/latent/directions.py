"""Directions in which a generator's pictures change: what moves pictures along them, and the file in which they are kept.

Shape suffixes: D = directions, N = pictures, L = latent size, K = styles of a picture, S = style size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from gancraft.errors import GancraftError, UsageError
from gancraft.latent.codes import Codes, Space, check_owner, owner, styled
from gancraft.models import Model, StyledGenerator, tensorfile

KIND = "directions"  # in the header of their file


@dataclass(frozen=True)
class Directions:
    """vectors: in the space of latents, DL, or of styles, DS, of the length that codes vary by along them (one standard
    deviation), the most important first. layers: the styles that they move."""

    method: str
    space: Space
    vectors: Tensor
    layers: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.vectors)


def moved(model: Model, codes: Codes, directions: Directions, steps: Sequence[tuple[int, float]]) -> Codes:
    """Codes moved by so many standard deviations along directions: steps of (number, amount). Raises UsageError for a
    number that isn't there."""
    if not steps:
        return codes
    for number, _ in steps:
        if not 0 <= number < len(directions):
            raise UsageError(f"direction {number}: there are {len(directions)}, counted from 0")
    offset = torch.stack([amount * directions.vectors[number] for number, amount in steps]).sum(0)
    if directions.space == "z":
        if codes.space != "z":
            raise UsageError("these directions move latents, but the pictures are given by their styles")
        return codes.with_values(codes.values + offset)
    codes = styled(model, codes)
    w_NKS = codes.values.clone()
    w_NKS[:, list(directions.layers)] += offset
    return codes.with_values(w_NKS)


def step(text: str) -> tuple[int, float]:
    """A direction's number and an amount out of `2:1.5`. Raises UsageError."""
    number, _, amount = text.partition(":")
    try:
        wanted = float(amount)
        if not (number.strip().isdecimal() and abs(wanted) <= 1000):
            raise ValueError
    except ValueError:
        raise UsageError(f"--direction {text}: give its number and how far to go, such as 2:1.5 or 0:-3") from None
    return int(number), wanted


def save_directions(path: Path, model: Model, directions: Directions) -> None:
    """Write directions of a model, whole or not at all. Raises OSError."""
    from gancraft import __version__

    header = {
        "version": __version__,
        **owner(model),
        "method": directions.method,
        "space": directions.space,
        "layers": list(directions.layers),
    }
    tensorfile.write(path, KIND, header, {"vectors": directions.vectors})


def load_directions(path: Path, model: Model) -> Directions:
    """Directions that were saved for this model. Raises GancraftError in one line: a file that can't be read, directions of
    another model, or ones that don't fit."""
    header, tensors = tensorfile.read(path, KIND)
    check_owner(path, header, model, "directions")
    vectors, layers, generator = tensors.get("vectors"), header.get("layers"), model.generator
    space: Space = "w" if header.get("space") == "w" else "z"
    if isinstance(generator, StyledGenerator) and space == "w":
        size, most = generator.style_size, generator.layers
    else:
        size, most = (generator.latent_size, 0) if space == "z" else (-1, 0)
    if not isinstance(layers, list) or not all(type(layer) is int and 0 <= layer < most for layer in layers):
        vectors = None
    if vectors is None or vectors.dim() != 2 or vectors.shape[1] != size or not len(vectors):
        raise GancraftError(f"{path}: its directions don't fit this model; find them again")
    return Directions(str(header.get("method")), space, vectors.float(), tuple(layers or ()))
