"""The command line that paints the same picture on one's own computer."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from gancraft.options import Options, settings
from gancraft.pictures import Picture
from gancraft.style.choice import StyleChoice


def at_home(
    choice: StyleChoice,
    content: str,
    styles: Sequence[tuple[str, float]],
    more: Sequence[str] = (),
    without: Collection[str] = (),
) -> str:
    """`gancraft style cat.jpg mosaic.jpg …`, with what differs from the defaults and nothing else.

    content, styles: as `source` has them, styles with weights; more: flags of further inputs; without: settings of this
    computer's, which another doesn't need.
    """
    words = ["gancraft", "style", content]
    if len(styles) == 1:
        words.append(styles[0][0])
    else:
        words += [word for name, weight in styles for word in ("--style", _weighted(name, weight))]
    words += [*more, *flags(choice.settings, without=without)]
    parts = [choice.settings, *choice.options.values()]
    names = Counter(setting.name for part in parts for setting in settings(type(part)))
    for part, options in choice.options.items():
        words += flags(options, part, names)
    return shlex.join(words)


def source(picture: Picture) -> str:
    """How the command line is told of a picture: a bundled one by its name, another by its file's."""
    if picture.sample is not None:
        return f"sample:{picture.sample}"
    return f"./{picture.name}" if picture.name.startswith("-") else picture.name


def _weighted(name: str, weight: float) -> str:
    """`cat.jpg:0.5`; a weight of 1 only where the name's own end would be read as one."""
    return f"{name}:{weight:g}" if weight != 1 or re.search(r":[\d.]+$", name) else name


def flags(
    options: Options,
    part: str = "",
    names: Mapping[str, int] | None = None,
    without: Collection[str] = (),
    usual: Options | None = None,
) -> Iterator[str]:
    """What differs from `usual`, the defaults if None. A name that several parts have is written with its part before it."""
    for setting in settings(type(options)):
        value = getattr(options, setting.name)
        if value == (setting.default if usual is None else getattr(usual, setting.name)) or setting.name in without:
            continue
        prefix = f"{part}." if names is not None and names[setting.name] > 1 else ""
        if isinstance(value, bool):
            yield f"--{prefix}{'' if value else 'no-'}{setting.flag}"
        elif value is not None:
            yield f"--{prefix}{setting.flag}"
            yield ",".join(value) if isinstance(value, list) else str(value)
        elif usual is not None:  # a flag can't say that there is none
            yield from ("--set", f"{part}.{setting.name}=".lstrip("."))
