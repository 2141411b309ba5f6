"""The page as a Hugging Face Space runs it: what git tracks, beside an environment that has requirements.txt and nothing else.

It installs torch anew (some 5 GB and a few minutes), which goes when the tests are over.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from gancraft.pictures import read_recipe
from gancraft.web.settings import PUBLIC
from tests.test_requirements import head, pinned
from tests.web.test_api import SNAPSHOT, api

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PATIENCE = 300  # seconds
NOT_TRACKED = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "runs")


@dataclass(frozen=True)
class Space:
    """The folder of the repository, and the Python that has only the requirements."""

    folder: Path
    python: Path

    def run(self, *arguments: str, **more: Any) -> str:
        """What a program of this environment prints."""
        done = subprocess.run([str(self.python), *arguments], capture_output=True, text=True, cwd=self.folder, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def install(self, *what: str) -> None:
        self.run("-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check", *what)

    @contextlib.contextmanager
    def served(self, **variables: str) -> Iterator[str]:
        """Run app.py as a Space does, and give its address. Whoever asks for anything outside gets no answer."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        nowhere, here = "http://127.0.0.1:9", "127.0.0.1,localhost"
        environ = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder.parent), "TMPDIR": str(self.folder.parent),
            "SYSTEM": "spaces", "SPACE_ID": "somebody/gancraft", "GRADIO_SERVER_PORT": str(port),
            "http_proxy": nowhere, "https_proxy": nowhere, "no_proxy": here, **variables,
        }  # fmt: skip
        log = self.folder.parent / "log"
        with log.open("w") as out:
            app = head()["app_file"]
            server = subprocess.Popen([str(self.python), app], cwd=self.folder, env=environ, stdout=out, stderr=out)
            try:
                address = f"http://127.0.0.1:{port}/"
                _wait_for(address, server, log)
                yield address
            finally:
                server.kill()
                server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        assert server.poll() is None and time.monotonic() < end, log.read_text()
        try:
            with urlopen(address, timeout=PATIENCE) as answer:
                assert answer.status == 200
                return
        except URLError:
            time.sleep(0.2)


@pytest.fixture(scope="module")
def space() -> Iterator[Space]:
    with tempfile.TemporaryDirectory(prefix="gancraft-space-") as place:
        space = Space(Path(place) / "app", Path(place) / "venv" / "bin" / "python")
        _copy(space.folder)
        subprocess.run([sys.executable, "-m", "venv", str(space.python.parents[1])], check=True)
        space.install("-r", "requirements.txt")
        yield space


def _copy(folder: Path) -> None:
    """What git tracks, and what is new and not ignored; in a copy without git, as CI tests one, all there is."""
    if not (ROOT / ".git").exists():
        shutil.copytree(ROOT, folder, ignore=NOT_TRACKED)
        return
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


CALL = """
import json, sys
from gradio_client import Client
client = Client(sys.argv[1], verbose=False, download_files=sys.argv[2], analytics_enabled=False)
def refused(**values):
    try:
        return f"it wasn't: {client.predict(api_name='/style', **values)}"
    except Exception as error:
        return str(error)
print(json.dumps({
    "painted": client.predict(method="gram", size=96, optimise_iterations=10, api_name="/style"),
    "generated": client.predict(api_name="/generate"),
    "too large": refused(size=1024),
    "too long": refused(optimise_iterations=4000),
}))
"""


def test_it_works_within_a_public_pages_limits(space: Space, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="gancraft"):
        space.run("-m", "pip", "show", "gancraft")
    with space.served() as address:
        told = json.loads(space.run("-c", CALL, address, str(tmp_path)))
        with urlopen(f"{address}gradio_api/info", timeout=PATIENCE) as answer:
            now, written = api(json.load(answer)), json.loads(SNAPSHOT.read_text())
    texts = [text for text in told["painted"] if isinstance(text, str)]
    (file,) = [text for text in texts if text.endswith(".png")]
    recipe = read_recipe(file)
    assert recipe["facts"]["torch"].startswith(str(pinned("torch"))) and recipe["facts"]["iterations"] == 10
    assert recipe["options"]["style"]["launch"] != "compile"
    assert any('data-state="done"' in text for text in texts) and any("--size 96" in text for text in texts)
    assert any(str(text).endswith(".png") and Path(text).is_file() for text in told["generated"])
    assert f"maximum value {PUBLIC.max_side}" in told["too large"]
    assert f"maximum value {PUBLIC.maxima['iterations']}" in told["too long"]
    assert now == written
    assert not any("launch" in name for endpoint in now.values() for name in endpoint["parameters"])


TOOLS = """
import asyncio, json, sys
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
async def main():
    async with streamablehttp_client(sys.argv[1] + "gradio_api/mcp/") as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tools = (await session.list_tools()).tools
        painted = await session.call_tool("gancraft_style", {"size": 64, "optimise_iterations": 2})
        print(json.dumps({
            "tools": {tool.name: [tool.description, tool.inputSchema["properties"]] for tool in tools},
            "painted": [painted.isError, [getattr(part, "text", part.type) for part in painted.content]],
        }))
asyncio.run(main())
"""


def test_assistants_find_its_tools_by_name(space: Space) -> None:
    """Last, since it installs more."""
    space.install(f"gradio[mcp]=={head()['sdk_version']}")
    with space.served(GRADIO_MCP_SERVER="True") as address:
        told = json.loads(space.run("-c", TOOLS, address))
    written = json.loads(SNAPSHOT.read_text())
    assert list(told["tools"]) == [f"gancraft_{name.removeprefix('/')}" for name in written]
    for name, (says, properties) in told["tools"].items():
        endpoint = written["/" + name.removeprefix("gancraft_")]
        assert says.startswith(endpoint["says"])
        assert list(properties) == list(endpoint["parameters"])
        assert all(one.get("description") for one in properties.values()), name
    failed, content = told["painted"]
    assert not failed and any(".png" in part or part == "image" for part in content), content
