"""The command line that trains the same on one's own computer."""

from __future__ import annotations

import shlex
from collections import Counter

from gancraft.options import settings
from gancraft.training.choice import TrainChoice
from gancraft.web.command import flags
from gancraft.web.train.fields import METHOD


def train_at_home(choice: TrainChoice, usual: TrainChoice, source: str) -> str:
    """`gancraft train cats.zip --plugin … --pictures 100000`, with what differs from `usual`, that which the method does by
    itself, and nothing else."""
    words = ["gancraft", "train", source, "--plugin", choice.method.name]
    for role in choice.roles:
        if (name := getattr(choice.settings, role)) is not None:
            words += [f"--{role}", name]
    words += flags(choice.settings, usual=usual.settings)
    parts = [choice.settings, *choice.options.values()]
    names = Counter(setting.name for part in parts for setting in settings(type(part)))
    for part, options in choice.options.items():
        if part in (*choice.roles, METHOD):  # a plugin's: it may be called like a flag of the command
            names.update(list(type(options).model_fields))
        words += flags(options, part, names, usual=usual.options[part])
    return shlex.join(words)
