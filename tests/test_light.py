"""What must stay fast: no heavy import where none is needed."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["plugins"],
        ["plugins", "--json"],
        ["plugins", "show", "gram"],
        ["plugins", "check", "--help"],
        ["new", "--help"],
        ["style", "--help"],
        ["style", "--plugin", "gram", "--help"],
        ["sample", "--help"],
        ["walk", "--help"],
        ["evaluate", "--help"],
        ["info", "--help"],
        ["web", "--help"],
    ],
    ids=" ".join,
)
def test_commands_that_only_tell(arguments: list[str]) -> None:
    assert heavy_modules(COMMAND.format(arguments=arguments)) == []


def test_completion() -> None:
    code = "import os; os.environ.update(_GANCRAFT_COMPLETE='complete_bash', COMP_WORDS='gancraft style --cov', COMP_CWORD='2')\n"
    assert heavy_modules(code + "from gancraft.cli.main import main\ntry:\n    main([])\nexcept SystemExit: pass") == []


def test_importing_the_package_and_every_bundled_plugin() -> None:
    assert heavy_modules("import gancraft; from gancraft import Options, StyleLoss, hookimpl, PerceptualOptions") == []
    assert heavy_modules("from gancraft.plugins import find_plugins; assert find_plugins().entries") == []


@pytest.mark.parametrize(
    "module", ["events", "interfaces", "options", "hookspecs", "plugins", "resolve", "errors", "defaults"]
)
def test_the_ground_floor(module: str) -> None:
    assert heavy_modules(f"import gancraft.{module}") == []


def test_what_pytest_loads_at_its_start() -> None:
    assert heavy_modules("import gancraft.testing, gancraft.testing.plugin") == []


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


def test_the_check_itself_sees_torch() -> None:
    assert "torch" in heavy_modules("import torch")
