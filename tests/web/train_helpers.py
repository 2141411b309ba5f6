"""A third party's method of training for the tests of the Train tab, and a page that offers it."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

import gancraft
from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins


class PatientOptions(gancraft.Options):
    hidden: int = gancraft.option(8, "Units of the hidden layer.", ge=1, le=64, basic=True)
    shift: float = gancraft.option(0.0, "Where reals are moved to.", ge=-1, le=1)


@dataclass
class Followed:
    """What the method did, for the test to look at."""

    steps: int = 0
    hidden: int = 0
    permits: threading.Semaphore | None = None  # one is taken for each step, where the test hands them out


class Maker(gancraft.Generator):
    latent_size = 4

    def __init__(self, options: PatientOptions, shape: gancraft.DataShape):
        super().__init__(options, shape)
        self.size = (shape.channels, shape.height, shape.width)
        pixels = shape.channels * shape.height * shape.width
        self.body = nn.Sequential(nn.Linear(4, options.hidden), nn.Tanh(), nn.Linear(options.hidden, pixels))

    def forward(self, z_NL, labels_N=None):  # type: ignore[no-untyped-def]
        return torch.tanh(self.body(z_NL)).view(-1, *self.size)


class Patient(gancraft.Trainable):
    """Makes the mean picture of its data, a step whenever the test lets it."""

    sampler = "maker"
    followed = Followed()

    def networks(self) -> dict[str, nn.Module]:
        Patient.followed.hidden = self.options.hidden  # type: ignore[attr-defined]
        return {"maker": Maker(self.options, self.plan.shape)}  # type: ignore[arg-type]

    def phases(self) -> Sequence[gancraft.Phase]:
        return [gancraft.Phase("making", ("maker",), self.making, gancraft.Adam(1e-2))]

    def making(self, networks, batch, state, random):  # type: ignore[no-untyped-def]
        followed = Patient.followed
        followed.steps += 1
        if followed.permits is not None:
            followed.permits.acquire()
        fake_NCHW = networks["maker"](random.normal(len(batch.x_NCHW), 4))
        return gancraft.Outcome({"making": (fake_NCHW - batch.x_NCHW).square().mean()})


def with_patient(known: Plugins | None = None) -> Plugins:
    """These plugins, or the bundled ones, and one of a third party."""
    known = known or find_plugins()
    info = PluginInfo("slow", "gancraft-slow", "1.0", "", False)
    entry = Registered(
        "train", "patient", Patient, "Takes its time.", PatientOptions, gancraft.Trainable, frozenset(), info
    )
    return Plugins((*known.infos, info), (*known.entries, entry))


def pictures(folder: Path, count: int = 12, side: int = 8) -> list[Path]:
    """Noise."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    paths = [folder / f"{number}.png" for number in range(count)]
    for path in paths:
        Image.fromarray(random.integers(0, 255, (side, side, 3), np.uint8)).save(path)
    return paths


def packed(paths: Sequence[Path], archive: Path, **more: bytes) -> Path:
    """Files, and others with what is in them, as a .zip."""
    with zipfile.ZipFile(archive, "w") as file:
        for path in paths:
            file.write(path, path.name)
        for name, data in more.items():
            file.writestr(name, data)
    return archive
