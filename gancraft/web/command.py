"""The command line that paints the same picture on one's own computer."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping

from gancraft.options import Options, settings
from gancraft.pictures import Picture
from gancraft.style.choice import StyleChoice


def at_home(choice: StyleChoice, content: Picture, style: Picture) -> str:
    """`gancraft style cat.jpg --style mosaic.jpg …`, with what differs from the defaults and nothing else."""
    words = ["gancraft", "style", _input(content), _input(style), *_flags(choice.settings)]
    parts = [choice.settings, *choice.options.values()]
    names = Counter(setting.name for part in parts for setting in settings(type(part)))
    for part, options in choice.options.items():
        words += _flags(options, part, names)
    return shlex.join(words)


def _input(picture: Picture) -> str:
    """A bundled picture by its name, another by its file's."""
    return f"sample:{picture.sample}" if picture.sample is not None else picture.name


def _flags(options: Options, part: str = "", names: Mapping[str, int] | None = None) -> Iterator[str]:
    """What differs from the defaults. A name that several parts have is written with its part before it."""
    for setting in settings(type(options)):
        value = getattr(options, setting.name)
        if value == setting.default:
            continue
        prefix = f"{part}." if names is not None and names[setting.name] > 1 else ""
        if isinstance(value, bool):
            yield f"--{prefix}{'' if value else 'no-'}{setting.flag}"
        elif value is not None:
            yield f"--{prefix}{setting.flag}"
            yield ",".join(value) if isinstance(value, list) else str(value)
