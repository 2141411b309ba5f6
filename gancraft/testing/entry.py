"""The checks by kind, as a plugin's tests call them."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from gancraft.errors import UsageError
from gancraft.interfaces import Preset
from gancraft.plugins import Plugins, Registered, plugins_from_environment
from gancraft.testing.core import demand, examine, examine_plugin


def check_style(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check a style method of any kind: a `StyleLoss`, a `StyleMethod` or an `InstantStyle`.

    name: as it is registered, or the entry itself; plugins: where it is looked up, all that are installed for None;
    settings: of its options, other than the defaults. Raises CheckError with every check that failed, UsageError for a name
    or a setting that isn't there. So do all of these.
    """
    _check("style", name, plugins, settings)


def check_network(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check a perceptual network. One whose weights aren't on this machine is only checked for what needs none."""
    _check("network", name, plugins, settings)


def check_generator(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check a generator, on several small shapes of pictures, as far as it takes them. Small settings make it quick."""
    _check("generator", name, plugins, settings)


def check_discriminator(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check a discriminator. What it is shown is what the generator of the first preset that names it shows."""
    _check("discriminator", name, plugins, settings)


def check_loss(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check an adversarial loss."""
    _check("loss", name, plugins, settings)


def check_training(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check what `gancraft train --plugin` picks, a `Preset` or a `Trainable`, with a run of two steps.

    settings: of a preset's parts are written `part__name`, as in `generator__width=8`.
    """
    _check("train", name, plugins, {key.replace("__", "."): value for key, value in settings.items()})


def check_style_training(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check what `gancraft train-style --plugin` picks, a `StyleTrainable`, with a run of two steps."""
    _check("train-style", name, plugins, settings)


def check_style_model(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check a trained style network that a plugin ships."""
    _check("style-model", name, plugins, settings)


def check_model(name: str | Registered, plugins: Plugins | None = None, /, **settings: Any) -> None:
    """Check a trained model that a plugin ships."""
    _check("model", name, plugins, settings)


def check_plugin(name: str, plugins: Plugins | None = None, /) -> None:
    """Check a plugin as a whole (it loads, is light, uses public names only), then everything that it registered.

    name: of the entry point, or of a module that the catalogue was made from. Raises CheckError, and UsageError for a name
    that isn't there.
    """
    plugins = plugins_from_environment() if plugins is None else plugins
    demand(examine_plugin(plugins.plugin(name), plugins))


def _check(kind: str, name: str | Registered, plugins: Plugins | None, settings: dict[str, Any]) -> None:
    plugins = plugins_from_environment() if plugins is None else plugins
    entry = plugins.get(kind, name) if isinstance(name, str) else name
    if entry.kind != kind:
        raise UsageError(f"'{entry.name}' is registered as a {entry.kind}, not as a {kind}")
    if entry.interface is not Preset:  # whose settings are those of a run
        try:
            entry.options(**settings)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise UsageError(
                f"'{entry.name}' can't be checked with {name} = {first['input']!r}: {first['msg'].lower()}"
            ) from error
    demand(examine(entry, plugins, settings))
