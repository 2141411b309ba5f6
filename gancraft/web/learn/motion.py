"""The sheets of a run as moving pictures: what came since the last look, as a short film that is played once."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

MOST = 12  # frames of a film: more can't be told apart in half a second
SHORTEST, LONGEST = 300, 1500  # milliseconds of a film
QUALITY = 75


class Motion:
    """Of one run. sheets: the folder that it leaves them in; place: a folder for the films."""

    def __init__(self, sheets: Path, place: Path):
        self._sheets, self._place = sheets, place
        self._shown = ""
        self._films = 0
        self._until = 0.0

    def film(self, seconds: float) -> str | None:
        """The file of a film of the sheets that came since the last one and the one before them; None where none came.
        seconds: of the run, of which the film takes as many as passed since the last one."""
        names = sorted(file.name for file in self._sheets.glob("*.png"))
        new = [name for name in names if name > self._shown]
        if not new:
            return None
        frames = [self._sheets / name for name in (*([self._shown] if self._shown else []), *_thinned(new))]
        lasts = min(max(1000 * (seconds - self._until), SHORTEST), LONGEST) / len(frames)
        self._shown, self._until, self._films = new[-1], seconds, self._films + 1
        file = self._place / f"{self._films:04}.webp"
        first, *rest = [Image.open(frame).convert("RGB") for frame in frames]
        first.save(file, save_all=True, append_images=rest, duration=round(lasts), loop=1, quality=QUALITY, method=0)
        return str(file)

    def last(self) -> str | None:
        """The file of the newest sheet."""
        return max((str(file) for file in self._sheets.glob("*.png")), default=None)


def _thinned(names: list[str]) -> list[str]:
    """Evenly, with the newest."""
    step = -(-len(names) // MOST)
    return names[::-1][::step][::-1]
