"""`gancraft web`: the page, on one's own computer."""

from __future__ import annotations

import errno
import os
import socket
import sys
import threading
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from gancraft.cli.common import Debug, NoPlugin, PluginsDir
from gancraft.cli.errors import handled
from gancraft.errors import GancraftError, UsageError
from gancraft.plugins import Plugins, plugins_from_environment

HELP = (
    "Serve the page on this computer: paint, make pictures, train, learn, in the browser. Ctrl-C ends it.\n\n"
    "Its address is printed. Your pictures stay on this computer, and nobody else can open the page unless --host lets them."
)


@handled
def command(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port to listen on; without it the first free one from 7860 on."),
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on: 127.0.0.1, this computer alone, or 0.0.0.0 for all.")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Limit sizes and times as on a public page, for visitors you don't know.")
    ] = False,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Serve the API as tools for assistants too (Model Context Protocol).")
    ] = False,
    browser: Annotated[
        bool | None, typer.Option("--open/--no-open", help="Open it in the browser; by itself where there is one.")
    ] = None,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    debug: Debug = False,
) -> None:
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    if mcp and find_spec("mcp") is None:
        raise UsageError("--mcp: what it needs isn't installed: pip install 'gancraft[mcp]'")
    _check(host, port)
    print("gancraft: preparing the page …", file=sys.stderr)
    page, address = _serve(plugins, public, server_port=port, server_name=host, mcp_server=mcp or None)
    print(address, flush=True)
    if mcp:
        print(f"gancraft: tools for assistants are at {address}gradio_api/mcp/", file=sys.stderr)
    print("gancraft: Ctrl-C ends the page", file=sys.stderr)
    if _has_browser() if browser is None else browser:
        import webbrowser

        webbrowser.open(address)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("\ngancraft: the page is closed", file=sys.stderr)
    finally:
        page.close(verbose=False)


def _serve(plugins: Plugins, public: bool, **more: Any) -> tuple[Any, str]:
    """The page, and its address for a browser."""
    from gancraft.web.page import build_page, launch
    from gancraft.web.settings import PUBLIC

    page = build_page(plugins, PUBLIC if public else None)
    try:
        _, address, _ = launch(page, quiet=True, prevent_thread_lock=True, **more)
    except OSError as error:  # Gradio looked for a free port, and found none
        raise GancraftError(f"the page can't be served: {error}") from error
    return page, address


def _check(host: str | None, port: int | None) -> None:
    """Raise UsageError where nothing can listen there, before seconds are spent on a page that can't be served."""
    name = host or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
    try:
        family, _, _, _, address = socket.getaddrinfo(name, port or 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            if os.name == "posix":  # a port that was left a moment ago counts as free, as it does for the server
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"--port {port}: something else listens there; give another, or none for a free one"
            ) from error
        raise UsageError(f"can't listen at {name}, port {port or 'any'}: {error.strerror or error}") from error


def _has_browser() -> bool:
    """Whether somebody sits at a screen. Without one Python would open a browser for terminals, which waits for keys."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
