"""The page as somebody meets it who means no good: values that no field was made for."""

from __future__ import annotations

import json
import random
from typing import Any

import httpx
import pytest

from gancraft.web.settings import MAX_TEXT
from tests.web.http_helpers import call, defaults, endpoints, harmless, post


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


@pytest.mark.parametrize("kinds", [4, pytest.param(len(NASTY), marks=pytest.mark.slow)])
def test_what_the_page_calls_for_itself_does_no_harm_to_who_calls_it_otherwise(
    http: httpx.Client, alive: None, kinds: int
) -> None:
    """So many kinds of nonsense for each function; with few, each function has others."""
    called, pick = 0, random.Random(0)
    for function in http.get("/config").json()["dependencies"]:
        if not function["backend_fn"] or function["queue"]:
            continue
        for nonsense in pick.sample(NASTY, kinds):
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
