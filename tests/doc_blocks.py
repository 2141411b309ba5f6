"""Reading the documentation as programs: blocks of code with their marks, and the commands in them.

A block of a page is fenced, or indented by four spaces. An HTML comment on the line before it says what the tests do with it:

    <!-- quick -->            the default suite runs it, as it stands
    <!-- not run: reason -->  it is only checked: its commands are parsed to the last option, Python is compiled
    <!-- example: FILE -->, <!-- write: FILE -->  tests/test_author_page.py makes the file and works with it

Without a mark the default suite checks it, and the slow suite runs it too, commands shrunk to a few pictures.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SHELL = ("sh", "bash", "console", "indented")
MARK = re.compile(r"<!-- (quick|not run: [^>]+|example: [^>]+|write: [^>]+) -->")
# Words in capitals that stand for something of the reader's, and what the tests put there.
STAND_INS = {
    "RUN": "runs/kept", "MODEL": "emoji", "PICTURES": "holiday", "FOLDER": "holiday", "FILE": "out.png", "PHOTO": "photo.jpg",
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    text: str
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def runs(self) -> bool:
        return not self.mark.startswith("not run")


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in their order."""
    lines, number, mark = page.read_text(encoding="utf-8").splitlines(), 0, ""
    while number < len(lines):
        line = lines[number]
        if found := MARK.fullmatch(line.strip()):
            mark, number = found.group(1), number + 1
            continue
        if fence := re.match(r"( *)(```+|~~~+)\s*\{?([\w-]*)\}?", line):
            end = next(i for i in range(number + 1, len(lines)) if lines[i].strip() == fence.group(2))
            text = "\n".join(inner.removeprefix(fence.group(1)) for inner in lines[number + 1 : end])
            yield Block(page, number + 1, fence.group(3), text, mark)
            number, mark = end + 1, ""
        elif line.startswith("    ") and (number == 0 or not lines[number - 1].strip() or mark):
            end = number
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            yield Block(page, number + 1, "indented", "\n".join(x[4:] for x in lines[number:end]).rstrip(), mark)
            number, mark = end, ""
        else:
            mark = "" if line.strip() else mark
            number += 1


def shell_lines(text: str) -> list[str]:
    """Commands of a shell block: continued lines joined, comments and prompts away, `a && b` apart."""
    whole = re.sub(r"\\\n\s*", "", text)
    lines = [re.sub(r"\s+#.*$", "", line).removeprefix("$ ").strip() for line in whole.splitlines()]
    return [part.strip() for line in lines if line and not line.startswith("#") for part in line.split("&&")]


def commands(block: Block) -> Iterator[list[str]]:
    """Words behind `gancraft` of every such command in a shell block."""
    if block.language in SHELL:
        for line in shell_lines(block.text):
            if (words := command_words(line)) is not None:
                yield words


def inline_commands(page: Path) -> Iterator[tuple[int, list[str]]]:
    """Commands in the running text: `gancraft …` between backticks, with the number of the line. Those with an ellipsis only
    name a command."""
    prose = re.sub(r"^```.*?^```", lambda m: "\n" * m.group().count("\n"), page.read_text("utf-8"), flags=re.S | re.M)
    prose = re.sub(r"^    .*$", "", prose, flags=re.M)
    for found in re.finditer(r"`(gancraft [^`]+)`", prose):
        text = re.sub(r"\s+", " ", found.group(1))
        if "…" not in text and "|" not in text:
            words = command_words(text)
            assert words is not None
            yield prose.count("\n", 0, found.start()) + 1, words


def command_words(line: str) -> list[str] | None:
    """What stands behind `gancraft` in a line, None where it is another program. Variables in front are left out, and
    `torchrun … -- gancraft train …` is its command."""
    if " -- gancraft " in line:
        line = line.partition(" -- ")[2]
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if not words or not re.fullmatch(r"(?:[\w./]*/)?gancraft", words[0]):
        return None
    return [STAND_INS.get(word, word) for word in words[1:]]


def has(words: Sequence[str], *flags: str) -> bool:
    return any(word.partition("=")[0] in flags for word in words)
