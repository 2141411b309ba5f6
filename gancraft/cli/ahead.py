"""What a run will take, said before it starts; and whether to go on where that is long."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from gancraft.cli.inputs import Work
    from gancraft.style.choice import StyleChoice
    from gancraft.style.estimate import Estimate

LONG = 120.0  # seconds


def told(
    choice: StyleChoice, work: Work, quiet: bool = False, yes: bool = False, wanted: bool = False, count: int = 0
) -> Estimate | None:
    """Estimate painting the first picture, and say it on stderr, where it isn't over in seconds. A person at a terminal is
    asked whether to go on where all pictures take over two minutes. wanted: made though nothing is said. count:
    of paintings, where it isn't that of the pictures. None: not made.

    Raises typer.Exit where the answer is no.
    """
    from gancraft.style.estimate import estimate, is_short

    if quiet and not wanted:
        return None
    source, _ = work.pictures[0]
    try:
        picture = work.opened[source] = work.open(source)
        size = picture.width, picture.height
        found = None if is_short(choice, size) else estimate(choice, size, work.styles)
    except Exception:  # whatever it is, the run itself says it, and says it better
        return None
    if found is None or quiet:
        return found
    count = count or len(work.pictures)
    print(f"gancraft: {line(found, count)}", file=sys.stderr)
    asks = found.seconds * count > LONG and not yes and sys.stdin.isatty() and sys.stderr.isatty()
    if asks and not typer.confirm("Go on?", default=True, err=True):
        raise typer.Exit(130)
    return found


def line(found: Estimate, count: int = 1) -> str:
    """For people."""
    parts = [f"about {_time(found.seconds * count)}"]
    if count > 1:
        parts.append(f"for {count} paintings like the first")
    if found.bytes is not None:
        parts.append(f"and {found.bytes / 1e9:.1f} GB of memory")
    return " ".join(parts)


def compared(found: Estimate, seconds: float) -> dict[str, Any]:
    """The estimate, and beside it what it came to be."""
    return {
        "seconds": round(found.seconds, 1),
        "bytes": round(found.bytes) if found.bytes is not None else None,
        "actual_seconds": round(seconds, 1),
        "actual_bytes": _peak(),
    }


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds, -1 if seconds > 20 else 0)):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


def _peak() -> int | None:
    """Bytes that this process, or what it has on a GPU, had at most."""
    import torch

    if torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated()
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
