"""What must stay fast: no heavy import where none is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "torchvision", "numpy", "PIL", "gradio")


def heavy_modules(code: str) -> list[str]:
    """The heavy modules that are loaded after `code`."""
    program = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{code}\nprint('LOADED', *[m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    assert lines, done.stderr
    return lines[-1].split()[1:]


COMMAND = """
from gancraft.cli.main import main
try:
    main({arguments!r})
except SystemExit as leaving:
    assert leaving.code in (0, None), leaving.code
"""


# What must be light, from the ground up: one process goes through it all, and whatever is the first to load something heavy
# is told of.
GROUND = ("events", "interfaces", "options", "hookspecs", "plugins", "resolve", "errors", "defaults")
IMPORTS = [f"import gancraft.{module}" for module in GROUND] + [
    "from gancraft import Options, StyleLoss, hookimpl, PerceptualOptions",
    "from gancraft.plugins import find_plugins; assert find_plugins().entries",
    "import gancraft.testing, gancraft.testing.plugin",  # pytest loads it at its start
]
COMMANDS = [
    "--help",
    "--version",
    "plugins",
    "plugins --json",
    "plugins show gram",
    "plugins check --help",
    "new --help",
    "style --help",
    "style --plugin gram --help",
    "sample --help",
    "walk --help",
    "evaluate --help",
    "info --help",
    "web --help",
]
COMPLETED = dict(_GANCRAFT_COMPLETE="complete_bash", COMP_WORDS="gancraft style --cov", COMP_CWORD="2")
COMPLETION = f"import os\nos.environ.update({COMPLETED})\n" + COMMAND.format(arguments=[])
STEPS = {
    **{code: code for code in IMPORTS},
    **{command: COMMAND.format(arguments=command.split()) for command in COMMANDS},
    "completion": COMPLETION,
    "something heavy": "import numpy",  # would it be seen?
}


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """By step the heavy modules that it was the first to load."""
    program = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
seen, told = set(), {{}}
for name, code in {STEPS!r}.items():
    try:
        exec(code, {{}})
    except BaseException as problem:
        raise RuntimeError(name) from problem
    told[name] = [module for module in {HEAVY} if module in sys.modules and module not in seen]
    seen.update(told[name])
print("LOADED", json.dumps(told))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    assert lines, done.stderr
    return json.loads(lines[-1].removeprefix("LOADED"))


@pytest.mark.parametrize("step", STEPS)
def test_nothing_heavy_is_loaded_where_none_is_needed(step: str, loaded: dict[str, list[str]]) -> None:
    assert loaded[step] == (["numpy"] if step == "something heavy" else [])


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, None)]
)
def test_threads_let_others_have_the_cores_unless_told_otherwise(
    given: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gancraft.threads import share_cores

    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    share_cores()
    assert os.environ.get("GOMP_SPINCOUNT") == expected
