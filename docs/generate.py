"""Write docs/commands.md: the help of every command, as the program prints it. `--check` only compares."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ |= {"COLUMNS": "110", "TERMINAL_WIDTH": "110", "NO_COLOR": "1"}

import typer  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from gancraft.cli.main import build_app  # noqa: E402

# Commands whose options follow a choice are shown with the usual one; all others as they are, in the program's order.
CHOSEN = {"style": ["--plugin", "gram"], "train": ["--plugin", "dcgan"]}
HEAD = """# Commands

Made by `python docs/generate.py` from the program itself; a test keeps it in step. Options of `style` and `train` follow the
plugin and the parts chosen, so `gancraft style --plugin NAME --help` is always the truth for yours.

Every option of `style` can also stand in a file (`--config FILE`, a TOML table `[style]` with subtables for the parts, as in
`[style.gram]`), in the environment (`GANCRAFT_STYLE_STRENGTH`), or be given as `--set strength=0.7` and
`--set gram.shift=0.5`; those of `train` likewise (`[train.gan]`, `GANCRAFT_TRAIN_BATCH`, `--set gan.r1=1`). A flag counts
most, then `--set`, the environment, the file, the default. Exit codes: 0 done, 1 the run failed, 2 wrong usage, 130 stopped
by Ctrl-C with what there was saved.
"""


def commands() -> list[list[str]]:
    """The program itself, then each of its commands, and theirs."""
    found: list[list[str]] = [[]]
    for name, command in typer.main.get_command(build_app([])).commands.items():  # type: ignore[attr-defined]
        found.append([name, *CHOSEN.get(name, [])])
        found += [[name, inner] for inner in getattr(command, "commands", {})]
    return found


def page() -> str:
    """The whole page."""
    sections = [HEAD]
    for arguments in commands():
        words = [*arguments, "--help"]
        result = CliRunner().invoke(build_app(words), words, prog_name="gancraft")
        text = "\n".join(line.rstrip() for line in result.output.strip("\n").splitlines())
        sections.append(f"## `{' '.join(['gancraft', *arguments])}`\n\n```text\n{text}\n```\n")
    return "\n".join(sections)


if __name__ == "__main__":
    target = ROOT / "docs" / "commands.md"
    if "--check" in sys.argv:
        sys.exit(
            0
            if target.read_text(encoding="utf-8") == page()
            else "docs/commands.md is out of step: run docs/generate.py"
        )
    target.write_text(page(), encoding="utf-8")
