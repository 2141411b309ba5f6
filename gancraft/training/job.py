"""From a choice and a source of pictures to a run that trains in a folder, new or going on."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from gancraft.compute import Compute, choose
from gancraft.errors import GancraftError, UsageError
from gancraft.events import Event, Finished, Progress, Run, Started, Warned
from gancraft.interfaces import Plan
from gancraft.pictures.dataset import PictureSet, default_cache, open_set
from gancraft.training import ranks as processes
from gancraft.training.checkpoints import Checkpoint, Checkpoints
from gancraft.training.choice import TrainChoice
from gancraft.training.describe import description
from gancraft.training.folder import RunFolder
from gancraft.training.look import Observer
from gancraft.training.look_repainted import RepaintObserver
from gancraft.training.observing import Observing
from gancraft.training.own_random import OwnRandom
from gancraft.training.ranks import Ranks
from gancraft.training.resume import changed
from gancraft.training.session import Session, parts_of
from gancraft.training.settings import DataOptions, LearnOptions
from gancraft.training.trainer import OutOfMemory, Trainer
from gancraft.training.transfer_weights import begin_with

FIRST = 8  # rounds in which running out of memory means that the batch is too large
HELD_OUT = 20  # pictures at least, or none is held out: fewer tell nothing


def train(choice: TrainChoice, source: str, folder: str | Path, *, command: str = "") -> Run:
    """Train on the pictures of `source` in `folder`; where that holds a run with the same settings, go on with it.

    source: a folder, a .zip, `torchvision:NAME` or `sample:NAME` (see `gancraft.pictures.dataset`). command: how a person
    would repeat it, for run.json. The run ends with `Finished`, whose facts hold the verdict on its health. Raises
    GancraftError, while it is iterated, where something can't be used or doesn't fit.
    """
    return Run(lambda run: _events(choice, source, Path(folder), command, run))


def _events(choice: TrainChoice, source: str, path: Path, command: str, run: Run) -> Iterator[Event]:
    ranks, device = processes.join(choice.settings.device)
    compute = choose(device, choice.settings.precision, choice.settings.launch)
    folder = RunFolder(path, writes=ranks.main)
    folder.open()
    own = OwnRandom()
    try:
        with compute.training():
            own.enter()
            for event in _trained(choice, source, folder, command, run, ranks, compute):
                own.leave()
                if ranks.main or isinstance(event, Finished):
                    yield event
                own.enter()
    finally:
        own.leave()
        folder.close()
        compute.release()


def _trained(
    choice: TrainChoice, source: str, folder: RunFolder, command: str, run: Run, ranks: Ranks, compute: Compute
) -> Iterator[Event]:
    before = folder.description()
    where, settings = f"--run {folder.path}", choice.to_dict()
    differing = changed(before["options"], settings, where, choice.defaults()) if before is not None else {}
    data = yield from _opened(choice, source, ranks)
    rows, held_out = split(len(data), choice)
    plan = Plan(data.shape, choice.settings.pictures, choice.settings.batch, len(rows))
    if before is not None:
        choice.check(before, where)
    if before is not None and before["data"]["fingerprint"] != data.fingerprint:
        raise UsageError(
            f"{source}: its pictures are not those that the run in {folder.path} began with; give another --run"
        )
    if before is None and _found(choice, folder)[0] is not None:
        raise UsageError(f"--run {folder.path}: holds checkpoints of a run, but no run.json; name another folder")
    accumulate = choice.settings.accumulate
    while True:
        checkpoint, problems = _found(choice, folder)
        session = _session(choice, plan, data, rows, compute, ranks, accumulate)
        yield Progress(0, plan.pictures)
        begun = None
        if checkpoint is None and choice.settings.from_model is not None:
            begun = begin_with(session, choice)
        told = description(choice, source, data, len(held_out), session, compute, command, before, begun)
        trainer = Trainer(
            session,
            _observer(session, data, rows, held_out, choice.settings.seed),
            choice,
            folder,
            ranks,
            facts=_facts(choice, source, told),
            classes=data.classes,
        )
        if checkpoint is not None:
            trainer.restore(checkpoint.header, checkpoint.tensors)
            yield from _resumed(checkpoint, problems, session, ranks)
            told["resumes"] = [*told["resumes"], {"pictures": session.pictures, "changed": differing}]
            del checkpoint  # as large as the run itself
        else:
            folder.forget_after(-1)
        folder.describe(told)
        yield Started(plan.pictures, _summary(choice, data, session, compute, ranks))
        for code, notes in (("plugin", choice.warnings), ("data", data.notes)):
            for note in notes:
                yield Warned(note, code)
        if begun is not None:
            yield Warned("; ".join(filter(None, (begun.says, begun.new))), "from")
        try:
            yield from trainer.events(run)
            return
        except OutOfMemory as error:
            at_once = error.pictures < FIRST * session.batch
        # Out here the error is gone, and with it the frames that hold what filled the memory.
        del session, trainer
        compute.release()
        if not at_once and not choice.settings.fit_batch:
            raise GancraftError(f"out of memory on {compute.name}: go on from the last checkpoint with --fit-batch")
        local = ranks.share(choice.settings.batch)
        if parts_of(local, accumulate) == local:
            raise _no_room(compute)
        accumulate = parts_of(local, 2 * accumulate)
        if choice.settings.fit_batch:
            yield Warned(f"out of memory: the batch is computed in {accumulate} parts from here on", "memory")
            continue
        fits = _fitting(choice, plan, data, rows, compute, ranks, accumulate)
        raise GancraftError(
            f"--batch {choice.settings.batch}: out of memory on {compute.name}; --batch {plan.batch // fits} fits, "
            f"or the same batch in parts: --accumulate {fits} (--fit-batch does that by itself)"
        )


def _observer(session: Session, *about: Any) -> Observing:
    return RepaintObserver(session, *about) if session.trainable.repaints else Observer(session, *about)


def _facts(choice: TrainChoice, source: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the model's file says of the run. told: run.json."""
    facts = {"method": choice.method.name, "data": _name(source), "seed": choice.settings.seed, **choice.told()}
    if (begun := told["from"]) is not None:
        facts["from"] = f"{_name(begun['model'])} ({begun['fingerprint']})"
    return facts


