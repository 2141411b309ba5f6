"""`gancraft style`: paint pictures in the manner of others."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir, Quiet, SetNamed
from gancraft.cli.errors import debugging, fail, handled
from gancraft.cli.film_style import KeepFrames, Restart, film_among, gather_film, paint_to_film
from gancraft.cli.flags import with_settings
from gancraft.cli.sniff import PAIR, Words
from gancraft.errors import GancraftError, UsageError
from gancraft.style.choice import FILM, resolve_style, unused

if TYPE_CHECKING:
    from gancraft.cli.inputs import Work
    from gancraft.interfaces import PerceptualNetwork
    from gancraft.pictures import Picture
    from gancraft.plugins import Plugins, Registered
    from gancraft.style.choice import StyleChoice
    from gancraft.style.estimate import Estimate
    from gancraft.style.judge import Scores

JudgeFlag = Annotated[
    bool,
    typer.Option("--judge", help="Score the result with a network that no loss looked through: see docs/judge.md."),
]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before a long run.")]
SCORES = ("style_distance", "content_distance")

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
        sheet: Annotated[
            list[str] | None,
            typer.Option(
                metavar="WHAT",
                help="Paint a sheet of small pictures instead: methods, some methods (gram,sliced) or a setting "
                "(strength=0.2,0.5,0.8); given twice, columns and rows. `gancraft redo SHEET --cell B3` paints one large.",
            ),
        ] = None,
        sheet_size: Annotated[
            int, typer.Option("--sheet-size", min=32, max=1024, help="Long side of a picture on the sheet.")
        ] = 192,
        judge: JudgeFlag = False,
        yes: YesFlag = False,
        restart: Restart = False,
        keep_frames: KeepFrames = False,
        preview: Annotated[Path | None, typer.Option(help="Folder for pictures of the result as it forms.")] = None,
        preview_every: Annotated[int, typer.Option(min=1, help="Steps between two of them.")] = 10,
        config: Annotated[Path | None, typer.Option(help="TOML file with settings in a table named style.")] = None,
        set_: SetNamed = None,
        plugins_dir: PluginsDir = None,
        no_plugin: NoPlugin = None,
        quiet: Quiet = False,
        as_json: AsJson = False,
        debug: Debug = False,
        *,
        settings: Mapping[str, Any],
    ) -> None:
        from gancraft.cli.inputs import gather

        layers = words.given("style", settings, set_, config)
        contents = [*([content] if content is not None else []), *(more_contents or [])]
        styles = [*([style] if style is not None else []), *(more_styles or [])]
        masks = [pair.split(PAIR, 1) for pair in mask or []]
        typed = {"--sheet": sheet, "--judge": judge, "--restart": restart, "--keep-frames": keep_frames}
        given = [flag for flag, value in typed.items() if value]
        given += [f"--{key.partition('.')[2].replace('_', '-')}" for key in settings if key.startswith(f"{FILM.name}.")]
        film = film_among(contents, output, given)
        choice = resolve_style(words.plugins, layers, film=film is not None)
        if choice.network is None and "style.network" in settings:
            raise UsageError(f"--network: {choice.method.name} looks through none that could be chosen; leave it out")
        if film is not None:
            code = paint_to_film(
                choice,
                gather_film(choice, film, styles, output, quiet, masks),
                restart=restart,
                keep_frames=keep_frames,
                preview=preview,
                preview_every=preview_every,
                quiet=quiet,
                as_json=as_json,
            )
            raise typer.Exit(code)
        varied = None
        if sheet:
            from gancraft.cli import style_sheet

            varied = style_sheet.axes(sheet, words.plugins, layers, choice, bool(mask))
            output = style_sheet.target_of(contents, styles, output)
        work = gather(choice, contents, styles, output, quiet, masks)
        if varied is not None:
            code = style_sheet.paint_sheet_to(
                words.plugins, layers, varied, work, sheet_size, judge, quiet, as_json, yes, preview
            )
            raise typer.Exit(code)
        eye = judging(words.plugins) if judge else None
        raise typer.Exit(paint_all(choice, work, preview, preview_every, quiet, as_json, eye, yes))

    method = words.method_of("style")
    return with_settings(handled(style), words.parts_of("style"), _unused(method) if method is not None else ())


def _unused(method: Registered) -> set[str]:
    """What a method has no use for, so that help leaves it out. Typed all the same, what it can't take is refused."""
    names = set(unused(method))
    if not method.can("mask"):
        names.add("mask")
    if method.can("styleless"):
        names |= {"style", "more_styles"}
    return names


