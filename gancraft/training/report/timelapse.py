"""The growth of a run as a film: its sample sheets, all of the same latents, from the first to the newest.

Shape suffixes: H, W = height, width, C = 3 channels; frames are uint8 sRGB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Progress, Run, Started, Warned
from gancraft.latent.film import check_film, film
from gancraft.latent.walk import frame_count
from gancraft.training.report.run import Event as Happened
from gancraft.training.report.run import read_run
from gancraft.training.report.sheets import sheet_files

LEAST, MOST = 480, 1920  # pixels of a frame's longer side: smaller sheets are enlarged, larger ones reduced
FEW = 12  # sheets with which a film stutters; a whole run keeps 40 unless told otherwise
WANTED = 100  # sheets in the interval that is proposed
REST = 0.15  # share of the film in which the newest sheet stands still
STRIP = 36  # pixels below the sheet
_PAPER, _INK, _PALE, _BAR = (255, 255, 255), (40, 40, 46), (214, 214, 220), (242, 115, 13)


@dataclass(frozen=True)
class _Scene:
    """A sheet and what stands below it. at: pictures seen."""

    path: Path
    at: int
    title: str


def timelapse(folder: Path, target: Path, seconds: float = 8.0, fps: int = 30, fade: bool = True) -> Run:
    """A run that writes a film of `folder`'s sheets, each shown as long as the others and the newest longer.

    Pictures of a run that grows are in their sheets as they were then: enlarged, pixel by pixel. folder: of a run, which may
    still go on; sheets that can't be read are left out. target: .mp4, .gif or .webp. fade: blend from sheet to sheet. Raises
    UsageError for a folder without two sheets, and for what a film can't be; GancraftError, while it is iterated, where a
    sheet has gone meanwhile.
    """
    scenes = _scenes(folder)
    width, height = _size(scenes[-1].path)
    total = frame_count(seconds, fps)
    check_film(target, fps, total, width, height + STRIP)

    def events(run: Run) -> Iterator[Event]:
        yield Started(total, f"{total} frames of {width}x{height + STRIP} from {len(scenes)} sheets")
        if len(scenes) < FEW:
            yield Warned(_few(folder, scenes), "sheets")
        done = 0
        with film(target, fps, total, width, height + STRIP) as add:
            for done, frame_HWC in enumerate(_frames(scenes, total, (width, height), fade), 1):
                add(frame_HWC)
                yield Progress(done, total, size=(width, height + STRIP))
                if run.stopping:
                    break
        yield Finished(stopped=run.stopping and done < total, facts={"frames": done, "sheets": len(scenes)})

    return Run(events)


def _scenes(folder: Path) -> list[_Scene]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder; give the folder of a run")
    found = {at: path for at, path in sheet_files(folder / "samples").items() if _is_whole(path)}
    if not found:
        raise UsageError(f"{folder}: there are no sample sheets in samples/; give the folder of a run (gancraft train)")
    if len(found) == 1:
        raise UsageError(f"{folder}: there is only one sample sheet, and a film needs two; train further")
    stages = read_run(folder).of("stage")
    titles = {at: next((_title(s, at) for s in reversed(stages) if s.at <= at), "") for at in found}
    return [_Scene(found[at], at, titles[at]) for at in sorted(found)]


def _title(stage: Happened, at: int) -> str:
    """What the networks were at; while new layers fade in, pictures are as coarse as before, or nearly."""
    return f"{stage.text}, fading in" if at < stage.at + (stage.value or 0) else stage.text


def _few(folder: Path, scenes: Sequence[_Scene]) -> str:
    every = max(1, scenes[-1].at // WANTED)
    return (
        f"{folder}: only {len(scenes)} sheets, so the film goes in jumps; a run that is trained with "
        f"--sheet-every {every} keeps more"
    )


def _is_whole(path: Path) -> bool:
    """Whether it can be read: the newest may have been cut when the power went."""
    try:
        with Image.open(path) as image:
            image.verify()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


def _size(path: Path) -> tuple[int, int]:
    """Of the film without its strip, width and height: a whole factor larger, or reduced to what a screen shows."""
    with Image.open(path) as image:
        width, height = image.size
    longer = max(width, height)
    if longer > MOST:
        return max(1, round(width * MOST / longer)), max(1, round(height * MOST / longer))
    factor = -(-LEAST // longer)
    return width * factor, height * factor


def _frames(scenes: Sequence[_Scene], total: int, size: tuple[int, int], fade: bool) -> Iterator[np.ndarray]:
    sheet = lru_cache(maxsize=2)(lambda place: _sheet(scenes[place].path, size))
    moving = max(1.0, (1 - REST) * total)
    last = len(scenes) - 1
    for number in range(total):
        place = min(float(last), number / moving * last)  # sheet i stands from i on, and fades from i + 0.5
        before = min(int(place), last)
        after, way = min(before + 1, last), place - before
        amount = _eased((way - 0.5) * 2) if fade else 0.0
        shown = after if amount >= 0.5 else before
        x_HWC = sheet(before)
        if amount > 0:
            x_HWC = (x_HWC + amount * (sheet(after).astype(np.float32) - x_HWC) + 0.5).astype(np.uint8)
        seen = scenes[before].at + way * (scenes[after].at - scenes[before].at)
        share = seen / scenes[-1].at if scenes[-1].at else 1.0
        yield np.concatenate([x_HWC, _strip(scenes[shown], size[0], round(share, 4))])


def _eased(way: float) -> float:
    """From 0 to 1, level at both ends."""
    way = min(1.0, max(0.0, way))
    return way * way * (3 - 2 * way)


def _sheet(path: Path, size: tuple[int, int]) -> np.ndarray:
    """In the film's size; one that was arranged otherwise stands whole in the middle."""
    try:
        with Image.open(path) as image:
            whole = image.convert("RGB")
    except (OSError, ValueError) as error:
        raise GancraftError(f"{path}: can't be read any more; is the run being made anew?") from error
    larger = whole.width <= size[0] and whole.height <= size[1]
    kind = Image.Resampling.NEAREST if larger else Image.Resampling.LANCZOS
    return np.asarray(ImageOps.pad(whole, size, kind, color=_PAPER))


@lru_cache(maxsize=1)
def _strip(scene: _Scene, width: int, share: float) -> np.ndarray:
    """A line that grows with the pictures seen, their number, and the size that the networks were at."""
    image = Image.new("RGB", (width, STRIP), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 4, width, 6), fill=_PALE)
    draw.rectangle((0, 4, max(0, round(share * width) - 1), 6), fill=_BAR)
    font = ImageFont.load_default(16)
    draw.text((6, 12), f"{scene.at:,} pictures seen", fill=_INK, font=font)
    if scene.title:
        draw.text((width - 6, 12), scene.title, fill=_INK, font=font, anchor="ra")
    return np.asarray(image)
