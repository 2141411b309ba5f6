"""The page in a process of its own, with small bounds: for tests that count its memory, or mean it harm.

    python -m tests.web.served PORT

serves it; `served` does so for a test.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from gancraft.web.settings import PUBLIC

ROOT = Path(__file__).parents[2]
# A public page's, but that everything is soon over.
BOUNDS = replace(
    PUBLIC,
    max_side=128,
    start_side=96,
    max_megapixels=1,
    maxima={"iterations": 10},
    train_pictures=2_000,
    train_start_pictures=1_000,
    train_seconds=5,
    film_seconds=2,
)
PATIENCE = 120


@dataclass(frozen=True)
class Served:
    """url: where it is; folder: of its files, all of them; log: what it wrote."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path
    log: Path

    def memory(self) -> float:
        """Megabytes that the process and its children have in memory."""
        return sum(_resident(pid) for pid in _family(self.process.pid)) / 1e6

    def files(self) -> list[Path]:
        """Everything of visitors that is on the disk, beside Gradio's cache."""
        return [path for path in (self.folder / "tmp").rglob("*") if path.is_file()]


@contextlib.contextmanager
def served(folder: Path, **environment: str) -> Iterator[Served]:
    """Serve it while the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("tmp", "gradio", "here"):
        (folder / name).mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GANCRAFT_", "GRADIO_"))}
    settings = {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")]),
        "TMPDIR": str(folder / "tmp"),
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
    log = folder / "log.txt"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.served", str(port)],
            cwd=ROOT,
            env={**kept, **settings, **environment},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    one = Served(f"http://127.0.0.1:{port}", process, folder, log)
    try:
        _wait(one)
        yield one
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(one: Served) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(one.url, timeout=PATIENCE).raise_for_status()
            return
        assert one.process.poll() is None and time.monotonic() < end, one.log.read_text()[-2000:]
        time.sleep(0.1)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    from gancraft.plugins import find_plugins
    from gancraft.web import gpu
    from gancraft.web.page import build_page, launch

    gpu.there = lambda: True  # it opens with the same method on every machine
    page = build_page(find_plugins(), BOUNDS)
    print(f"torch is loaded: {'torch' in sys.modules}", flush=True)
    launch(page, server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)


if __name__ == "__main__":
    main()
