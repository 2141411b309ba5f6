"""Beginning with a model that has learned something else: its weights, put into a session that is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.models import tensorfile
from gancraft.training.checkpoints import Checkpoints
from gancraft.training.choice import TrainChoice
from gancraft.training.session import Session
from gancraft.training.transfer import Ancestor, differences


@dataclass(frozen=True)
class Begun:
    """facts: what it came from, for run.json; title: the same in short; says: a line for people; new: why a network that
    judges starts new, "" where none does."""

    facts: Mapping[str, Any]
    title: str
    says: str
    new: str = ""


def begin_with(session: Session, choice: TrainChoice) -> Begun:
    """Put the weights of the choice's ancestor into a session that has seen nothing. Raises UsageError in one line where
    they don't fit, with the option that differs."""
    ancestor = choice.ancestor
    if ancestor is None:
        raise UsageError(f"--from {choice.settings.from_model}: this model isn't there any more; begin without it")
    header = ancestor.header
    if not session.trainable.repaints:  # those take pictures of any size
        _check_shape(ancestor, header.info.shape, session.trainable.plan.shape)
    tensors, stage = _tensors(ancestor, session.trainable.sampler, header.info.stage)
    now = choice.to_dict()
    judges = [name for name in session.networks if name != session.trainable.sampler]
    new = _why_new(ancestor, judges, tensors, now)
    if new:
        if getattr(choice.options.get("gan"), "freeze", 0):
            raise UsageError(f"--freeze: {new}, so that there is nothing to keep; leave --freeze out")
        tensors = {key: value for key, value in tensors.items() if key.split("/")[1] not in judges}
    try:
        session.inherit(tensors, stage)
    except (RuntimeError, ValueError, IndexError) as error:
        changed = differences(ancestor.options, now, ("generator", "method"))
        why = "; ".join(changed[:3]) or f"{header.info.kind} {header.info.name} isn't what it was when this was trained"
        raise UsageError(f"--from {ancestor.word}: its weights don't fit ({why})") from error
    seen = header.info.training.get("pictures")
    title = f"{ancestor.word} ({header.fingerprint})"
    after = f", which had seen {seen:,} pictures" if isinstance(seen, int) else ""
    taken = [session.trainable.sampler, *([] if new else judges)]
    says = f"begins with the {' and the '.join(taken)} of {ancestor.word}{after}"
    facts = {"model": ancestor.word, "fingerprint": header.fingerprint, "pictures": seen, "networks": taken}
    return Begun(facts, title, says, new)


def _tensors(ancestor: Ancestor, sampler: str, stage: int) -> tuple[dict[str, Tensor], int]:
    """By the names of a checkpoint, and the stage they are of: those of the run's last one, else of the model alone."""
    if ancestor.folder is not None and (folder := ancestor.folder / "checkpoints").is_dir():
        checkpoint, _ = Checkpoints(folder, 1).latest()
        if checkpoint is not None:
            kept = {k: v for k, v in checkpoint.tensors.items() if k.startswith(("average/", "network/"))}
            return kept, int(checkpoint.header["counters"]["stage"])
    model = tensorfile.read(ancestor.file, "model")[1]
    model = {name: value.float() if value.is_floating_point() else value for name, value in model.items()}
    names = ("average", f"network/{sampler}")
    return {f"{place}/{name}": value for place in names for name, value in model.items()}, stage


def _why_new(ancestor: Ancestor, judges: list[str], tensors: Mapping[str, Tensor], now: Mapping[str, Any]) -> str:
    """Why networks beside the sampler can't be taken over; "" where they can, or there are none."""
    named = " and the ".join(judges)
    missing = [name for name in judges if not any(key.startswith(f"network/{name}/") for key in tensors)]
    if missing:
        return f"the {named} starts new, as {ancestor.word} has none"
    before = ancestor.options
    role = before.get("train", {}).get("discriminator"), now["train"].get("discriminator")
    changed = differences(before, now, ("discriminator",))
    if role[0] != role[1]:
        changed = [f"--discriminator was {role[0] or 'not set'}, now {role[1] or 'not set'}"]
    bound = [values.get("gan", {}).get("spectral_norm") for values in (before, now)]
    if bound[0] != bound[1]:
        changed.append(f"--spectral-norm was {bound[0]}, now {bound[1]}")
    return f"the {named} starts new ({'; '.join(changed[:3])})" if changed else ""


def _check_shape(ancestor: Ancestor, was: DataShape, now: DataShape) -> None:
    if (was.channels, was.height, was.width) != (now.channels, now.height, now.width):
        raise UsageError(
            f"--from {ancestor.word}: it makes {was}, and these pictures are {now}; leave --size and --channels out"
        )
    if was.classes != now.classes:
        had, have = (f"{n} classes" if n else "no classes" for n in (was.classes, now.classes))
        what = "leave --labels out" if not was.classes else "give pictures in as many folders, with --labels"
        raise UsageError(f"--from {ancestor.word}: it has {had}, and these pictures have {have}: {what}")
