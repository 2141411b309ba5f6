"""The page as somebody meets it who means no good: over plain HTTP, with whatever they please."""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio
import httpx
import pytest

import gancraft
from gancraft.web.settings import MAX_BODY, MAX_TEXT
from tests.web.served import BOUNDS, Served, served

PATIENCE = 60
API = "/gradio_api"
ROOT = Path(gancraft.__file__).parents[1]
LIBRARIES = Path(gradio.__file__).parents[1]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as page:
        yield page


@pytest.fixture(scope="module")
def http(page: Served) -> Iterator[httpx.Client]:
    # A connection each: the server closes them where it was sent nonsense.
    with httpx.Client(base_url=page.url, timeout=PATIENCE, headers={"connection": "close"}) as client:
        yield client


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


@pytest.fixture
def alive(http: httpx.Client) -> Iterator[None]:
    """Whatever the test did, the server serves."""
    yield
    assert http.get("/").status_code == 200
    assert http.get("/config").status_code == 200


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


def test_a_file_of_the_server_cannot_be_given_as_an_upload(http: httpx.Client, alive: None) -> None:
    for api_name, parameters in endpoints(http).items():
        for number, parameter in enumerate(parameters):
            if "path" not in str(parameter["type"]):
                continue
            for path in ("/etc/passwd", f"{ROOT}/pyproject.toml", "pyproject.toml", "../../etc/passwd"):
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


def test_many_uploads_at_once_are_refused(http: httpx.Client, alive: None, page: Served) -> None:
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


def bombs() -> Iterator[tuple[str, bytes]]:
    yield "header.png", png(100_000, 100_000, zlib.compress(b""))
    squeeze = zlib.compressobj(9)
    row = bytes(20_001)
    yield "black.png", png(20_000, 20_000, b"".join(squeeze.compress(row) for _ in range(20_000)) + squeeze.flush())
    yield "broken.png", png(64, 64, b"\0" * 100)
    yield "nothing.jpg", b""
    yield "text.png", b"I am no picture"
    yield "program.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(x) run\n"
    yield "vector.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


@pytest.mark.parametrize(("name", "content"), [pytest.param(*bomb, id=bomb[0]) for bomb in bombs()])
def test_pictures_that_are_none_or_far_too_large_get_one_line(
    http: httpx.Client, alive: None, name: str, content: bytes
) -> None:
    parameters = endpoints(http)["/style"]
    names = [parameter["parameter_name"] for parameter in parameters]
    for field in ("content", "style"):
        data = defaults(parameters)
        data[names.index(field)] = upload(http, name, content)
        kind, said = call(http, "/style", data)
        message = json.loads(said)["error"]
        assert kind == "error" and name in message and "\n" not in message
        harmless(said)


def test_text_fields_have_an_end(http: httpx.Client, alive: None) -> None:
    found = 0
    for api_name, parameters in endpoints(http).items():
        for number, parameter in enumerate(parameters):
            if parameter["component"] == "Textbox":
                data = defaults(parameters)
                data[number] = "x" * (MAX_TEXT + 1)
                kind, said = call(http, api_name, data)
                assert kind == "error" and "characters" in json.loads(said)["error"], parameter["parameter_name"]
                found += 1
    assert found


# What a field was not made for.
NASTY: list[Any] = [
    None,
    "",
    "x" * 999,
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\0\x1b[31m\u202e",
    "{0.__class__}%s%n",
    "-1",
    True,
    -1,
    0.5,
    10**40,
    -(10**40),
    float("nan"),
    float("inf"),
    1e308,
    [],
    [None] * 100,
    {},
    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {"__type__": "update", "value": 1},
    [[[[[[[[["deep"]]]]]]]]],
]


@pytest.mark.slow
def test_an_endpoint_given_one_and_the_same_nonsense_everywhere(http: httpx.Client, alive: None) -> None:
    for api_name, parameters in endpoints(http).items():
        for nonsense in NASTY:
            harmless(call(http, api_name, [nonsense] * len(parameters))[1])
        for data in ([], [1], ["x"] * 500):
            harmless(call(http, api_name, data)[1])


@pytest.mark.slow
def test_an_endpoint_given_nonsense_for_one_parameter(http: httpx.Client, alive: None) -> None:
    """Of eight kinds where a parameter's name comes first, of one where another endpoint had it too: they share its guard."""
    known: set[str] = set()
    pick = random.Random(0)
    for api_name, parameters in endpoints(http).items():
        for number, parameter in enumerate(parameters):
            again = parameter["parameter_name"] in known
            known.add(parameter["parameter_name"])
            for nonsense in pick.sample(NASTY, 1 if again else 8):
                data = defaults(parameters)
                data[number] = nonsense
                harmless(call(http, api_name, data)[1])


@pytest.mark.slow
def test_a_bit_of_nonsense_for_each_parameter(http: httpx.Client, alive: None) -> None:
    pick = random.Random(0)
    for api_name, parameters in endpoints(http).items():
        for number in range(len(parameters)):
            data = defaults(parameters)
            data[number] = pick.choice(NASTY)
            harmless(call(http, api_name, data)[1])


def test_what_the_page_calls_for_itself_does_no_harm_to_who_calls_it_otherwise(http: httpx.Client, alive: None) -> None:
    called = 0
    for function in http.get("/config").json()["dependencies"]:
        if not function["backend_fn"] or function["queue"]:
            continue
        for nonsense in NASTY:
            body = {
                "fn_index": function["id"],
                "data": [nonsense] * len(function["inputs"]),
                "session_hash": "somebody",
                "event_data": nonsense if isinstance(nonsense, dict) else {"index": nonsense, "value": nonsense},
                "trigger_id": None,
            }
            answer = post(http, "/run/predict", body)
            assert answer.status_code < 600
            harmless(answer.text)
            called += 1
    assert called


def test_queues_cannot_be_gone_round(http: httpx.Client) -> None:
    for api_name, parameters in endpoints(http).items():
        answer = post(http, f"/run{api_name}", {"data": defaults(parameters)})
        assert answer.status_code == 404, api_name


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{", '{"data": 1}', '{"data": {}}', '{"fn_index": 99999, "data": []}', "[" * 100_000]
)
def test_requests_without_any_sense(http: httpx.Client, alive: None, body: str) -> None:
    for route in (
        "/queue/join", "/call/style", "/call/none", "/call/v2/style", "/run/style", "/run/predict", "/cancel", "/reset",
        "/component_server", "/upload", "/stream/x", "/stream/x/close", "/process_recording",
    ):  # fmt: skip
        answer = post(http, route, body)
        assert answer.status_code < 600
        harmless(answer.text)
