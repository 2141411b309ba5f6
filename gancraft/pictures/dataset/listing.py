"""Which pictures of a folder or an archive belong to the set, in which order, and of which class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gancraft.errors import UsageError
from gancraft.pictures._files import shown
from gancraft.pictures.folder import natural

_NAMED = 3
_SYSTEM = {"thumbs.db", "desktop.ini"}  # what Windows leaves in folders of pictures


@dataclass(frozen=True)
class Chosen:
    """names: paths in the folder, "/" between parts; label: number of a picture's class."""

    names: list[str]
    label: Callable[[int], int] | None
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def choose(names: Sequence[str], labels: bool, where: str) -> Chosen:
    """Sort paths as people count (2.png before 10.png); with labels their first folders are the classes.

    Raises UsageError, naming `where`, if there are none, or labels are asked for and there are no folders.
    """
    if not names:
        raise UsageError(f"{where} holds no pictures (.jpg, .png, .webp …), nor do folders in it: name another")
    ordered = sorted(names, key=lambda name: [natural(part) for part in name.split("/")])
    if not labels:
        return Chosen(ordered, None, (), ())
    sorted_in = [name for name in ordered if "/" in name]
    if not sorted_in:
        raise UsageError(
            f"{where} has no folders of pictures in it to take as classes: make one a class, or leave --labels out"
        )
    firsts = [name.partition("/")[0] for name in sorted_in]
    classes = list(dict.fromkeys(firsts))
    numbers = {name: number for number, name in enumerate(classes)}
    left = len(ordered) - len(sorted_in)
    notes = (f"{left:,} pictures outside of the classes' folders were left out",) if left else ()
    return Chosen(
        sorted_in,
        lambda number: numbers[firsts[number]],
        tuple(shown(name) for name in classes),
        notes,
    )


def left_out(names: Sequence[str]) -> tuple[str, ...]:
    """A note about files that are no pictures by their names, if there are any worth a word."""
    found = [name for name in names if name.rpartition("/")[2].casefold() not in _SYSTEM]
    if not found:
        return ()
    named = ", ".join(shown(name) for name in found[:_NAMED]) + (" …" if len(found) > _NAMED else "")
    many = "1 file is no picture and was" if len(found) == 1 else f"{len(found):,} files are no pictures and were"
    return (f"{many} left out: {named}",)
