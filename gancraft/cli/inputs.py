"""What to paint, from what, into which files: all of it found before any work starts."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gancraft.cli.style import make_folder
from gancraft.errors import UsageError
from gancraft.pictures import (
    EXTENSIONS,
    Picture,
    check_writable,
    list_pictures,
    open_picture,
    open_sample,
    samples,
)
from gancraft.style.choice import StyleChoice
from gancraft.style.masks import MaskPair

SAMPLE = "sample:"


@dataclass
class Work:
    """Pictures to paint as (source, target), the styles with weights, and a picture to start from."""

    pictures: Sequence[tuple[str, str | Path]]
    styles: Sequence[tuple[Picture, float]]
    start: Picture | None
    max_megapixels: float
    masks: Sequence[MaskPair] = ()
    opened: dict[str, Picture] = field(default_factory=dict)

    def open(self, source: str) -> Picture:
        """A content picture; those of a batch are opened when their turn comes."""
        return self.opened.pop(source, None) or open_source(source, self.max_megapixels)


def gather(
    choice: StyleChoice,
    contents: Sequence[str],
    styles: Sequence[str],
    output: str | None,
    quiet: bool = False,
    masks: Sequence[Sequence[str]] = (),
) -> Work:
    """Find every input and output, and check what can be checked. Raises UsageError for the first that can't be used."""
    limit = choice.settings.max_megapixels
    stand_ins = []
    if not contents:
        contents = [SAMPLE + samples("photo")[0].name]
        stand_ins.append(f"content {contents[0]}")
    if not styles and not choice.method.can("styleless"):
        styles = [SAMPLE + samples("style")[0].name]
        stand_ins.append(f"style {styles[0]}")
    if stand_ins and not quiet:
        print(f"gancraft: no picture given, taking {' and '.join(stand_ins)}", file=sys.stderr)
    several = len(contents) > 1 or Path(contents[0]).is_dir()
    if masks and several:
        raise UsageError("--mask: a mask is one photo's; paint them one at a time")
    sources = [str(p) for source in contents for p in (list_pictures(source) if Path(source).is_dir() else [source])]
    opened_styles = [(open_source(name, limit), weight) for name, weight in map(weighted, styles)]
    manner = weighted(styles[0])[0] if styles else choice.method.name
    targets = _targets(sources, manner, output, several)
    start = getattr(choice.options.get("optimise"), "start_picture", None)
    inputs = [*sources, *(weighted(name)[0] for name in styles), *(name for pair in masks for name in pair)]
    if start is not None:
        inputs.append(str(start))
    for target in dict.fromkeys(targets):
        if target != "-":
            keep_inputs(Path(target), inputs)
            check_writable(target)
    opened = {} if several else {sources[0]: open_source(sources[0], limit)}
    return Work(
        list(zip(sources, targets, strict=True)),
        opened_styles,
        open_source(str(start), limit) if start is not None else None,
        limit,
        [opened_pair(pair, limit) for pair in masks],
        opened,
    )


def opened_pair(names: Sequence[str], limit: float) -> MaskPair:
    """The second may be `-` or left out: all of the style picture."""
    place, part = (*names, "-")[:2]
    return MaskPair(open_source(place, limit), None if part == "-" else open_source(part, limit))


def open_source(source: str, max_megapixels: float) -> Picture:
    """A file, `-` for stdin, or `sample:NAME`."""
    if source == "-":
        return open_picture(sys.stdin.buffer.read(), max_megapixels, name="stdin")
    if source.startswith(SAMPLE):
        return open_sample(source.removeprefix(SAMPLE))
    return open_picture(source, max_megapixels)


def weighted(text: str) -> tuple[str, float]:
    """`FILE[:WEIGHT]`; a file whose name ends like that is still found."""
    name, colon, number = text.rpartition(":")
    if colon and name and name + ":" != SAMPLE and not Path(text).exists():
        try:
            weight = float(number)
        except ValueError:
            return text, 1.0
        if not 0 < weight < float("inf"):
            raise UsageError(f"--style {text}: the weight must be above 0")
        return name, weight
    return text, 1.0


def _targets(sources: Sequence[str], style: str, output: str | None, several: bool) -> list[str | Path]:
    """A target for each source. Without --output: new files in the current folder; nothing is overwritten then."""
    if several:
        if output == "-":
            raise UsageError("-o -: several pictures can't go to stdout; name a folder")
        folder = Path(output) if output is not None else Path(f"{stem(sources[0])}-{stem(style)}-painted")
        if folder.suffix.lower() in EXTENSIONS and not folder.is_dir():
            raise UsageError(f"-o {folder}: several pictures need a folder, not a file")
        make_folder(folder, "-o")
        taken: set[Path] = set()
        return [free(folder / f"{stem(source)}.png", taken, on_disk=output is None) for source in sources]
    if output is not None:
        target = Path(output)
        return ["-"] if output == "-" else [target / f"{stem(sources[0])}.png" if target.is_dir() else target]
    return [free(Path(f"{stem(sources[0])}-{stem(style)}.png"), set(), on_disk=True)]


def keep_inputs(target: Path, inputs: Sequence[str]) -> None:
    """Raise UsageError where a result would replace a picture that it, or another of the batch, is painted from."""
    for source in inputs:
        with contextlib.suppress(OSError, ValueError):  # not there, or no file: `-`, `sample:cat`
            if target.samefile(source):
                raise UsageError(f"-o: {target} is one of the pictures to paint from; choose another place")


def stem(source: str) -> str:
    name = "stdin" if source == "-" else Path(source.removeprefix(SAMPLE)).stem
    return re.sub(r"[\x00-\x1f/\\:]", "_", name) or "picture"


def free(path: Path, taken: set[Path], on_disk: bool) -> Path:
    """`path`, or with -2, -3, … where it is taken."""
    number, candidate = 1, path
    while candidate in taken or (on_disk and candidate.exists()):
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    taken.add(candidate)
    return candidate
