"""Files for the tests, made by hand where Pillow can't make them; shape suffixes as in gancraft.pictures."""

import contextlib
import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms


def bytes_of(image: Image.Image, format: str, **settings) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


def image_of(rgb, size=(32, 24), mode="RGB") -> Image.Image:
    return Image.new(mode, size, rgb)


def noise_HWC(height=24, width=32, seed=0, channels=3) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, channels)).astype(np.float32)


def png(width: int, height: int, depth: int, kind: int, rows: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    """kind: PNG's colour type; rows: unfiltered, each with its filter byte; extra: chunks before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    packed = [struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def png16(samples_HWC: np.ndarray, kind: int, *extra: tuple[bytes, bytes]) -> bytes:
    height, width = samples_HWC.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples_HWC)
    return png(width, height, 16, kind, rows, *extra)


def bomb(side: int = 40_000) -> bytes:
    return png(side, side, 8, 2, bytes(1000))


def swapped_profile() -> bytes:
    """sRGB with the primaries of red and green exchanged, so that a file's red is a screen's green."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


def grey_profile(gamma: float) -> bytes:
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    return _profile(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": curve})


def cmyk_profile() -> bytes:
    """A press whose first ink, cyan by name, is red; the others only darken."""
    table = []
    for corner in range(16):
        first, others = corner >> 3, (corner >> 2 & 1) + (corner >> 1 & 1) + (corner & 1)
        light = max(0, 100 - 45 * first - 33 * others)
        table += [light / 100 * 0xFF00, 0x8000 + 60 * 256 * first, 0x8000 + 40 * 256 * first]
    ramp = struct.pack(">2H", 0, 0xFFFF)
    matrix = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    lut = b"mft2" + bytes(4) + bytes((4, 3, 2, 0)) + matrix + struct.pack(">2H", 2, 2)
    lut += ramp * 4 + struct.pack(">48H", *map(round, table)) + ramp * 3
    return _profile(b"CMYK", b"Lab ", b"prtr", {b"A2B0": lut, b"A2B1": lut})


def _profile(space: bytes, pcs: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    text = b"test\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + text,
        b"wtpt": white,
        **tags,
    }
    directory, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        directory += name + struct.pack(">2I", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"test", 0x02400000, kind, space, pcs)
    header += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + directory + body


@contextlib.contextmanager
def nobody():
    """As a user without rights, for root may do anything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
