"""Writing films: frames from files, shown when the first film showed them, with its sound.

Shape suffixes: H, W = height, width, C = 3 channels; frames are uint8 sRGB.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image

from gancraft.errors import GancraftError, UsageError
from gancraft.pictures.recipe import KEY, recipe_text
from gancraft.style.film.animation import check_size, write_animation
from gancraft.style.film.sound import Sounds
from gancraft.style.film.source import Clock, Film

_BT709 = 1  # the number of its matrix, primaries and transfer curve alike (ITU-T H.273)
_LIMITED = 1  # FFmpeg's number of the range
_H264 = ("libx264", {"crf": "17", "preset": "medium"})
_VP9 = ("libvpx-vp9", {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1"})
_CONTAINERS = {".mp4": _H264, ".mov": _H264, ".m4v": _H264, ".mkv": _H264, ".webm": _VP9}
_ANIMATIONS = (".gif", ".webp", ".apng")
FILMS = (*_CONTAINERS, *_ANIMATIONS)


def check_target(path: Path, frames: int, width: int, height: int) -> None:
    """Raise UsageError, before any work, for what `write_film` can't write."""
    if path.suffix.lower() not in FILMS:
        raise UsageError(f"-o {path}: '{path.suffix}' is no film; use {', '.join(FILMS[:-1])} or {FILMS[-1]}")
    if path.is_dir() or not path.parent.is_dir():
        what = (
            "is a folder: name a file in it"
            if path.is_dir()
            else f"the folder {path.parent} doesn't exist; make it first"
        )
        raise UsageError(f"-o {path}: {what}")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"-o {path}: can't be written; choose another place")
    if path.suffix.lower() in _ANIMATIONS:
        check_size(path, frames, width, height)


def write_film(
    path: Path, frames: Sequence[Path], clock: Clock, source: Film, recipe: Mapping[str, Any], whole: bool = True
) -> Iterator[str]:
    """Write a film whose frames lie in files of one size. Yields while it works: nothing (""), or a line that a person should
    know.

    source: gives the sound and the shape of pixels; whole: whether the clock is that of all of it. The film is at `path` when
    it is complete; where writing fails, or the iterator is left before its end, whatever was there stays. Raises
    GancraftError.
    """
    beside = path.with_name(f".gancraft-{secrets.token_hex(6)}{path.suffix.lower()}")
    try:
        if path.suffix.lower() in _ANIMATIONS:
            if source.sounds:
                yield f"{path.suffix} has no sound: it is left out; use .mp4 to keep it"
            write_animation(beside, frames, clock, recipe)
        else:
            yield from _write(beside, frames, clock, source, recipe, whole)
        os.replace(beside, path)
    except (OSError, ValueError, av.FFmpegError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise GancraftError(f"{path} wasn't written: {reason}") from error
    finally:
        beside.unlink(missing_ok=True)


def _write(
    path: Path, frames: Sequence[Path], clock: Clock, source: Film, recipe: Mapping[str, Any], whole: bool
) -> Iterator[str]:
    """H.264 or VP9 as every player shows it: 4:2:0, whose sides are even, BT.709, its index first."""
    codec_name, options = _CONTAINERS[path.suffix]
    mp4 = path.suffix in (".mp4", ".mov", ".m4v")
    with Image.open(frames[0]) as first:
        width, height = first.size
    with av.open(str(path), "w", options={"movflags": "+faststart"} if mp4 else {}) as container:
        container.metadata["comment"] = f"{KEY} {recipe_text(recipe)}"
        stream = container.add_stream(codec_name, rate=clock.rate, options=dict(options))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        codec = stream.codec_context
        codec.time_base = clock.unit
        codec.sample_aspect_ratio = source.aspect
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        codec.color_range = _LIMITED
        with Sounds(container, source, clock, whole) as sounds:
            durations = dict(zip(clock.stamps, clock.durations, strict=True))
            origin = sounds.origin

            def mux(packets: list[Any]) -> None:
                for packet in packets:
                    if packet.pts is not None:
                        packet.duration = durations.get(packet.pts + origin, 0)
                    container.mux(packet)

            for file, stamp in zip(frames, clock.stamps, strict=True):
                sounds.until(Fraction(stamp - origin) * clock.unit)
                mux(stream.encode(_picture(file, stamp - origin, clock.unit)))
                yield ""
            mux(stream.encode())
            sounds.until(None)
            yield from sounds.warnings


def _picture(file: Path, stamp: int, unit: Fraction) -> av.VideoFrame:
    with Image.open(file) as image:
        frame_HWC = np.asarray(image.convert("RGB"))
    height, width = frame_HWC.shape[:2]
    frame_HWC = np.pad(frame_HWC, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame_HWC), format="rgb24")
    converted = picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
    converted.pts, converted.time_base = stamp, unit
    return converted
