"""Short runs of the real trainer on a few small pictures."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from gancraft.errors import UsageError
from gancraft.events import Event, Finished
from gancraft.interfaces import DataShape, Plan
from gancraft.models import BatchRandom, load_model, make
from gancraft.models.painters import StyleModels
from gancraft.pictures import open_picture
from gancraft.testing.core import Subject, expect
from gancraft.testing.probes import seeded, smooth
from gancraft.testing.shapes import POINTS, USUAL
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.training.job import train
from gancraft.training.style_choice import LearntStyle, resolve_style_train

NEVER = 10**9
# Looks and sheets cost more than these few steps do.
QUICK: dict[str, Any] = {
    "pictures": 16,
    "batch": 8,
    "device": "cpu",
    "precision": "float32",
    "keep.sheet": "2x1",
    "keep.sheet_every": NEVER,
    "keep.checkpoint_every": 1e6,
    "health.look_every": NEVER,
}


def fitting(subject: Subject) -> DataShape:
    """The first usual shape whose networks can be made. Raises UsageError with what it said of the first one."""
    choice, refused = _choice(subject), []
    for shape in USUAL:
        try:
            with seeded():
                choice.make(Plan(shape, 16, 8)).networks()
        except UsageError as error:
            refused.append(error)
            continue
        return shape
    raise refused[0]


def trained_and_sampled(subject: Subject, shape: DataShape) -> None:
    """Train for two steps, load the model that is left, and make pictures with it."""
    with tempfile.TemporaryDirectory() as place:
        folder, told = Path(place), list[Event]()
        data = "sample:ring" if shape == POINTS else str(_pictures(folder / "data", shape))
        size = {} if shape == POINTS else {"size": f"{shape.width}x{shape.height}"}
        with seeded():
            told += train(_choice(subject, size), data, folder / "run")
        last = told[-1]
        assert isinstance(last, Finished)
        expect(last.problem is None, f"the run ended early: {last.problem}.")
        generator = load_model(folder / "run" / "model.safetensors", subject.plugins).generator
        z_NL = generator.latent(BatchRandom(generator=torch.Generator().manual_seed(0)), 2)
        x_NCHW = make(generator, z_NL)
        found = f"pictures of the shape {tuple(x_NCHW.shape)} for {shape}."
        expect(tuple(x_NCHW.shape) == (2, shape.channels, shape.height, shape.width), found)
        expect(bool(x_NCHW.isfinite().all()), "after two steps its pictures have values that aren't finite.")


def trained_and_painted(subject: Subject, shape: DataShape) -> None:
    """The same of a trainer of style networks; a picture of another size is painted with what is left."""
    given = {"plugin": subject.thing.name, **subject.settings, "size": f"{shape.width}x{shape.height}"}
    choice_of = [given, {"style_size": 16, "data.channels": "3"}, QUICK]
    with tempfile.TemporaryDirectory() as place:
        folder, told = Path(place), list[Event]()
        data = _pictures(folder / "data", shape)
        style = data / "00.png"
        choice = resolve_style_train(subject.plugins, choice_of, [LearntStyle(open_picture(style), 1.0, str(style))])
        with seeded():
            told += train(choice, str(data), folder / "run")
        last = told[-1]
        assert isinstance(last, Finished)
        expect(last.problem is None, f"the run ended early: {last.problem}.")
        model = StyleModels(subject.plugins).open(str(folder / "run"), subject.thing.name)
        x_NCHW = smooth(24, 32, 1) * 2 - 1
        with torch.no_grad():
            painted_NCHW = model.network(x_NCHW)
        expect(painted_NCHW.shape == x_NCHW.shape, f"it paints {tuple(painted_NCHW.shape)} for {tuple(x_NCHW.shape)}.")
        expect(bool(painted_NCHW.isfinite().all()), "after two steps it paints values that aren't finite.")


def _choice(subject: Subject, more: Mapping[str, Any] | None = None) -> TrainChoice:
    """settings: of the parts, by `part.name` or by name where no two parts have it."""
    return resolve_train(subject.plugins, [{"plugin": subject.thing.name, **subject.settings, **(more or {})}, QUICK])


def _pictures(folder: Path, shape: DataShape, count: int = 32) -> Path:
    """Ramps with noise, as PNG."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    for number in range(count):
        ramp_HWC = np.linspace(0, 1, shape.width)[None, :, None] * generator.uniform(0.3, 1, (1, 1, 3))
        x_HWC = 255 * np.clip(ramp_HWC + generator.normal(0, 0.05, (shape.height, shape.width, 3)), 0, 1)
        Image.fromarray(x_HWC.astype(np.uint8)).save(folder / f"{number:02}.png")
    return folder
