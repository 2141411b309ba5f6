"""The script that trains the decoders: it goes on where it ended, and what it writes can be read."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from gancraft_adain.weights import load
from PIL import Image
from safetensors import safe_open

from scripts import train_instant
from scripts.instant_data.manners import MANNERS, recoloured


def packed(file: Path, count: int) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(count):
            array = np.random.default_rng(number).integers(0, 255, (32, 32, 3), np.uint8)
            buffer = io.BytesIO()
            Image.fromarray(array).save(buffer, "WEBP")
            archive.writestr(f"{number}.webp", buffer.getvalue())
    return file


def trained(monkeypatch: pytest.MonkeyPatch, out: Path, steps: int, name: str = "attention") -> None:
    files = [str(packed(out.parent / f"{kind}.zip", 3)) for kind in ("photos", "styles")]
    words = ["train_instant", name, *files, str(out), "--steps", str(steps), "--batch", "2", "--every", "2"]
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.setattr(train_instant, "SIDE", 32)
    monkeypatch.setattr(train_instant, "SHOWN", (("cat",), ("swirl",)))
    monkeypatch.setattr(train_instant, "rate_at", lambda rate, step, over: rate)
    train_instant.main()


def test_it_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    torch.use_deterministic_algorithms(True)
    try:
        trained(monkeypatch, tmp_path / "whole", 3)
        trained(monkeypatch, tmp_path / "parts", 2)
        trained(monkeypatch, tmp_path / "parts", 3)
    finally:
        torch.use_deterministic_algorithms(False)
    whole, parts = (load("attention", tmp_path / run / "attention.safetensors") for run in ("whole", "parts"))
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(parts.state_dict()[name], value, atol=2e-3, rtol=0)
    before = load("attention", tmp_path / "whole" / "attention.safetensors").decoder.last.weight
    assert not torch.equal(before, torch.zeros_like(before))
    assert sorted(p.name for p in (tmp_path / "parts").glob("sheet-*")) == ["sheet-000002.png", "sheet-000003.png"]
    with safe_open(str(tmp_path / "parts" / "attention.safetensors"), "pt") as archive:
        header = json.loads(archive.metadata()["gancraft"])
    assert header["name"] == "attention" and header["steps"] == 3 and header["data"] == {"photos": 3, "styles": 3}


@pytest.mark.parametrize("name", MANNERS)
def test_manners_paint(name: str) -> None:
    """Repeatably, and something else than the photo."""
    photo = Image.fromarray(
        np.kron(np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
    )
    first, second = (
        np.asarray(MANNERS[name](recoloured(photo, random), random))
        for random in (np.random.default_rng(1), np.random.default_rng(1))
    )
    assert first.shape == (64, 64, 3) and first.std() > 5
    assert np.array_equal(first, second) and np.abs(first - np.asarray(photo).astype(float)).mean() > 3
