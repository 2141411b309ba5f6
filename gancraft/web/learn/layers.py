"""What Gram matrices see, on the page: for each layer of the network a texture as it forms, and the matrix behind it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from gancraft.errors import GancraftError
from gancraft.pictures import Picture, open_sample
from gancraft.plugins import Plugins
from gancraft.style.choice import StyleChoice, resolve_style, sized
from gancraft.web import gpu, label
from gancraft.web.command import at_home, source
from gancraft.web.errors import friendly
from gancraft.web.label import Sayings
from gancraft.web.painting import levels, name
from gancraft.web.runs import Outputs, Seen, Switch, watch
from gancraft.web.settings import OWN, Limits

SAYINGS = Sayings(
    idle=("One picture, layer by layer", "Choose a picture, and see what each layer keeps of it."),
    waiting=("Getting ready", "Waiting for a free easel …"),
    failed=("Nothing was painted", "The message says why: change that, and try again."),
    cancelled=("Stopped", "Show every layer starts again whenever you like."),
)
OUTPUTS = 4  # textures, label, matrices, command
SIDE = 192  # pixels of a texture
ITERATIONS = 50  # of a texture: from there on the eye sees no more difference
SECONDS = 20  # that all of them take on a GPU, at most
# What the textures of five layers show, shallow to deep; found by looking at all bundled styles.
WORDS = ("colours and the finest grain", "fine edges", "strokes", "shapes of several strokes", "motifs")


LESSON = Path(__file__).with_name("lesson")  # made by `scripts/make_lesson.py`
LIST = "lesson.json"
SAYS = "An example, painted before you came. Choose another picture, and see what its layers keep."


def example(plugins: Plugins) -> Outputs:
    """What hangs there before anything is painted: textures, label, matrices and command."""
    said = json.loads((LESSON / LIST).read_text(encoding="utf-8"))
    picture, agreed = open_sample(said["picture"]), said["agreement"]
    choice = layers_choice(plugins, said["seed"], OWN)
    textures, maps = _hung(LESSON, ".webp", str(LESSON / "picture.webp"), list(agreed), agreed)
    return textures, label.label("example", _title(picture), SAYS), maps, _command(choice, picture, list(agreed))


def layers_choice(plugins: Plugins, seed: int, limits: Limits) -> StyleChoice:
    """Nothing but the style, from noise in its colours. L-BFGS, which is the better one where there is no content to keep."""
    engine = {
        "strength": 1.0,
        "start": "style",
        "optimiser": "lbfgs",
        "levels": 1,
        "iterations": int(min(ITERATIONS, limits.maxima.get("iterations", ITERATIONS))),
        "variation_weight": 0.0,
    }
    side = min(SIDE, limits.max_side)
    return resolve_style(
        plugins, [{"optimise": engine, "style": {"size": str(side), "seed": seed, **gpu.run_settings()}}]
    )


def layers_events(switch: Switch, plugins: Plugins, picture: Picture, seed: int, limits: Limits) -> Iterator[Outputs]:
    """Paint, and yield (textures, label, matrices, command) as they come about. Closing this closes the run."""
    title = _title(picture)
    yield gr.skip(), label.busy(title, "Loading the network …"), None, ""
    with friendly(), tempfile.TemporaryDirectory(prefix="gancraft-") as place:
        choice, folder = layers_choice(plugins, seed, limits), Path(place)
        from gancraft.style.textures import style_layers, textures_to  # torch comes with it

        names, original_HWC = style_layers(choice), levels(sized(choice, picture).rgb_HWC)
        hung = -1

        def draw(seen: Seen) -> Outputs:
            nonlocal hung
            agreed = seen.progress.values
            done = [one for one in names if one in agreed]
            tiles, maps = _hung(folder, ".png", original_HWC, names, agreed)
            if seen.finished is None:
                if seen.fresh and seen.preview is not None and len(done) < len(names):
                    forming = names[len(done)]
                    tiles.append((levels(seen.preview.picture_HWC), f"{forming}: forming …"))
                said = label.progressing(title, seen.progress)
            else:
                if not done:
                    raise GancraftError(seen.finished.problem or "nothing was painted")
                said = label.label("done", title, _facts(seen, len(done), len(names), seed))
            fresh, hung = len(done) != hung, len(done)
            return (
                tiles if fresh or len(tiles) > len(done) + 1 else gr.skip(),
                said,
                maps if fresh else gr.skip(),
                _command(choice, picture, done) if seen.finished else gr.skip(),
            )

        start = partial(textures_to, folder, choice, picture, preview_every=1)
        yield from watch(switch, start, draw, outputs=OUTPUTS, max_seconds=limits.max_seconds, expected=SECONDS)


def _title(picture: Picture) -> str:
    return f"{name(picture)}, layer by layer"


def _hung(
    folder: Path, ending: str, picture: Any, names: Sequence[str], agreed: Mapping[str, float]
) -> tuple[list[tuple[Any, str]], list[tuple[str, str]]]:
    """(textures after the picture, matrices) of the layers that are done, each with its caption. ending: of their files."""
    done = [one for one in names if one in agreed]
    textures = [(str(folder / f"{one}{ending}"), _caption(one, names, agreed[one])) for one in done]
    return [(picture, "The picture"), *textures], [(str(folder / f"{one}-gram{ending}"), one) for one in done]


def _caption(layer: str, names: Sequence[str], agrees: float) -> str:
    """A layer's name, what it shows, and how far its texture has come."""
    place = names.index(layer) / max(1, len(names) - 1)
    return f"{layer}: {WORDS[round(place * (len(WORDS) - 1))]} · matrix {max(0.0, agrees):.0%} alike"


def _facts(seen: Seen, done: int, there: int, seed: int) -> list[str]:
    assert seen.finished is not None
    how = f"{done} layers" if done == there else f"{done} of {there} layers, stopped"
    return [how, f"seed {seed}", label.seconds(seen.finished.seconds)]


def _command(choice: StyleChoice, picture: Picture, layers: Sequence[str]) -> str:
    """That of the deepest texture: it agrees in all of the layers."""
    engine = type(choice.options["optimise"])
    values = {**choice.options["optimise"].model_dump(), "style_layers": list(layers)}
    deepest = StyleChoice(
        choice.method, choice.network, choice.settings, {**choice.options, "optimise": engine(**values)}
    )
    return at_home(deepest, source(picture), [(source(picture), 1.0)], without=gpu.run_settings())
