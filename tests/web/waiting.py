"""Waiting for what another thread does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import gradio.routes
import pytest

PATIENCE = 60  # seconds after which something that should happen is taken for never


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def cancellation(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What is set once the page has cancelled the task of a job that was called off."""
    cancelled, cancel_tasks = threading.Event(), gradio.routes.cancel_tasks

    async def announced(ids: set[str]) -> Any:
        task = asyncio.ensure_future(cancel_tasks(ids))
        await asyncio.sleep(0)  # up to its first wait: by then the run's task is cancelled
        cancelled.set()
        return await task

    monkeypatch.setattr("gradio.routes.cancel_tasks", announced)
    return cancelled
