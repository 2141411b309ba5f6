"""Methods that paint at once, on the command line: with style pictures and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gancraft.pictures import open_picture, read_recipe, save_picture
from tests.cli_helpers import run
from tests.conftest import WritePlugin

DARK = """
    import gancraft

    class Options(gancraft.Options):
        model: str = gancraft.option("half", "What was trained.")

    class Dark(gancraft.InstantStyle):
        def __init__(self, options):
            import torch
            super().__init__(options)
            self.network = torch.nn.Identity()

        def prepare(self, styles):
            return {"half": 0.5, "quarter": 0.25}[self.options.model]

        def frame(self, x_NCHW, state, **_):
            return x_NCHW * state

    @gancraft.hookimpl
    def register_style_methods(register):
        register("dark", Dark, options=Options, capabilities=("styleless",), summary="Darker.")
"""


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_plugin: WritePlugin) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(write_plugin("dark_plugin", DARK)))
    save_picture(tmp_path / "photo.png", np.linspace(0, 1, 60 * 40 * 3, dtype=np.float32).reshape(40, 60, 3))
    return tmp_path / "photo.png"


def test_without_a_style_picture(photo: Path) -> None:
    """It is named after the method, carries its recipe and can be painted again."""
    made = run("style", photo, "--plugin", "dark", "--model", "quarter", "--size", 48)
    assert made.exit_code == 0 and made.stdout.strip() == "photo-dark.png", made.output
    assert "no picture given" not in made.stderr
    picture = open_picture(photo.parent / "photo-dark.png")
    assert float(picture.rgb_HWC.max()) == pytest.approx(0.25, abs=0.01)
    recipe = read_recipe(photo.parent / "photo-dark.png")
    assert [entry["role"] for entry in recipe["inputs"]] == ["content"]
    assert recipe["options"]["dark"] == {"model": "quarter"} and recipe["options"]["instant"]["strength"] == 1
    again = run("redo", "photo-dark.png", "-o", "again.png")
    assert again.exit_code == 0, again.output
    assert np.array_equal(open_picture(photo.parent / "again.png").rgb_HWC, picture.rgb_HWC)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sample:swirl"], "dark takes no style picture: leave it out"),
        (["--mask", "photo.png", "-"], "--mask: dark takes no masks"),
        (["--network", "embedded"], "--network: dark looks through none that could be chosen"),
        (["--start-picture", "photo.png"], "--start-picture"),
        (["--strength", "2"], "--strength"),
        (["--memory", "much"], "memory much: a number with its unit"),
    ],
)
def test_what_it_has_no_use_for(photo: Path, arguments: list[str], message: str) -> None:
    made = run("style", photo, "--plugin", "dark", "--size", 48, *arguments)
    assert made.exit_code == 2 and message in made.output, made.output


def test_the_help_shows_the_runners_options(photo: Path) -> None:
    text = run("style", "--plugin", "dark", "--help").output
    for expected in ("instant options", "--strength", "--colours", "--memory", "dark options", "--model"):
        assert expected in text
    assert "--iterations" not in text
