"""The public API: names, signatures, fields and methods, and the hooks. A change must be meant.

`python -m tests.testing.test_api_snapshot --update` writes `tests/api_snapshot.json` anew and prints what has changed. What
may change when is in docs/api-policy.md; what has changed belongs in CHANGELOG.md.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import gancraft
import gancraft.testing
from gancraft import hookspecs
from gancraft.options import settings
from gancraft.plugins.find import HOOKS

SNAPSHOT = Path(__file__).parents[1] / "api_snapshot.json"
MEANT = "if this is meant: python -m tests.testing.test_api_snapshot --update, and a line in CHANGELOG.md (docs/api-policy.md)"


def api() -> dict[str, Any]:
    """All of it, in words that Python's releases don't change."""
    return {
        "names": {name: described(getattr(gancraft, name)) for name in sorted(set(gancraft.__all__))},
        "hooks": {hook: signature(getattr(hookspecs, hook)) for hook in HOOKS.values()},
        "testing": {name: described(getattr(gancraft.testing, name)) for name in sorted(gancraft.testing.__all__)},
    }


def described(value: Any) -> Any:
    """A value, a function's signature, or a class's fields and methods."""
    if inspect.isclass(value):
        return _class(value)
    if callable(value) and hasattr(value, "__name__"):
        return signature(value)
    return repr(value) if isinstance(value, int | float | str | tuple) else type(value).__name__


def _class(kind: type) -> dict[str, str]:
    """What it has of its own and of bases that aren't public; bases of gancraft that are have their own entries."""
    members: dict[str, str] = {"bases": ", ".join(base.__name__ for base in kind.__bases__)}
    if issubclass(kind, gancraft.Options):
        members |= {s.name: f"{s.type.__name__} = {s.default!r}" for s in settings(kind)}
    for base in reversed(kind.__mro__):
        if base is kind or (base.__module__.startswith("gancraft") and base.__name__ not in gancraft.__all__):
            members |= _own(base, members)
    return members


def _own(kind: type, known: dict[str, str]) -> dict[str, str]:
    members: dict[str, str] = {}
    if "__init__" in vars(kind) or is_dataclass(kind):
        members["()"] = signature(kind.__init__)  # type: ignore[misc]
    for name, text in inspect.get_annotations(kind).items():
        if not name.startswith("_") and name not in known:
            value = vars(kind).get(name)
            plain = isinstance(value, int | float | str) and not is_dataclass(kind)
            members[name] = f"{text} = {value!r}" if plain else str(text)
    for name, member in vars(kind).items():
        plain = member.__func__ if isinstance(member, staticmethod | classmethod) else member
        if inspect.isfunction(plain) and (not name.startswith("_") or name == "__call__"):
            members[name] = signature(plain)
        elif isinstance(member, property) and not name.startswith("_"):
            members[name] = "property"
    return members


def signature(function: Any) -> str:
    """As it is written, without what differs between versions of Python."""
    text = re.sub(r" at 0x[0-9a-f]+", "", str(inspect.signature(function)))
    return text.replace("'", "")


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """One line for each thing that came, went or changed."""
    told = []
    for part in now:
        old, new = before.get(part, {}), now[part]
        told += [f"went: {part} {name}" for name in old if name not in new]
        told += [f"came: {part} {name}" for name in new if name not in old]
        for name in sorted(set(old) & set(new)):
            if old[name] != new[name]:
                told.append(f"changed: {part} {name}: {_change(old[name], new[name])}")
    return told


def _change(old: Any, new: Any) -> str:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return f"{old} -> {new}"
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return "; ".join(f"{key}: {old.get(key, 'nothing')} -> {new.get(key, 'nothing')}" for key in keys)


def test_the_api_is_as_it_was() -> None:
    told = differences(json.loads(SNAPSHOT.read_text(encoding="utf-8")), api())
    assert not told, "\n".join([*told, MEANT])


def test_every_kind_of_change_is_seen() -> None:
    now = api()
    before = json.loads(json.dumps(now))
    assert differences(before, now) == []
    del before["names"]["Preset"]
    before["names"]["gone"] = "()"
    before["names"]["Adam"]["rate"] = "int"
    before["hooks"]["register_losses"] = "(register: Register, more: int) -> None"
    told = differences(before, now)
    assert [line.split(":")[0] for line in told] == ["went", "came", "changed", "changed"]


def test_the_snapshot_holds_what_plugins_rely_on() -> None:
    names = api()["names"]
    assert names["API_VERSION"] == str(gancraft.API_VERSION)
    assert "discriminator" in names["AdversarialLoss"] and "defaults" in names["Preset"]["()"]
    assert "forward" in names["Generator"] and "__call__" in names["Register"]
    assert not re.search(r"0x[0-9a-f]{6}", json.dumps(names))


def test_the_level_is_a_whole_number_that_the_policy_names() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api-policy.md").read_text(encoding="utf-8")
    assert isinstance(gancraft.API_VERSION, int) and f"now {gancraft.API_VERSION}." in page


if __name__ == "__main__" and "--update" in sys.argv:
    now = api()
    old = json.loads(SNAPSHOT.read_text(encoding="utf-8")) if SNAPSHOT.is_file() else {}
    print("\n".join(differences(old, now)) or "nothing has changed")
    SNAPSHOT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
