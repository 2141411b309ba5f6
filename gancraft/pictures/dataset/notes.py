"""What people should know about their pictures, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 8  # pictures; fewer teach nothing
_MEMORISED = 500  # below so many a GAN soon knows every picture by heart
_NAMED = 3


class Skipped:
    """Files that can't be read: how many, the first names, and what the first one's problem is."""

    def __init__(self) -> None:
        self.count, self.first = 0, ""
        self.names: list[str] = []

    def add(self, name: str, problem: str) -> None:
        """One more."""
        self.count += 1
        self.first = self.first or problem
        if len(self.names) < _NAMED:
            self.names.append(name)


def about(
    names: Sequence[str], digests_N: Sequence[bytes], skipped: Skipped, grown: int, size: tuple[int, int]
) -> list[str]:
    """Sentences about the pictures that are left, `grown` of which had to be enlarged to `size`."""
    notes = []
    total = len(names)
    if skipped.count:
        named = ", ".join(skipped.names) + (" …" if skipped.count > _NAMED else "")
        notes.append(
            f"{_pictures(skipped.count)} can't be read and {_be(skipped.count)} left out: {named} ({skipped.first})"
        )
    if grown:
        who = f"all {_pictures(grown)}" if grown == total else _pictures(grown)
        notes.append(f"{who} {_be(grown, 'is', 'are')} smaller than {size[0]}x{size[1]} and {_be(grown)} enlarged")
    if copies := _copies(names, digests_N):
        again, original = copies[0]
        notes.append(
            f"{_pictures(len(copies))} {_be(len(copies), 'is an exact copy', 'are exact copies')} of another, such as "
            f"{again} of {original}; kept, but a picture that comes twice counts twice"
        )
    if total < _MEMORISED:
        notes.append(
            f"only {_pictures(total)}: a GAN soon copies so small a set instead of learning from it; "
            f"{_MEMORISED} or more are better"
        )
    return notes


def _copies(names: Sequence[str], digests_N: Sequence[bytes]) -> list[tuple[str, str]]:
    """(copy, original) for each picture that equals an earlier one."""
    first: dict[bytes, str] = {}
    found = []
    for name, digest in zip(names, digests_N, strict=True):
        original = first.setdefault(digest, name)
        if original is not name:
            found.append((name, original))
    return found


def _pictures(count: int) -> str:
    return f"{count:,} picture" + ("" if count == 1 else "s")


def _be(count: int, one: str = "was", many: str = "were") -> str:
    return one if count == 1 else many
