"""What stands between the outside and Gradio: doors that the page doesn't use are shut, nobody fills memory or disk, and what
every visitor loads first is packed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware.gzip import GZipMiddleware

from gancraft.web.errors import error
from gancraft.web.settings import DISK_LEFT, MAX_BODY, MAX_TEXT, Limits

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio would fetch addresses and cut recordings for anybody who asks; the others serve its own editor and statistics.
_SHUT = re.compile(
    r".*/(file=\w\w+:|proxy=|process_recording|vibe-|deep_link|run-history|runs\b|dev/)|/monitoring(?!/summary)", re.I
)
# Gradio packs only what has an ending: not the page itself, of half a megabyte, nor what it is made of.
_PACKED = re.compile(r"/(config|.*/info)?/?$")
_UPLOAD = re.compile(r".*/upload/?$")
_ADDRESS = re.compile(r"\s*https?:", re.I)
_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]


def bound_texts(page: gr.Blocks) -> None:
    """Have every field for text refuse what is too long. The browser's limit binds nobody who calls the server himself."""
    for block in page.blocks.values():
        if isinstance(block, gr.Textbox) or (isinstance(block, gr.Dropdown) and block.allow_custom_value):
            block.preprocess = _bounded(block.preprocess, str(block.label or "Text"))  # type: ignore[assignment,method-assign]


def _bounded(preprocess: Callable[[Any], Any], label: str) -> Callable[[Any], Any]:
    def bounded(payload: Any) -> Any:
        if len(str(payload)) > MAX_TEXT:
            raise error(f"{label}: that is longer than {MAX_TEXT:,} characters")
        return preprocess(payload)

    return bounded


class Guard:
    """ASGI middleware. limits: of the page that it stands before."""

    def __init__(self, app: App, limits: Limits) -> None:
        self.app, self.upload_bytes = app, limits.upload_megabytes * 1e6
        self.packing = GZipMiddleware(app, compresslevel=3)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        try:
            if _SHUT.match(scope["path"]):
                raise _Refused(404, "There is nothing here.")
            if _UPLOAD.match(scope["path"]):
                if _disk_is_full():
                    raise _Refused(507, "The server has no room for files just now. Try again in an hour.")
                exchange.limit = self.upload_bytes
            elif scope["method"] == "POST":
                await exchange.read()
            app = self.packing if _PACKED.match(scope["path"]) else self.app
            await app(scope, exchange.receive, exchange.send)
        except _Refused as refused:
            exchange.refused = refused
        if exchange.refused is not None and not exchange.answering:
            await _answer(send, exchange.refused)


class _Refused(Exception):
    """No answer by Gradio."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class _Exchange:
    """One request and its answer. limit: bytes that its body may have."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.limit: float = MAX_BODY
        self.refused: _Refused | None = None
        self.answering = False
        self._receive, self._send = receive, send
        self._received = 0
        self._body: bytes | None = None  # that was read, and is still to be given

    async def read(self) -> None:
        """Take the whole body, and look at it."""
        parts, more = [], True
        while more:
            message = await self.receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(parts)
        if _names_an_address(body):
            raise _Refused(403, "Give the file itself, not its address.")
        self._body = body

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self.limit:
            self.refused = _Refused(413, "That is more than this page takes at once.")
            raise self.refused
        return message

    async def send(self, message: Message) -> None:
        if self.refused is not None and not self.answering:
            return  # what Gradio makes of the exception
        if message["type"] == "http.response.start":
            self.answering = True
            message["headers"] = [*message.get("headers", []), *_HEADERS]
        await self._send(message)


def _names_an_address(body: bytes) -> bool:
    """Whether a file is given by an address on the net. Gradio would fetch it, whole and into memory."""
    try:
        left = [json.loads(body)]
    except (ValueError, RecursionError):
        return False  # and Gradio can't read it either
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if isinstance(value.get("path"), str) and _ADDRESS.match(value["path"]):
                return True
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return False


def _disk_is_full() -> bool:
    folder = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    return folder.exists() and shutil.disk_usage(folder).free < DISK_LEFT


async def _answer(send: Send, refused: _Refused) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": refused.text.encode()})
