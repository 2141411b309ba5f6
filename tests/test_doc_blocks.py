"""Every block of code in the documentation is checked, and run: quick ones here, all others in the slow suite."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gancraft.cli.main import build_app
from gancraft.cli.sniff import Words
from tests.doc_blocks import (
    PAGES,
    ROOT,
    SHELL,
    Block,
    blocks,
    command_words,
    commands,
    has,
    inline_commands,
    shell_lines,
)
from tests.doc_sandbox import furnish, lend_runs, parsed, shrunk
from tests.doc_scripts import check

BLOCKS = [block for page in PAGES for block in blocks(page)]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
JUST = (ROOT / "Justfile").read_text("utf-8")
OTHERS = (
    "python3 -m venv",
    "source ",
    "hf ",
    "curl ",
    "git ",
    "uv ",
    "torchrun ",
    "page=",
    "photo=$(curl",
    "cd ",
    "sphinx-build ",
)
OWN_STYLE = "runs/own-style"  # a small style network, where a page says NAME
# Commands that the slow suite doesn't run, and what does or why nothing can.
LEFT_OUT = {
    "web": "serves until it is stopped; tests/web",
    "me/": "the hub; tests/test_cli_hub.py",
    "torchvision:": "downloads a set",
    "nearest": "compares with whole sets, minutes; tests/latent/test_nearest.py",
    "evaluate runs/paintings": "compares with a whole set, minutes; tests/latent/test_evaluate.py",
    "models NAME": "stands for any name",
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run that stands for whatever run a page speaks of."""
    import gancraft

    folder = tmp_path_factory.mktemp("kept")
    furnish(folder)
    small = {"width": 4}
    gancraft.finished(
        gancraft.train(
            folder / "holiday", folder / "run", plugin="dcgan", size="8", batch=8, pictures=64, generator=small,
            discriminator=small, launch="eager", device="cpu",
        )
    )  # fmt: skip
    painted = gancraft.stylise(
        folder / "photo.jpg", folder / "painting.jpg", to=folder / "out.png", size="48", iterations=2
    )
    gancraft.finished(painted)
    return folder / "run"


