"""Take the pictures out of Qt resource files (.rcc): python rcc.py FOLDER_WITH_RCC TARGET."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER, COMPRESSED = 2, 1
PICTURES = (".jpg", ".jpeg", ".png", ".webp")


def entries(blob: bytes) -> Iterator[tuple[str, int, bytes]]:
    """(path, flags, bytes) of each file in a resource file of format 1 to 3."""
    version, tree, data, names = struct.unpack_from(">IIII", blob, 4)
    size = 14 if version < 2 else 22

    def walk(node: int, prefix: str) -> Iterator[tuple[str, int, bytes]]:
        start = tree + node * size
        name_at, flags = struct.unpack_from(">IH", blob, start)
        name = ""
        if node:
            (length,) = struct.unpack_from(">H", blob, names + name_at)
            name = blob[names + name_at + 6 :][: 2 * length].decode("utf-16-be")
        if flags & FOLDER:
            count, first = struct.unpack_from(">II", blob, start + 6)
            for child in range(first, first + count):
                yield from walk(child, f"{prefix}{name}/" if name else prefix)
        else:
            (at,) = struct.unpack_from(">I", blob, start + 10)
            (length,) = struct.unpack_from(">I", blob, data + at)
            yield prefix + name, flags, blob[data + at + 4 :][:length]

    yield from walk(0, "")


def main(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*.rcc")):
        for name, flags, content in entries(path.read_bytes()):
            if name.lower().endswith(PICTURES) and not flags & COMPRESSED:
                out = target / name
                out.parent.mkdir(parents=True, exist_ok=True)
                out.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
