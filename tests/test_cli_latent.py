"""The commands that look into a model's latents, from their arguments to their exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from gancraft.interfaces import DataShape
from gancraft.models import info_of, save_model
from gancraft.pictures import open_picture, read_recipe
from gancraft.plugins import find_plugins
from tests.conftest import WritePlugin
from tests.latent.helpers import PLUGIN

SQUARE = DataShape(3, 16, 24)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_plugin: WritePlugin) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(write_plugin("discs", PLUGIN)))
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path


def model(kind: str = "stripes", shape: DataShape = SQUARE, classes: tuple[str, ...] = ()) -> str:
    """Save a model here: "stripes" has styles, "disc" hasn't."""
    entry = find_plugins([os.environ["GANCRAFT_PLUGINS_DIR"]], entry_points=[]).get("generator", kind)
    info = info_of(entry, entry.options(), shape, classes=classes)
    save_model(Path(f"{kind}.safetensors"), entry.create(entry.options(), shape), info)
    return f"{kind}.safetensors"


def run(*arguments: object) -> Any:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(build_app(words), words)


def done(*arguments: object) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def refused(*arguments: object, code: int = 2) -> str:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("gancraft: ")]
    assert len(lines) == 1 and "a bug" not in lines[0], result.stderr
    return lines[0]


