"""The plugins on the author's page work as they stand there, each from a single file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gancraft.pictures import open_picture, read_recipe

PAGE = Path(__file__).parents[1] / "docs" / "plugin-author.md"
EXAMPLES = dict(re.findall(r"<!-- example: (\S+) -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, code in EXAMPLES.items():
        (tmp_path / name).write_text(code)
    return tmp_path


@pytest.mark.parametrize(("plugin", "flag"), [("channel-means", "--power=1.5"), ("posterise", "--colours=3")])
def test_it_paints(plugin: str, flag: str, folder: Path) -> None:
    from gancraft.cli.main import build_app

    out = folder / "out.png"
    extra = ["--iterations", "4"] if plugin == "channel-means" else []
    arguments = [
        "style",
        "--plugins-dir",
        str(folder),
        "--plugin",
        plugin,
        flag,
        *extra,
        "--size",
        "64",
        "-o",
        str(out),
    ]
    result = CliRunner().invoke(build_app(arguments), arguments)
    assert result.exit_code == 0, result.output
    picture = open_picture(out)
    assert max(picture.width, picture.height) == 64
    assert read_recipe(out)["options"]["style"]["plugin"] == plugin
    if plugin == "posterise":
        assert len({tuple(pixel) for pixel in (picture.rgb_HWC * 255).round().reshape(-1, 3).tolist()}) <= 3


def test_the_page_has_both_kinds() -> None:
    assert set(EXAMPLES) == {"channel_means.py", "posterise.py"}
