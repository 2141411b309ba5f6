"""Checks that a plugin does what gancraft expects of it: for its author's tests, and for `gancraft plugins check`.

    from gancraft.testing import check_style

    def test_it(gancraft_plugins):
        check_style("brush-strokes", gancraft_plugins(gancraft_brush_strokes))

Each `check_…` runs all checks of its kind and raises one `CheckError` that lists what failed: what is expected, what was
found, and where it is documented (docs/testing.md). The fixture comes with gancraft, as a plugin of pytest.
"""

from __future__ import annotations

from gancraft.testing.core import Check, CheckError, Result, checks_of, examine, examine_plugin
from gancraft.testing.entry import (
    check_discriminator,
    check_generator,
    check_loss,
    check_model,
    check_network,
    check_plugin,
    check_style,
    check_style_model,
    check_style_training,
    check_training,
)

__all__ = [
    "Check",
    "CheckError",
    "Result",
    "check_discriminator",
    "check_generator",
    "check_loss",
    "check_model",
    "check_network",
    "check_plugin",
    "check_style",
    "check_style_model",
    "check_style_training",
    "check_training",
    "checks_of",
    "examine",
    "examine_plugin",
]
