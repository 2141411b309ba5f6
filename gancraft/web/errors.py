"""What a visitor is told when something goes wrong: one friendly line. The traceback stays in the server's log."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator

import gradio as gr
from pydantic import ValidationError

from gancraft.errors import GancraftError

LOG = logging.getLogger("gancraft.web")
OURS = "Something went wrong on the server; what it was is in its log. Try again, or with other settings."
SHORT_OF_MEMORY = "The server is short of memory just now. Try again, with something smaller."
LONGEST = 300  # characters of a message
# A file's whole path, with a folder at least: `/…`, `~/…`, `C:\…`, `\\…`, `file:///…`. Not all that has slashes: URLs, dates,
# ratios, "before/after".
_NAME = r"[^\s\\/:'\"<>|]+"
_PLACE = re.compile(rf"(?:file://(?=/)|(?<![\w.\]\\/]))(?:~?/|[A-Za-z]:[\\/]|\\\\)(?:({_NAME})[\\/])+({_NAME})?")


@contextlib.contextmanager
def friendly() -> Iterator[None]:
    """Within it, whatever goes wrong becomes a `gr.Error` of one line: the visitor's own mistakes with what to mend, all else
    with an apology."""
    try:
        yield
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise error(f"{where}: {first['msg']}" if where else first["msg"]) from None
    except GancraftError as problem:
        raise error(str(problem)) from None
    except gr.Error:
        raise
    except MemoryError:
        LOG.exception("a visitor's call failed")
        raise error(SHORT_OF_MEMORY) from None
    except Exception:
        LOG.exception("a visitor's call failed")
        raise error(OURS) from None


def error(message: str) -> gr.Error:
    """Shown as a message on the page, in one line. Folders of the server's are left out of it."""
    return gr.Error(placeless(message)[:LONGEST], print_exception=False)


def placeless(message: str) -> str:
    """The same text in one line, with files by their names alone: `/tmp/x/cat.png is damaged` → `cat.png is damaged`."""
    return _PLACE.sub(lambda found: found[2] or found[1], " ".join(message.split()))
