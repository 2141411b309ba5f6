"""The fixtures that gancraft gives to plugins' tests, also where it runs from a checkout that isn't installed."""

from gancraft.testing.plugin import gancraft_plugins, gancraft_run

__all__ = ["gancraft_plugins", "gancraft_run"]
