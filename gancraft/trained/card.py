"""Model cards: Markdown with YAML between two lines of dashes on top, as the Hugging Face hub has them.

The text begins with `# NAME` and a paragraph that says in a sentence what the model makes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gancraft.errors import GancraftError

LARGEST = 1_000_000  # bytes of a card
_FENCE = "---"


@dataclass(frozen=True)
class Card:
    """facts: what stands in the YAML; text: the Markdown below it; whole: the file as it was read."""

    facts: Mapping[str, Any]
    text: str
    whole: str = ""

    @property
    def licence(self) -> str:
        return str(self.facts.get("license") or "")

    def scores(self) -> dict[str, float]:
        """What is measured, by name: the metrics of `model-index`."""
        return {str(name): value for name, value in _metrics(self.facts.get("model-index")) if _is_number(value)}

    def __str__(self) -> str:
        """The file's text."""
        if self.whole:
            return self.whole
        import yaml

        head = yaml.safe_dump(dict(self.facts), sort_keys=False, allow_unicode=True, width=120)
        return f"{_FENCE}\n{head}{_FENCE}\n\n{self.text.strip()}\n"


def read_card(file: Path) -> Card:
    """Raises GancraftError in one line where it can't be read, or its YAML is none."""
    try:
        if file.stat().st_size > LARGEST:
            raise GancraftError(f"{file}: is too large for a card, which has at most {LARGEST / 1e6:.0f} MB")
        return parse(file.read_text(encoding="utf-8"), file)
    except FileNotFoundError:
        raise GancraftError(f"{file}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise GancraftError(f"{file}: can't be read as text ({' '.join(str(error).split())})") from None


def parse(text: str, shown: object = "card") -> Card:
    """shown: the file, for messages. Raises GancraftError where its YAML is none."""
    head, body = _split(text)
    if not head:
        return Card({}, body, text)
    import yaml

    try:
        facts = yaml.safe_load(head)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        what = getattr(error, "problem", None) or type(error).__name__
        raise GancraftError(f"{shown}: what stands between its two lines of {_FENCE} is no YAML ({what})") from None
    if not isinstance(facts, dict):
        raise GancraftError(f"{shown}: between its two lines of {_FENCE} there must be names and values, as in YAML")
    return Card(facts, body, text)


def read_text(file: Path) -> str:
    """The text of a card; "" where there is none that can be read."""
    try:
        return file.read_text(encoding="utf-8") if file.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def summary(text: str) -> str:
    """The first paragraph below the title, in one line."""
    found: list[str] = []
    for line in _split(text)[1].splitlines():
        if line.strip() and not line.startswith("#"):
            found.append(line.strip())
        elif found:
            break
    return " ".join(found)


def _split(text: str) -> tuple[str, str]:
    """The YAML, "" without any, and the text."""
    lines = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines()
    if lines and lines[0].rstrip() == _FENCE:
        for i, line in enumerate(lines[1:], start=1):
            if line.rstrip() == _FENCE:
                return "\n".join(lines[1:i]), "\n".join(lines[i + 1 :]).strip()
    return "", "\n".join(lines).strip()


def _metrics(index: Any) -> Iterator[tuple[Any, Any]]:
    """Names and values in the hub's `model-index`, which may be anybody's."""
    for model in _dicts(index):
        for result in _dicts(model.get("results")):
            for metric in _dicts(result.get("metrics")):
                yield metric.get("name") or metric.get("type"), metric.get("value")


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
