"""Pictures of a model by what a person calls them: seeds, numbers of a sheet, and files of codes."""

from __future__ import annotations

from pathlib import Path

import torch

from gancraft.errors import UsageError
from gancraft.latent.codes import Codes, load_codes, seeded, styled
from gancraft.models import Model

MOST = 100  # pictures that one option may name
_DIGITS = 18  # of a seed or number


def named(model: Model, text: str, option: str, label: int | None = None) -> tuple[Codes, list[str]]:
    """The pictures that `text` names, with a short title for each.

    text: words with commas between them. `7` is the first picture of seed 7, `7:3` its picture 3 (counted from 0, as on the
    sheet of `gancraft sample`); a file of codes is all of its pictures, `FILE:2` its picture 2. If any of them is given by
    its styles, all are. label: the class of pictures of seeds; None: each class in turn, by their numbers. Raises UsageError
    with `option` for a word that is neither, GancraftError for a file that isn't codes of this model.
    """
    found: list[Codes] = []
    titles: list[str] = []
    for word in (word.strip() for word in text.split(",")):
        if not word:
            continue
        codes, names = _one(model, word, option, label)
        found.append(codes)
        titles += names
    if not found:
        raise UsageError(f"{option} '{text}': names no picture; give seeds such as 3,17, or files of codes")
    if len(titles) > MOST:
        raise UsageError(f"{option}: {len(titles)} pictures are too many; {MOST} are the most")
    return joined(model, found), titles


def joined(model: Model, parts: list[Codes]) -> Codes:
    """All of them, by styles if any of them is."""
    if any(codes.space == "w" for codes in parts):
        parts = [styled(model, codes) for codes in parts]
    labels = [codes.labels_N for codes in parts if codes.labels_N is not None]
    labels_N = torch.cat(labels) if len(labels) == len(parts) else None
    return Codes(parts[0].space, torch.cat([codes.values for codes in parts]), labels_N)


def _one(model: Model, word: str, option: str, label: int | None) -> tuple[Codes, list[str]]:
    name, colon, tail = word.rpartition(":")
    number = int(tail) if colon and name and _whole(tail) else None
    if _whole(word):
        return seeded(model, int(word), [0], label), [f"seed {int(word)}"]
    if number is not None and _whole(name):
        return seeded(model, int(name), [number], label), [f"{int(name)}:{number}"]
    file = Path(word)
    if number is not None and not file.exists():
        file = Path(name)
    else:
        number = None
    if not file.is_file():
        raise UsageError(
            f"{option} {word}: is neither a seed, nor a picture of one (7:3), nor a file of codes that is there"
        )
    codes = load_codes(file, model)
    if number is None:
        several = len(codes) > 1
        return codes, [f"{file.stem}:{place}" if several else file.stem for place in range(len(codes))]
    if number >= len(codes):
        raise UsageError(f"{option} {word}: {file} holds {len(codes)} pictures; they are counted from 0")
    return codes[[number]], [f"{file.stem}:{number}"]


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS
