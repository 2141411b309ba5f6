"""All pictures of a source, prepared: from the cache if they are there, else opened one by one.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import dataclasses
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gancraft.errors import UsageError
from gancraft.pictures._files import shown
from gancraft.pictures.dataset.cache import Kept
from gancraft.pictures.dataset.notes import LEAST, Skipped, about
from gancraft.pictures.dataset.origin import Origin
from gancraft.pictures.dataset.picture_set import PictureSet, digests, fingerprint
from gancraft.pictures.dataset.prepare import Preparation, enlarged, is_grey, prepared
from gancraft.pictures.dataset.size import own_size
from gancraft.pictures.dataset.store import CannotKeep, MemoryStore, Store

Progress = Callable[[int, int], None] | None

_MOST_THREADS = 4  # each holds a whole picture as floats, and decoding takes turns


@dataclass(frozen=True)
class _Opened:
    """What became of a file: pixels or a problem."""

    x_CHW: np.ndarray | None = None
    grown: bool = False
    problem: str = ""


def build(source: str, origin: Origin, how: Preparation, cache: Path | None, progress: Progress) -> PictureSet:
    """The set, kept in the folder `cache` from then on. Raises UsageError where too few pictures can be read."""
    if cache is None:
        return _made(source, origin, how, None, progress)
    kept = Kept(cache, [origin.stamp, origin.label is not None, dataclasses.astuple(how)])
    found = kept.read(source)
    if found is not None:
        return found
    try:
        return _made(source, origin, how, kept, progress)
    except CannotKeep as problem:
        made = _made(source, origin, how, None, progress)
        note = f"the prepared pictures weren't kept in {shown(cache)} ({problem}): every run prepares them anew"
        return dataclasses.replace(made, notes=(*made.notes, note))


def _made(source: str, origin: Origin, how: Preparation, kept: Kept | None, progress: Progress) -> PictureSet:
    width, height = how.size or own_size(origin)
    depth = {"1": 1, "4": 4}.get(how.channels, 3)
    shape = (len(origin.names), depth, height, width)
    store: Store = MemoryStore(shape) if kept is None else kept.store(shape)
    try:
        numbers, grown, grey, skipped = [], 0, how.channels == "auto", Skipped()
        for number, opened in enumerate(_opened(origin, width, height, how)):
            if opened.x_CHW is None:
                skipped.add(origin.names[number], opened.problem)
            else:
                numbers.append(number)
                grown += opened.grown
                grey = grey and is_grey(opened.x_CHW)
                store.append(opened.x_CHW)
            if progress is not None:
                progress(number + 1, shape[0])
        _enough(origin, len(numbers), skipped)
        x_NCHW = store.finish(grey)
    finally:
        store.discard()
    labels_N, classes = _labels(origin, numbers)
    names = tuple(origin.names[number] for number in numbers)
    each = digests(x_NCHW)
    made = PictureSet(
        x_NCHW,
        labels_N,
        classes,
        names,
        source,
        fingerprint(x_NCHW, labels_N, each),
        (*origin.notes, *about(names, each, skipped, grown, (width, height))),
    )
    if kept is not None:
        kept.write(made)
    return made


def _enough(origin: Origin, readable: int, skipped: Skipped) -> None:
    total = len(origin.names)
    if not readable:
        raise UsageError(f"none of the {total:,} pictures in {origin.where} can be read; the first: {skipped.first}")
    if readable < LEAST:
        raise UsageError(
            f"{origin.where} holds {readable} readable {'picture' if readable == 1 else 'pictures'}: training needs at "
            f"least {LEAST}, and some thousands are better; add more"
        )


def _labels(origin: Origin, numbers: list[int]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Labels of the pictures that could be read; a class without any is no class."""
    if origin.label is None:
        return None, ()
    used, labels_N = np.unique([origin.label(number) for number in numbers], return_inverse=True)
    return labels_N.astype(np.int64), tuple(
        origin.classes[number] if number < len(origin.classes) else str(number) for number in used
    )


def _opened(origin: Origin, width: int, height: int, how: Preparation) -> Iterator[_Opened]:
    """Every picture in its order, whatever the number of threads."""

    def work(number: int) -> _Opened:
        try:
            picture = origin.open(number)
        except UsageError as problem:
            return _Opened(problem=str(problem))
        return _Opened(prepared(picture, width, height, how), enlarged(picture, width, height, how.fit))

    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    if threads == 1 or not origin.parallel:
        yield from map(work, range(len(origin.names)))
        return
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[_Opened]] = deque()
        try:
            for number in range(len(origin.names)):
                ahead.append(pool.submit(work, number))
                if len(ahead) >= 4 * threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
