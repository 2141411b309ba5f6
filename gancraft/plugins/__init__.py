"""Finding, loading, isolating and listing plugins.

Each plugin is loaded on its own and its failure is data: one that can't be loaded is listed with its reason and harms
nothing else.
"""

from gancraft.plugins.catalogue import PluginInfo, Plugins, Registered
from gancraft.plugins.find import find_plugins, plugins_from_environment

__all__ = ["PluginInfo", "Plugins", "Registered", "find_plugins", "plugins_from_environment"]