def paint_all(
    choice: StyleChoice,
    work: Work,
    preview: Path | None = None,
    preview_every: int = 10,
    quiet: bool = False,
    as_json: bool = False,
    judge: PerceptualNetwork | None = None,
    yes: bool = False,
) -> int:
    """Paint every picture of `work`; one that fails doesn't end the others. judge: scores them. yes: nobody is asked.
    Returns the exit code."""
    from gancraft.cli.ahead import told
    from gancraft.cli.progress import follow
    from gancraft.style import paint_to

    if preview is not None:
        make_folder(preview, "--preview")
    estimate = told(choice, work, quiet, yes, wanted=as_json)
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
            scores = judged(judge, picture, work) if judge is not None else None
            run = paint_to(
                stream,
                choice,
                picture,
                work.styles,
                start=work.start,
                masks=work.masks,
                preview_every=preview_every if preview else 0,
                scores=scores,
            )
            finished = follow(run, title, quiet, shots)
        except Exception as error:  # of a plugin too
            if not several or debugging():
                raise
            fail(error)
            failed.append(str(source))
            continue
        if as_json:
            facts = described(choice, target, finished, estimate)
            print(json.dumps(facts), file=sys.stderr if target == "-" else sys.stdout)
        else:
            if target != "-" and finished.picture_HWC is not None:
                print(target)
            if judge is not None and finished.picture_HWC is not None:
                print(score_line(finished.facts), file=sys.stderr if target == "-" else sys.stdout)
        if finished.problem:
            rest = f"; what there was is in {target}" if finished.picture_HWC is not None else ""
            fail(GancraftError(f"{source}: {finished.problem}{rest}"))
            failed.append(str(source))
        if finished.stopped:
            return 130
    if failed and several:
        fail(GancraftError(f"{len(failed)} of {len(work.pictures)} pictures failed: {', '.join(failed)}"))
    return 1 if failed else 0


def judging(plugins: Plugins) -> PerceptualNetwork:
    """The judge's network, asked for before any work starts: its weights may be missing."""
    from gancraft.style.judge import judging_network

    return judging_network(plugins)


def judged(network: PerceptualNetwork, content: Picture, work: Work) -> Scores:
    """What scores the paintings of one photo."""
    from gancraft.style.judge import scorer

    return scorer(network, content, work.styles, work.masks)


def score_line(facts: Mapping[str, Any]) -> str:
    """The scores, for people; 0 is best."""
    words = [f"{name.partition('_')[0]} {facts[name]:.3f}" for name in SCORES if name in facts]
    return f"distance: {', '.join(words)} (by {facts['judge']})" if words else "not judged"


def described(
    choice: StyleChoice, target: str | Path, finished: Any, estimate: Estimate | None = None
) -> dict[str, Any]:
    """A result as plain values."""
    from gancraft.cli.ahead import compared

    picture = finished.picture_HWC
    height, width = (None, None) if picture is None else picture.shape[:2]
    return {
        "path": None if picture is None else str(target),
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
        "estimate": compared(estimate, finished.seconds) if estimate is not None else None,
    }


def make_folder(path: Path, flag: str) -> None:
    """Make a folder for results unless it is there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{flag} {path}: can't be made ({error.strerror})") from error
