"""Small films, made on the spot.

Shape suffixes: H, W = height, width, C = 3 channels; frames are uint8 sRGB.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image
from torch import Tensor

from gancraft.style.tensors import to_array
from tests.style.helpers import smooth


def moving(count: int = 5, width: int = 64, height: int = 48, step: float = 2.0, seed: int = 1) -> list[np.ndarray]:
    """A view that wanders over a smooth picture with spots, `step` pixels a frame."""
    wide = smooth(width + 64, height, seed)
    rng = np.random.default_rng(seed)
    scene = (to_array(wide) * 255).astype(np.uint8)
    for _ in range(60):
        y, x, r = rng.integers(0, height), rng.integers(0, scene.shape[1]), rng.integers(2, 5)
        scene[max(0, y - r) : y + r, max(0, x - r) : x + r] = rng.integers(0, 255, 3)
    return [np.ascontiguousarray(scene[:, round(k * step) : round(k * step) + width]) for k in range(count)]


def write_film(
    path: Path,
    frames: Sequence[np.ndarray],
    fps: int = 10,
    stamps: Sequence[int] | None = None,
    sound: str | None = None,
    codec: str = "libx264",
    turned: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """A film; stamps: in thousandths of a second; sound: name of a codec, a tone as long as the frames at `fps`."""
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, options=options or {})
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p" if codec != "ffv1" else "bgr0"
        stream.codec_context.time_base = Fraction(1, 1000)
        if turned:
            stream.set_display_rotation(turned)
        voice = container.add_stream(sound, rate=48000) if sound else None
        for number, frame_HWC in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(frame_HWC, format="rgb24")
            frame.pts, frame.time_base = stamps[number] if stamps else number * 1000 // fps, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if voice is not None:
            tone = 0.3 * np.sin(np.arange(48000 * len(frames) // fps) * 2 * np.pi * 440 / 48000)
            for start in range(0, len(tone), 960):
                part = av.AudioFrame.from_ndarray(tone[None, start : start + 960].astype(np.float32), "fltp", "mono")
                part.sample_rate, part.pts, part.time_base = 48000, start, Fraction(1, 48000)
                container.mux(voice.encode(part))
            container.mux(voice.encode(None))
    return path


def write_animation(path: Path, frames: Sequence[np.ndarray], durations: Sequence[int]) -> Path:
    first, *rest = [Image.fromarray(frame) for frame in frames]
    first.save(path, save_all=True, append_images=rest, duration=list(durations), loop=0)
    return path


def tensor(frame_HWC: np.ndarray) -> Tensor:
    from gancraft.style.tensors import to_tensor

    return to_tensor(frame_HWC.astype(np.float32) / 255)


def damaged(path: Path, number: int) -> Path:
    """The film with the packet of one frame, counted from 0, overwritten."""
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    whole = path.read_bytes()
    start = whole.index(packets[number])
    path.write_bytes(whole[:start] + b"\xff" * len(packets[number]) + whole[start + len(packets[number]) :])
    return path
