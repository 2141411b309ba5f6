"""The command line where something is wrong: one clear line, an exit code, and nothing lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

import gancraft
from gancraft.cli.progress import follow
from gancraft.events import Finished, Run, Started, Warned
from gancraft.pictures import save_picture
from tests.cli_helpers import FAST, here, photo, run  # noqa: F401 - fixtures too
from tests.conftest import WritePlugin

BAD = {
    "no such picture": (["style", "none.png"], 2, "none.png"),
    "not a picture": (["style", "bad.png"], 2, "bad.png"),
    "empty": (["style", "empty.png"], 2, "empty.png"),
    "a pixel": (["style", "pixel.png"], 2, "pixel.png"),
    "empty folder": (["style", "folder", "-o", "out"], 2, "folder"),
    "unknown plugin": (["style", "--plugin", "grum"], 2, "did you mean 'gram'"),
    "unknown network": (["style", "--network", "vgg"], 2, "there is no network 'vgg'"),
    "unknown layer": (
        ["style", *FAST, "--style-layers", "relu1_9"],
        2,
        "no layer 'relu1_9' in this network (did you mean",
    ),
    "unknown sample": (["style", "sample:dog"], 2, "dog"),
    "unknown flag": (["style", "--strenght", "1"], 2, "--strenght"),
    "range": (["style", "--strength", "2"], 2, "--strength"),
    "size": (["style", "--size", "big"], 2, "--size"),
    "output ending": (["style", "-o", "x.doc"], 2, ".doc"),
    "output folder": (["style", "-o", "nowhere/x.png"], 2, "nowhere"),
    "output under a file": (["style", "-o", "bad.png/x.png"], 2, "bad.png"),
    "several into one file": (["style", "--content", "ok.png", "--content", "ok.png", "-o", "x.png"], 2, "folder"),
    "weight": (["style", "ok.png", "--style", "ok.png:0"], 2, "weight must be above 0"),
    "device": (["style", *FAST, "--device", "cuda:9"], 2, "--device cuda:9"),
    "start without a picture": (["style", *FAST, "--start", "picture"], 2, "--start-picture"),
    "missing plugins folder": (["style", "--plugins-dir", "nowhere"], 2, "nowhere"),
    "set": (["style", "--set", "strength"], 2, "NAME=VALUE"),
    "preview": (["style", *FAST, "--preview", "bad.png"], 2, "bad.png"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(case: str, here: Path) -> None:
    (here / "bad.png").write_bytes(b"this is no picture")
    (here / "empty.png").write_bytes(b"")
    (here / "folder").mkdir()
    save_picture(here / "ok.png", np.zeros((40, 40, 3), np.float32))
    from PIL import Image

    Image.new("RGB", (1, 1)).save(here / "pixel.png")
    arguments, code, expected = BAD[case]
    result = run(*arguments)
    text = result.stderr
    assert result.exit_code == code, result.output
    assert expected in " ".join(text.split()) and "Traceback" not in text
    assert result.stdout == ""


def test_a_failing_save_keeps_the_old_file(photo: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "o.png").write_bytes(photo.read_bytes())

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("style", photo, *FAST, "-o", "o.png")
    assert result.exit_code == 1 and "o.png" in result.stderr and "Traceback" not in result.output
    assert (here / "o.png").read_bytes() == photo.read_bytes()
    assert sorted(p.name for p in here.iterdir()) == ["o.png", "photo.png"]


def test_debug_shows_a_traceback(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANCRAFT_DEBUG", "1")
    result = run("style", "none.png")
    assert isinstance(result.exception, gancraft.GancraftError)


@pytest.mark.parametrize("output", ["photo.png", "."])
def test_an_input_is_never_replaced(output: str, photo: Path, here: Path) -> None:
    (here / "other.png").write_bytes(photo.read_bytes())
    before = photo.read_bytes()
    contents = [photo] if output != "." else [photo, "--content", "other.png"]
    result = run("style", *contents, *FAST, "-o", output)
    assert result.exit_code == 2 and "one of the pictures to paint from" in result.stderr
    assert photo.read_bytes() == before


def test_redo_never_replaces_an_input(photo: Path, here: Path) -> None:
    assert run("style", photo, *FAST, "-o", "a.png").exit_code == 0
    before = photo.read_bytes()
    result = run("redo", "a.png", "-o", photo)
    assert result.exit_code == 2 and "one of the pictures to paint from" in result.stderr
    assert photo.read_bytes() == before


FAILING = """
    import gancraft

    class Failing(gancraft.StyleMethod):
        def run(self, job, run):
            raise RuntimeError("boom")
            yield

    @gancraft.hookimpl
    def register_style_methods(register):
        register("failing", Failing, summary="Fails.")
"""


def test_a_bug_is_one_line_too_and_ends_no_batch(write_plugin: WritePlugin, photo: Path, here: Path) -> None:
    plugin = ["-pfailing", "--plugins-dir", write_plugin("failing", FAILING), "--size", 48, "-q"]
    result = run("style", photo, *plugin)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert result.stderr == "gancraft: RuntimeError: boom (a bug of plugin 'failing'; --debug shows where it is)\n"
    result = run("style", photo, "--content", photo, *plugin, "-o", "out")
    assert result.exit_code == 1 and result.stderr.count("boom") == 2 and "2 of 2 pictures failed" in result.stderr


ODD = """
    import gancraft, numpy as np

    class Odd(gancraft.StyleMethod):
        def run(self, job, run):
            assert not isinstance(job.device, str) and job.precision in ("float32", "bfloat16")
            {last}

    @gancraft.hookimpl
    def register_style_methods(register):
        register("odd", Odd, summary="Odd.")
