"""The page over plain HTTP, with whatever one pleases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio
import httpx

import gancraft

API = "/gradio_api"


ROOT = Path(gancraft.__file__).parents[1]


LIBRARIES = Path(gradio.__file__).parents[1]


def harmless(answer: str) -> None:
    """Nothing of the server's inside is in it."""
    for secret in ("Traceback", 'File "', str(ROOT), str(LIBRARIES), "gradio/blocks.py"):
        assert secret not in answer, answer[:500]


def post(http: httpx.Client, route: str, body: Any) -> httpx.Response:
    """JSON of Python's own kind, which has NaN and infinity."""
    text = body if isinstance(body, str) else json.dumps(body)
    return http.post(f"{API}{route}", content=text, headers={"content-type": "application/json"})


def call(http: httpx.Client, api_name: str, data: list[Any]) -> tuple[str, str]:
    """The first thing that an endpoint answers: its kind ("generating", "complete", "error") and its data. Leaving then, as
    this does, ends the run."""
    joined = post(http, f"/call{api_name}", {"data": data})
    if joined.status_code != 200:
        return "error", joined.text
    with http.stream("GET", f"{API}/call{api_name}/{joined.json()['event_id']}") as answer:
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event: ") and line != "event: heartbeat":
                kind = line.removeprefix("event: ")
            elif line.startswith("data: ") and kind:
                return kind, line.removeprefix("data: ")
    raise AssertionError("the server said nothing")


def endpoints(http: httpx.Client) -> dict[str, list[dict[str, Any]]]:
    """Of every public endpoint the parameters."""
    info = http.get(f"{API}/info").json()
    return {name: found["parameters"] for name, found in info["named_endpoints"].items()}


def defaults(parameters: list[dict[str, Any]]) -> list[Any]:
    return [parameter.get("parameter_default") for parameter in parameters]


def upload(http: httpx.Client, name: str, content: bytes) -> dict[str, Any]:
    """Bring a file; as an endpoint takes it."""
    answer = http.post(f"{API}/upload", files={"files": (name, content)})
    assert answer.status_code == 200, answer.text
    return {"path": answer.json()[0], "meta": {"_type": "gradio.FileData"}}
