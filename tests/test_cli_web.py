"""`gancraft web`: what it refuses, and that it serves until Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.request import urlopen

import pytest

from gancraft.cli import web
from gancraft.web.settings import PUBLIC
from tests.test_author_page import EXAMPLES
from tests.test_light import COMMAND, ROOT

PATIENCE = 120


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def refused(*arguments: str) -> str:
    """What a command says that can't be; it is one line, and said before Gradio is loaded."""
    code = COMMAND.format(arguments=["web", *arguments]).replace("leaving.code in (0, None)", "leaving.code == 2")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nassert 'gradio' not in sys.modules"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stdout == "", done.stderr
    (line,) = done.stderr.strip().splitlines()
    return line


def test_a_port_that_is_taken(taken: int) -> None:
    assert refused("--port", str(taken)) == (
        f"gancraft: --port {taken}: something else listens there; give another, or none for a free one"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--host", "no.such.host.invalid"], "can't listen at no.such.host.invalid, port any"),
        (["--host", "192.0.2.1", "--port", "7999"], "can't listen at 192.0.2.1, port 7999"),
        (["--plugins-dir", "no-such-folder"], "no-such-folder: there is no such folder"),
        (["--no-plugin", "no-such"], "--no-plugin no-such: no such plugin"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], says: str) -> None:
    assert says in refused(*arguments)


def test_tools_for_assistants_need_their_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    monkeypatch.setattr(web, "find_spec", lambda name: None)
    with pytest.raises(typer.Exit) as leaving:
        web.command(mcp=True)
    assert leaving.value.exit_code == 2
    assert capsys.readouterr().err == "gancraft: --mcp: what it needs isn't installed: pip install 'gancraft[mcp]'\n"


@pytest.mark.parametrize(
    ("platform", "terminal", "screen", "opens"),
    [
        ("linux", True, ":0", True),
        ("linux", True, "", False),
        ("linux", False, ":0", False),
        ("darwin", True, "", True),
    ],
)
def test_a_browser_is_opened_where_somebody_sees_it(
    platform: str, terminal: bool, screen: str, opens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", screen)
    assert web._has_browser() is opens


def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    """With a plugin from a file, and the limits of a public page."""
    (tmp_path / "posterise.py").write_text(EXAMPLES["posterise.py"])
    environ = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path / "gradio"), "GRADIO_ANALYTICS_ENABLED": "False"}
    arguments = ["--public", "--no-open", "--plugins-dir", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "gancraft", "web", *arguments],
        cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # what runs in the background ignores it
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
        with urlopen(address, timeout=PATIENCE) as answer:
            assert answer.status == 200 and "gancraft" in answer.read().decode()
        with urlopen(f"{address}config", timeout=PATIENCE) as answer:
            components = [component["props"] for component in json.load(answer)["components"]]
        (size,) = [
            props for props in components if props.get("label") == "Size" and "Long side" in str(props.get("info"))
        ]
        assert size["maximum"] == PUBLIC.max_side
        assert any(props.get("info") == "How many colours of the style to use." for props in components)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 0 and out == ""
    assert errors.splitlines() == [
        "gancraft: preparing the page …", "gancraft: Ctrl-C ends the page", "", "gancraft: the page is closed",
    ]  # fmt: skip
