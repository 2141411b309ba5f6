"""Checks of a trained style network that a plugin ships."""

from __future__ import annotations

from pathlib import Path

import torch

from gancraft.models.painters import StyleModel, load_style_model
from gancraft.testing.core import Subject, check, expect
from gancraft.testing.probes import smooth


@check("Its function returns the path of a .safetensors file that is there.")
def file(subject: Subject) -> None:
    path = subject.make()
    expect(isinstance(path, Path), f"a {type(path).__name__}; return a pathlib.Path.")
    expect(path.is_file() and path.suffix == ".safetensors", f"{path}.")


@check("It loads, and paints pictures of any size that its stride divides: finite, and others than they were.")
def makes(subject: Subject) -> None:
    model = _loaded(subject)
    for across, down in ((3, 2), (2, 5)):
        side = model.stride * -(-16 // model.stride)
        x_NCHW = smooth(across * side, down * side, 1) * 2 - 1
        with torch.no_grad():
            y_NCHW = model.network(x_NCHW)
        expect(y_NCHW.shape == x_NCHW.shape, f"{tuple(y_NCHW.shape)} for {tuple(x_NCHW.shape)}.")
        expect(bool(y_NCHW.isfinite().all()), "values that aren't finite.")
        expect(float((y_NCHW - x_NCHW).abs().mean()) > 1e-3, "the picture came back as it was.")


@check("Its file says what it was trained on, for `gancraft info`.")
def told(subject: Subject) -> None:
    expect(bool(_loaded(subject).info.training.get("data")), "it says nothing of its data.")


def _loaded(subject: Subject) -> StyleModel:
    return load_style_model(subject.make(), subject.plugins)
