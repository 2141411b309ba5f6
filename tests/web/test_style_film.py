"""Films of the Style tab, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

import gancraft
from gancraft.events import Finished, Saved, Warned
from gancraft.plugins import Plugins
from gancraft.web.history import History
from gancraft.web.runs import Switch
from gancraft.web.style.film import FilmField, begin_film, film_events, film_order
from gancraft.web.style.order import Fields
from tests.web.film_helpers import small_film
from tests.web.style_helpers import LIMITS, at_once, fields_of, values, with_networks


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return with_networks("waves", "ink")


@pytest.fixture(scope="module")
def tab(plugins: Plugins) -> tuple[Fields, FilmField]:
    return fields_of(plugins)


def film_values(tab: tuple[Fields, FilmField], plugins: Plugins, film: Path, **more: Any) -> dict[str, Any]:
    return values(tab, method=at_once(plugins), size=64, film=str(film), **more)


def test_a_film_is_painted_within_the_limits(tab: tuple[Fields, FilmField], plugins: Plugins, tmp_path: Path) -> None:
    film, history = small_film(tmp_path / "boat.mp4", 6), History()
    given = film_values(tab, plugins, film)
    with pytest.warns(UserWarning, match="6 frames, and this page paints 4 of them"):
        *seen, last = film_events(Switch(), history, plugins, tab[0], tab[1], given, LIMITS)
    file, _, said, command, shown = last
    assert file == shown and "4 frames" in said and 'data-shape="film"' in said
    assert "--frames 1-4" in command and "--size 48" in command
    history.close()


def test_a_film_that_is_stopped_is_kept(tab: tuple[Fields, FilmField], plugins: Plugins, tmp_path: Path) -> None:
    from gancraft.style.film.read import open_film

    film, target = small_film(tmp_path / "boat.mp4", 4), tmp_path / "out.mp4"
    choice, styles, start = film_order(plugins, tab[0], tab[1], film_values(tab, plugins, film), LIMITS)
    run = begin_film(target, choice, film, styles, start)
    events = []
    for event in run:
        events.append(event)
        if isinstance(event, gancraft.Preview) and event.done == 2:
            run.stop()
    last = events[-1]
    assert isinstance(last, Finished) and last.stopped and any(isinstance(event, Saved) for event in events)
    assert len(open_film(target)) == last.facts["frames"] == 2
    assert not any(isinstance(event, Warned) and str(tmp_path) in event.message for event in events)


@pytest.mark.parametrize("frames", ["2-1", "x", "0-3"])
def test_wrong_frames_get_a_line(tab: tuple[Fields, FilmField], plugins: Plugins, tmp_path: Path, frames: str) -> None:
    film = small_film(tmp_path / "boat.mp4", 2)
    with pytest.raises(gancraft.UsageError, match="Frames"):
        film_order(plugins, tab[0], tab[1], film_values(tab, plugins, film, film_frames=frames), LIMITS)


def test_no_film_gets_a_line(tab: tuple[Fields, FilmField], plugins: Plugins, tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"nothing of a film")
    for film, says in ((None, "Film: choose one"), (tmp_path / "no.mp4", "no.mp4 can't be read")):
        given = values(tab, method=at_once(plugins), film=str(film) if film else None)
        with pytest.raises(gr.Error, match=says) as raised:
            list(film_events(Switch(), History(), plugins, tab[0], tab[1], given, LIMITS))
        assert str(tmp_path) not in str(raised.value)
