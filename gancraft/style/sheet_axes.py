"""What varies on a contact sheet: methods, or the values of a setting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gancraft.errors import UsageError, hint
from gancraft.options import Setting
from gancraft.plugins import Plugins, Registered
from gancraft.resolve import Layer
from gancraft.style.choice import style_parts

METHODS, ALL = "methods", "all"
PLUGIN = "plugin"  # the setting that methods are values of
MOST = 100  # cells
_SMALL = ("size", "scale")


@dataclass(frozen=True)
class Axis:
    """A setting, by its name in a layer, and the values that it takes, as they are written."""

    name: str
    values: tuple[str, ...]

    def title(self, value: str) -> str:
        """Of a column or row."""
        return value if self.name == PLUGIN else f"{self.name.replace('_', ' ')} {value}"


def axes_of(
    texts: Sequence[str],
    plugins: Plugins,
    layers: Sequence[Layer],
    can: Callable[[Registered], bool] = lambda method: True,
) -> list[Axis]:
    """One or two axes, columns first: `methods`, `gram,sliced` or `strength=0.2,0.5` each; `NAME=all` for every choice of a
    setting that has choices. layers: of the run otherwise; can: whether a method is one of `methods`.

    Raises UsageError for anything else.
    """
    if not 1 <= len(texts) <= 2:
        raise UsageError(f"--sheet: give it once or twice, for columns and rows; it was given {len(texts)} times")
    *_, parts = style_parts(plugins, layers)
    known = {name: setting for part in parts for name, setting in part.settings().items()}
    known |= {f"{part.name}.{name}": setting for part in parts for name, setting in part.settings().items()}
    axes = [_axis(text.strip(), plugins, known, can) for text in texts]
    if len(axes) == 2 and axes[0].name == axes[1].name:
        raise UsageError(f"--sheet: both axes are {axes[0].name}; vary two different settings")
    cells = len(axes[0].values) * (len(axes[1].values) if len(axes) == 2 else 1)
    if cells > MOST:
        raise UsageError(f"--sheet: {cells} cells are too many; {MOST} are the most")
    return axes


def _axis(text: str, plugins: Plugins, known: dict[str, Setting], can: Callable[[Registered], bool]) -> Axis:
    name, equals, listed = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals:
        return Axis(PLUGIN, _methods(text, plugins, known, can))
    if name.rpartition(".")[2] in _SMALL:
        raise UsageError(f"--sheet {text}: every cell is painted at one size; --sheet-size says which")
    setting = known.get(name)
    if setting is not None and setting.many:
        raise UsageError(f"--sheet {text}: {name} is a list by itself and can't be varied")
    values = tuple(dict.fromkeys(value.strip() for value in listed.split(",") if value.strip()))
    if values == (ALL,) and setting is not None:
        values = setting.choices or (("yes", "no") if setting.type is bool else values)
    if not values:
        raise UsageError(f"--sheet {text}: give values, as in {name or 'strength'}=0.2,0.5,0.8")
    return Axis(name, values)


def _methods(
    text: str, plugins: Plugins, known: dict[str, Setting], can: Callable[[Registered], bool]
) -> tuple[str, ...]:
    if text == METHODS:
        found = [entry.name for entry in plugins.entries if entry.kind == "style" and can(entry)]
        if not found:
            raise UsageError("--sheet methods: none of the installed methods can paint this")
        return tuple(found)
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    installed = plugins.names("style")
    for name in names:
        if name not in installed and name.replace("-", "_") in known:
            raise UsageError(f"--sheet {text}: to vary a setting write its values: {name}=A,B,C")
        if name not in installed:
            close = hint(name, [*installed, METHODS])
            raise UsageError(
                f"--sheet {text}: there is no style method '{name}'{close}; there are: {', '.join(installed)}"
            )
    if not names:
        raise UsageError("--sheet: write methods, names of methods (gram,sliced), or NAME=VALUE,VALUE")
    return names
