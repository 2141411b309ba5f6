"""What the Generate tab's drawers make: truncations, mixed styles, directions, a photo, and films through them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import gradio as gr
import numpy as np
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from safetensors.torch import load_file

from gancraft.errors import UsageError
from gancraft.interfaces import DataShape
from gancraft.latent.codes import load_codes, seeded
from gancraft.models import info_of, save_model
from gancraft.pictures import read_recipe, samples
from gancraft.plugins import Plugins, find_plugins
from gancraft.web.generate.codes import MOVED, codes_of, stop_words, with_stop
from gancraft.web.generate.further import mix_events, move_events, sweep_events
from gancraft.web.generate.models import OWN, Shelf
from gancraft.web.generate.photo import photo_events
from gancraft.web.generate.views import Wish, film_events, single_events
from gancraft.web.picker import sample_path
from gancraft.web.runs import Switch
from tests.conftest import WritePlugin
from tests.latent.helpers import PLUGIN
from tests.web.test_generate import client, own_model, pixels  # noqa: F401

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

SQUARE = DataShape(3, 16, 24)
DIGITS = Wish("digits", None, 3, 1.0, "")


@pytest.fixture
def plugins(write_plugin: WritePlugin) -> Plugins:
    """With a generator that has styles, "stripes"."""
    return find_plugins([str(write_plugin("discs", PLUGIN))])


def model_of(plugins: Plugins, kind: str, folder: Path, shape: DataShape = SQUARE) -> Wish:
    """A visitor's own model."""
    entry, file = plugins.get("generator", kind), folder / f"{kind}.safetensors"
    torch.manual_seed(0)
    save_model(file, entry.create(entry.options(), shape), info_of(entry, entry.options(), shape))
    return Wish(OWN, str(file), 3, 1.0, "")


@contextmanager
def shown(events: Iterator[Any]) -> Iterator[Any]:
    """What is shown in the end, as long as its files are there."""
    made = next((made for made in events if 'data-state="done"' in str(made)), None)
    assert made is not None, "it ended without a result"
    yield made
    assert list(events) == []


def test_a_sheet_of_truncations(client: Client) -> None:  # noqa: F811
    picture, file, said, command = client.predict(model="digits", seed=3, through="5,8", api_name="/sweep")
    assert command == "gancraft sweep digits --seeds 3:5,3:8" and "From plain to bold" in said
    assert pixels(file).shape[1] > 6 * 128 and picture
    assert read_recipe(file)["options"]["sweep"]["truncation"] == [0, 0.25, 0.5, 0.75, 1, 1.25]
    with pytest.raises(AppError, match="give two numbers"):
        client.predict(model="digits", through="5", api_name="/sweep")


def test_a_picture_is_moved_and_its_codes_come_with_it(client: Client) -> None:  # noqa: F811
    base: dict[str, Any] = {"model": "digits", "seed": 3, "through": "5,8", "api_name": "/move"}
    still, moved = (client.predict(**base, **words) for words in ({}, {"direction_1": 2.5, "direction_4": -1}))
    assert "Not moved yet" in still[2] and "direction 1:2.5 and 4:-1" in moved[2]
    assert np.abs(pixels(still[1]) - pixels(moved[1])).mean() > 3
    made, *_ = client.predict(model="digits", seed=3, count=9, api_name="/generate")
    small = pixels(still[1]).reshape(32, 16, 32, 16, 3).mean((1, 3))
    assert np.abs(small - pixels(made[8]["image"])).mean() < 6, "it begins as the picture that was picked last"
    assert set(load_file(moved[4])) == {"z"} and "--codes digits-moved.safetensors" in moved[3]
    assert read_recipe(moved[1])["options"]["sample"]["direction"] == ["1:2.5", "4:-1"]


def test_what_a_model_cannot_do_gets_one_line(client: Client, tmp_path: Path) -> None:  # noqa: F811
    with pytest.raises(AppError, match="has no styles"):
        client.predict(model="digits", api_name="/mix")
    points = handle_file(own_model(tmp_path / "points.safetensors", "toy", DataShape(2, 1, 1)))
    for name in ("/sweep", "/move"):
        with pytest.raises(AppError, match="points in the plane"):
            client.predict(model=OWN, own=points, api_name=name)
    with pytest.raises(AppError, match="Your photo: choose a picture"):
        client.predict(model="digits", photo=None, api_name="/project")


def test_styles_are_mixed(plugins: Plugins, tmp_path: Path) -> None:
    shelf, wish = Shelf(plugins, True), model_of(plugins, "stripes", tmp_path)
    with shown(mix_events(Switch(), shelf, wish, "1,4,2", "3-5", None, 60)) as (_, file, _, command):
        assert command == "gancraft mix stripes.safetensors --rows 3:1,3:4,3:2 --columns 3:1,3:4,3:2 --layers 3-5"
        assert pixels(file).shape[1] > 4 * 120 and read_recipe(file)["options"]["mix"]["layers"] == [3, 4, 5]
    with pytest.raises(gr.Error, match="this model has layers 0 to 5"):
        list(mix_events(Switch(), shelf, wish, "1,4", "9", None, 60))