@pytest.fixture
def place(tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with every file that the pages name, and a cache and models of its own."""
    import shutil

    furnish(tmp_path)
    shutil.copytree(kept, tmp_path / "runs" / "kept")
    shutil.copy(kept.parent / "out.png", tmp_path)
    (tmp_path / "models").mkdir()
    shutil.copy(kept / "model.safetensors", tmp_path / "models" / "cats.safetensors")
    for name in [name for name in os.environ if name.startswith("GANCRAFT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GANCRAFT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("GANCRAFT_PLUGINS_DIR", str(tmp_path / "written"))  # what the author's page builds
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    for name, module in list(sys.modules.items()):  # plugins of this folder: the next test has a folder of its own
        if str(getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


def named(words: Sequence[str]) -> list[str]:
    """NAME is some plugin's, of the kind that the command takes."""
    usual = {"style": "gram", "train": "dcgan", "train-style": "fast", "plugins": "gram"}.get(
        words[0] if words else "", "emoji"
    )
    behind = {"--network": "embedded", "--loss": "hinge", "--model": OWN_STYLE}
    before = ["", *words]
    return [behind.get(before[i], usual) if word == "NAME" else word for i, word in enumerate(words)]


def test_every_command_is_one_that_the_program_understands(place: Path, kept: Path) -> None:
    wrong, seen = [], set()
    told = [(str(block), words, True) for block in BLOCKS for words in commands(block)]
    told += [(f"{page.name}:{line}", words, False) for page in PAGES for line, words in inline_commands(page)]
    for where, found, whole in told:
        words = named(found[: found.index(">")] if ">" in found else found)
        if not words or (key := (tuple(words), whole)) in seen:
            continue
        seen.add(key)
        lend_runs(words, place, kept)
        for name in ("codes", "directions"):  # files that commands before it leave
            for word in words:
                if word.endswith(".safetensors") and name in word:
                    Path(word).touch()
        try:
            with contextlib.redirect_stdout(None):  # --help prints
                parsed(words, dict(os.environ))
        except Exception as error:
            missing = "Missing" in type(error).__name__ or "requires an argument" in str(error)
            if type(error).__name__ != "Exit" and (whole or not missing):
                wrong.append(f"{where}: gancraft {' '.join(words)}: {error}")
    assert wrong == []
    assert len(seen) > 100


def test_every_line_of_a_shell_block_is_checked() -> None:
    wrong = []
    for block in BLOCKS:
        if block.language not in SHELL or not block.runs:
            continue
        for line in shell_lines(block.text):
            if command_words(line) is None and (problem := problem_of(line)):
                wrong.append(f"{block}: {line}: {problem}")
    assert wrong == []


def problem_of(line: str) -> str | None:
    """What is wrong with a line that runs another program; None if nothing is."""
    line = line.removeprefix(".venv/bin/")
    if line.startswith(OTHERS):
        return None
    if line.startswith("pip install"):
        extras = [name for names in re.findall(r"\[([\w,]+)\]", line) for name in names.split(",")]
        return next((f"no extra {name}" for name in extras if name not in EXTRAS), None)
    if found := re.match(r"python (?:-m )?([\w./-]+)(.*)", line):
        name = found.group(1)
        if name == "pytest":
            return None
        file = ROOT / (name if name.endswith(".py") else name.replace(".", "/") + ".py")
        if not file.is_file():
            return f"there is no {file.name}"
        source = file.read_text("utf-8")
        return next(
            (f"no {flag}" for flag in re.findall(r"(?<=\s)--[\w-]+", found.group(2)) if flag not in source), None
        )
    if line.startswith("just "):
        recipe = line.split()[1]
        return None if re.search(rf"^{recipe}\b[^:]*:", JUST, re.MULTILINE) else f"no recipe {recipe}"
    return "no test knows this program"


def test_every_other_block_is_sound() -> None:
    """Python compiles and has a mark, TOML is read; what is neither says that it is text."""
    wrong = []
    for block in BLOCKS:
        if block.language == "python":
            compile(block.text, str(block), "exec")
            if not block.mark:
                wrong.append(f"{block}: quick, example or not run?")
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language not in (*SHELL, "text", "toctree", "json", "yaml"):
            wrong.append(f"{block}: language {block.language or 'missing'}")
    assert wrong == []


@pytest.mark.parametrize("page", sorted({b.page for b in BLOCKS if b.mark == "quick"}), ids=lambda page: page.name)
def test_the_quick_blocks_of_a_page_run(page: Path, place: Path) -> None:
    for block in [block for block in BLOCKS if block.page == page and block.mark == "quick"]:
        if block.language == "python":
            exec(compile(block.text, str(block), "exec"), {"__name__": "block"})
        else:
            for words in commands(block):
                run(words)


def run(words: Sequence[str]) -> None:
    words = list(words)
    result = CliRunner().invoke(build_app(words), Words(words, os.environ).normalised)
    assert result.exit_code == 0, (
        f"gancraft {' '.join(words)}: {result.exit_code}: {result.output[-800:]} {result.exception!r}"
    )


def to_run(page: Path) -> Iterator[tuple[Block, list[str]]]:
    """The commands of a page that can be run here."""
    for block in blocks(page):
        for words in commands(block):
            line = " ".join(words)
            if block.runs and words and not any(line.startswith(start) or f" {start}" in line for start in LEFT_OUT):
                yield block, named(words)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if any(to_run(page))], ids=lambda page: page.name)
def test_the_commands_of_a_page_run(page: Path, place: Path, kept: Path) -> None:
    """All of them, in their order and one folder, as a reader would; with fewer and smaller pictures."""
    for block, words in to_run(page):
        words = words[: words.index(">")] if ">" in words else words
        if words[0] == "mix":  # needs a model with styles
            words = ["runs/styled" if word == "emoji" else word for word in words]
            run(shrunk(["train", "holiday", "--plugin", "stylegan2", "--run", "runs/styled"], dict(os.environ)))
        if OWN_STYLE in words and not Path(OWN_STYLE).exists():
            run(shrunk(["train-style", "painting.jpg", "--photos", "photos/", "--run", OWN_STYLE], dict(os.environ)))
        lend_runs(words, place, kept)
        for name in [word for word in words if word.endswith(".safetensors") and not Path(word).exists()]:
            if has(words, "--from", "--to", "--codes"):
                run(["sample", "emoji", "-n", "2", "--save-codes", name])
        small = shrunk(words, dict(os.environ))
        print(f"{block}: gancraft {' '.join(small)}")
        run(small)


def test_a_wrong_option_in_a_page_would_be_found(place: Path) -> None:
    with pytest.raises(Exception, match="No such option"):
        parsed(["style", "photo.jpg", "painting.jpg", "--strenth", "0.7"], dict(os.environ))
    text = textwrap.dedent("""
        <!-- not run: a reason -->
            gancraft sample emoji

        ```sh
        gancraft style a.jpg \\
            b.jpg   # paints
        ```
    """)
    page = place / "page.md"
    page.write_text(text)
    first, second = blocks(page)
    assert not first.runs and [*commands(first)] == [["sample", "emoji"]]
    assert [*commands(second)] == [["style", "a.jpg", "b.jpg"]]


@pytest.mark.parametrize("script", ["generate_reference.py", "generate_options.py"])
def test_the_generated_pages_are_in_step(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(script, monkeypatch)
