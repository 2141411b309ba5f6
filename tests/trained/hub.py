"""A hub on this computer: as much of the Hugging Face hub's protocol as huggingface_hub speaks to push and pull."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SHA = "5" * 40  # the only commit
REFUSALS = {"RepoNotFound": 404, "RevisionNotFound": 404, "EntryNotFound": 404, "GatedRepo": 403}


@dataclass
class Hub:
    """files: of the one repository, by name. refuse: how every question is answered instead, a status or an error code of the
    hub's. lie: contents that are sent instead of what is there."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    private: bool = False
    refuse: int | str = 0
    lie: bytes | None = None
    messages: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def served() -> Iterator[Hub]:
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if self._refused():
            return
        if self.path.startswith("/api/models/"):
            self._json(self._info())
            return
        name = self.path.partition("?")[0].rpartition("/")[2]
        data = self.hub.files[name]
        self._send(200, data if self.hub.lie is None else self.hub.lie, ETag=f'"{_sha256(data)}"')

    def do_POST(self) -> None:
        hub, body = self.hub, self.rfile.read(int(self.headers.get("Content-Length", 0)))
        hub.tokens.add(self.headers.get("Authorization", ""))
        if self._refused():
            return
        if self.path == "/api/repos/create":
            said = json.loads(body)
            if not hub.files:
                hub.private = said.get("visibility") == "private" or bool(said.get("private"))
            self._json({"url": f"{hub.address}/{said['organization']}/{said['name']}"}, 409 if hub.files else 200)
        elif "/preupload/" in self.path:
            files = [
                {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                for file in json.loads(body)["files"]
            ]
            self._json({"files": files})
        elif "/commit/" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "header":
                    hub.messages.append(line["value"]["summary"])
                else:
                    hub.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self._json({"commitUrl": f"{hub.address}/me/cats/commit/{SHA}", "commitOid": SHA})
        else:
            self._json({})

    def _info(self) -> dict[str, Any]:
        """What the hub tells of the repository, where model files are large ones."""
        siblings = []
        for name, data in self.hub.files.items():
            large = {"lfs": {"size": len(data), "sha256": _sha256(data), "pointerSize": 9}} if ".s" in name else {}
            siblings.append({"rfilename": name, "size": len(data), "blobId": "0" * 40, **large})
        return {"id": "me/cats", "sha": SHA, "private": self.hub.private, "siblings": siblings, "tags": []}

    def _refused(self) -> bool:
        self.hub.asked.append(self.path)
        refuse = self.hub.refuse
        if not refuse:
            return False
        if isinstance(refuse, str):
            self._send(REFUSALS[refuse], b"{}", **{"X-Error-Code": refuse})
        else:
            self._send(refuse, b'{"error": "no such luck"}')
        return True

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def _send(self, status: int, data: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), "X-Repo-Commit": SHA, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
