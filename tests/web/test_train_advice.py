"""What the page says gancraft would choose, and the film of a run that has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from gancraft.interfaces import DataShape
from gancraft.plugins import find_plugins
from gancraft.training.suits import Given, Pick
from gancraft.web.train import advice as train_advice
from gancraft.web.train.advice import advice, advised
from gancraft.web.train.film import grown
from gancraft.web.train.sets import bundled, by_name
from gancraft.web.visit import Visit
from tests.training import engine_helpers as engine
from tests.web.train_helpers import packed, pictures

PLUGINS = find_plugins()


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_advice, "_has_gpu", lambda: False)


def test_bundled_sets_have_a_method() -> None:
    found = {sample.name: advised(PLUGINS, None, sample, 8 if sample.name == "digits" else 32) for sample in bundled()}
    assert found["ring"] and found["ring"].method == "toy" and found["ring"].given.points
    assert found["digits"] and found["digits"].method == "dcgan" and found["digits"].given.pictures == 1797
    assert str(found["paintings"].given) == "4,096 pictures of 32x32 on a CPU"  # type: ignore[union-attr]
    assert advised(PLUGINS, None, None, 32) is None and advised(PLUGINS, [], None, 32) is None


def test_ones_own_are_counted(tmp_path: Path) -> None:
    files = pictures(tmp_path / "mine")
    loose = advised(PLUGINS, [str(file) for file in files], by_name("digits"), 16)
    archive = advised(PLUGINS, [str(packed(files, tmp_path / "mine.zip"))], None, 16)
    assert loose and archive and loose.given == archive.given == Given(len(files), DataShape(3, 16, 16), "cpu")
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    assert advised(PLUGINS, [str(tmp_path / "bad.zip")], None, 16).given.pictures == 0  # type: ignore[union-attr]


def test_classes_may_ask_for_another_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_advice, "_has_gpu", lambda: True)
    paintings = by_name("paintings")
    without, classes = (advised(PLUGINS, None, paintings, 64, labels) for labels in (False, True))
    assert without and classes and without.method == "projected" and classes.method == "dcgan"


def test_the_line_and_its_button() -> None:
    found = Pick("<other>", Given(300, DataShape(3, 64, 64), "cpu"), "it is <better>")
    said, button = advice(found, "mine")
    assert "would choose <b>&lt;other&gt;</b>: it is &lt;better&gt;." in said and button.visible
    said, button = advice(found, "<other>")
    assert "It suits 300 pictures of 64x64 on a CPU" in said and not button.visible
    assert advice(None, "mine")[0] == "" and not advice(None, "mine")[1].visible


def test_a_film_is_made_of_the_last_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANCRAFT_CACHE", str(tmp_path / "cache"))
    visit = Visit(keep_runs=False)
    assert grown(visit) is None
    folder = visit.begin("ring-toy")
    engine.ring(folder, keep__sheet_every=64)
    visit.latest = folder.name
    film = grown(visit)
    assert film is not None and Path(film).suffix == ".mp4" and Path(film).stat().st_size > 1000
    other = visit.begin("ring-toy")
    engine.ring(other, pictures=32)  # two sheets: too little to see
    visit.latest = other.name
    assert grown(visit) is None
    visit.close()
