"""Codes: what a generator makes pictures of, as latents or as styles, and the small file in which they are kept.

The file is safetensors with one tensor `z` (latents, NL) or `w` (styles, NKS), `labels` where the model has classes, and a
header that says which model they belong to. Shape suffixes: N = pictures, L = latent size, K = styles of a picture, S = style
size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from gancraft.errors import GancraftError, UsageError
from gancraft.latent.latents import PictureRandom, labels, latents
from gancraft.models import Model, StyledGenerator, tensorfile

KIND = "codes"  # in the header
Space = Literal["z", "w"]


@dataclass(frozen=True)
class Codes:
    """Codes of pictures, on the CPU. space: "z", values NL, or "w", values NKS (of a `StyledGenerator`). labels_N: their
    classes, int64, for a model that has classes."""

    space: Space
    values: Tensor
    labels_N: Tensor | None = None

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, part: slice | Sequence[int]) -> Codes:
        """Those of some pictures."""
        some = part if isinstance(part, slice) else list(part)
        return Codes(self.space, self.values[some], None if self.labels_N is None else self.labels_N[some])

    def with_values(self, values: Tensor) -> Codes:
        """Others in the same space, of the same classes."""
        return Codes(self.space, values, self.labels_N)


def seeded(model: Model, seed: int, numbers: Sequence[int], label: int | None = None) -> Codes:
    """Latents of the pictures of these numbers, as `gancraft sample` makes them. label: the class of all; None: each class
    in turn."""
    return Codes("z", latents(model.generator, seed, numbers), labels(model.info, numbers, label))


@torch.no_grad()
def styled(model: Model, codes: Codes) -> Codes:
    """The same pictures by their styles. Raises UsageError for a generator without styles."""
    if codes.space == "w":
        return codes
    generator = styled_generator(model)
    place = next(generator.parameters()).device
    labels_N = None if codes.labels_N is None else codes.labels_N.to(place)
    return Codes("w", generator.styles(codes.values.to(place), labels_N).float().cpu(), codes.labels_N)


def styled_generator(model: Model) -> StyledGenerator:
    """The generator of a model whose pictures have styles. Raises UsageError for one without."""
    if not isinstance(model.generator, StyledGenerator):
        raise UsageError(
            f"this model has no styles (its generator: {model.info.name}); choose one whose generator has "
            "(`gancraft models` lists models)"
        )
    return model.generator


def save_codes(path: Path, model: Model, codes: Codes, facts: Mapping[str, Any] | None = None) -> None:
    """Write codes of a model's pictures, whole or not at all. facts: plain values that say how they came about. Raises
    OSError."""
    from gancraft import __version__

    header = {"version": __version__, **owner(model), "space": codes.space, "facts": dict(facts or {})}
    tensors: dict[str, Tensor] = {codes.space: codes.values.float()}
    if codes.labels_N is not None:
        tensors["labels"] = codes.labels_N.long()
    tensorfile.write(path, KIND, header, tensors)


def load_codes(path: Path, model: Model) -> Codes:
    """Codes that were saved for this model. Raises GancraftError in one line: a file that can't be read, codes of another
    model, or ones that don't fit."""
    header, tensors = tensorfile.read(path, KIND)
    check_owner(path, header, model, "codes")
    space: Space = "w" if "w" in tensors else "z"
    values, labels_N = tensors.get(space), tensors.get("labels")
    if values is None or not _fits(model, space, values, labels_N):
        raise GancraftError(f"{path}: its codes don't fit this model; make them again")
    return Codes(space, values.float(), labels_N)


def owner(model: Model) -> dict[str, Any]:
    """What the header of a file says of the model that its contents belong to."""
    return {"model": {"name": model.info.name, "fingerprint": model.fingerprint}}


def check_owner(path: Path, header: Mapping[str, Any], model: Model, what: str) -> None:
    """Raise GancraftError where a file belongs to another model. what: it holds."""
    known = header.get("model")
    if not isinstance(known, dict) or known.get("fingerprint") != model.fingerprint:
        name = f" (its generator: {known.get('name')})" if isinstance(known, dict) else ""
        raise GancraftError(
            f"{path}: holds {what} of another model{name}; they fit only the model that they were made with"
        )


def _fits(model: Model, space: Space, values: Tensor, labels_N: Tensor | None) -> bool:
    """Whether a model can draw these; the file may be anybody's."""
    generator, classes = model.generator, model.info.shape.classes
    if space == "w":
        if not isinstance(generator, StyledGenerator):
            return False
        one: tuple[int, ...] = (generator.layers, generator.style_size)
    else:
        one = tuple(generator.latent(PictureRandom(0, 0), 1).shape[1:])
    if not len(values) or tuple(values.shape[1:]) != one or not bool(values.isfinite().all()):
        return False
    if labels_N is None:
        return space == "w" or not classes
    whole = labels_N.dtype == torch.int64 and labels_N.shape == (len(values),)
    return bool(classes) and whole and bool(((labels_N >= 0) & (labels_N < classes)).all())
