"""How fast the page is: from its start to the first page, what a visitor's browser loads, a picture by
the method that paints at once, and one that is painted in steps.

    python benchmarks/page.py [--visitors 50]

Serves `python app.py` with the limits of a public page and drives it in Chromium (playwright, from the extra `test`). With
--visitors so many ask for the default painting of 384 pixels at once, by the API: that takes minutes. Linux only: it reads
memory from /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from gancraft import defaults

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PATIENCE = 600_000  # milliseconds
SETTLES = 20  # seconds after which a page that nobody uses is idle
# The label says that the picture is done, and isn't the one before.
DONE = """before => {
    const label = document.querySelector('.gc-style .gc-label');
    return label.dataset.state === 'done' && label.innerText !== before;
}"""


@contextlib.contextmanager
def page() -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Its address, its process, and seconds from the start to the first answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GANCRAFT_PUBLIC": "1", "GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": folder}
        began, url = time.monotonic(), f"http://127.0.0.1:{port}/"
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(url, timeout=60).status_code == 200:
                        break
                time.sleep(0.05)
            yield url, process, time.monotonic() - began
        finally:
            process.kill()
            process.wait()


def megabytes(process: subprocess.Popen[bytes]) -> float:
    """Of memory that it has now."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def visit(url: str, process: subprocess.Popen[bytes]) -> Iterator[tuple[str, str]]:
    """One visitor in a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        loaded: list[float] = []
        network = tab.context.new_cdp_session(tab)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
        began = time.monotonic()
        tab.goto(url, wait_until="domcontentloaded")
        tab.wait_for_selector(".gc-paint", timeout=PATIENCE)
        yield "to the page in the browser", f"{time.monotonic() - began:.1f} s"
        time.sleep(SETTLES)
        yield "loaded for it", f"{sum(loaded) / 1e6:.1f} MB in {len(loaded)} requests"
        yield "memory, idle", f"{megabytes(process):.0f} MB"
        for turn in ("first", "second"):
            before = tab.inner_text(".gc-style .gc-label")
            began = time.monotonic()
            tab.click(".gc-style .gc-paint")
            tab.wait_for_function(DONE, arg=before, timeout=PATIENCE)
            yield f"click to the picture, the {turn} one", f"{time.monotonic() - began:.1f} s"
            tab.click(".gc-die")
        tab.click("#method input")
        tab.click(f'[role="option"]:text-is("{defaults.STYLE_METHOD}")')
        began = time.monotonic()
        tab.click(".gc-style .gc-paint")
        tab.wait_for_selector('.gc-style .gc-label:has-text("left")', timeout=PATIENCE)
        yield "click to the first progress of a painting in steps", f"{time.monotonic() - began:.1f} s"
        # Until here it may be the photo itself, which is put on the easel at once.
        before = tab.get_attribute(".gc-style .gc-picture img >> nth=-1", "src")
        tab.wait_for_function(
            "before => [...document.querySelectorAll('.gc-style .gc-picture img')].at(-1)?.src !== before",
            arg=before,
            timeout=PATIENCE,
        )
        yield "click to its first preview, at most", f"{time.monotonic() - began:.1f} s"
        tab.wait_for_selector('.gc-style .gc-label[data-state="done"]', timeout=PATIENCE)
        yield "click to its end", f"{time.monotonic() - began:.1f} s"
        yield "memory, after it", f"{megabytes(process):.0f} MB"
        browser.close()


def crowd(url: str, process: subprocess.Popen[bytes], visitors: int) -> Iterator[tuple[str, str]]:
    """So many at once, by the API."""
    from gradio_client import Client

    peak, over = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.2):
            peak = max(peak, megabytes(process))

    def one(number: int) -> float | None:
        began = time.monotonic()
        try:
            Client(url, verbose=False).predict(seed=number, api_name="/style")
        except Exception:  # told that the page is busy
            return None
        return time.monotonic() - began

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(visitors) as pool:
        waited: list[Any] = list(pool.map(one, range(visitors)))
    over.set()
    watcher.join()
    got = sorted(seconds for seconds in waited if seconds is not None)
    yield f"{visitors} visitors at once", f"{len(got)} painted, {visitors - len(got)} told that it is busy"
    yield "their waiting", f"median {statistics.median(got):.0f} s, longest {got[-1]:.0f} s"
    yield "memory, at most", f"{peak:.0f} MB"
    time.sleep(SETTLES)
    yield "memory, afterwards", f"{megabytes(process):.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=0)
    arguments = parser.parse_args()
    print(f"| {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()} | |\n|---|---|")
    with page() as (url, process, seconds):
        print(f"| start to the first answer | {seconds:.1f} s |", flush=True)
        for name, value in visit(url, process):
            print(f"| {name} | {value} |", flush=True)
        if arguments.visitors:
            for name, value in crowd(url, process, arguments.visitors):
                print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
