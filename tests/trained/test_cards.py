"""Model cards: read from anybody, written from what a file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gancraft.errors import GancraftError
from gancraft.trained.card import Card, parse, read_card, summary
from gancraft.trained.header import read_model
from gancraft.trained.template import NO_FAULTS, card_for
from tests.trained.helpers import a_model

CARD = """---
license: cc0-1.0
tags: [gancraft]  # a comment that stays
model-index:
- name: cats
  results:
  - metrics:
    - {type: frechet, name: Fréchet distance, value: 12.5}
    - {type: recall, value: 0.4}
    - {type: odd, value: [1]}
---

# cats

Cats and kittens,
64 pixels wide.

More of it.
"""


def test_a_card_is_read_and_stays_as_it_was() -> None:
    card = parse(CARD)
    assert card.licence == "cc0-1.0" and card.scores() == {"Fréchet distance": 12.5, "recall": 0.4}
    assert card.text.startswith("# cats") and card.text.endswith("More of it.")
    assert str(card) == CARD


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (CARD, "Cats and kittens, 64 pixels wide."),
        ("# cats\n## Below\nText", "Text"),
        ("Text alone", "Text alone"),
        ("---\nlicense: x\nText that never ends its head", "--- license: x Text that never ends its head"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}---\r\na: 1\r\n---\r\n# cats\r\n\r\nText\r\n", "Text"),
        ("", ""),
    ],
)
def test_the_summary_is_the_first_paragraph(text: str, first: str) -> None:
    assert summary(text) == first


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("a: [", "is no YAML"),
        ("!!python/object/apply:os.system [touch ran]", "is no YAML"),
        ("- a", "there must be names and values"),
        ("a: " + "[" * 5000, "is no YAML"),
        ("when: 2026-99-99", "is no YAML"),
    ],
)
def test_wrong_yaml_is_refused_in_one_line_and_never_run(
    head: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("card.md").write_text(f"---\n{head}\n---\n# cats\n")
    with pytest.raises(GancraftError, match=why) as refused:
        read_card(Path("card.md"))
    assert "\n" not in str(refused.value) and not Path("ran").exists()


@pytest.mark.parametrize("index", [1, "x", [1], [{"results": 3}], [{"results": [{"metrics": {"a": 1}}]}]])
def test_a_strange_index_has_no_scores(index: object) -> None:
    assert Card({"model-index": index}, "").scores() == {}


def test_files_that_are_no_cards(tmp_path: Path) -> None:
    (tmp_path / "large.md").write_text("x" * 1_000_001)
    (tmp_path / "bytes.md").write_bytes(b"\xff\xfe\xff")
    for name, why in (
        ("large.md", "too large for a card"),
        ("bytes.md", "can't be read as text"),
        ("gone.md", "no such file"),
    ):
        with pytest.raises(GancraftError, match=why):
            read_card(tmp_path / name)


def test_a_card_made_of_a_header(tmp_path: Path) -> None:
    file = a_model(
        tmp_path / "m.safetensors",
        classes=("cat", "dog"),
        data="Cats | dogs",
        licence="CC0-1.0",
        command="gancraft train x",
    )
    made = card_for("cats", read_model(file), "Cats.", {"Fréchet distance": 12.3456789}, "against 100", {"took": "9 s"})
    card = parse(str(made))
    assert card.facts == made.facts and card.text == made.text.strip()
    assert card.licence == "cc0-1.0" and card.scores() == {"Fréchet distance": 12.3457}
    assert card.facts["tags"] == ["gancraft", "gan", "disc"] and summary(card.text) == "Cats."
    rows = dict(
        line.strip("| ").split(" | ", 1) for line in card.text.splitlines() if line.startswith("| ") and line != "| | |"
    )
    assert rows == {
        "makes": "24x16 RGB, in 2 classes",
        "network": "generator `disc` of gancraft-discs 1.2; 61 numbers, 1.0 kB",
        "data": "Cats \\| dogs",
        "licence": "CC0-1.0",
        "recipe": "`gancraft train x`, seed 0, 7,040,000 pictures seen; the verdict of its run: healthy",
        "scores": "Fréchet distance 12.35 (against 100)",
        "took": "9 s",
    }
    assert NO_FAULTS in card.text and "gancraft pull" not in card.text, "whoever lists it has it"


def test_what_is_not_known_is_said_to_be_so(tmp_path: Path) -> None:
    card = card_for("cats", read_model(a_model(tmp_path / "m.safetensors")))
    assert "license" not in card.facts and "model-index" not in card.facts
    assert "| licence | not said |" in card.text and "| scores | not measured |" in card.text
