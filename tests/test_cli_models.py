"""The commands that use a trained model, from their arguments to their exit codes."""

from __future__ import annotations

import io
import itertools
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import save_file
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from gancraft.interfaces import DataShape
from gancraft.models import info_of, load_model, save_model
from gancraft.pictures import open_picture, read_recipe
from gancraft.plugins import find_plugins
from tests.cli_helpers import press_ctrl_c
from tests.conftest import WritePlugin
from tests.latent.helpers import PLUGIN


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_plugin: WritePlugin) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(write_plugin("discs", PLUGIN)))
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path


SQUARE = DataShape(3, 16, 16)


def model(name: str = "model.safetensors", shape: DataShape = SQUARE, classes: tuple[str, ...] = ()) -> Path:
    """Save a model here."""
    entry = find_plugins([os.environ["GANCRAFT_PLUGINS_DIR"]], entry_points=[]).get("generator", "disc")
    options = entry.options()
    info = info_of(entry, options, shape, classes=classes, training={"method": "tests", "pictures": 5})
    Path(name).parent.mkdir(exist_ok=True)
    save_model(Path(name), entry.create(options, shape), info)
    return Path(name)


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


def test_a_sheet_with_its_recipe() -> None:
    result = done("sample", model(), "-n", 6, "--seed", 7, "--across", 3, "--scale", 2, "-o", "sheet.png")
    assert result.stdout.strip() == "sheet.png" and "6 pictures, 16x16 RGB" in result.stderr
    picture = open_picture("sheet.png")
    assert (picture.width, picture.height) == (3 * 32 + 4, 2 * 32 + 2)
    recipe = read_recipe("sheet.png")
    assert recipe["options"]["sample"] == {"seed": 7, "truncation": 1.0, "class": None} and recipe["pictures"] == 6
    told = done("recipe", "sheet.png").stdout
    assert recipe["model"]["fingerprint"] in told and "seed=7" in told and "disc" in told
    assert "of a kind that this version doesn't know" in refused("redo", "sheet.png", code=1)


def test_new_names_in_the_current_folder() -> None:
    run_folder = model("cats/model.safetensors").parent
    assert [done("sample", run_folder, "-n", 1, "--seed", 3).stdout.strip() for _ in range(2)] == [
        "cats-seed3.png",
        "cats-seed3-2.png",
    ]
    assert done("sample", model("owls.safetensors"), "-q", "-n", 1).output.strip() == "owls-seed0.png"


def test_single_pictures_are_the_same_however_many() -> None:
    file = model()
    done("sample", file, "-n", 70, "-o", "many/")
    done("sample", file, "-n", 3, "-o", "few/", "--scale", 2)
    assert [path.name for path in sorted(Path("few").iterdir())] == ["00000.png", "00001.png", "00002.png"]
    assert len(list(Path("many").iterdir())) == 70 and read_recipe("many/00065.png")["picture"] == 65
    for name in ("00000.png", "00002.png"):
        small, large = (open_picture(f"{folder}/{name}").rgb_HWC for folder in ("many", "few"))
        assert np.array_equal(small.repeat(2, 0).repeat(2, 1), large)
    assert not np.array_equal(open_picture("many/00000.png").rgb_HWC, open_picture("many/00001.png").rgb_HWC)


@pytest.mark.parametrize(("channels", "mode"), [(1, "RGB"), (3, "RGB"), (4, "RGBA")])
def test_all_kinds_of_pictures(channels: int, mode: str) -> None:
    file = model(shape=DataShape(channels, 12, 20))
    done("sample", file, "-n", 2, "-o", "singles/")
    with Image.open("singles/00001.png") as image:
        assert image.mode == mode and image.size == (20, 12)
    done("sample", file, "-n", 2, "--scale", 1, "--across", 2, "-o", "sheet.png")
    with Image.open("sheet.png") as image:
        assert image.mode == "RGB" and image.size == (42, 12)


def test_a_sheet_to_stdout() -> None:
    made = done("sample", model(), "-n", 2, "-o", "-")
    with Image.open(io.BytesIO(made.stdout_bytes)) as image:
        assert image.format == "PNG" and image.width >= 500


def test_classes_are_chosen_or_take_turns() -> None:
    file = model("m.safetensors", DataShape(3, 16, 16, 3), ("cat", "dog", "owl"))
    for words, levels in (([], [0, 0.5, 1, 0]), (["--class", "dog"], [0.5] * 4), (["--class", "2"], [1] * 4)):
        done("sample", file, "-n", 4, "-o", "out/", *words)
        reds = [open_picture(path).rgb_HWC for path in sorted(Path("out").iterdir())]
        discs = [x_HWC[..., 0][x_HWC.max(-1) > 0] for x_HWC in reds]
        assert [round(float(np.median(disc)), 1) for disc in discs] == levels
    assert "did you mean 'dog'?); there are: cat, dog, owl" in refused("sample", file, "--class", "dug")
    assert "this model has no classes" in refused("walk", model(), "--class", "dog")


