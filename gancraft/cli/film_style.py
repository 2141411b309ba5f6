"""`gancraft style FILM`: what it has beyond painting pictures."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gancraft.errors import UsageError
from gancraft.style.choice import FILM, StyleChoice
from gancraft.style.film.probe import is_animated_picture, is_film

if TYPE_CHECKING:
    from gancraft.pictures import Picture
    from gancraft.style.masks import MaskPair

_PANEL = FILM.title
Restart = Annotated[
    bool,
    typer.Option("--restart", help="Throw away the frames that are kept of an earlier run.", rich_help_panel=_PANEL),
]
KeepFrames = Annotated[
    bool,
    typer.Option("--keep-frames", help="Leave the folder of painted frames beside the film.", rich_help_panel=_PANEL),
]


@dataclass
class FilmWork:
    """A film to paint, where to, and from what."""

    source: Path
    target: Path
    styles: Sequence[tuple[Picture, float]]
    start: Picture | None = None
    masks: Sequence[MaskPair] = ()


def film_among(contents: Sequence[str], output: str | None, given: Sequence[str]) -> Path | None:
    """The film to paint, told by its content; None for pictures. A moving picture that is to become a still one is none.

    given: flags that only films, or only pictures, have. Raises UsageError for several films, and for flags of the other.
    """
    films = [source for source in contents if is_film(source)]
    if films and (output == "-" or Path(output or "").suffix.lower() in _stills()):
        films = [source for source in films if not is_animated_picture(source)]
    if not films:
        wrong = next((flag for flag in given if flag not in _FOR_PICTURES), None)
        if wrong is not None:
            raise UsageError(f"{wrong}: is for films only, and there is none to paint")
        return None
    if len(contents) > 1:
        raise UsageError(f"{films[0]} is a film: films are painted one at a time")
    wrong = next((flag for flag in given if flag in _FOR_PICTURES), None)
    if wrong is not None:
        raise UsageError(f"{wrong}: is for pictures only, and {films[0]} is a film")
    return Path(films[0])


_FOR_PICTURES = ("--sheet", "--judge")


def _stills() -> Sequence[str]:
    """Endings of pictures that no film has."""
    from gancraft.pictures import EXTENSIONS
    from gancraft.style.film.write import FILMS

    return [ending for ending in EXTENSIONS if ending not in FILMS]


def gather_film(
    choice: StyleChoice,
    film: Path,
    styles: Sequence[str],
    output: str | None,
    quiet: bool = False,
    masks: Sequence[Sequence[str]] = (),
) -> FilmWork:
    """Find every input and the output. Raises UsageError for the first that can't be used."""
    from gancraft.cli.inputs import SAMPLE, keep_inputs, open_source, opened_pair, weighted
    from gancraft.pictures import samples

    limit = choice.settings.max_megapixels
    if not styles and not choice.method.can("styleless"):
        styles = [SAMPLE + samples("style")[0].name]
        if not quiet:
            print(f"gancraft: no style picture given, taking {styles[0]}", file=sys.stderr)
    pairs = [weighted(name) for name in styles]
    start = getattr(choice.options.get("optimise"), "start_picture", None)
    target = _target(film, pairs[0][0] if pairs else choice.method.name, output)
    keep_inputs(target, [str(film), *(name for name, _ in pairs), *(name for pair in masks for name in pair)])
    return FilmWork(
        film,
        target,
        [(open_source(name, limit), weight) for name, weight in pairs],
        open_source(str(start), limit) if start is not None else None,
        [opened_pair(pair, limit) for pair in masks],
    )


def _target(film: Path, manner: str, output: str | None) -> Path:
    """What --output says; without it a new film in the current folder, of the same kind where that can be written."""
    from gancraft.cli.inputs import free, stem
    from gancraft.style.film.write import FILMS

    ending = film.suffix.lower() if film.suffix.lower() in FILMS else ".mp4"
    if film.suffix.lower() == ".png":
        ending = ".apng"
    if output is None:
        name = Path(f"{stem(str(film))}-{stem(manner)}{ending}")
        # A film that was begun is gone on with: its folder of frames is there, and the film isn't.
        return free(name, set(), on_disk=True)
    if output == "-":
        raise UsageError("-o -: a film can't go to stdout; name a file")
    target = Path(output)
    return target / f"{stem(str(film))}{ending}" if target.is_dir() else target


def found_film(entry: Mapping[str, Any], explicit: str | None, beside: Path) -> Path:
    """The film of a recipe's entry: given, or beside the result or here, by name and hash. One that is given may be another
    one, with a warning."""
    name, digest = Path(str(entry["name"])).name, str(entry["sha256"])
    if explicit is not None:
        if Path(explicit).is_file() and _sha256(Path(explicit)) != digest:
            print(f"gancraft: --content {explicit} isn't the film of the recipe (its hash differs)", file=sys.stderr)
        return Path(explicit)
    places = [path for path in dict.fromkeys((beside.parent / name, Path(name))) if path.is_file()]
    for path in places:
        if _sha256(path) == digest:
            return path
    hint = f"; {places[0]} has that name but another hash" if places else ""
    raise UsageError(
        f"the film {name} (sha256 {digest[:16]}…) isn't beside {beside} or here{hint}; give it with --content"
    )


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def paint_to_film(
    choice: StyleChoice,
    work: FilmWork,
    *,
    restart: bool = False,
    keep_frames: bool = False,
    preview: Path | None = None,
    preview_every: int = 10,
    quiet: bool = False,
    as_json: bool = False,
) -> int:
    """Paint the film, drawing progress. Returns the exit code."""
    from gancraft.cli.progress import follow
    from gancraft.cli.style import make_folder
    from gancraft.style.film import paint_film

    if preview is not None:
        make_folder(preview, "--preview")
    run = paint_film(
        work.target,
        choice,
        work.source,
        work.styles,
        start=work.start,
        masks=work.masks,
        preview_every=preview_every if preview is not None else 0,
        restart=restart,
        keep_frames=keep_frames,
    )
    finished = follow(run, work.source.name, quiet, preview, verb="painting")
    if as_json:
        print(json.dumps(_described(choice, work.target, finished)))
    elif not finished.stopped:
        print(work.target)
    return 130 if finished.stopped else 0


def _described(choice: StyleChoice, target: Path, finished: Any) -> dict[str, Any]:
    from gancraft.cli.style import described

    if finished.picture_HWC is None:  # stopped before the first frame
        return {"path": str(target), "stopped": True, "facts": dict(finished.facts)}
    return described(choice, target, finished)
