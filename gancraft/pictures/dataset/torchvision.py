"""The sets of torchvision.datasets by their name."""

from __future__ import annotations

import hashlib
import inspect
import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gancraft.errors import UsageError, hint
from gancraft.pictures._files import reason, shown
from gancraft.pictures.dataset.arrays import from_image
from gancraft.pictures.dataset.origin import Origin
from gancraft.pictures.picture import Picture

PREFIX = "torchvision:"
COMMON = ("MNIST", "FashionMNIST", "KMNIST", "EMNIST", "CIFAR10", "CIFAR100", "SVHN", "STL10", "CelebA", "Flowers102")

_SPLITS = {"EMNIST": "balanced"}  # where the split has no default, or not the one for training
_ON_THEIR_SIDE = ("EMNIST",)  # rows and columns are swapped in the published files
_PROBES = 16  # pictures that tell one version of a set from another


def torchvision_root() -> Path:
    """Where the sets lie: $GANCRAFT_DATA, else gancraft/torchvision in the user's cache."""
    own = os.environ.get("GANCRAFT_DATA")
    return Path(own).expanduser() if own else Path.home() / ".cache" / "gancraft" / "torchvision"


def torchvision_origin(name: str, labels: bool) -> Origin:
    """The training pictures of a set; downloaded if they aren't there.

    Raises UsageError for a name that doesn't exist, for a set that can't be had or needs more than a name, and for labels
    that aren't one class a picture.
    """
    kind = _kind(name)
    name = kind.__name__
    data = _loaded(kind, torchvision_root())
    where = f"{PREFIX}{name}"
    names = tuple(f"{name} {number}" for number in range(len(data)))
    if not names or not isinstance(data[0], tuple) or not isinstance(data[0][0], Image.Image):
        raise UsageError(f"{where} isn't a set of pictures: take another, such as {PREFIX}{COMMON[0]}")
    if labels:
        _class(where, data[0][1])
    found: dict[int, int] = {}
    turned = name in _ON_THEIR_SIDE

    def opened(number: int) -> Picture:
        try:
            image, target = data[number]
        except Exception as problem:  # whatever a decoder raises for a damaged file
            raise UsageError(f"{names[number]} can't be read: {reason(problem)}; download it again") from None
        if labels:
            found[number] = _class(where, target)
        return from_image(image.transpose(Image.Transpose.TRANSPOSE) if turned else image, names[number])

    def measured(number: int) -> tuple[int, int] | None:
        try:
            size: tuple[int, int] = data[number][0].size
        except Exception:
            return None
        return size

    return Origin(
        where=where,
        names=names,
        open=opened,
        measure=measured,
        stamp=[where, len(data), _probe(data)],
        label=found.__getitem__ if labels else None,
        classes=tuple(str(title) for title in getattr(data, "classes", ())) if labels else (),
        notes=(f"the pictures of {name} lie on their side in its files; they were turned upright",) if turned else (),
    )


def _kind(name: str) -> type:
    from torchvision import datasets

    kinds = {
        key.casefold(): kind
        for key, kind in vars(datasets).items()
        if isinstance(kind, type) and "root" in inspect.signature(kind).parameters
    }
    if name.casefold() in kinds:
        return kinds[name.casefold()]
    close = hint(name.casefold(), kinds)
    for key, kind in kinds.items():
        close = close.replace(f"'{key}'", f"'{PREFIX}{kind.__name__}'")
    raise UsageError(f"torchvision has no data set '{shown(name)}'{close}; among them are {', '.join(COMMON)}")


def _loaded(kind: type, root: Path) -> Any:
    """From the disk; if it isn't there, from the network."""
    settings: dict[str, Any] = {}
    parameters = inspect.signature(kind).parameters
    if "train" in parameters:
        settings["train"] = True
    elif kind.__name__ in _SPLITS:
        settings["split"] = _SPLITS[kind.__name__]
    downloads = any("download" in inspect.signature(base).parameters for base in kind.__mro__[:-1])
    try:
        if not downloads:
            return kind(str(root), **settings)
        try:
            return kind(str(root), **settings, download=False)
        except (RuntimeError, OSError):
            root.mkdir(parents=True, exist_ok=True)
            return kind(str(root), **settings, download=True)
    except Exception as problem:  # torchvision, the network and the file's parser each have their own
        raise UsageError(
            f"{PREFIX}{kind.__name__} can't be had ({reason(problem)}): put its files below {shown(root)} as torchvision "
            f"lays them out, or name their folder in GANCRAFT_DATA"
        ) from None


def _class(where: str, target: Any) -> int:
    try:
        return int(target)
    except (TypeError, ValueError, RuntimeError):
        raise UsageError(f"{where} has no class for each picture: leave --labels out") from None


def _probe(data: Any) -> str:
    whole = hashlib.sha256()
    for number in np.linspace(0, len(data) - 1, _PROBES).astype(int):
        try:
            image, target = data[int(number)]
            whole.update(f"{image.size} {image.mode} {target}".encode() + image.tobytes())
        except Exception as problem:  # a damaged one is told apart by its damage
            whole.update(reason(problem).encode())
    return whole.hexdigest()