def test_truncation_narrows() -> None:
    file = model()
    done("sample", file, "-n", 9, "--truncation", 0, "-o", "typical/")
    assert len({open_picture(path).rgb_HWC.tobytes() for path in Path("typical").iterdir()}) == 1


def test_points_are_drawn() -> None:
    file = model("toy.safetensors", DataShape(2, 1, 1))
    done("sample", file, "-n", 30, "-o", "points.png")
    picture_HWC = open_picture("points.png").rgb_HWC
    assert picture_HWC.shape == (512, 512, 3) and ((picture_HWC[..., 0] - picture_HWC[..., 2]) > 0.5).sum() > 20
    assert "points" in refused("sample", file, "-o", "folder/")
    assert "no film" in refused("walk", file, "-o", "walk.mp4")


def test_a_film() -> None:
    result = done("walk", model(), "-o", "walk.webp", "--seconds", 0.5, "--fps", 8, "--scale", 2, "--through", "4,1")
    assert result.stdout.strip() == "walk.webp"
    with Image.open("walk.webp") as image:
        assert image.size == (32, 32)
        first = np.asarray(image.convert("RGB")).astype(int)
    done("sample", "model.safetensors", "-n", 5, "-o", "stops/", "--scale", 2)
    stop = np.asarray(Image.open("stops/00004.png")).astype(int)
    assert np.abs(first - stop).mean() < 12, "it begins with the first picture named"
    assert done("walk", "model.safetensors", "--seconds", 0.2, "--even", "-q").stdout.endswith("-seed0.mp4\n")
    assert "'.avi' is no film; use .mp4, .gif, .webp" in refused("walk", "model.safetensors", "-o", "a.avi")
    assert "give two numbers" in refused("walk", "model.safetensors", "--through", "3,x", "-o", "a.mp4")


def test_ctrl_c_keeps_the_film_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    file = model("m.safetensors", DataShape(3, 64, 64))
    events = itertools.count()
    press_ctrl_c(monkeypatch, lambda: next(events) == 20)
    result = run("walk", file, "--seconds", 3600, "-o", "walk.mp4")
    assert result.exit_code == 130 and result.stdout.strip() == "walk.mp4"
    assert "108000 frames" in result.stderr and "stopping" in result.stderr
    assert b"moov" in Path("walk.mp4").read_bytes()


def test_info() -> None:
    file = model("m.safetensors", DataShape(1, 16, 24, 2), ("cat", "dog"))
    told = json.loads(done("info", file, "--json").stdout)
    assert told["shape"] == {"width": 24, "height": 16, "channels": 1} and told["classes"] == ["cat", "dog"]
    assert told["options"] == {"radius": 0.3} and told["training"] == {"method": "tests", "pictures": 5}
    assert (told["parameters"], told["tensors"], told["bytes"]) == (3, 1, file.stat().st_size)
    plugins = find_plugins([os.environ["GANCRAFT_PLUGINS_DIR"]], entry_points=[])
    assert told["fingerprint"] == load_model(file, plugins).fingerprint
    text = done("info", file).stdout
    for expected in (
        "makes: 24x16 grey in 2 classes",
        "generator disc of plugin discs",
        "radius: 0.3",
        "method: tests",
    ):
        assert expected in text
    assert "installed: no" in done("info", file, "--no-plugin", "discs").stdout


@pytest.mark.parametrize("command", [["sample"], ["walk"], ["info"], ["evaluate", "--data", "x"]], ids=lambda c: c[0])
def test_models_that_cannot_be_read(command: list[str], here: Path) -> None:
    assert "there is no such file or folder" in refused(*command, "no.safetensors")
    Path("pickled.safetensors").write_bytes(b"\x80\x02}q\x00.")
    assert "is a pickle" in refused(*command, "pickled.safetensors", code=1)
    whole = model().read_bytes()
    Path("half.safetensors").write_bytes(whole[:-5])
    assert "damaged or incomplete" in refused(*command, "half.safetensors", code=1)
    Path("newer.safetensors").write_bytes(whole)
    header = {"kind": "model", "format": 99, "version": "9.0", "digest": ""}
    save_file({}, "newer.safetensors", metadata={"gancraft": json.dumps(header)})
    assert "written by gancraft 9.0, in a newer format" in refused(*command, "newer.safetensors", code=1)
    (here / "empty").mkdir()
    (here / "empty" / "run.json").touch()
    assert "there is no model.safetensors in this folder" in refused(*command, "empty")
    if command[0] != "info":
        assert "made by plugin 'discs', which is blocked: by --no-plugin" in refused(
            *command, model(), "--no-plugin", "discs", code=1
        )


