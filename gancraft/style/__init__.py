"""Running a style method: sizes, start, optimiser, and the events that it reports.

Light until a name is used: the settings are read by commands that never paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gancraft.style.job import paint, paint_to, sized
    from gancraft.style.recipe import recipe_of

__all__ = ["paint", "paint_to", "recipe_of", "sized"]


def __getattr__(name: str) -> Any:
    if name == "recipe_of":
        from gancraft.style.recipe import recipe_of

        return recipe_of
    if name in __all__:
        from gancraft.style import job

        return getattr(job, name)
    raise AttributeError(f"module 'gancraft.style' has no attribute '{name}'")
