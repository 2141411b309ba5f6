"""The command line, from its arguments to its exit code."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import gancraft
from gancraft.cli.main import main
from gancraft.cli.sniff import Words
from gancraft.pictures import open_picture, read_recipe, save_picture
from tests.cli_helpers import FAST, ROOT, here, photo, run  # noqa: F401 - fixtures too
from tests.conftest import WritePlugin

MARKER = """
    import gancraft

    class Options(gancraft.Options):
        level: float = gancraft.option(0.5, "Grey to paint.", ge=0, le=1)
        seed: int = gancraft.option(1, "Clashes with the command's own.", ge=0)

    class Grey(gancraft.StyleMethod):
        def run(self, job, run):
            import numpy as np
            h, w = job.content_NCHW.shape[-2:]
            yield gancraft.Started(1, "grey")
            yield gancraft.Finished(np.full((h, w, 3), self.options.level, np.float32), facts={"seed": self.options.seed})

    @gancraft.hookimpl
    def register_style_methods(register):
        register("grey", Grey, interface=gancraft.StyleMethod, options=Options, summary="All grey.")
"""


def test_help_shows_a_panel_for_each_part() -> None:
    text = run("style", "--plugin", "gram", "--help").output
    for expected in (
        "gram options",
        "optimise options",
        "--covariance",
        "--shift",
        "-4<=x<=4",
        "relative|elements",
        "[default: 0.5]",
    ):
        assert expected in text, expected


def test_version() -> None:
    assert run("--version").output.strip() == f"gancraft {gancraft.__version__}"


def test_the_samples_stand_in_and_nothing_is_overwritten(here: Path) -> None:
    for expected in ("astronaut-brush.png", "astronaut-brush-2.png"):
        result = run("style", "--plugin", "gram", *FAST)
        assert result.exit_code == 0, result.output
        assert result.stdout.strip() == expected
        assert "no picture given, taking content sample:astronaut and style sample:brush" in result.stderr
        assert open_picture(here / expected).width == 48


def test_json_says_what_was_made(photo: Path) -> None:
    result = run("style", photo, "sample:swirl", *FAST, "--json", "--seed", 7, "-o", "out.webp")
    made = json.loads(result.stdout)
    assert (made["path"], made["width"], made["height"], made["seed"]) == ("out.webp", 48, 32, 7)
    assert made["method"] == "gram" and made["options"]["optimise"]["iterations"] == 3


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif"])
def test_redo_paints_the_same_pixels(ending: str, photo: Path, here: Path) -> None:
    assert run("style", photo, "sample:swirl:2", "--style", photo, *FAST, "-o", f"out.{ending}").exit_code == 0
    recipe = read_recipe(here / f"out.{ending}")
    assert [entry["role"] for entry in recipe["inputs"]] == ["content", "style", "style"]
    assert recipe["inputs"][0]["name"] == "photo.png" and recipe["inputs"][1]["weight"] == 2
    assert str(here) not in json.dumps(recipe)
    result = run("redo", f"out.{ending}")
    assert result.exit_code == 0, result.output
    again = open_picture(here / f"out-redo.{ending}")
    assert np.array_equal(again.rgb_HWC, open_picture(here / f"out.{ending}").rgb_HWC)
    text = run("recipe", f"out.{ending}").output
    assert "photo.png" in text and "iterations=3" in text
    assert json.loads(run("recipe", f"out.{ending}", "--json").stdout) == recipe


def test_redo_names_what_is_missing_and_takes_what_is_given(photo: Path, here: Path) -> None:
    run("style", photo, "sample:swirl", *FAST, "-o", "out.png")
    photo.rename(here / "moved.png")
    result = run("redo", "out.png")
    assert result.exit_code == 2
    assert "content picture photo.png" in result.stderr and "--content" in result.stderr and "sha256" in result.stderr
    assert run("redo", "out.png", "--content", "moved.png", "-o", "again.png").exit_code == 0
    save_picture(here / "photo.png", np.zeros((20, 20, 3), np.float32))
    assert "another hash" in run("redo", "out.png").stderr
    assert "isn't the picture of the recipe" in run("redo", "out.png", "--content", "photo.png", "-o", "b.png").stderr
    assert run("redo", "out.png", "--style", "a", "--style", "b").exit_code == 2
    assert "no gancraft recipe" in run("redo", "photo.png").stderr


def test_redo_says_what_has_changed(photo: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("style", photo, "sample:swirl", *FAST, "-o", "out.png")
    assert "may differ" not in run("redo", "out.png", "-o", "same.png").stderr
    monkeypatch.setattr(
        "gancraft_embedded.network.Embedded.fingerprint", property(lambda _: "0" * 16, lambda *_: None), raising=False
    )
    monkeypatch.setattr("gancraft.cli.recipe.__version__", "9.9")
    text = run("redo", "out.png", "-o", "other.png").stderr
    assert "gancraft is 9.9" in text and "the network embedded has other weights" in text


def test_a_folder_is_painted_and_one_bad_picture_ends_nothing(photo: Path, here: Path) -> None:
    folder = here / "in"
    folder.mkdir()
    (folder / "a.png").write_bytes(photo.read_bytes())
    (folder / "b.png").write_bytes(b"no picture")
    (folder / "c.png").write_bytes(photo.read_bytes())
    result = run("style", folder, "sample:swirl", *FAST, "-o", "out")
    assert result.exit_code == 1
    assert sorted(p.name for p in (here / "out").iterdir()) == ["a.png", "c.png"]
    assert "b.png" in result.stderr and "1 of 3 pictures failed" in result.stderr


def test_content_repeated_is_a_batch(photo: Path, here: Path) -> None:
    result = run("style", "--content", photo, "--content", photo, "--style", "sample:swirl", *FAST, "-o", "out")
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (here / "out").iterdir()) == ["photo-2.png", "photo.png"]


def test_stdin_to_stdout(photo: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gancraft", "style", "-", "sample:swirl", "-o", "-", *FAST],
        input=photo.read_bytes(), capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert open_picture(done.stdout).width == 48


def test_sizes(photo: Path, here: Path) -> None:
    for arguments, size in (
        (["--size", "40x40"], (40, 40)),
        (["--scale", "0.5"], (30, 20)),
        (["--size", "90"], (90, 60)),
    ):
        assert run("style", photo, *arguments, "--iterations", 1, "-o", "o.png").exit_code == 0
        assert (open_picture(here / "o.png").width, open_picture(here / "o.png").height) == size


def test_transparency_is_kept(here: Path) -> None:
    alpha = np.zeros((40, 60), np.float32)
    alpha[:, 30:] = 1
    save_picture(here / "a.png", np.full((40, 60, 3), 0.5, np.float32), alpha)
    run("style", "a.png", *FAST, "-o", "o.png")
    result = open_picture(here / "o.png").alpha_HW
    assert result is not None and result[:, :20].max() == 0 and result[:, -20:].min() == 1


def test_previews_form(photo: Path, here: Path) -> None:
    arguments = ["--size", 48, "--iterations", 6, "--preview", "p/q", "--preview-every", 2, "-o", "o.png"]
    assert run("style", photo, *arguments).exit_code == 0
    assert [p.name for p in sorted((here / "p/q").iterdir())] == ["00002.png", "00004.png", "00006.png"]


def test_a_method_without_a_network_from_a_single_file(write_plugin: WritePlugin, photo: Path, here: Path) -> None:
    folder = write_plugin("greys", MARKER)
    base = ["style", photo, "--plugins-dir", folder, "--plugin", "grey", "-o", "o.png"]
    assert run(*base, "--level", "0.25", "--size", 60).exit_code == 0
    assert abs(float(open_picture(here / "o.png").rgb_HWC.mean()) - 0.25) < 0.01
    recipe = read_recipe(here / "o.png")
    assert recipe["network"] is None and set(recipe["options"]) == {"style", "grey"}
    assert run(*base, "--iterations", 3).exit_code == 2  # an option of a runner that this method doesn't have
    assert run("redo", "o.png", "--plugins-dir", folder, "-o", "r.png").exit_code == 0


def test_a_name_shared_with_the_command_is_reached_by_part(write_plugin: WritePlugin, photo: Path, here: Path) -> None:
    folder = write_plugin("greys", MARKER)
    base = ["style", photo, "--plugins-dir", folder, "--plugin", "grey", "-o", "o.png", "--seed", 4]
    assert "--grey.seed" in run(*base, "--help").output
    assert run(*base, "--grey.seed", 9, "--grey.level", "0.1").exit_code == 0
    recipe = read_recipe(here / "o.png")
    assert recipe["options"]["style"]["seed"] == 4 and recipe["facts"]["seed"] == 9
    assert recipe["options"]["grey"]["level"] == 0.1


def test_dotted_names_always_work(photo: Path, here: Path) -> None:
    arguments = ["--gram.covariance", "--optimise.strength=0.2", "--set", "gram.shift=0.1"]
    assert run("style", photo, *FAST, *arguments, "-o", "o.png").exit_code == 0
    options = read_recipe(here / "o.png")["options"]
    assert options["gram"] == {"covariance": True, "shift": 0.1, "normalise": "relative"}
    assert options["optimise"]["strength"] == 0.2
    assert run("style", photo, *FAST, "--gram.no-covariance", "-o", "o.png").exit_code == 0
    assert read_recipe(here / "o.png")["options"]["gram"]["covariance"] is False


def test_environment_and_file(photo: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "c.toml").write_text(
        "[style]\nstrength = 0.1\niterations = 2\nsize = '48'\n[style.gram]\ncovariance = true\n"
    )
    monkeypatch.setenv("GANCRAFT_STYLE_STRENGTH", "0.3")
    assert run("style", photo, "--config", "c.toml", "--iterations", 1, "-o", "o.png").exit_code == 0
    options = read_recipe(here / "o.png")["options"]
    assert (options["optimise"]["strength"], options["optimise"]["iterations"]) == (0.3, 1)
    assert options["gram"]["covariance"] is True and options["style"]["size"] == "48"


def test_ctrl_c_saves_the_picture_so_far_and_exits_130(photo: Path, here: Path) -> None:
    arguments = [
        "style",
        photo,
        "sample:swirl",
        "--size",
        "64",
        "--iterations",
        "100000",
        "-o",
        "o.png",
        "--preview",
        "p",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "gancraft", *map(str, arguments), "--preview-every", "1"],
        stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    while not (here / "p" / "00002.png").exists():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130, errors
    assert read_recipe(here / "o.png")["facts"]["iterations"] >= 2
    assert b"Traceback" not in errors


def test_plugins_lists_what_there_is_and_what_failed(write_plugin: WritePlugin) -> None:
    folder = write_plugin("broken", "import nowhere_to_be_found")
    text = run("plugins", "--plugins-dir", folder).output
    assert "gram" in text and "vgg19" in text and "failed" in text and "nowhere_to_be_found" in " ".join(text.split())
    listing = json.loads(run("plugins", "--plugins-dir", folder, "--json").stdout)
    (row,) = [row for row in listing["registered"] if row["name"] == "gram"]
    assert (row["kind"], row["distribution"], row["version"], row["state"]) == (
        "style",
        "gancraft",
        gancraft.__version__,
        "loaded",
    )
    assert [info["state"] for info in listing["plugins"] if info["name"] == "broken"] == ["failed"]
    assert "gram" not in [
        row["name"] for row in json.loads(run("plugins", "--no-plugin", "gram", "--json").stdout)["registered"]
    ]


def test_doctor(write_plugin: WritePlugin) -> None:
    report = json.loads(run("doctor", "--json").stdout)
    assert report["gancraft"] == gancraft.__version__ and report["torch"] and report["devices"]
    states = {row["name"]: row["state"] for row in report["networks"]}
    assert states["embedded"] == "ready"
    assert states["vgg19"] in ("ready", "weights not there")
    result = run("doctor", "--plugins-dir", write_plugin("broken", "import nowhere_to_be_found"))
    assert result.exit_code == 1 and "nowhere_to_be_found" in result.output


def test_completion_offers_a_plugins_flags(
    write_plugin: WritePlugin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_plugin("greys", MARKER)
    for words, expected in (
        ("gancraft style --cov", "--covariance"),
        (f"gancraft style --plugins-dir {folder} --plugin grey --lev", "--level"),
    ):
        monkeypatch.setenv("_GANCRAFT_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        monkeypatch.setattr(sys, "stdout", stream := io.StringIO())
        with pytest.raises(SystemExit):
            main([])
        assert expected in stream.getvalue().split(), words


def test_previews_of_a_batch_are_kept_apart(photo: Path, here: Path) -> None:
    (here / "other.png").write_bytes(photo.read_bytes())
    arguments = ["--size", 48, "--iterations", 2, "--preview", "p", "--preview-every", 2, "-o", "out"]
    assert run("style", photo, "--content", "other.png", *arguments).exit_code == 0
    shots = sorted(str(p.relative_to(here)) for p in here.glob("p/*/*.png"))
    assert shots == ["p/other/00002.png", "p/photo/00002.png"]


@pytest.mark.parametrize("word", ["--no-gram.covariance", "--gram.no-covariance"])
def test_the_long_form_of_no(word: str) -> None:
    words = Words(["style", word, "--", word], os.environ)
    assert words.normalised == ["style", "--no-covariance", "--", word]