def test_places_that_cannot_be_written() -> None:
    file = model()
    assert "the folder no doesn't exist" in refused("sample", file, "-o", "no/sheet.png")
    assert "can't be saved" in refused("sample", file, "-o", "sheet.bmp")
    assert "the folder no doesn't exist" in refused("walk", file, "-o", "no/walk.mp4")
    assert "the folder no doesn't exist" in refused("evaluate", file, "--data", "x", "--copies", "no/copies.png")
    assert "can't be made" in refused("sample", file, "-o", f"{file}/")
    assert "too large; give a folder/" in refused("sample", file, "-n", 1_000_000)
    assert "not on this machine" in refused("sample", file, "--device", "cuda:77")


def pictures_in(folder: str, seed: int, count: int = 12, words: tuple[str, ...] = ()) -> str:
    """A folder of pictures by a model of their size."""
    done("sample", "model.safetensors", "-n", count, "--seed", seed, "-o", f"{folder}/", *words)
    return folder


def test_a_model_is_compared_with_a_set() -> None:
    file = model()
    data = pictures_in("data", 5, 14)
    base = ("evaluate", file, "--data", data, "--network", "coarse")
    result = done(*base, "--seed", 5, "--json", "--copies", "copies.png")
    told = json.loads(result.stdout)
    assert told["frechet"] == pytest.approx(0, abs=1e-3) and (told["precision"], told["recall"]) == (1, 1)
    assert (told["pictures"], told["reals"]) == (14, 14) and told["space"] == "coarse, layer pixels, 128 px"
    pairs_HWC = open_picture("copies.png").rgb_HWC
    scale = (pairs_HWC.shape[1] - 24) // 128
    left, right = pairs_HWC[: 16 * scale, : 16 * scale], pairs_HWC[: 16 * scale, 16 * scale : 32 * scale]
    assert np.array_equal(left, right) and left.max() > 0
    text = done(*base, "--seed", 6, "-n", 9).stdout
    assert "pictures          9 against 9" in text and "Fréchet distance" in text and "coarse" in text
    assert float(text.splitlines()[0].split()[-1]) > 1


def test_two_sets_are_compared() -> None:
    model()
    one, other = pictures_in("one", 1), pictures_in("other", 2, words=("--scale", "2"))
    same = json.loads(done("evaluate", one, "--data", one, "--network", "coarse", "--json").stdout)
    apart = json.loads(done("evaluate", one, "--data", other, "--network", "coarse", "--json").stdout)
    assert same["frechet"] == pytest.approx(0, abs=1e-3) and apart["frechet"] > 1
    assert "no such file or folder" in refused("evaluate", "nothing", "--data", one)
    assert "nothing" in refused("evaluate", one, "--data", "nothing")


def test_without_the_judge_the_network_that_ships_compares() -> None:
    model()
    data = pictures_in("data", 5, 8)
    result = done("evaluate", data, "--data", data, "--no-plugin", "efficientnet")
    assert "efficientnet-lite1 isn't installed with its weights; comparing by embedded" in result.stderr
    assert "features          embedded" in result.stdout
    message = refused("evaluate", data, "--data", data, "--network", "embeded", "-q")
    assert "there is no network 'embeded' (did you mean 'embedded'" in message


def test_points_are_compared_as_they_are() -> None:
    file = model("toy.safetensors", DataShape(2, 1, 1))
    told = json.loads(done("evaluate", file, "--data", "sample:ring", "-n", 300, "--json").stdout)
    assert told["space"] == "the points themselves" and told["reals"] == 300 and told["frechet"] > 0
    assert "as they are" in refused("evaluate", file, "--data", "sample:ring", "--network", "coarse")
    model()
    assert "can't be compared with" in refused("evaluate", file, "--data", pictures_in("data", 5))


def test_classes_have_the_datas_shares() -> None:
    file = model("m.safetensors", DataShape(3, 16, 16, 2), ("cat", "dog"))
    done("sample", file, "--class", "cat", "-n", 8, "-o", "flat/")
    Path("data").mkdir()
    for name, count in (("cat", 9), ("dog", 3)):
        done("sample", file, "-n", count, "--class", name, "-o", f"data/{name}/")
    told = json.loads(done("evaluate", file, "--data", "data", "--network", "coarse", "--json").stdout)
    assert told["pictures"] == told["reals"] == 12
    done("evaluate", file, "--data", "flat", "--network", "coarse")  # no classes there: each in turn
