"""What the documentation says is so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from gancraft.plugins import find_plugins

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_command_reference_is_in_step() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GANCRAFT_")}
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_links_within_the_repository_lead_somewhere() -> None:
    missing = []
    for page in PAGES:
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", prose):
            if "://" not in target and not (page.parent / target).exists():
                missing.append(f"{page.name}: {target}")
    assert missing == []


def test_the_readme_lists_every_bundled_method_and_network() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [entry.name for entry in find_plugins().entries if entry.plugin.bundled]
    assert [n for n in names if f"`{n}`" not in text and f"`-{n.rpartition('-')[2]}`" not in text] == []


def test_the_readmes_commands_are_the_two() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for marker, end in (("paint", "gancraft style --plugin gram"), ("test", "python -m pytest")):
        (block,) = re.findall(rf"<!-- {marker} command -->\n```sh\n(.*?)\n```", text, re.DOTALL)
        assert "\n" not in block and block.endswith(end)
