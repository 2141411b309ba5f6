"""Checks of a trained model that a plugin ships."""

from __future__ import annotations

from pathlib import Path

import torch

from gancraft.models import BatchRandom, load_model, make
from gancraft.testing.core import Subject, check, expect


@check("Its function returns the path of a .safetensors file that is there.")
def file(subject: Subject) -> None:
    path = subject.make()
    expect(isinstance(path, Path), f"a {type(path).__name__}; return a pathlib.Path.")
    expect(path.is_file() and path.suffix == ".safetensors", f"{path}.")


@check("It loads, and makes finite pictures of the size that its file says, different ones from different latents.")
def makes(subject: Subject) -> None:
    model = load_model(subject.make(), subject.plugins)
    generator, shape = model.generator, model.info.shape
    labels_N = torch.zeros(2, dtype=torch.int64) if shape.classes else None
    x_NCHW = make(generator, generator.latent(BatchRandom(generator=torch.Generator().manual_seed(0)), 2), labels_N)
    expect(tuple(x_NCHW.shape) == (2, shape.channels, shape.height, shape.width), f"the shape {tuple(x_NCHW.shape)}.")
    expect(bool(x_NCHW.isfinite().all()), "values that aren't finite.")
    expect(not torch.equal(x_NCHW[0], x_NCHW[1]), "two latents make the same picture.")


@check("Its file says what it was trained on, for `gancraft info`.")
def told(subject: Subject) -> None:
    info = load_model(subject.make(), subject.plugins).info
    expect(bool(info.training.get("data")), "it says nothing of its data.")