def _name(source: str) -> str:
    """What a model's file says of its data: not where on somebody's disk it lay."""
    return source if re.match(r"(sample|torchvision):", source) else Path(source).name


def split(count: int, choice: TrainChoice) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the pictures to train on, and of those held out; by the seed."""
    options = cast(DataOptions, choice.options["data"])
    held = int(options.hold_out * count)
    if held < HELD_OUT:
        held = 0
    order = np.random.default_rng([choice.settings.seed, 0, 2]).permutation(count)
    return np.sort(order[held:]), np.sort(order[:held])


def _opened(choice: TrainChoice, source: str, ranks: Ranks) -> Generator[Event, None, PictureSet]:
    """The set, read in a thread so that a front end isn't left without a sign. One process after the main one, which
    fills the cache."""
    options = cast(DataOptions, choice.options["data"])
    arguments: dict[str, Any] = {
        "size": choice.settings.size,
        "channels": options.channels,
        "fit": options.fit,
        "background": options.background,
        "labels": options.labels,
        "max_megapixels": options.max_megapixels,
        "cache": default_cache(),
    }
    if not ranks.main:
        ranks.told(None)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_read, source, **arguments)
        while not reading.done():
            with contextlib.suppress(TimeoutError):
                reading.exception(timeout=0.3)
            yield Progress(0, choice.settings.pictures)
    if ranks.main:
        ranks.told(None)
    return reading.result()


def _read(source: str, **arguments: Any) -> PictureSet:
    data = open_set(source, **arguments)
    import torch._dynamo  # noqa: F401 - optimisers import it when they are made: a second without a sign

    return data


def _session(
    choice: TrainChoice,
    plan: Plan,
    data: PictureSet,
    rows: np.ndarray,
    compute: Compute,
    ranks: Ranks,
    accumulate: int,
) -> Session:
    options = cast(DataOptions, choice.options["data"])
    return Session(
        choice.make(plan),
        (data.x_NCHW, data.labels_N, rows),
        compute=compute,
        ranks=ranks,
        seed=choice.settings.seed,
        flip=options.flip,
        accumulate=accumulate,
        learn=cast(LearnOptions, choice.options["learn"]),
    )


def _fitting(
    choice: TrainChoice,
    plan: Plan,
    data: PictureSet,
    rows: np.ndarray,
    compute: Compute,
    ranks: Ranks,
    accumulate: int,
) -> int:
    """In how many parts a batch fits, found by trying a round."""
    local = ranks.share(plan.batch)
    while True:
        try:
            _session(choice, plan, data, rows, compute, ranks, accumulate).round()
            return accumulate
        except torch.OutOfMemoryError:
            if accumulate == local:
                raise _no_room(compute) from None
        compute.release()
        accumulate = parts_of(local, 2 * accumulate)


def _no_room(compute: Compute) -> GancraftError:
    return GancraftError(f"out of memory on {compute.name} with a single picture: choose a smaller --size or network")


def _found(choice: TrainChoice, folder: RunFolder) -> tuple[Checkpoint | None, list[str]]:
    """The checkpoint to go on from. Raises UsageError where it is another run's."""
    if not folder.checkpoints.is_dir():  # other processes come before the main one has made it
        return None, []
    checkpoint, problems = Checkpoints(folder.checkpoints, 1).latest()
    if checkpoint is not None:
        changed(checkpoint.header.get("options", {}), choice.to_dict(), str(checkpoint.path))
    return checkpoint, problems


def _resumed(checkpoint: Checkpoint, problems: list[str], session: Session, ranks: Ranks) -> Iterator[Event]:
    for problem in problems:
        yield Warned(problem, "checkpoint")
    seen, total = session.pictures, session.trainable.plan.pictures
    if seen >= total:
        yield Warned(
            f"{seen:,} of {total:,} pictures have been seen: nothing is left to do; a larger --pictures goes on",
            "resumed",
        )
    else:
        yield Warned(f"going on at {seen:,} pictures seen", "resumed")
    if checkpoint.header["world"] != ranks.world:
        yield Warned(
            f"begun with {checkpoint.header['world']} processes, going on with {ranks.world}: not the same to the last bit",
            "ranks",
        )


def _summary(choice: TrainChoice, data: PictureSet, session: Session, compute: Compute, ranks: Ranks) -> str:
    several = f", {ranks.world} processes" if ranks.world > 1 else ""
    return (
        f"training {choice.method.name} on {len(data):,} pictures of {data.shape}, "
        f"{choice.settings.pictures:,} to be seen, batch {choice.settings.batch}; {compute.name}{several}"
    )
