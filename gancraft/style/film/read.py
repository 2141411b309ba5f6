"""Reading films: MP4 and all else that FFmpeg knows, through PyAV; moving pictures, through Pillow.

Shape suffixes: H, W = height, width, C = 3 channels; frames are uint8 sRGB.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from gancraft.errors import UsageError
from gancraft.style.film.animation import open_animation
from gancraft.style.film.probe import is_animated_picture
from gancraft.style.film.source import Clock, Film, check_pixels

_HD = 720  # rows from which a film that doesn't say so has the colours of high definition
_BT709, _UNSAID, _FULL = 1, 2, 2  # numbers of ITU-T H.273 for the matrix, and FFmpeg's for the range


def open_film(path: str | Path, max_megapixels: float = 100.0) -> Film:
    """Open a film. Raises UsageError, in one line, for what isn't one, has no frames, or too large ones."""
    path = Path(path)
    if is_animated_picture(path):
        return open_animation(path, max_megapixels)
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            streams = [s for s in container.streams.video if not int(s.disposition) & 0x400]  # covers of records
            if not streams:
                what = "has no pictures, only sound" if container.streams.audio else "is a film without frames"
                raise UsageError(f"{path.name} {what}: give another")
            codec = streams[0].codec_context
            index, width, height = streams[0].index, codec.width, codec.height
            check_pixels(path.name, width, height, max_megapixels)
            sounds = len(container.streams.audio)
            aspect = streams[0].sample_aspect_ratio or Fraction(1)
            clock, said = _clock(container, streams[0])
    except av.error.EOFError:  # a header, and nothing after it
        clock = Clock([], 0, Fraction(1))
    except (av.FFmpegError, OSError) as error:
        raise UsageError(
            f"{path.name} can't be read as a film ({_reason(error)}): save or download it again"
        ) from error
    if not clock.stamps:
        raise UsageError(f"{path.name} is a film without frames: give another")
    film = _Container(path, width, height, clock, aspect, sounds)
    film.stream, film.said = index, said
    film.turn()
    return film


class _Container(Film):
    stream = 0
    said: list[int] | None = None  # the frames' stamps; None: they come in their order
    turns = 0  # quarters, against the clock

    def turn(self) -> None:
        """Upright, as the film says of itself. Raises UsageError where no frame at all can be decoded."""
        first = next((frame for _, frame in self._decoded() if frame is not None), None)
        if first is None:
            raise UsageError(f"{self.path.name} is damaged: none of its {len(self)} frames can be decoded")
        self.turns = round(first.rotation / 90) % 4
        self.width, self.height = first.width, first.height
        if self.turns % 2:
            self.width, self.height, self.aspect = self.height, self.width, 1 / self.aspect

    def frames(self) -> Iterator[np.ndarray | None]:
        due = 0
        for stamp, frame in self._decoded():
            number = due
            if self.said is not None:
                if frame is None or stamp is None:
                    continue  # the gap shows when the next one comes
                number = bisect_left(self.said, stamp, due)
                if number == len(self) or self.said[number] != stamp:
                    continue
            for _ in range(number - due):
                yield None
            yield self._upright(frame) if frame is not None else None
            due = number + 1
            if due == len(self):
                return
        for _ in range(len(self) - due):
            yield None

    def _upright(self, frame: VideoFrame) -> np.ndarray | None:
        if (frame.height, frame.width) != self._size:
            frame = frame.reformat(width=self._size[1], height=self._size[0])
        return np.ascontiguousarray(np.rot90(_rgb(frame), self.turns))

    @property
    def _size(self) -> tuple[int, int]:
        """Rows and columns as they are stored."""
        return (self.width, self.height) if self.turns % 2 else (self.height, self.width)

    def _decoded(self) -> Iterator[tuple[int | None, VideoFrame | None]]:
        """Frames with their stamps in the order in which they are shown; None for what doesn't decode."""
        self.broken = ""
        try:
            with av.open(str(self.path), metadata_errors="replace") as container:
                stream = container.streams[self.stream]
                assert isinstance(stream, VideoStream)
                stream.thread_type = "SLICE"  # so that an error is that packet's own
                for packet in container.demux(stream):
                    try:
                        for frame in packet.decode():
                            yield frame.pts, None if frame.is_corrupt else frame
                    except av.FFmpegError as error:
                        self.broken = _reason(error)
                        yield packet.pts, None
        except (av.FFmpegError, OSError) as error:
            self.broken = _reason(error)


def _clock(container: av.container.InputContainer, stream: VideoStream) -> tuple[Clock, list[int] | None]:
    """When frames are shown, from their packets alone, and the stamps in these; None where some have none."""
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    unit = stream.time_base or 1 / rate
    stamps: list[int | None] = []
    last = 0
    try:
        for packet in container.demux(stream):
            if packet.size:
                stamps.append(packet.pts)
                last = packet.duration or last
    except av.FFmpegError:
        pass  # cut off: what is there is a film too
    said = sorted(stamp for stamp in stamps if stamp is not None)
    if len(said) < len(stamps):
        return Clock(range(len(stamps)), 1, 1 / rate), None
    steps = sorted(b - a for a, b in pairwise(said) if b > a) or [max(1, round(1 / (rate * unit)))]
    if last < steps[0]:  # not every container says how long a frame lasts, and some say nonsense
        last = steps[len(steps) // 2]
    growing: list[int] = []
    for stamp in said:  # some files say the same time twice, AVI at its end
        growing.append(stamp if not growing or stamp > growing[-1] else growing[-1] + last)
    return Clock(growing, last, unit), said


def _rgb(frame: VideoFrame) -> np.ndarray:
    """HWC, by the colours that the film says it has."""
    matrix = int(frame.colorspace)
    high = frame.height >= _HD if matrix == _UNSAID else matrix == _BT709
    full = int(frame.color_range) == _FULL
    converted = frame.reformat(
        format="rgb24",
        src_colorspace="ITU709" if high else "ITU601",
        src_color_range="JPEG" if full else "MPEG",
        dst_color_range="JPEG",
    )
    return converted.to_ndarray()


def _reason(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
