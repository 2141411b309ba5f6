"""The page as somebody meets it who means no good: files and doors of the server."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.http_helpers import API, LIBRARIES, ROOT, call, defaults, endpoints, harmless, post


@pytest.mark.parametrize(
    "place",
    [
        "/etc/passwd",
        "//etc/passwd",
        "/proc/self/environ",
        f"{ROOT}/pyproject.toml",
        f"{ROOT}/app.py",
        f"{ROOT}/runs",
        "pyproject.toml",
        "./pyproject.toml",
        "runs/",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "%252e%252e%252fetc%252fpasswd",
        "%2Fetc%2Fpasswd",
        f"{ROOT}/gancraft/pictures/samples/%2e%2e/%2e%2e/web/page.py",
        f"{ROOT}/gancraft/pictures/samples/../../web/page.py",
        f"{LIBRARIES}/gradio/routes.py",
        "{cache}/../../../../../../../../etc/passwd",
        "{cache}/%2e%2e/%2e%2e/",
        "{cache}",
        "file:///etc/passwd",
        "C:/Windows/win.ini",
        "/etc/passwd%00.png",
        "~/.ssh/id_rsa",
    ],
)
def test_files_outside_the_cache_are_refused(http: httpx.Client, place: str) -> None:
    config = http.get("/config").text
    cache = config.partition('"path":"')[2].partition('"')[0].rpartition("/")[0].rpartition("/")[0]
    assert Path(cache).is_dir()
    for route in (f"{API}/file=", f"{API}/file/", "/file=", "/static/", "/assets/", f"{API}/stream/"):
        target = f"{route}{place.replace('{cache}', cache)}"
        answer = http.get("/", extensions={"target": target.encode()})  # as it is, with all its dots
        assert answer.status_code in (403, 404, 405), (route, answer.status_code)
        assert "root:" not in answer.text and "[project]" not in answer.text


@pytest.mark.parametrize(
    "door",
    [
        f"{API}/file=http://127.0.0.1/",
        f"{API}/file=HTTPS://example.org/",
        f"{API}/proxy=http://127.0.0.1/",
        f"{API}/proxy=https://example.org/",
        f"{API}/deep_link?session_hash=x",
        f"{API}/vibe-code",
        f"{API}/dev/reload",
        f"{API}/runs",
        f"{API}/run-history/records",
        "/monitoring",
    ],
)
def test_doors_that_the_page_does_not_use_are_shut(http: httpx.Client, door: str) -> None:
    assert http.get(door).status_code == 404


def test_nothing_is_fetched_for_a_visitor(http: httpx.Client, alive: None) -> None:
    for nested in ({}, {"meta": {"_type": "gradio.FileData"}}):
        for address in ("http://127.0.0.1:1/x.png", " HTTPS://example.org/x.png"):
            data = [[{"video": {"path": address, **nested}}]]
            answer = post(http, "/call/style", {"data": data})
            assert (answer.status_code, answer.text) == (403, "Give the file itself, not its address.")
            escaped = json.dumps({"data": data}).replace("http", "\\u0068ttp")
            assert post(http, "/queue/join", escaped).status_code == 403


SECRETS = ("/etc/passwd", f"{ROOT}/pyproject.toml", "pyproject.toml", "../../etc/passwd")


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["one", "every"])
def test_a_file_of_the_server_cannot_be_given_as_an_upload(http: httpx.Client, alive: None, every: bool) -> None:
    """In any field: every file, or one, which is another one for the next field."""
    turn = itertools.cycle(SECRETS)
    for api_name, parameters in endpoints(http).items():
        for number, parameter in enumerate(parameters):
            if "path" not in str(parameter["type"]):
                continue
            for path in SECRETS if every else [next(turn)]:
                data = defaults(parameters)
                file: Any = {"path": path, "meta": {"_type": "gradio.FileData"}}
                data[number] = [file] if parameter["type"].get("type") == "array" else file
                kind, said = call(http, api_name, data)
                assert kind == "error", (api_name, parameter["parameter_name"], path)
                harmless(said)


def test_the_page_itself_shows_no_place_of_the_server(http: httpx.Client) -> None:
    for path in ("/", "/config", f"{API}/info", f"{API}/openapi.json", "/theme.css"):
        assert http.get(path).status_code == 200
        harmless(http.get(path).text)


def test_answers_are_taken_for_what_they_say_they_are(http: httpx.Client) -> None:
    for path in ("/", "/config", "/nothing", f"{API}/runs"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_queues_cannot_be_gone_round(http: httpx.Client) -> None:
    for api_name, parameters in endpoints(http).items():
        answer = post(http, f"/run{api_name}", {"data": defaults(parameters)})
        assert answer.status_code == 404, api_name
