"""Painting films: read, painted frame by frame with what connects them, and written with their sound.

Light until a name is used: its settings and `is_film` are read by commands that never paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gancraft.style.film.run import paint_film

__all__ = ["paint_film"]


def __getattr__(name: str) -> Any:
    if name == "paint_film":
        from gancraft.style.film.run import paint_film

        return paint_film
    raise AttributeError(f"module 'gancraft.style.film' has no attribute '{name}'")
