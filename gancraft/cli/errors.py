"""Errors as people see them: one line on stderr and an exit code."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from gancraft.errors import GancraftError
from gancraft.plugins.catalogue import readable
from gancraft.plugins.find import plugin_at_fault


def debugging(argv: Sequence[str] = ()) -> bool:
    """Whether tracebacks are wanted."""
    return "--debug" in (argv or sys.argv) or os.environ.get("GANCRAFT_DEBUG") == "1"


def fail(error: BaseException) -> int:
    """Print the error's one line; return its exit code. What isn't a GancraftError is a bug, here or in a plugin."""
    text = printable(readable(error))
    if isinstance(error, GancraftError):
        print(f"gancraft: {text}", file=sys.stderr)
        return error.exit_code
    name, plugin = type(error).__name__, plugin_at_fault(error)
    whose = f"a bug of plugin '{plugin}'" if plugin else "a bug"
    print(f"gancraft: {name}{': ' if text else ''}{text} ({whose}; --debug shows where it is)", file=sys.stderr)
    return 1


def printable(text: str) -> str:
    """Text out of files for a terminal, which control characters could make do anything."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def handled(body: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose errors end in one line; with --debug they keep their traceback."""

    @functools.wraps(body)
    def command(*args: Any, **kwargs: Any) -> Any:
        try:
            return body(*args, **kwargs)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if debugging():
                raise
            raise typer.Exit(fail(error)) from error

    return command
