"""The settings of a run as tables: first what differs from the engine's defaults, then the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gancraft.options import Setting
from gancraft.training.choice import ENGINE, GAN, ROLES, TRAIN
from gancraft.training.report.run import Run
from gancraft.training.report.words import text
from gancraft.training.style_choice import STYLE_TRAIN


@dataclass(frozen=True)
class Row:
    """known: what the engine says of a setting; nothing for those of plugins."""

    part: str
    name: str
    value: Any
    known: Setting | None = None

    @property
    def changed(self) -> bool:
        return self.known is not None and self.value != self.known.default


def settings_section(run: Run) -> str:
    """HTML; nothing where no settings were written down."""
    rows = list(_rows(run))
    if not rows:
        return ""
    changed, rest = [row for row in rows if row.changed], [row for row in rows if not row.changed]
    first = _table(changed) if changed else "<p>Every setting of the engine has its default.</p>"
    fold = (
        f"<details><summary>All other settings, with those of the plugins ({len(rest)})</summary>{_table(rest)}</details>"
        if rest
        else ""
    )
    return f'<section id="settings"><h2>Settings that differ from the defaults</h2>{first}{fold}</section>'


def _rows(run: Run) -> Iterator[Row]:
    options = run.part("options")
    train = STYLE_TRAIN if "styles" in run.facts else TRAIN
    models = {part.name: part.settings() for part in (train, *ENGINE, *GAN)}
    whole = {(TRAIN.name, role) for role in ROLES} if not run.part("parts") else set()  # it has no such parts
    for part, values in options.items():
        if not isinstance(values, Mapping):
            yield Row("", part, values)
            continue
        for name, value in values.items():
            if (part, name) in whole and value is None:
                continue
            yield Row(part, name, value, models.get(part, {}).get(name))


def _table(rows: list[Row]) -> str:
    lines = []
    for row in rows:
        name = f"{row.part}.{row.name}" if row.part not in ("", TRAIN.name) else row.name
        default = f' <span class="was">default {_value(row.known.default)}</span>' if row.known and row.changed else ""
        help = text(row.known.help) if row.known else ""
        lines.append(f"<tr><th>{text(name)}</th><td><b>{_value(row.value)}</b>{default}</td><td>{help}</td></tr>")
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return text(", ".join(map(str, value)))
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else text(value)
