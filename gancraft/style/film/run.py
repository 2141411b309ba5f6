"""From a film to a painted one: every frame is painted, kept, and at the end all are written, with the sound.

Shape suffixes: N = 1, C = 3 channels, H, W = height, width; pictures are sRGB in [0, 1].
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gancraft.compute import choose
from gancraft.errors import UsageError
from gancraft.events import Event, Finished, Preview, Progress, Run, Saved, Started, Warned
from gancraft.pictures import Picture
from gancraft.style.choice import StyleChoice, sized
from gancraft.style.film.kept import KeptFrames
from gancraft.style.film.motion import flow_of, motion
from gancraft.style.film.painters import Carried, frame_painter
from gancraft.style.film.read import open_film
from gancraft.style.film.settings import FilmOptions, first_and_last
from gancraft.style.film.source import Film
from gancraft.style.film.write import check_target, write_film
from gancraft.style.job import Styles
from gancraft.style.masks import MaskPair
from gancraft.style.recipe import recipe_of
from gancraft.style.tensors import to_tensor

_RECENT = 5  # frames by whose pace the time left is told


def paint_film(
    target: str | Path,
    choice: StyleChoice,
    source: str | Path,
    styles: Styles,
    *,
    start: Picture | None = None,
    masks: Sequence[MaskPair] = (),
    preview_every: int = 0,
    restart: bool = False,
    keep_frames: bool = False,
) -> Run:
    """Paint the film in the file `source` into the file `target`, whose ending says the format.

    choice: of `gancraft.style.choice.resolve_style` with `film=True`; start, masks: as for `gancraft.style.paint`, the masks
    of the film's size; preview_every: frames between two Preview events, 0 for none. Frames are kept beside the target, in a
    folder of its name with `.frames`: a run that was stopped, or killed, goes on there when it is started again with the same
    settings. With others it is refused, unless `restart` throws those frames away. The folder goes when the film is written,
    unless `keep_frames`. Progress counts frames. Raises UsageError at once for what can't be read, painted or written.
    """
    options = choice.options["film"]
    assert isinstance(options, FilmOptions)
    film = open_film(source, choice.settings.max_megapixels)
    job = _FilmJob(Path(target), choice, film, styles, start, masks, options, preview_every, keep_frames)
    job.check()
    job.kept.begin(job.recipe({}), restart)
    return Run(job.events)


@dataclass
class _FilmJob:
    """A run over one film."""

    target: Path
    choice: StyleChoice
    film: Film
    styles: Styles
    start: Picture | None
    masks: Sequence[MaskPair]
    options: FilmOptions
    preview_every: int
    keep_frames: bool
    seconds: list[float] = field(default_factory=list)  # of each frame painted
    facts: dict[str, object] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # warnings, which many frames would repeat

    def __post_init__(self) -> None:
        self.kept = KeptFrames(self.target)
        first, last = first_and_last(self.options.frames)
        self.clock = self.film.clock.part(first, last)
        self.numbers = range(first, first + len(self.clock.stamps))
        blank = Picture(np.zeros((self.film.height, self.film.width, 3), np.float32), None, self.film.path.name)
        shape = sized(self.choice, blank)
        self.width, self.height = shape.width, shape.height
        self.blank = blank

    def check(self) -> None:
        """Raise UsageError for what can't be painted or written, before any work."""
        check_target(self.target, len(self.numbers), self.width, self.height)
        if self.target.exists() and self.target.samefile(self.film.path):
            raise UsageError(f"-o: {self.target} is the film to paint from; choose another place")
        self.device = choose(self.choice.settings.device, "float32").device
        self.flow, self.flow_name = flow_of(self.options.flow, self.device)
        self.painter = frame_painter(self.choice, self.styles, self.start, self.masks)
        self.painter.check(self.blank)

    def recipe(self, facts: dict[str, object]) -> dict[str, object]:
        """As pictures have it; the content is the film."""
        content = Picture(self.blank.rgb_HWC, None, self.film.path.name, self.film.sha256)
        return recipe_of(self.choice, content, self.styles, self.start, facts, self.masks)

    def events(self, run: Run) -> Iterator[Event]:
        began = time.monotonic()
        there, total = self.kept.count(self.numbers), len(self.numbers)
        goes_on = f", going on after {there}" if there else ""
        yield Started(
            total, f"{total} frames of {self.width}x{self.height}{goes_on}; motion by the {self.flow_name} flow"
        )
        done, last_HWC = 0, None
        for event in self._frames(run):
            if isinstance(event, _Painted):
                done, last_HWC = done + 1, event.x_HWC
                yield self._progress(done, {})
                if self.preview_every and done % self.preview_every == 0:
                    yield Preview(event.x_HWC, done)
            elif isinstance(event, Progress):
                yield self._progress(done, event.values)
            elif not isinstance(event, Warned) or event.message not in self.told:
                self.told |= {event.message} if isinstance(event, Warned) else set()
                yield event
        written = done == total and (yield from self._write(run))
        if not written:
            yield Warned(
                f"{done} of {total} frames are kept in {self.kept.folder}; the same command goes on from there", "film"
            )
        facts = {**self.facts, "frames": done}
        yield Finished(last_HWC, stopped=not written, seconds=time.monotonic() - began, facts=facts)

    def _frames(self, run: Run) -> Iterator[Event]:
        """`_Painted` for every frame that is there, painted now or before, with warnings and progress between them. It ends
        early where the run is stopped."""
        shown_NCHW: Tensor | None = None  # the film's own frame before
        was_HWC: np.ndarray | None = None  # the painted one
        broken: list[int] = []
        for number, content, is_broken in self._read():
            if run.stopping:
                return
            now_NCHW = to_tensor(sized(self.choice, content).rgb_HWC).to(self.device)
            painted_HWC = self.kept.load(number, self.width, self.height)
            broken += [number] if is_broken else []
            if (
                painted_HWC is None
                and was_HWC is not None
                and shown_NCHW is not None
                and torch.equal(now_NCHW, shown_NCHW)
            ):
                painted_HWC = self.kept.save(number, was_HWC)  # the same once more, or a broken one
            if painted_HWC is None:
                began = time.monotonic()
                before = self._carried(shown_NCHW, now_NCHW, was_HWC)
                painted_HWC = yield from self._paint(number, content, before, run)
                if painted_HWC is None:
                    return
                self.seconds.append(time.monotonic() - began)
            yield _Painted(painted_HWC)
            shown_NCHW, was_HWC = now_NCHW, painted_HWC
        if broken:
            several = len(broken) > 1
            yield Warned(
                f"{self.film.path.name}: {'frames' if several else 'frame'} {_listed(broken)} can't be decoded"
                f"{f' ({self.film.broken})' if self.film.broken else ''}; the one before stands in",
                "broken",
            )

    def _read(self) -> Iterator[tuple[int, Picture, bool]]:
        """Number, picture, and whether it stands in for one that can't be decoded: the one before, or at the beginning the
        first that can."""
        last_HWC: np.ndarray | None = None
        missing = 0
        for number, frame_HWC in enumerate(self.film.frames(), 1):
            if number >= self.numbers.stop:
                return
            if number not in self.numbers:
                last_HWC = frame_HWC if frame_HWC is not None else last_HWC
                continue
            if frame_HWC is None and last_HWC is None:
                missing += 1
                continue
            is_broken = frame_HWC is None
            last_HWC = frame_HWC if frame_HWC is not None else last_HWC
            assert last_HWC is not None
            picture = Picture(last_HWC.astype(np.float32) / 255, None, self.film.path.name)
            for earlier in range(number - missing, number):
                yield earlier, picture, True
            missing = 0
            yield number, picture, is_broken

    @torch.no_grad()
    def _carried(self, shown_NCHW: Tensor | None, now_NCHW: Tensor, was_HWC: np.ndarray | None) -> Carried | None:
        """The painted frame before, moved to this one; None at the beginning of a scene."""
        if shown_NCHW is None or was_HWC is None:
            return None
        moved = motion(shown_NCHW, now_NCHW, self.flow, self.options.cuts)
        if moved is None:
            return None
        return Carried(moved.carried(to_tensor(was_HWC).to(self.device)).cpu(), moved.trust_N1HW.cpu())

    def _paint(
        self, number: int, content: Picture, before: Carried | None, run: Run
    ) -> Generator[Event, None, np.ndarray | None]:
        """One frame: its events, and as the generator's value the picture as it is kept; None where it was stopped."""
        for event in self.painter.frame(content, before, run):
            if isinstance(event, Finished):
                if event.stopped or event.picture_HWC is None:
                    return None  # half a frame is none
                self.facts |= event.facts
                if event.problem:
                    yield Warned(f"frame {number}: {event.problem}", "frame")
                return self.kept.save(number, event.picture_HWC)
            if isinstance(event, Progress | Warned):
                yield event
        return None

    def _write(self, run: Run) -> Generator[Event, None, bool]:
        """The film, of all frames; False where the run was stopped meanwhile."""
        files = [self.kept.file(number) for number in self.numbers]
        recipe = self.recipe({**self.facts, "frames": len(files), "flow": self.flow_name})
        for line in write_film(self.target, files, self.clock, self.film, recipe, len(files) == len(self.film)):
            if run.stopping:
                return False
            yield Warned(line, "sound") if line else self._progress(len(files), {})
        yield Saved(str(self.target))
        if not self.keep_frames:
            self.kept.remove()
        return True

    def _progress(self, done: int, values: Mapping[str, float]) -> Progress:
        recent = self.seconds[1:][-_RECENT:] or self.seconds  # the first frame takes longer
        left = (len(self.numbers) - done) * sum(recent) / len(recent) if recent else None
        return Progress(done, len(self.numbers), size=(self.width, self.height), values=values, seconds_left=left)


@dataclass(frozen=True)
class _Painted(Event):
    """A frame that is there."""

    x_HWC: np.ndarray


def _listed(numbers: Sequence[int]) -> str:
    """At most five of them."""
    text = ", ".join(map(str, numbers[:5]))
    return f"{text} and {len(numbers) - 5} more" if len(numbers) > 5 else text
