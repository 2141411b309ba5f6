"""`gancraft style`: paint pictures in the manner of others."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gancraft import resolve
from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet
from gancraft.cli.errors import debugging, fail, handled
from gancraft.cli.flags import with_settings
from gancraft.cli.sniff import PAIR, Words
from gancraft.errors import GancraftError, UsageError
from gancraft.style.choice import resolve_style

if TYPE_CHECKING:
    from gancraft.cli.inputs import Work
    from gancraft.style.choice import StyleChoice

HELP = (
    "Paint CONTENT in the manner of STYLE.\n\n"
    "Without pictures, bundled samples stand in; `sample:NAME` names one. A folder as CONTENT, or --content repeated, "
    "paints them all. The result carries its recipe: see `gancraft redo`."
)


def command(words: Words) -> Callable[..., None]:
    """The command, with the flags of the parts that the arguments choose."""

    def style(
        content: Annotated[str | None, typer.Argument(help="Picture or folder to paint; - reads stdin.")] = None,
        style: Annotated[str | None, typer.Argument(help="Picture to take the style from.")] = None,
        output: Annotated[
            str | None,
            typer.Option("--output", "-o", help="File to write, a folder for several; - writes PNG to stdout."),
        ] = None,
        more_styles: Annotated[
            list[str] | None, typer.Option("--style", metavar="FILE[:WEIGHT]", help="A further style, with its weight.")
        ] = None,
        more_contents: Annotated[
            list[str] | None, typer.Option("--content", help="A further picture to paint.")
        ] = None,
        mask: Annotated[
            list[str] | None,
            typer.Option(
                metavar="PHOTO-MASK STYLE-MASK",
                help="Where the style goes, and what of its picture counts (- for all): light means yes. The Nth pair is "
                "the Nth style's; styles without one share the rest.",
            ),
        ] = None,
        preview: Annotated[Path | None, typer.Option(help="Folder for pictures of the result as it forms.")] = None,
        preview_every: Annotated[int, typer.Option(min=1, help="Steps between two of them.")] = 10,
        config: Annotated[Path | None, typer.Option(help="TOML file with settings in a table named style.")] = None,
        set_: Annotated[
            list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting by name.")
        ] = None,
        plugins_dir: PluginsDir = None,
        no_plugin: NoPlugin = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
        debug: Debug = False,
        *,
        settings: Mapping[str, Any],
    ) -> None:
        from gancraft.cli.inputs import gather

        layers = [resolve.flags(settings), resolve.assignments(set_ or [])]
        layers.append(resolve.environment(words.environ, "style", words.parts_of("style")))
        if config is not None:
            layers.append(resolve.config_file(config, "style"))
        choice = resolve_style(words.plugins, layers)
        contents = [*([content] if content is not None else []), *(more_contents or [])]
        styles = [*([style] if style is not None else []), *(more_styles or [])]
        work = gather(choice, contents, styles, output, quiet, [pair.split(PAIR, 1) for pair in mask or []])
        raise typer.Exit(paint_all(choice, work, preview, preview_every, quiet, as_json))

    return with_settings(handled(style), words.parts_of("style"))


def paint_all(
    choice: StyleChoice,
    work: Work,
    preview: Path | None = None,
    preview_every: int = 10,
    quiet: bool = False,
    as_json: bool = False,
) -> int:
    """Paint every picture of `work`; one that fails doesn't end the others. Returns the exit code."""
    from gancraft.cli.progress import follow
    from gancraft.style import paint_to

    if preview is not None:
        make_folder(preview, "--preview")
    failed: list[str] = []
    several = len(work.pictures) > 1
    for number, (source, target) in enumerate(work.pictures, 1):
        title = f"{number}/{len(work.pictures)} {source}" if several else ""
        shots = preview / Path(target).stem if preview is not None and several else preview
        stream = sys.stdout.buffer if target == "-" else target
        try:
            if shots is not None:
                make_folder(shots, "--preview")
            picture = work.open(source)
            run = paint_to(
                stream,
                choice,
                picture,
                work.styles,
                start=work.start,
                masks=work.masks,
                preview_every=preview_every if preview else 0,
            )
            finished = follow(run, title, quiet, shots)
        except Exception as error:  # of a plugin too
            if not several or debugging():
                raise
            fail(error)
            failed.append(str(source))
            continue
        if as_json:
            print(json.dumps(described(choice, target, finished)), file=sys.stderr if target == "-" else sys.stdout)
        elif target != "-":
            print(target)
        if finished.problem:
            fail(GancraftError(f"{source}: {finished.problem}; what there was is in {target}"))
            failed.append(str(source))
        if finished.stopped:
            return 130
    if failed and several:
        fail(GancraftError(f"{len(failed)} of {len(work.pictures)} pictures failed: {', '.join(failed)}"))
    return 1 if failed else 0


def described(choice: StyleChoice, target: str | Path, finished: Any) -> dict[str, Any]:
    """A result as plain values."""
    height, width = finished.picture_HWC.shape[:2]
    return {
        "path": str(target),
        "width": width,
        "height": height,
        "seconds": round(finished.seconds, 2),
        "seed": choice.settings.seed,
        "method": choice.method.name,
        "network": choice.network.name if choice.network is not None else None,
        "stopped": finished.stopped,
        "problem": finished.problem,
        "options": choice.to_dict(),
        "facts": dict(finished.facts),
    }


def make_folder(path: Path, flag: str) -> None:
    """Make a folder for results unless it is there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{flag} {path}: can't be made ({error.strerror})") from error
