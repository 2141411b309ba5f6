"""The documentation as a site: it builds without a warning, every link and picture in it resolves, and it fetches nothing."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
MEGABYTES = 8  # that pictures of the documentation may take
GENERATOR = ("sphinx", "furo", "myst_nb")
there = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in GENERATOR), reason="needs the extra docs (or test)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-E",
        "-q",
        "-b",
        "html",
        "-d",
        str(folder / "cache"),
    ]
    offline = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [*command, "docs", str(folder / "html")], cwd=ROOT, env=offline, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


class Page(HTMLParser):
    """What a page links to, loads, and can be linked at."""

    def __init__(self, file: Path):
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.anchors |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        loaded = said.get("src") or (said.get("href") if tag == "link" else "") or said.get("poster")
        if loaded and not loaded.startswith("data:"):
            self.loads.append(loaded)


@pytest.mark.slow
@there
def test_every_link_and_picture_resolves_and_nothing_is_fetched(site: Path) -> None:
    pages = {file: Page(file) for file in site.rglob("*.html")}
    wrong = []
    for file, page in pages.items():
        for target in page.loads + page.links:
            where = urlsplit(target)
            if where.scheme or where.netloc:
                if target in page.loads:
                    wrong.append(f"{file.name} loads {target}")
                continue
            aim = (file.parent / unquote(where.path)).resolve() if where.path else file
            if not aim.is_file():
                wrong.append(f"{file.name}: {target} isn't there")
            elif where.fragment and aim in pages and unquote(where.fragment) not in pages[aim].anchors:
                wrong.append(f"{file.name}: {target} leads to no place in the page")
    assert wrong == []
    assert len(pages) > 35
    styles = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))
    assert re.findall(r"(?:@import|url\()\s*['\"]?(?:https?:)?//", styles) == []


@pytest.mark.slow
@there
def test_the_search_knows_the_pages(site: Path) -> None:
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert "collaps" in index["terms"] and "why-gans-fail" in index["docnames"]


def test_pictures_are_small_and_all_shown() -> None:
    pictures = [
        file for file in (ROOT / "docs").rglob("*") if file.suffix in (".webp", ".svg", ".png", ".jpg", ".gif", ".mp4")
    ]
    assert sum(file.stat().st_size for file in pictures) < MEGABYTES * 1e6
    texts = [page.read_text(encoding="utf-8") for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]]
    unused = [
        file.name for file in (ROOT / "docs" / "pictures").iterdir() if not any(file.name in text for text in texts)
    ]
    assert unused == []


def test_every_page_is_in_the_navigation() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    entries = {
        re.sub(r".*<(.*)>", r"\1", line)
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
        for line in tree.splitlines()
        if line and not line.startswith(":")
    }
    pages = {file.stem for file in (ROOT / "docs").glob("*.md")} - {"index"}
    pages |= {f"notebooks/{file.stem}" for file in (ROOT / "docs" / "notebooks").glob("*.ipynb")}
    assert entries == pages
