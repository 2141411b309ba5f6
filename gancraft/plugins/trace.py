"""What hooks are called and what comes of it, one line each: for a plugin's author who wonders why nothing is there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import pluggy

from gancraft.plugins.catalogue import PluginInfo, Registered, one_line


class Trace:
    """Writes a line for every hook that a plugin implements: its name, what it registered, and how long that took."""

    def __init__(self, stream: TextIO):
        self.stream = stream
        self._info: PluginInfo | None = None
        self._made: list[str] = []
        self._began = 0.0

    def watch(self, manager: pluggy.PluginManager) -> None:
        """Be told of the calls of this manager from now on."""
        manager.add_hookcall_monitoring(self._before, self._after)

    def about(self, info: PluginInfo) -> None:
        """The plugin whose hooks are called next."""
        self._info = info

    def registered(self, entry: Registered) -> None:
        """What the hook that runs has just brought."""
        self._made.append(f"{entry.kind} {entry.name}")

    def _before(self, hook: str, implementations: Sequence[pluggy.HookImpl], arguments: Mapping[str, Any]) -> None:
        self._made, self._began = [], time.perf_counter()

    def _after(
        self,
        outcome: pluggy.Result[Any],
        hook: str,
        implementations: Sequence[pluggy.HookImpl],
        arguments: Mapping[str, Any],
    ) -> None:
        if not implementations:
            return
        milliseconds = 1000 * (time.perf_counter() - self._began)
        what = f"registered {', '.join(self._made) or 'nothing'}"
        if outcome.exception is not None:
            what = f"failed: {one_line(outcome.exception)}"
        print(f"gancraft trace: {self._info}: {hook} {what}, {milliseconds:.1f} ms", file=self.stream)
