"""Numbers as people read them."""

from __future__ import annotations


def count(number: int) -> str:
    return f"{number / 1e6:.2g} million" if number >= 1e6 else f"{number:,}"


def pictures(number: int) -> str:
    return f"{number:,} picture{'' if number == 1 else 's'}"


def in_bytes(number: int) -> str:
    return f"{number / 1e6:.1f} MB" if number >= 1e5 else f"{number / 1e3:.1f} kB"


def scores(named: dict[str, float]) -> str:
    """All of them in one line."""
    return ", ".join(f"{name} {value:{'.0f' if abs(value) >= 1000 else '.4g'}}" for name, value in named.items())
