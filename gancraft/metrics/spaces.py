"""The feature space that a name chooses."""

from __future__ import annotations

from gancraft import defaults
from gancraft.errors import GancraftError
from gancraft.metrics.features import SIZE, FeatureSpace, Pooled
from gancraft.metrics.inception import INCEPTION, inception_space
from gancraft.plugins import Plugins

# The measure of every figure in gancraft's own documentation, by a name for people.
JUDGE_TITLE = f"EfficientNet-Lite1, last depthwise layer, {SIZE} px"
OTHERS_SIZE = 128  # plain stacks of convolutions, as most networks for style are, take three times as long at 224


def space(name: str, plugins: Plugins, download: bool = False) -> FeatureSpace:
    """The space of a perceptual network by its registered name, or of "inception". Raises UsageError for a name that isn't
    there, GancraftError for a network that can't be made."""
    if name == INCEPTION and name not in plugins.names("network"):
        return inception_space(download)
    entry = plugins.get("network", name)
    pooled = Pooled(entry.create(entry.options()))
    if name == defaults.JUDGE:
        return FeatureSpace(JUDGE_TITLE, pooled)
    return FeatureSpace(f"{name}, layer {pooled.layer}, {OTHERS_SIZE} px", pooled, OTHERS_SIZE)


def default_network(plugins: Plugins) -> str:
    """The judge if it is there with its weights, else the network that ships with gancraft."""
    try:
        weights = getattr(plugins.get("network", defaults.JUDGE).load(), "weights", None)
        there = weights is None or weights()[1]
    except GancraftError:
        there = False
    return defaults.JUDGE if there else defaults.NETWORK
