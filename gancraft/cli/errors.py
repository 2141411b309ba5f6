"""Errors as people see them: one line on stderr and an exit code."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from gancraft.errors import GancraftError


def debugging(argv: Sequence[str] = ()) -> bool:
    """Whether tracebacks are wanted."""
    return "--debug" in (argv or sys.argv) or os.environ.get("GANCRAFT_DEBUG") == "1"


def fail(error: GancraftError) -> int:
    """Print the error's one line; return its exit code."""
    print(f"gancraft: {' '.join(str(error).split())}", file=sys.stderr)
    return error.exit_code


def handled(body: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose GancraftErrors end in one line. What isn't one is a bug, and keeps its traceback."""

    @functools.wraps(body)
    def command(*args: Any, **kwargs: Any) -> Any:
        try:
            return body(*args, **kwargs)
        except GancraftError as error:
            if debugging():
                raise
            raise typer.Exit(fail(error)) from error

    return command
