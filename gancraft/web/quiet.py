"""Events that only change what is seen, and what happens in the browser alone."""

from __future__ import annotations

from typing import Any

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
NEW_SEED = "() => Math.floor(Math.random() * 1000000)"