def test_directions_are_looked_for_once(plugins: Plugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gancraft.latent.finding as module

    shelf, looked, find = Shelf(plugins, True), [], module.finding
    monkeypatch.setattr(module, "finding", lambda *args, **words: looked.append(1) or find(*args, **words))
    wish = model_of(plugins, "disc", tmp_path)
    with shown(move_events(shelf, wish, "1,2", [1, 0, 0, 0, 0], None, None)) as made:
        found, kept = made[5:]
    assert len(looked) == 1 and len(found[1]) == 5 and not shelf.directions, "of a visitor's own nothing stays"
    with shown(move_events(shelf, wish, "1,2", [2, 0, 0, 0, 0], found, kept)):
        assert len(looked) == 1
    for _ in range(2):
        with shown(move_events(shelf, DIGITS, "1,2", [2, 0, 0, 0, 0], None, None)):
            assert len(looked) == 2 and list(shelf.directions) == ["digits"]
    with pytest.raises(gr.Error, match="pick a picture of the sheet"):
        list(move_events(shelf, wish, "moved,photo", [0] * 5, found, kept))


def test_a_film_goes_through_what_was_made(plugins: Plugins) -> None:
    shelf = Shelf(plugins, True)
    with shown(move_events(shelf, DIGITS, "1,2", [3, 0, 0, 0, 0], None, None)) as moved:
        kept, end_HWC = moved[6], pixels(moved[1])
    with shown(film_events(Switch(), shelf, DIGITS, "4,moved", 1, 60, True, kept)) as (_, file, said, command):
        assert "From 4 to the moved one" in said and "and back" not in said
        assert command.startswith("gancraft walk digits --from 3:4 --to digits-moved.safetensors --seconds 1")
        with av.open(file) as container:
            frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    assert np.abs(frames[-1] - end_HWC).mean() < 8
    with shown(single_events(shelf, DIGITS, "moved,4", kept)) as (_, said, _, stops):
        assert "Picture 4" in said and [name for _, name in stops] == ["From: the moved one", "To: picture 4"]
    emoji = Wish("emoji", None, 3, 1.0, "")
    with pytest.raises(gr.Error, match="'moved': there is no such picture of this model yet"):
        list(film_events(Switch(), shelf, emoji, "4,moved", 1, 60, kept=kept))


def test_a_photo_is_looked_for_and_kept(plugins: Plugins, tmp_path: Path) -> None:
    photo = str(sample_path(samples("photo")[0]))
    shelf, wish = Shelf(plugins, True), model_of(plugins, "disc", tmp_path)
    with shown(photo_events(Switch(), shelf, wish, photo, 2, None, 10, 60)) as (_, file, said, command, codes, kept):
        assert "2 steps" in said and command.startswith("gancraft project disc.safetensors sample:")
        assert load_codes(Path(codes), shelf.open(OWN, wish.own).model).space == "z" and list(kept) == ["photo"]
        assert pixels(file).shape[1] > 2 * 300


def test_too_many_pictures_for_a_sheet(plugins: Plugins, tmp_path: Path) -> None:
    wish = model_of(plugins, "disc", tmp_path, DataShape(3, 1024, 1024))
    with pytest.raises(gr.Error, match="12 pictures are too many of this size: pick fewer for the film, 4 on a sheet"):
        list(sweep_events(Switch(), Shelf(plugins, True), wish, "1,2", None, 60))


def test_stops_are_numbers_and_words() -> None:
    assert stop_words(" 3, 017,moved ") == ["3", "17", "moved"]
    for text in ("3", "3,cat", "3,-1", "", "moved"):
        with pytest.raises(UsageError, match="give two numbers"):
            stop_words(text)
    with pytest.raises(UsageError, match="51 stops are too many"):
        stop_words(",".join(["1"] * 51))
    assert [with_stop("5,6", word) for word in ("7", "6", MOVED)] == ["6,7", "5,6", "6,moved"]
    assert with_stop("5", "7") == "5,7" and with_stop("1,2,3", "4") == "2,3,4"


def test_codes_of_another_model_are_no_stops() -> None:
    opened = Shelf(find_plugins(), True).open("digits", None)
    codes = seeded(opened.model, 0, [0])
    both = codes_of(opened, 0, ["0", MOVED], None, {MOVED: (opened.model.fingerprint, codes)})
    assert torch.equal(both.values[0], both.values[1])
    with pytest.raises(UsageError, match="no such picture of this model"):
        codes_of(opened, 0, ["0", MOVED], None, {MOVED: ("other", codes)})