def pixels(path: str | Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_a_mixing_sheet() -> None:
    file = model()
    words = ("mix", file, "--rows", "1,2", "--columns", "4,5:2,6", "--layers", "3-5", "--side", "24", "-o", "mix.png")
    assert done(*words).stdout.strip() == "mix.png"
    sheet_HWC = pixels("mix.png")
    assert sheet_HWC.shape[1] > 4 * 24
    corner_HWC = sheet_HWC[-10 - 16 : -10, -10 - 24 : -10]  # the last row's picture with the last column's styles
    for seed, part in ((2, slice(0, 12)), (6, slice(12, 24))):
        done("sample", file, "--seed", seed, "-n", 1, "-o", "one/")
        assert np.abs(corner_HWC[:, part] - pixels("one/00000.png")[:, part]).max() <= 1
    options = read_recipe("mix.png")["options"]["mix"]
    assert options["rows"] == ["seed 1", "seed 2"] and options["layers"] == [3, 4, 5]
    assert done("mix", file).stdout.strip() == "stripes-mix-coarse.png"


def test_mixing_what_cannot_be_mixed() -> None:
    assert "this model has no styles (its generator: disc); choose one" in refused("mix", model("disc"))
    file = model()
    assert "this model has layers 0 to 5" in refused("mix", file, "--layers", "9")
    assert "--columns cat: is neither a seed" in refused("mix", file, "--columns", "cat")
    assert "the folder no doesn't exist" in refused("mix", file, "-o", "no/mix.png")
    assert "this model has no classes" in refused("mix", file, "--class", "cat")
    assert not list(Path().glob("*.png"))


@pytest.mark.parametrize("kind", ["disc", "stripes"])
def test_a_sweep(kind: str) -> None:
    file = model(kind)
    done("sweep", file, "--seeds", "1,2", "--truncation", "0..1:0.5", "--side", "24", "-o", "sweep.png", "-q")
    rows = [pixels("sweep.png")[-10 - 16 - down * 20 :][:16, -10 - 3 * 24 - 2 * 4 : -10] for down in (1, 0)]
    assert np.array_equal(rows[0][:, :24], rows[1][:, :24]) and not np.array_equal(rows[0][:, -24:], rows[1][:, -24:])
    done("sample", file, "--seed", 1, "-n", 1, "-o", "one/")
    assert np.abs(rows[0][:, -24:] - pixels("one/00000.png")).max() <= 1
    assert read_recipe("sweep.png")["options"]["sweep"]["truncation"] == [0, 0.5, 1]
    assert "give numbers from 0 to 2" in refused("sweep", file, "--truncation", "3")
    assert "goes down; write the smaller number first: 0..1" in refused("sweep", file, "--truncation", "1..0:0.25")


@pytest.mark.parametrize("kind", ["disc", "stripes"])
@pytest.mark.parametrize("method", ["sefa", "ganspace"])
def test_directions_are_found_shown_and_used(kind: str, method: str) -> None:
    file = model(kind)
    words = ("directions", file, "--method", method, "-n", 2, "--seeds", "1", "--steps", 3, "--amount", 2, "--side", 24)
    done(*words, "--save", "found.safetensors", "-o", "sheet.png")
    sheet_HWC = pixels("sheet.png")
    done(
        "sample", file, "--seed", 1, "-n", 1, "-o", "moved/", "--directions", "found.safetensors", "--direction", "1:2"
    )
    farthest_HWC = sheet_HWC[-10 - 16 : -10, -10 - 24 : -10]
    assert np.abs(farthest_HWC - pixels("moved/00000.png")).max() <= 1
    assert not np.array_equal(farthest_HWC, sheet_HWC[-10 - 16 : -10, -10 - 2 * 28 + 4 :][:, :24])
    assert read_recipe("moved/00000.png")["options"]["sample"]["direction"] == ["1:2"]


def test_directions_that_are_refused() -> None:
    file = model()
    assert "--steps 4: must be odd" in refused("directions", file, "--steps", 4)
    assert "--save found.pt: name a .safetensors file" in refused("directions", file, "--save", "found.pt")
    assert "has no styles" in refused("directions", model("disc"), "--layers", "fine")
    done("directions", file, "--save", "found.safetensors", "--layers", "fine", "-n", 2, "-o", "sheet.png")
    found = ("--directions", "found.safetensors")
    assert "go together" in refused("sample", file, "--direction", "0:1")
    assert "go together" in refused("sample", file, *found)
    assert "there are 2, counted from 0" in refused("sample", file, *found, "--direction", "2:1")
    assert "give its number and how far" in refused("sample", file, *found, "--direction", "two")
    assert "of another model (its generator: stripes); they fit only" in refused(
        "sample", "disc.safetensors", *found, "--direction", "0:1", code=1
    )


def test_codes_are_kept_and_drawn_again() -> None:
    file = model("disc", SQUARE)
    done("sample", file, "--seed", 7, "-n", 3, "-o", "first/", "--save-codes", "codes.safetensors")
    done("sample", file, "--codes", "codes.safetensors", "-o", "again/")
    names = sorted(path.name for path in Path("again").iterdir())
    assert names == ["00000.png", "00001.png", "00002.png"]
    assert all(np.array_equal(pixels(f"first/{name}"), pixels(f"again/{name}")) for name in names)
    assert read_recipe("again/00000.png")["options"]["sample"]["codes"] == "codes.safetensors"
    assert "are too many" in refused("sample", file, "-n", 20_000, "--save-codes", "codes.safetensors")
    assert "holds codes of another model" in refused("sample", model(), "--codes", "codes.safetensors", code=1)
    Path("bad.safetensors").write_bytes(b"\x80\x02}q\x00.")
    assert "is a pickle" in refused("sample", file, "--codes", "bad.safetensors", code=1)


def test_a_walk_from_one_picture_to_another() -> None:
    file = model()
    done("sample", file, "--seed", 5, "-n", 3, "-o", "five/", "--save-codes", "codes.safetensors", "--scale", 2)
    walk = ("walk", file, "--seconds", 0.5, "--fps", 8, "--scale", 2, "--one-way")
    assert done(*walk, "--from", "5:1", "--to", "codes.safetensors:2", "-o", "walk.webp").stdout.strip() == "walk.webp"
    with Image.open("walk.webp") as film:
        assert film.n_frames == 4  # type: ignore[attr-defined]
        for frame, number in ((0, 1), (3, 2)):
            film.seek(frame)
            apart = np.abs(np.asarray(film.convert("RGB")).astype(int) - pixels(f"five/0000{number}.png"))
            assert apart.mean() < 12
    assert done(*walk, "--from", 3, "--to", 4).stdout.strip() == "stripes-seed3-to-seed4.mp4"
    assert "--to goes with --from" in refused("walk", file, "--to", 3)
    assert "leave it out" in refused("walk", file, "--from", 3, "--to", 4, "--through", "1,2")
    assert "--from here: is neither a seed" in refused("walk", file, "--from", "here", "--to", 4)
    assert "--to there: is neither a seed" in refused("walk", file, "--from", 3, "--to", "there")


def test_nearest_pictures() -> None:
    file = model("disc")
    done("sample", file, "--seed", 5, "-n", 14, "-o", "data/")
    base = ("nearest", file, "data", "--network", "coarse", "-k", 2, "--rows", 3, "-n", 20)
    told = json.loads(done(*base, "--seed", 5, "--json", "-o", "sheet.png").stdout)
    assert (told["pictures"], told["sheet"]) == (20, "sheet.png") and told["copied"] >= 14
    sheet_HWC = open_picture("sheet.png").rgb_HWC
    left, right = sheet_HWC[32:112, 10:130], sheet_HWC[32:112, 134:254]
    assert np.array_equal(left, right) and left.max() > 0
    text = done(*base, "--seed", 6, "-o", "sheet.png").stdout
    assert text.startswith("sheet.png\n") and "are nearer to a training picture than nine in ten" in text
    assert "there are 14 training pictures only" in refused(*base[:-6], "-k", 14, "-q")
    assert "both write to stdout" in refused(*base, "--json", "-o", "-")
    assert "points in the plane" in refused("nearest", model("disc", DataShape(2, 1, 1)), "sample:ring")


def test_classes_are_chosen() -> None:
    file = model("disc", DataShape(3, 16, 16, 2), ("cat", "dog"))
    for number, name in enumerate(("cat", "dog")):
        done("sweep", file, "--seeds", "1", "--truncation", "1", "--class", name, "--side", 16, "-o", "sweep.png")
        picture_HWC = pixels("sweep.png")[-26:-10, -26:-10]
        disc_HW = picture_HWC.max(-1) > 0
        assert abs(np.median(picture_HWC[disc_HW][:, 0]) - 255 * number) < 40
    assert "did you mean 'dog'" in refused("sweep", file, "--class", "dug")


@pytest.mark.parametrize("command", [["mix"], ["sweep"], ["directions"], ["nearest"]], ids=lambda c: c[0])
def test_models_that_cannot_be_read(command: list[str]) -> None:
    data = ["data"] if command[0] == "nearest" else []
    assert "there is no such file or folder" in refused(*command, "no.safetensors", *data)
    Path("pickled.safetensors").write_bytes(b"\x80\x02}q\x00.")
    assert "is a pickle" in refused(*command, "pickled.safetensors", *data, code=1)
