"""Codes of pictures, what names them, and their file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from gancraft.errors import GancraftError, UsageError
from gancraft.latent.codes import Codes, load_codes, save_codes, seeded, styled
from gancraft.latent.generate import draw
from gancraft.latent.latents import latents
from gancraft.latent.named import joined, named
from gancraft.models import Model, tensorfile
from tests.latent.helpers import bands, plain


def drawn(model: Model, codes: Codes, truncation: float = 1.0) -> np.ndarray:
    return torch.cat(list(draw(model, codes, truncation, batch=2, device="cpu"))).numpy()


@pytest.mark.parametrize("classes", [(), ("a", "b")])
@pytest.mark.parametrize("truncation", [1.0, 0.5])
def test_pictures_are_the_same_by_latents_and_by_styles(classes: tuple[str, ...], truncation: float) -> None:
    model = bands(classes)
    codes = seeded(model, 3, range(5))
    w = styled(model, codes)
    assert w.space == "w" and w.values.shape == (5, 3, 2) and styled(model, w) is w
    assert np.allclose(drawn(model, codes, truncation), drawn(model, w, truncation), atol=1e-6)


def test_parts_keep_their_classes() -> None:
    codes = seeded(plain(classes=("a", "b", "c")), 0, range(5))
    assert codes.labels_N is not None and codes[[3, 2]].labels_N.tolist() == [0, 2]  # type: ignore[union-attr]
    assert len(codes[1:3]) == 2 and torch.equal(codes[[4]].values, codes.values[4:])


def test_a_generator_without_styles_says_so() -> None:
    with pytest.raises(UsageError, match=r"no styles \(its generator: plain\)"):
        styled(plain(), seeded(plain(), 0, [0]))


@pytest.mark.parametrize("space", ["z", "w"])
def test_what_is_saved_is_loaded(space: str, tmp_path: Path) -> None:
    model, file = bands(("a", "b")), tmp_path / "codes.safetensors"
    codes = seeded(model, 3, range(4))
    codes = styled(model, codes) if space == "w" else codes
    save_codes(file, model, codes, {"photo": "cat"})
    assert set(load_file(file)) == {space, "labels"}
    header = tensorfile.read_header(file, "codes")
    assert header["model"] == {"name": "bands", "fingerprint": model.fingerprint} and header["facts"] == {
        "photo": "cat"
    }
    found = load_codes(file, model)
    assert found.space == space and torch.equal(found.values, codes.values)
    assert found.labels_N is not None and found.labels_N.tolist() == [0, 1, 0, 1]


def test_codes_of_another_model_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "codes.safetensors"
    save_codes(file, bands(), seeded(bands(), 0, [0]))
    with pytest.raises(GancraftError, match=r"codes of another model \(its generator: bands\)"):
        load_codes(file, plain())


@pytest.mark.parametrize(
    "codes",
    [
        Codes("z", torch.zeros(2, 4)),
        Codes("z", torch.zeros(0, 3)),
        Codes("z", torch.full((1, 3), torch.nan)),
        Codes("w", torch.zeros(2, 3, 3)),
        Codes("w", torch.zeros(2, 2, 2)),
        Codes("z", torch.zeros(2, 3), torch.tensor([0, 0])),
    ],
    ids=["length", "none", "no numbers", "style size", "layers", "classes"],
)
def test_codes_that_do_not_fit_are_refused(codes: Codes, tmp_path: Path) -> None:
    save_codes(tmp_path / "codes.safetensors", bands(), codes)
    with pytest.raises(GancraftError, match="don't fit this model"):
        load_codes(tmp_path / "codes.safetensors", bands())


def test_classes_that_are_not_there_are_refused(tmp_path: Path) -> None:
    model = bands(("a", "b"))
    for labels_N in (None, torch.tensor([2]), torch.tensor([-1])):
        save_codes(tmp_path / "codes.safetensors", model, Codes("z", torch.zeros(1, 3), labels_N))
        with pytest.raises(GancraftError, match="don't fit"):
            load_codes(tmp_path / "codes.safetensors", model)


def test_seeds_and_pictures_of_seeds_are_named() -> None:
    model = plain(classes=("a", "b"))
    codes, titles = named(model, " 7, 7:3 ,2", "--seeds")
    assert titles == ["seed 7", "7:3", "seed 2"]
    expected = torch.cat([latents(model.generator, seed, [number]) for seed, number in ((7, 0), (7, 3), (2, 0))])
    assert torch.equal(codes.values, expected)
    assert codes.labels_N is not None and codes.labels_N.tolist() == [0, 1, 0]
    assert named(model, "7:3", "--seeds", 0)[0].labels_N.tolist() == [0]  # type: ignore[union-attr]


def test_files_of_codes_are_named(tmp_path: Path) -> None:
    model, file = bands(), tmp_path / "cats.safetensors"
    kept = styled(model, seeded(model, 5, range(3)))
    save_codes(file, model, kept)
    codes, titles = named(model, f"{file},{file}:1,4", "--seeds")
    assert titles == ["cats:0", "cats:1", "cats:2", "cats:1", "seed 4"] and codes.space == "w"
    assert torch.equal(codes.values[:4], kept.values[[0, 1, 2, 1]])
    assert torch.equal(codes.values[4:], styled(model, seeded(model, 4, [0])).values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no picture"),
        ("cat", "--rows cat: is neither a seed"),
        ("-1", "neither a seed"),
        ("3:x", "neither a seed"),
        ("9" * 40, "neither a seed"),
        (",".join(["1"] * 101), "101 pictures are too many"),
    ],
)
def test_words_that_name_nothing(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        named(plain(), text, "--rows")


def test_a_picture_that_a_file_does_not_hold(tmp_path: Path) -> None:
    save_codes(tmp_path / "c.safetensors", plain(), seeded(plain(), 0, range(2)))
    with pytest.raises(UsageError, match="holds 2 pictures"):
        named(plain(), f"{tmp_path / 'c.safetensors'}:2", "--rows")


def test_codes_without_classes_join_those_with() -> None:
    model = bands(("a", "b"))
    w = styled(model, seeded(model, 0, range(2)))
    both = joined(model, [Codes("w", w.values), seeded(model, 1, [0])])
    assert both.space == "w" and both.labels_N is None and len(both) == 3
