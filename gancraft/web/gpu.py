"""Where the work is done: here, or on ZeroGPU in a process of its own that has the GPU for a while.

On a ZeroGPU Space the package `spaces` is there; it forks a worker for each call, and sends arguments and whatever is
yielded through a pipe. So a run is begun there, and only its events come back. In this process there is no GPU then, though
torch says that there is one.
"""

from __future__ import annotations

import contextlib
import math
import os
import platform
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from gancraft.events import Event, Finished, Preview, Run, Warned
from gancraft.web.errors import friendly
from gancraft.web.settings import EVERY

try:
    import spaces  # before torch touches CUDA
except ImportError:
    spaces = None

LONGEST = 90  # seconds of a GPU that one call may ask for; a visitor without an account has two minutes a day
START = 10  # of them until a new process has found the GPU and loaded its networks
RESERVE = 5  # before its time is over a run is stopped, so that what there is can be saved
OVER = "This page's time on the GPU is over. What there is is kept."


def zero_gpu() -> bool:
    """Whether work is sent to ZeroGPU. Elsewhere `spaces` changes nothing, so it isn't used."""
    return spaces is not None and bool(spaces.config.Config.zero_gpu)


def there() -> bool:
    """Whether a painting in many steps takes but seconds here. Told without torch, which takes seconds to load."""
    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return zero_gpu() or apple or Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None


def device() -> str:
    """The setting `device` of what is computed in this process, without `watch`."""
    return "cpu" if zero_gpu() else "auto"


def run_settings() -> dict[str, str]:
    """Settings of the engine's that every run needs here. ZeroGPU doesn't compile, and a run there is too short for a
    captured graph to earn what capturing costs."""
    return {"launch": "eager"} if zero_gpu() else {}


def events(
    start: Callable[[], Run], stop: Path, seconds: float, ends: float = math.inf
) -> Generator[Event, None, None]:
    """The events of the run that `start` makes. It is asked to stop as soon as the file `stop` is there: a sign that
    reaches another process too. seconds: how long it will take, about; ends: when by the clock it is asked to stop anyway."""
    run = start()
    try:
        for event in run:
            if time.monotonic() > ends and not run.stopping and not isinstance(event, Finished):
                run.stop()
                yield Warned(OVER)
            yield event
            if stop.exists():
                run.stop()
    finally:
        run.close()


def _in_worker(start: Callable[[], Run], stop: Path, seconds: float) -> Iterator[Event]:
    """The same in a worker of ZeroGPU's."""
    ends = time.monotonic() + _duration(start, stop, seconds) - RESERVE
    shown = -math.inf
    # Of errors that aren't Gradio's only the name of the class would get through the pipe.
    with friendly(), contextlib.closing(events(start, stop, seconds, ends)) as run:
        for event in run:
            # The pipe takes whatever it is given, and keeps it until somebody looks.
            if isinstance(event, Preview):
                if time.monotonic() - shown < EVERY:
                    continue
                shown = time.monotonic()
            yield event


def _duration(start: Callable[[], Run], stop: Path, seconds: float) -> int:
    """What a call asks for, found from its arguments: with less of it, it comes sooner in the queue."""
    return min(LONGEST, START + math.ceil(max(0.0, seconds)))


where_the_work_is: Callable[..., Any] = events
if zero_gpu():
    os.environ["TORCHDYNAMO_DISABLE"] = "1"  # nothing is compiled, whoever asks for it
    # While the page is imported: a ZeroGPU Space that finds no such function when it starts takes it for a mistake.
    where_the_work_is = spaces.GPU(duration=_duration)(_in_worker)
