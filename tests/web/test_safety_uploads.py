"""The page as somebody meets it who means no good: uploads."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gancraft.web.settings import MAX_BODY
from tests.web.http_helpers import API, call, defaults, endpoints, harmless, upload
from tests.web.served import BOUNDS


def test_what_was_brought_along_is_no_page(http: httpx.Client) -> None:
    """HTML and SVG of a stranger's would run scripts in the page's name."""
    for name in ("evil.html", "evil.svg", "evil.xhtml"):
        path = upload(http, name, b"<script>alert(1)</script>")["path"]
        headers = http.get(f"{API}/file={path}").headers
        assert headers["content-disposition"].startswith("attachment")
        assert headers["content-type"] == "application/octet-stream"


def test_uploads_stay_in_the_cache_and_cannot_be_guessed(http: httpx.Client) -> None:
    """Their folder is a hash of all bytes: whoever can tell it has the file."""
    one = Path(upload(http, "../../../../evil.png", b"one")["path"])
    two = Path(upload(http, "..\\..\\evil.png", b"two")["path"])
    assert one.name == "evil.png" and ".." not in (*one.parts, *two.parts)
    assert len(one.parent.name) == 64 and one.parent != two.parent and one.parent.parent == two.parent.parent
    assert http.get(f"{API}/file={one.parent}").status_code == 403


def test_large_uploads_are_refused(http: httpx.Client, alive: None) -> None:
    answer = http.post(f"{API}/upload", files={"files": ("big.png", bytes(21 << 20))})
    assert answer.status_code == 413 and "\n" not in answer.text
    harmless(answer.text)


def test_many_uploads_at_once_are_refused(http: httpx.Client, alive: None) -> None:
    files = [("files", (f"{number}.png", bytes(15 << 20))) for number in range(18)]
    assert sum(len(content) for _, (_, content) in files) > 1e6 * BOUNDS.upload_megabytes
    try:
        answer = http.post(f"{API}/upload", files=files)
    except httpx.TransportError:
        pass  # it hung up in the middle
    else:
        assert answer.status_code == 413 and "\n" not in answer.text


def test_a_request_that_is_no_upload_is_small(http: httpx.Client, alive: None) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"data": ["'
        for _ in range(2 * MAX_BODY // 100_000):
            yield b"x" * 100_000

    for body in (b"x" * (MAX_BODY + 1), endless()):
        for route in ("/queue/join", "/call/style", "/run/style", "/component_server", "/cancel"):
            try:
                answer = http.post(f"{API}{route}", content=body)
            except httpx.WriteError:
                continue  # it hung up in the middle
            assert answer.status_code == 413 and "more than this page takes" in answer.text
            body = b"x" * (MAX_BODY + 1)


def test_a_full_disk_takes_no_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from gancraft.web import guard

    async def gradio_itself(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("it got through")

    async def send(message: Any) -> None:
        sent.append(message)

    sent: list[Any] = []
    monkeypatch.setattr(guard, "DISK_LEFT", 1 << 70)
    scope = {"type": "http", "method": "POST", "path": f"{API}/upload"}
    asyncio.run(guard.Guard(gradio_itself, BOUNDS)(scope, None, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 507 and b"no room" in sent[1]["body"]


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG in grey that says that it is so large."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def black() -> bytes:
    """A PNG without a fault, of more pixels than anybody's memory is for, in a file of less than a megabyte."""
    side, squeeze = 14_000, zlib.compressobj(1)
    row = bytes(side + 1)
    return png(side, side, b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush())


BOMBS: dict[str, Callable[[], bytes]] = {
    "header.png": lambda: png(100_000, 100_000, zlib.compress(b"")),
    "black.png": black,
    "broken.png": lambda: png(64, 64, b"\0" * 100),
    "nothing.jpg": lambda: b"",
    "text.png": lambda: b"I am no picture",
    "program.eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(x) run\n",
    "vector.svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_pictures_that_are_none_or_far_too_large_get_one_line(http: httpx.Client, alive: None, name: str) -> None:
    parameters = endpoints(http)["/style"]
    names = [parameter["parameter_name"] for parameter in parameters]
    content = BOMBS[name]()
    for field in ("content", "style"):
        data = defaults(parameters)
        data[names.index(field)] = upload(http, name, content)
        kind, said = call(http, "/style", data)
        message = json.loads(said)["error"]
        assert kind == "error" and name in message and "\n" not in message
        harmless(said)
