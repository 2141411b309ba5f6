"""Which pictures a visitor means: numbers of the sheet, and what they made further down, kept for this visit.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gancraft.errors import UsageError
from gancraft.web import gpu
from gancraft.web.generate.models import Opened
from gancraft.web.turns import TURNS

if TYPE_CHECKING:
    from gancraft.latent.codes import Codes

MOVED, PHOTO = "moved", "photo"  # names of what may be kept
WORDS = (MOVED, PHOTO)
MOST = 50  # stops of a film
# Of the visit: the model's fingerprint and the codes of one picture, by name.
Kept = Mapping[str, "tuple[str, Codes]"]


def stop_words(text: str) -> list[str]:
    """Numbers of pictures, or names of kept ones, out of `3,17,photo`. Raises UsageError."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if len(words) < 2 or not all(word in WORDS or (word.isdecimal() and len(word) < 10) for word in words):
        raise UsageError(f"'{text}': give two numbers of pictures or more, such as 3,17,20")
    if len(words) > MOST:
        raise UsageError(f"{len(words)} stops are too many; {MOST} are the most")
    return [word if word in WORDS else str(int(word)) for word in words]


def numbers(words: Sequence[str]) -> list[int]:
    """Those of the words that are numbers."""
    return [int(word) for word in words if word not in WORDS]


def with_stop(through: str, word: str) -> str:
    """The stops with one more: a film is about the pictures that were chosen last."""
    before = [known.strip() for known in through.split(",") if known.strip()]
    kept = before[1:] if len(before) > 1 else before
    return through if before[-1:] == [word] else ",".join([*kept, word])


def codes_of(opened: Opened, seed: int, words: Sequence[str], label: int | None, kept: Kept | None) -> Codes:
    """Codes of these pictures. label: class of numbered ones. Raises UsageError for a name of which nothing was kept."""
    from gancraft.latent.codes import seeded
    from gancraft.latent.named import joined

    parts = []
    for word in words:
        if word in WORDS:
            fingerprint, codes = (kept or {}).get(word, ("", None))
            if codes is None or fingerprint != opened.model.fingerprint:
                raise UsageError(f"'{word}': there is no such picture of this model yet; make it further down first")
            parts.append(codes)
        else:
            parts.append(seeded(opened.model, seed, [int(word)], label))
    return joined(opened.model, parts)


def title(word: str) -> str:
    """What a stop is called."""
    return {MOVED: "the moved one", PHOTO: "your photo"}.get(word, f"picture {word}")


def drawn(opened: Opened, codes: Codes, truncation: float) -> np.ndarray:
    """Pictures of codes, x_NCHW in [0, 1], a batch a turn."""
    from gancraft.latent.generate import draw

    parts = []
    for start in range(0, len(codes), opened.batch):
        with TURNS.turn():
            part = codes[start : start + opened.batch]
            parts += [x_NCHW.numpy() for x_NCHW in draw(opened.model, part, truncation, device=gpu.device())]
    return np.concatenate(parts)
