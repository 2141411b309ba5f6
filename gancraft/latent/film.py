"""Films: MP4 by PyAV, animated GIF and WebP by Pillow, whole or not at all.

Shape suffixes: H, W = height, width, C = 3 channels; frames are uint8 sRGB.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from gancraft.errors import GancraftError, UsageError

Add = Callable[[np.ndarray], None]

_AT_MOST = 2_000_000_000  # bytes of frames that Pillow is given at once
_BT709 = 1  # its number for the matrix, the primaries and the transfer curve alike (ITU-T H.273)


@contextmanager
def film(path: Path, fps: int, frames: int, width: int, height: int) -> Iterator[Add]:
    """Open a film; its value adds a frame HWC. The extension decides: .mp4 (H.264), .gif or .webp, both endless loops.

    When the block ends the film is at `path`; where it raises, or no frame came, whatever was there stays. Raises UsageError
    for another extension, a rate or a size that the format can't have, GancraftError where writing fails.
    """
    check_film(path, fps, frames, width, height)
    beside = path.with_name(f".gancraft-{secrets.token_hex(6)}{path.suffix.lower()}")
    try:
        with _FORMATS[path.suffix.lower()](beside, fps, width, height) as add:
            yield add
        if beside.exists():
            os.replace(beside, path)
    except (OSError, av.FFmpegError) as error:
        raise GancraftError(f"{path} wasn't written: {getattr(error, 'strerror', None) or error}") from error
    finally:
        beside.unlink(missing_ok=True)


def check_film(path: Path, fps: int, frames: int, width: int, height: int) -> None:
    """Raise UsageError, before any work, for what `film` can't write."""
    ending = path.suffix.lower()
    if ending not in _FORMATS:
        raise UsageError(f"-o {path}: '{path.suffix}' is no film; use {', '.join(_FORMATS)}")
    if ending == ".gif" and fps > 50:
        raise UsageError(f"--fps {fps}: a GIF shows 50 frames a second at most")
    if ending != ".mp4" and frames * width * height * 3 > _AT_MOST:
        raise UsageError(f"-o {path}: {frames} frames of {width}x{height} are too many for {ending}; use .mp4")
    if not path.parent.is_dir():
        raise UsageError(f"-o {path}: the folder {path.parent} doesn't exist; make it first")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageError(f"-o {path}: can't be written; choose another place")


@contextmanager
def _mp4(path: Path, fps: int, width: int, height: int) -> Iterator[Add]:
    """H.264 as every player and page shows it: 4:2:0, whose sides are even, BT.709 and its index first."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "17", "preset": "medium"})
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        codec = stream.codec_context
        codec.time_base = Fraction(1, fps)
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        codec.color_range = 1  # "limited"

        def add(frame_HWC: np.ndarray) -> None:
            frame_HWC = np.pad(frame_HWC, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame_HWC), format="rgb24")
            converted = picture.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            container.mux(stream.encode(converted))

        yield add
        container.mux(stream.encode())


@contextmanager
def _pillow(path: Path, fps: int, width: int, height: int) -> Iterator[Add]:
    frames: list[Image.Image] = []
    gif = path.suffix == ".gif"

    def add(frame_HWC: np.ndarray) -> None:
        image = Image.fromarray(frame_HWC)
        frames.append(image.quantize(256) if gif else image)

    yield add
    if not frames:
        return
    # Durations are whole units (GIF: 10 ms): rounding the times, not the durations, keeps the length.
    unit = 10 if gif else 1
    times = [round(number * 1000 / fps / unit) * unit for number in range(len(frames) + 1)]
    durations = [after - before for before, after in zip(times, times[1:], strict=False)]
    more: dict[str, Any] = {} if gif else {"quality": 90, "method": 3}
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=durations, loop=0, **more)


_FORMATS = {".mp4": _mp4, ".gif": _pillow, ".webp": _pillow}
FILMS = tuple(_FORMATS)
