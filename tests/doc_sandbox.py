"""A folder in which every command of the documentation finds what it names, and how commands are made small."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer
from PIL import Image

from gancraft.cli.main import build_app
from gancraft.cli.sniff import Words
from tests.doc_blocks import ROOT, has

PHOTOS = ("photo.jpg", "photo.png", "painting.jpg", "a.jpg", "b.jpg", "sky.jpg", "stone.jpg", "small.png")
MASKS = ("sky-mask.png", "rocks.png", "stone-mask.png", "sky.png")
TOML = re.search(r"```toml\n(.*?)```", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.DOTALL)
AUTHOR = ROOT / "docs" / "plugin-author.md"
# Values that make a command quick, for the options that it has.
SMALL: dict[str, dict[str, str]] = {
    "style": {"--size": "48", "--iterations": "4", "--frames": "1-2", "--warm-iterations": "1"},
    "train": {
        "--batch": "16", "--size": "16", "--sheet": "4x2", "--generator.width": "8", "--discriminator.width": "8",
        "--generator.max-width": "16", "--discriminator.max-width": "16", "--launch": "eager", "--sheet-every": "0",
    },
    "train-style": {
        "--pictures": "16", "--batch": "4", "--size": "32", "--style-size": "32", "--width": "4", "--blocks": "1",
        "--sheet": "2x1", "--launch": "eager",
    },
    "sample": {"--count": "8", "--across": "4"},
    "walk": {"--seconds": "0.5", "--fps": "8"},
    "sweep": {"--truncation": "0.5..1:0.5"},
    "directions": {"--count": "3"},
    "project": {"--steps": "4", "--candidates": "2", "--tries": "8"},
    "evaluate": {"--count": "16", "--network": "embedded"},
    "timelapse": {"--seconds": "0.5"},
}  # fmt: skip


def parsed(words: Sequence[str], environ: dict[str, str]) -> Any:
    """The context of a command whose words were all understood; raises what the program would tell."""
    program = typer.main.get_command(build_app(words))
    rest = Words(words, environ).normalised
    outer = program.make_context("gancraft", [], resilient_parsing=True)
    if rest[0].startswith("-"):
        return program.make_context("gancraft", list(rest), resilient_parsing=True)
    name, *rest = rest
    command = program.commands[name]  # type: ignore[attr-defined]
    if rest and rest[0] in getattr(command, "commands", {}):
        command, name, rest = command.commands[rest[0]], rest[0], rest[1:]
    return command.make_context(name, list(rest), parent=outer)


def furnish(folder: Path) -> None:
    """Files by the names that the pages use."""
    draw = np.random.default_rng(0)

    def picture(path: Path, width: int = 24, height: int = 16, grey: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = (height, width) if grey else (height, width, 3)
        Image.fromarray(draw.integers(0, 256, shape, dtype=np.uint8)).save(path)

    (folder / "docs").symlink_to(ROOT / "docs")
    for name in PHOTOS:
        picture(folder / name, 96, 64)
    for name in MASKS:
        picture(folder / name, 96, 64, grey=True)
    for name in ("holiday", "photos", "my-icons", "flowers/rose", "flowers/tulip"):
        for number in range(24):
            picture(folder / name / f"{number}.png")
    for name in ("boat.mp4", "cat.gif"):
        film(folder / name)
    for name in ("emoji.zip", "photos.zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            for path in (folder / "holiday").iterdir():
                archive.write(path, path.name)
    assert TOML is not None
    (folder / "mine.toml").write_text(TOML.group(1))
    for file, code in re.findall(
        r"<!-- write: (gancraft_\S+) -->\n```python\n(.*?)```", AUTHOR.read_text("utf-8"), re.DOTALL
    ):
        path = folder / "written" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    for name in ("mine", "plugins-of-mine"):
        (folder / name).mkdir()
        for file, code in re.findall(
            r"<!-- example: (\S+) -->\n```python\n(.*?)```", AUTHOR.read_text("utf-8"), re.DOTALL
        ):
            (folder / name / file).write_text(code)


def film(path: Path) -> None:
    """A few frames, in which a bright square moves."""
    import av

    frames = np.zeros((4, 32, 48, 3), np.uint8)
    for number, x_HWC in enumerate(frames):
        x_HWC[8:24, 8 + 4 * number : 24 + 4 * number] = (200, 120, 40)
    if path.suffix == ".gif":
        first, *rest = [Image.fromarray(x_HWC) for x_HWC in frames]
        first.save(path, save_all=True, append_images=rest, duration=100)
        return
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        for x_HWC in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(x_HWC, format="rgb24")))
        container.mux(stream.encode())


def needs_runs(words: Sequence[str]) -> list[str]:
    """Folders of runs that a command expects to be there."""
    if words[0] in ("train", "train-style") and not has(words, "--resume"):
        after = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "--from"]
        return [word for word in after if word.startswith("runs/")]
    return [word for word in words if word.startswith("runs/")]


def lend_runs(words: Sequence[str], folder: Path, kept: Path) -> None:
    """Put a small run wherever the command expects one and no earlier command of the page has left it."""
    for name in needs_runs(words):
        if not (folder / name / "model.safetensors").exists():
            shutil.copytree(kept, folder / name, dirs_exist_ok=True)


def usual_folder(words: Sequence[str]) -> str:
    """Where `gancraft train` keeps a run for which nobody names a folder."""
    said = {flag: words[i + 1] for i, flag in enumerate(words[:-1]) if flag in ("--plugin", "-p", "--size")}
    source = words[1].rstrip("/").rpartition(":")[2]
    size = f"-{said['--size']}" if "--size" in said else ""
    return f"runs/{Path(source).stem}-{said.get('--plugin', 'dcgan')}{size}"


def shrunk(words: Sequence[str], environ: dict[str, str]) -> list[str]:
    """The same command, with fewer and smaller pictures."""
    command, result = words[0], list(words)
    if command == "train":
        asked = [int(words[i + 1]) for i, word in enumerate(words[:-1]) if word == "--pictures"]
        goes_on = has(words, "--resume")
        result += ["--pictures", str(160 if goes_on else 96 if asked and asked[-1] < 10**7 else 128)]
        if goes_on:
            return result
        if not has(words, "--run"):  # where the run would be without a size of ours
            result += ["--run", usual_folder(words)]
    for flag, value in SMALL.get(command, {}).items():
        small = [*result, f"{flag}={value}"]
        points, begun = "sample:ring" in words, has(words, "--from")
        still = command == "style" and not (len(words) > 1 and words[1].endswith((".mp4", ".gif")))
        if still and flag in ("--frames", "--warm-iterations"):
            continue
        if (points and flag == "--size") or (begun and flag.endswith(("size", "width"))):
            continue
        try:
            parsed(small, environ)
        except Exception:  # noqa: BLE001, S112 - this command has no such option
            continue
        result = small
    return result
