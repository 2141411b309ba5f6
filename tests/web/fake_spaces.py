"""What the package `spaces` does on a ZeroGPU Space, as far as a page can tell: a call is done by a forked worker, its arguments
and what it yields are pickled into pipes that never say they are full, an error that isn't Gradio's comes back as the name of its
class, closing sets a flag that the worker reads after its step. And torch says that there is a GPU where there is none. After `spaces.zero.wrappers` of version 0.51.3."""

from __future__ import annotations

import contextlib
import inspect
import multiprocessing
import pickle
import queue
import sys
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gradio as gr
import torch

FORK = multiprocessing.get_context("fork")
THERE_IS = torch.cuda.is_available


class Fake(types.ModuleType):
    """The module. durations: seconds that each call asked for; workers: the processes, in order."""

    def __init__(self, zero_gpu: bool = True) -> None:
        super().__init__("spaces")
        self.config = types.SimpleNamespace(Config=types.SimpleNamespace(zero_gpu=zero_gpu))
        self.durations: list[int] = []
        self.workers: list[Any] = []
        self.decorated: list[Callable[..., Any]] = []

    def GPU(self, *, duration: Callable[..., int]) -> Callable[..., Any]:
        def decorate(task: Callable[..., Any]) -> Callable[..., Any]:
            assert inspect.isgeneratorfunction(task)
            self.decorated.append(task)

            def call(*args: Any) -> Iterator[Any]:
                self.durations.append(duration(*args))
                yield from self._call(task, args)

            return call

        return decorate

    def _call(self, task: Callable[..., Any], args: tuple[Any, ...]) -> Iterator[Any]:
        sent, results, stop = FORK.SimpleQueue(), FORK.SimpleQueue(), FORK.Event()
        worker = FORK.Process(target=_work, args=(task, sent, results, stop), daemon=True)
        worker.start()
        self.workers.append(worker)
        sent.put(args)
        read: queue.Queue[tuple[str, Any]] = queue.Queue()

        def fill() -> None:
            while True:
                kind, value = results.get()
                read.put((kind, value))
                if kind != "ok":
                    return

        with ThreadPoolExecutor(1) as pool:
            pool.submit(fill)
            while True:
                kind, value = read.get()
                if kind == "error":
                    raise value if isinstance(value, gr.Error) else gr.Error(value)
                if kind == "end":
                    break
                try:
                    yield value
                except GeneratorExit:
                    stop.set()
                    raise


def _work(task: Callable[..., Any], sent: Any, results: Any, stop: Any) -> None:
    torch.cuda.is_available = THERE_IS
    args = sent.get()

    def iterate() -> None:
        run = task(*args)
        while True:
            try:
                value = next(run)
            except StopIteration:
                break
            except Exception as error:
                results.put(("error", error if isinstance(error, gr.Error) else type(error).__name__))
                return
            if stop.is_set():
                run.close()
                break
            try:
                results.put(("ok", value))
            except (pickle.PicklingError, AttributeError, TypeError):
                results.put(("error", "PicklingError"))
                return
        results.put(("end", None))

    thread = threading.Thread(target=iterate)
    thread.start()
    thread.join()


@contextlib.contextmanager
def installed(fake: Fake | None) -> Iterator[Any]:
    """`gancraft.web.gpu` as it is where this package is there; put back afterwards."""
    import importlib
    import os

    from gancraft.web import gpu

    before, variable = sys.modules.get("spaces"), os.environ.pop("TORCHDYNAMO_DISABLE", None)
    sys.modules["spaces"] = fake  # type: ignore[assignment]
    if fake is not None and fake.config.Config.zero_gpu:
        torch.cuda.is_available = lambda: True
    try:
        yield importlib.reload(gpu)
    finally:
        torch.cuda.is_available = THERE_IS
        del sys.modules["spaces"]
        os.environ.pop("TORCHDYNAMO_DISABLE", None)
        if before is not None:
            sys.modules["spaces"] = before
        if variable is not None:
            os.environ["TORCHDYNAMO_DISABLE"] = variable
        importlib.reload(gpu)
