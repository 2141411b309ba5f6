"""The program in three calls, for scripts and notebooks: paint, train, and make pictures with what was trained.

Settings are those of the command line, with underscores, and those of a part in a mapping by its name:

    gancraft.stylise("photo.jpg", "painting.jpg", strength=0.7, gram={"covariance": True})

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Run
from gancraft.pictures import Picture, open_picture, open_sample
from gancraft.plugins import Plugins, plugins_from_environment

if TYPE_CHECKING:
    import numpy as np

SAMPLE = "sample:"


def stylise(
    photo: str | Path | Picture,
    /,
    *styles: str | Path | Picture | tuple[str | Path | Picture, float],
    to: str | Path | None = None,
    plugins: Plugins | None = None,
    **settings: Any,
) -> Run:
    """Paint a photo in the manner of one picture or several.

    photo, styles: files, `sample:NAME`, or opened pictures; a style may be a pair with its weight (from 0 on; only their
    proportions count). to: the file to write, whose ending says the format; None writes none. plugins: None finds them
    as the command line does. settings: as `gancraft style --help` lists them.

    Returns a run, an iterator of events that does the work while it is iterated. The last is `Finished`, whose `picture_HWC`
    is float32, sRGB in [0, 1], with the size that the settings ask for. Raises UsageError for a picture or setting that can't
    be used.
    """
    from gancraft.style import paint, paint_to
    from gancraft.style.choice import resolve_style

    choice = resolve_style(plugins or plugins_from_environment(), [settings])
    pairs = [style if isinstance(style, tuple) else (style, 1.0) for style in styles]
    opened = [(_opened(picture), float(weight)) for picture, weight in pairs]
    if to is None:
        return paint(choice, _opened(photo), opened)
    return paint_to(to, choice, _opened(photo), opened)


def train(data: str | Path, run: str | Path, /, *, plugins: Plugins | None = None, **settings: Any) -> Run:
    """Train on pictures, in a folder; where that holds a run with the same settings, go on with it.

    data: a folder, a .zip, `torchvision:NAME` or `sample:NAME`. run: the folder. settings: as `gancraft train --help`
    lists them; without `plugin` the default method is taken (the command line looks at the pictures to choose one). plugins:
    None finds them as the command line does.

    Returns a run, an iterator of events that does the work while it is iterated: `Progress` counts pictures seen, `Warned`
    says what goes wrong, `Finished.facts` has the verdict. The folder then has model.safetensors and report.html. Raises
    UsageError for a setting, GancraftError while it is iterated for pictures that can't be used.
    """
    from gancraft.training.choice import resolve_train
    from gancraft.training.job import train as start

    return start(resolve_train(plugins or plugins_from_environment(), [settings]), str(data), run)


def sample(
    model: str | Path,
    count: int = 16,
    *,
    seed: int = 0,
    truncation: float = 1.0,
    device: str = "auto",
    plugins: Plugins | None = None,
) -> np.ndarray:
    """Pictures of a trained model, x_NCHW float32, sRGB in [0, 1], with 1, 3 or 4 channels.

    model: a file, the folder of a run, or a name (`gancraft models`). count: at least 1. seed: picture i of a seed is always
    the same. truncation: below 1 more typical pictures, less variety (Brock et al. 2019). device: auto, cpu, cuda, cuda:1 or
    mps. plugins: None finds them as the command line does. Raises UsageError where there is no such model, GancraftError
    where its plugin is missing.
    """
    from gancraft.latent.generate import pictures
    from gancraft.latent.source import find_model
    from gancraft.models import load_model

    if count < 1:
        raise UsageError(f"count {count}: must be at least 1")
    found = plugins or plugins_from_environment()
    loaded = load_model(find_model(Path(model), found).file, found)
    return pictures(loaded, seed, range(count), truncation=truncation, device=device)


def finished(run: Run) -> Finished:
    """Let a run do all its work, and return how it ended. Raises GancraftError with its problem where it ended by itself too
    early."""
    last: Event | None = None
    for last in run:  # noqa: B007 - the last one is wanted
        pass
    assert isinstance(last, Finished)
    if last.problem is not None:
        raise GancraftError(last.problem)
    return last


def _opened(source: str | Path | Picture) -> Picture:
    if isinstance(source, Picture):
        return source
    name = str(source)
    return open_sample(name.removeprefix(SAMPLE)) if name.startswith(SAMPLE) else open_picture(source)