"""


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ("yield gancraft.Finished(np.zeros((3, 3, 3), np.float32))", "gave a picture of 3x3x3 numbers"),
        ("yield gancraft.Finished()", "odd gave no picture: say `Finished(picture_HWC=…)`"),
        ("yield gancraft.Finished(job.content_NCHW[0])", "odd gave a picture that is a Tensor, not a NumPy array"),
        (
            "yield gancraft.Finished(np.zeros((*job.content_NCHW.shape[2:], 3), np.uint8))",
            "odd gave a picture of uint8, where float32 from 0 to 1",
        ),
        ("yield gancraft.Started(1)", "odd: its run ended without a Finished event"),
        ("return None", "odd: its `run` gave NoneType; make it a generator, which yields events"),
    ],
)
def test_a_method_is_told_what_is_wrong_with_its_run(
    last: str, says: str, write_plugin: WritePlugin, photo: Path, here: Path
) -> None:
    plugin = ["-podd", "--plugins-dir", write_plugin("odd", ODD.format(last=last)), "--size", 48, "-q"]
    result = run("style", photo, *plugin)
    assert result.exit_code == 1 and "plugin 'odd'" in result.stderr and says in result.stderr


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_a_run_that_ends_without_a_picture_names_none(
    flags: list[str], write_plugin: WritePlugin, photo: Path, here: Path
) -> None:
    last = "yield gancraft.Finished(problem='its model is not here')"
    plugin = ["-podd", "--plugins-dir", write_plugin("odd", ODD.format(last=last)), "--size", 48, "-q"]
    result = run("style", photo, "-o", "out.png", *plugin, *flags)
    assert result.exit_code == 1 and result.stderr.splitlines()[-1].endswith("its model is not here")
    assert not (here / "out.png").exists() and "out.png" not in result.output
    assert not flags or json.loads(result.stdout)["path"] is None


ENTRY = {"role": "content", "name": "a.png", "sha256": "0" * 64}


STRANGE = {
    "no inputs": {"inputs": []},
    "role": {"inputs": [{**ENTRY, "role": "mask"}]},
    "no name": {"inputs": [{"role": "content"}]},
    "no object": {"inputs": ["a"]},
    "weight": {"inputs": [ENTRY, {**ENTRY, "role": "style", "weight": "much"}]},
    "options": {"options": "abc"},
    "plugin": {"plugin": "gram"},
    "network": {"network": "x"},
    "command": {"command": "train"},
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_strange_recipe_is_one_line(case: str, here: Path) -> None:
    inputs = [ENTRY, {**ENTRY, "role": "style"}]
    recipe = {"gancraft": "0.1.0", "command": "style", "options": {}, "inputs": inputs, **STRANGE[case]}
    save_picture(here / "r.png", np.zeros((8, 8, 3), np.float32), recipe=recipe)
    result = run("redo", "r.png")
    assert result.exit_code == 1 and "of a kind that this version doesn't know" in result.stderr
    assert run("recipe", "r.png").exit_code == 0


def remade(here: Path, options: object, **more: object) -> str:
    """What `redo` says of a picture with this recipe."""
    inputs = [ENTRY, {**ENTRY, "role": "style"}]
    recipe = {"command": "style", "options": {"style": options}, "inputs": inputs, **more}
    save_picture(here / "r.png", np.zeros((8, 8, 3), np.float32), recipe=recipe)
    result = run("redo", "r.png", "--no-plugin", "wasserstein")
    assert result.exit_code == 1 and result.stderr.count("\n") == 1, result.output
    return result.stderr.removeprefix("gancraft: r.png: made by plugin ").rstrip()


def test_redo_names_the_package_that_is_gone(here: Path) -> None:
    halftone = {"name": "halftone", "distribution": "gancraft-halftone", "version": "0.1.0"}
    gone = "isn't there or has no style method 'inks'; "
    again = remade(here, {"plugin": "inks"}, plugin=halftone)
    assert again == f"'halftone', which {gone}install or update it: pip install --upgrade gancraft-halftone"
    for distribution in ("", "x; rm -rf ~", "--index-url=http://x y"):
        again = remade(here, {"plugin": "inks"}, plugin={**halftone, "distribution": distribution})
        assert again == f"'halftone', which {gone}give its folder with --plugins-dir"
    blocked = remade(here, {"plugin": "sliced"}, plugin={**halftone, "name": "wasserstein"})
    assert blocked == "'wasserstein', which is blocked: by --no-plugin"
    network = {"name": "filters", "plugin": {"name": "gabor", "distribution": "gancraft-gabor"}}
    again = remade(here, {"plugin": "gram", "network": "filters"}, plugin={"name": "gram"}, network=network)
    assert (
        again
        == "'gabor', which isn't there or has no network 'filters'; install or update it: pip install --upgrade gancraft-gabor"
    )


def test_a_warning_in_a_log_begins_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(lambda _: iter((Started(1, "one"), Warned("too few"), Finished())))
    follow(run, "evaluating")
    assert capsys.readouterr().err == "evaluating: one\ngancraft: too few\n"


def test_a_recipe_cannot_steer_the_terminal(here: Path) -> None:
    save_picture(here / "r.png", np.zeros((8, 8, 3), np.float32), recipe={"command": "\x1b]0;title\x07"})
    assert "\x1b" not in run("recipe", "r.png").stdout
