"""A film to paint, a few frames of it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream


def small_film(path: Path, frames: int, width: int = 64, height: int = 48) -> Path:
    """A bright square goes over a dark ground, eight frames a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=8)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            frame_HWC = np.full((height, width, 3), 60, np.uint8)
            frame_HWC[16:32, 4 + 3 * number : 20 + 3 * number] = (220, 120, 40)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame_HWC, format="rgb24")))
        container.mux(stream.encode())
    return path
