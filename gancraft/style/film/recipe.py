"""The recipe of a film, carried in it: as a comment, or as pictures carry theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from PIL import Image

from gancraft.errors import GancraftError, UsageError
from gancraft.pictures import read_recipe
from gancraft.pictures.recipe import KEY, parsed_recipe
from gancraft.style.film.probe import is_animated_picture


def read_film_recipe(path: Path) -> dict[str, Any]:
    """The recipe in a film. Raises UsageError where it can't be read, GancraftError where it holds none."""
    try:
        if not is_animated_picture(path):
            with av.open(str(path), metadata_errors="replace") as container:
                notes = {name.lower(): text for name, text in container.metadata.items()}
            text = notes.get("comment", "")
        else:
            with Image.open(path, formats=("GIF", "WEBP", "PNG")) as image:
                if image.format != "GIF":
                    return read_recipe(path)
                text = bytes(image.info.get("comment", b"")).decode("ascii", "replace")
    except (av.FFmpegError, OSError) as error:
        raise UsageError(f"{path} can't be read ({getattr(error, 'strerror', None) or error})") from error
    if not text.startswith(f"{KEY} "):
        raise GancraftError(
            f"{path} holds no gancraft recipe: give a film as it was saved (editors and messengers drop it)"
        )
    return parsed_recipe(text.removeprefix(f"{KEY} "), str(path))
