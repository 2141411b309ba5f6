"""Started by torchrun: trains several plugins, one after the other, as `gancraft train` would, and writes what each process
came to. Arguments: the folder for that, and a JSON list of [name, arguments of `gancraft`]."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path

import torch.distributed

from gancraft.cli.main import main
from gancraft.models.tensorfile import digest
from tests.training import engine_helpers as engine


def run(name: str, arguments: list[str], out: Path) -> None:
    talk = io.StringIO()
    with (
        engine.sessions() as made,
        engine.recorded() as steps,
        contextlib.redirect_stderr(talk),
        contextlib.redirect_stdout(talk),
    ):
        try:
            main(arguments)
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    tensors = made[-1].tensors() if made else {}
    result = {
        "code": code,
        "said": talk.getvalue(),
        "steps": steps[:40],
        "state": {key: float(value) for key, value in (made[-1].state if made else {}).items() if value.dim() == 0},
        "digest": digest({key: value for key, value in tensors.items() if not key.startswith(("meter/", "random/"))}),
    }
    (out / f"{name}.{os.environ.get('RANK', '0')}.json").write_text(json.dumps(result))


if __name__ == "__main__":
    for name, arguments in json.loads(sys.argv[2]):
        run(name, arguments, Path(sys.argv[1]))
    # Straight out: while Python takes a process apart, threads of its group may still be at work, and abort it.
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    os._exit(0)
