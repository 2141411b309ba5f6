"""Exported models make the same pictures elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor

from gancraft.errors import GancraftError, UsageError
from gancraft.interfaces import DataShape
from gancraft.latent.export import export_half, export_onnx
from gancraft.latent.generate import pictures
from gancraft.models import Model, load_model
from gancraft.plugins import find_plugins
from tests.latent.export_helpers import inputs, ours, theirs, untrained
from tests.latent.helpers import Plain, bands, plain

SMALL = {"width": 4, "max_width": 8, "latent_size": 8}
CASES = {
    "dcgan": ("dcgan", DataShape(1, 28, 28, 3), {"width": 8, "latent_size": 10}),
    "progressive": ("progressive", DataShape(4, 12, 20), {"stage": 1, "fade": 0.4, **SMALL}),
    "styled": ("stylegan2", DataShape(3, 10, 16, 2), SMALL),
}
SLOW = {
    "odd": ("dcgan", DataShape(3, 41, 27), {"width": 8, "latent_size": 10}),
    "dense": ("dense", DataShape(1, 8, 8), {}),
    "grown": ("progressive", DataShape(3, 28, 41, 5), {"stage": 3, **SMALL}),
    "all scales": ("msg-gan", DataShape(3, 24, 17), SMALL),
    "r3gan": ("r3gan", DataShape(3, 24, 16, 2), {}),
    "fastgan": ("fastgan", DataShape(3, 32, 48), {"width": 4, "max_width": 32}),
    "styled with alpha": ("stylegan2", DataShape(4, 33, 20), SMALL),
}


def check(model: Model, path: Path) -> None:
    """The same pictures in batches of another size than it was traced with, at several truncations."""
    result = export_onnx(model, path)
    assert result.difference is not None and result.difference < 1e-4
    assert b"/home/me" not in path.read_bytes(), "what training wrote of a disk stays at home"
    shape = model.info.shape
    for n, truncation in ((1, 1.0), (5, 0.5), (2, 0.0)):
        given = inputs(model, n, truncation)
        x_NCHW = theirs(path, given)
        assert x_NCHW.shape == (n, shape.channels, shape.height, shape.width) and x_NCHW.dtype == np.float32
        assert truncation < 1 or x_NCHW.std() > 1e-3, "a flat picture would agree with anything"
        np.testing.assert_allclose(x_NCHW, ours(model, given), atol=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_onnxruntime_makes_the_same_pictures(case: str, tmp_path: Path) -> None:
    name, shape, options = CASES[case]
    check(untrained(name, shape, **options), tmp_path / "model.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("case", SLOW)
def test_every_bundled_generator_can_be_exported(case: str, tmp_path: Path) -> None:
    name, shape, options = SLOW[case]
    check(untrained(name, shape, **options), tmp_path / "model.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("name", find_plugins().names("model"))
def test_every_shipped_model_can_be_exported(name: str, tmp_path: Path) -> None:
    plugins = find_plugins()
    entry = plugins.get("model", name)
    check(load_model(entry.create(entry.options()), plugins), tmp_path / "model.onnx")


def test_the_file_says_what_it_is_and_has_the_middle_of_each_class(tmp_path: Path) -> None:
    model = bands(("owl", "cat"))
    result = export_onnx(model, tmp_path / "model.onnx", opset=18)
    assert (result.opset, result.size) == (18, result.path.stat().st_size)
    made = onnx.load(str(result.path))
    onnx.checker.check_model(made)
    (text,) = [entry.value for entry in made.metadata_props if entry.key == "gancraft"]
    facts = json.loads(text)
    assert facts["model"]["shape"] == {"channels": 3, "height": 12, "width": 8, "classes": 2}
    assert facts["model"]["fingerprint"] == model.fingerprint and facts["inputs"] == dict(result.inputs)
    assert "owl, cat" in facts["inputs"]["labels"] and "N x 3 x 12 x 8" in facts["inputs"]["pictures"]
    assert "random numbers with mean 0.0 and" in facts["inputs"]["latents"] and "-0.0" not in str(facts["inputs"])
    assert [entry.name for entry in made.graph.input] == ["latents", "labels", "truncation"]
    assert made.producer_name == "gancraft" and "latents: N x 3 float32" in made.doc_string
    # Truncated to nothing, pictures are those of the middle of each class.
    given = {"latents": torch.randn(4, 3), "labels": torch.tensor([0, 1, 1, 0]), "truncation": torch.tensor(0.0)}
    x_NCHW = theirs(result.path, given)
    np.testing.assert_allclose(x_NCHW, ours(model, given), atol=1e-5)
    assert np.array_equal(x_NCHW[0], x_NCHW[3]) and np.abs(x_NCHW[0] - x_NCHW[1]).max() > 0.1


def test_a_fixed_batch_and_no_truncation(tmp_path: Path) -> None:
    model = plain(3, 8, 12)
    path = export_onnx(model, tmp_path / "model.onnx", batch=3, truncation=False).path
    given = inputs(model, 3)
    assert list(given) == ["latents"]
    np.testing.assert_allclose(theirs(path, given), ours(model, given), atol=1e-6)
    with pytest.raises(Exception, match="dimension"):
        theirs(path, inputs(model, 2))


def test_half_is_half_the_size_and_nearly_the_same(tmp_path: Path) -> None:
    name, shape, options = CASES["dcgan"]
    model = untrained(name, shape, **{**options, "width": 32})
    half = export_onnx(model, tmp_path / "half.onnx", half=True)
    assert half.size < 0.6 * 4 * sum(value.numel() for value in model.generator.state_dict().values())
    given = inputs(model, 2, 0.8)
    difference = np.abs(theirs(half.path, given) - ours(model, given)).max()
    assert 0 < difference < 0.05 and all(
        value.dtype != torch.float16 for value in model.generator.state_dict().values()
    )


class OwnWay(Plain):
    """Samples in a way of its own."""

    def sampled(self, z_NL: Tensor, labels_N: Tensor | None, truncation: float) -> Any:
        return self(z_NL if truncation >= 0.5 else z_NL * 0, labels_N)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        return z_NL[:, :3, None, None].expand(-1, -1, 8, 8)


class Noisy(OwnWay):
    """Makes noise that no other program makes."""

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x_NCHW = super().forward(z_NL, labels_N)
        return x_NCHW + torch.rand_like(x_NCHW)


class Choosy(OwnWay):
    """Does what no graph can."""

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        return super().forward(z_NL * (2 if float(z_NL.sum()) > 0 else 1), labels_N)


def of(kind: type[Plain]) -> Model:
    model = plain()
    return Model(kind(model.info.shape).eval(), model.info, model.fingerprint)


def test_truncation_of_its_own_is_no_input(tmp_path: Path) -> None:
    result = export_onnx(of(OwnWay), tmp_path / "model.onnx")
    assert list(result.inputs) == ["latents", "pictures"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [(Noisy, "differ from gancraft's"), (Choosy, "can't be exported"), (Plain, "fix one, as in --batch 1")],
)
def test_what_would_be_wrong_is_not_written(kind: type[Plain], says: str, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"old")
    with pytest.raises(GancraftError, match=says) as caught:
        export_onnx(of(kind), tmp_path / "model.onnx")
    assert "\n" not in str(caught.value)
    assert (tmp_path / "model.onnx").read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_points_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="points"):
        export_onnx(plain(2, 1, 1), tmp_path / "model.onnx")


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_missing_packages_are_named(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=r"pip install 'gancraft\[onnx\]'"):
        export_onnx(plain(), tmp_path / "model.onnx")


def test_without_onnxruntime_nothing_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert export_onnx(bands(), tmp_path / "model.onnx").difference is None


def test_a_safetensors_copy_of_half_the_size(tmp_path: Path) -> None:
    plugins = find_plugins()
    name, shape, options = CASES["dcgan"]
    model = untrained(name, shape, **options)
    path = export_half(model, tmp_path / "half.safetensors").path
    again = load_model(path, plugins)
    before, after = (pictures(each, 0, range(4), device="cpu") for each in (model, again))
    assert 0 < np.abs(before - after).max() < 0.02
    floats = sum(value.numel() for value in model.generator.state_dict().values() if value.is_floating_point())
    assert path.stat().st_size < 2 * floats + 20_000
