"""The Generate tab through its API: pictures and films by shipped models and by a visitor's own."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from safetensors.torch import save_file

from gancraft.interfaces import DataShape
from gancraft.latent.generate import pictures
from gancraft.latent.source import shipped
from gancraft.models import info_of, load_model, save_model
from gancraft.pictures import open_picture, read_recipe
from gancraft.plugins import find_plugins
from gancraft.web.generate.models import OWN, Shelf

# Gradio sums up its own runs with options that pandas is about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

PLUGINS = find_plugins()


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = str(tmp_path_factory.mktemp("client"))
    client = Client(url, verbose=False, download_files=folder, analytics_enabled=False)
    yield client
    client.close()


def own_model(
    path: Path, name: str = "dcgan", shape: DataShape | None = None, classes: tuple[str, ...] = (), **options: Any
) -> Path:
    entry = PLUGINS.get("generator", name)
    chosen, shape = entry.options(**options), shape or DataShape(3, 16, 16, len(classes))
    torch.manual_seed(0)
    facts = {"method": "<b>mine</b>", "data": "cats", "pictures": 5}
    save_model(path, entry.create(chosen, shape), info_of(entry, chosen, shape, classes=classes, training=facts))
    return path


def pixels(file: Any) -> np.ndarray:
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_untouched_it_makes_pictures_by_the_first_model(client: Client) -> None:
    made, file, said, command = client.predict(api_name="/generate")
    assert len(made) == 25 and made[3]["caption"] == "Picture 3"
    assert pixels(made[0]["image"]).shape == (64, 64, 3)
    recipe = read_recipe(file)
    assert recipe["model"]["name"] == "emoji" and recipe["pictures"] == 25
    assert 'data-state="done"' in said and "25 pictures" in said and "64 × 64" in said
    assert command == "gancraft sample emoji -n 25"


def test_pictures_are_those_of_the_command_line(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from gancraft.cli.main import build_app

    made, file, _, command = client.predict(model="digits", seed=7, truncation=0.8, count=5, api_name="/generate")
    assert command == "gancraft sample digits -n 5 --seed 7 --truncation 0.8"
    monkeypatch.chdir(tmp_path)
    words = command.split()[1:]
    assert CliRunner().invoke(build_app(words), words).exit_code == 0
    home = tmp_path / "digits-seed7.png"
    assert np.abs(pixels(file) - pixels(home)).max() <= 1
    assert read_recipe(file) == read_recipe(home)
    x_NCHW = pictures(load_model(shipped(PLUGINS.get("model", "digits")).file, PLUGINS), 7, [3], truncation=0.8)
    assert np.abs(pixels(made[3]["image"])[..., 0] - x_NCHW[0, 0] * 255).max() <= 1


def test_seed_and_truncation_change_pictures(client: Client) -> None:
    sheets = [
        pixels(client.predict(model="digits", count=9, api_name="/generate", **values)[1])
        for values in ({}, {}, {"seed": 1}, {"truncation": 0.5})
    ]
    assert np.array_equal(sheets[0], sheets[1])
    assert not np.array_equal(sheets[0], sheets[2]) and not np.array_equal(sheets[0], sheets[3])


def test_a_model_of_ones_own(client: Client, tmp_path: Path) -> None:
    file = own_model(tmp_path / "my cats.safetensors", width=8)
    made, sheet, said, command = client.predict(model=OWN, own=handle_file(file), count=4, api_name="/generate")
    assert len(made) == 4 and pixels(made[0]["image"]).shape == (16, 16, 3)
    assert read_recipe(sheet)["model"]["name"] == "my cats.safetensors" and "By my cats" in said
    assert command == "gancraft sample 'my cats.safetensors' -n 4"


def test_classes_are_chosen_or_take_turns(client: Client, tmp_path: Path) -> None:
    file = own_model(tmp_path / "m.safetensors", "dense", classes=("cat", "dog"), width=8)
    base: dict[str, Any] = {"model": OWN, "own": handle_file(file), "count": 4, "api_name": "/generate"}
    turns, dogs = (client.predict(**base, **words) for words in ({}, {"class_name": "dog"}))
    same = [np.array_equal(pixels(a["image"]), pixels(b["image"])) for a, b in zip(turns[0], dogs[0], strict=True)]
    assert same == [False, True, False, True]
    assert dogs[3].endswith("--class dog") and read_recipe(dogs[1])["options"]["sample"]["class"] == "dog"
    with pytest.raises(AppError, match=r"no such class \(did you mean 'dog'"):
        client.predict(**base, class_name="dug")
    film = {key: value for key, value in base.items() if key != "count"}
    *_, command = client.predict(**{**film, "api_name": "/walk"}, through="1,2", seconds=1)
    assert command.endswith("--class dog"), "a film of picture 1 shows its class"


def test_points_and_odd_pictures_break_nothing(client: Client, tmp_path: Path) -> None:
    points = handle_file(own_model(tmp_path / "points.safetensors", "toy", DataShape(2, 1, 1)))
    made, file, said, command = client.predict(model=OWN, own=points, api_name="/generate")
    assert len(made) == 1 and pixels(file).shape == (512, 512, 3) and "1,000 points" in said
    assert command == "gancraft sample points.safetensors -n 1000"
    with pytest.raises(AppError, match="points in the plane, of which there is no film"):
        client.predict(model=OWN, own=points, api_name="/walk")
    odd = handle_file(own_model(tmp_path / "odd.safetensors", "dense", DataShape(5, 8, 8), width=8))
    with pytest.raises(AppError, match="5 channels can't be shown"):
        client.predict(model=OWN, own=odd, api_name="/generate")


def test_large_pictures_are_fewer(client: Client, tmp_path: Path) -> None:
    shape = DataShape(1, 1024, 1024)
    file = own_model(tmp_path / "large.safetensors", "dcgan", shape, width=1, levels=8, max_width=4, latent_size=2)
    made, _, said, command = client.predict(model=OWN, own=handle_file(file), count=20, api_name="/generate")
    assert len(made) == 4 and "no more than 4 of this size" in said and "-n 4" in command


def bad_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """What a visitor is told, and the file."""
    pickled = folder / "pickled.safetensors"
    pickled.write_bytes(pickle.dumps({"weights": [1, 2]}))
    yield "pickled.safetensors is a pickle", pickled
    torched = folder / "model.pt"
    torched.write_bytes(pickle.dumps({"weights": [1, 2]}))
    yield "model.pt: only .safetensors files are opened", torched
    whole = own_model(folder / "whole.safetensors", width=8)
    half = folder / "half.safetensors"
    half.write_bytes(whole.read_bytes()[:-9])
    yield "half.safetensors is damaged or incomplete", half
    foreign = folder / "foreign.safetensors"
    save_file({"weight": torch.ones(2)}, foreign)
    yield "foreign.safetensors: holds tensors, but wasn't written by gancraft", foreign
    for name, changes, says in (
        ("huge", {"shape": {"channels": 3, "height": 65_536, "width": 65_536, "classes": 0}}, "the weights don't fit"),
        ("gone", {"name": "no-such"}, "made by plugin 'dcgan', which isn't there or has no generator 'no-such'"),
    ):
        info: dict[str, Any] = {
            "kind": "generator", "name": "dcgan", "plugin": {"name": "dcgan", "distribution": "", "version": ""},
            "options": {"width": 1024}, "shape": {"channels": 3, "height": 16, "width": 16, "classes": 0},
            "classes": [], "stage": 0, "training": {},
        }  # fmt: skip
        header = {"model": {**info, **changes}, "kind": "model", "format": 1, "version": "1", "digest": ""}
        save_file({"x": torch.ones(1)}, folder / f"{name}.safetensors", metadata={"gancraft": json.dumps(header)})
        yield f"{name}.safetensors: {says}", folder / f"{name}.safetensors"
    slow = own_model(folder / "slow.safetensors", shape=DataShape(3, 4096, 4096), width=64, levels=11, max_width=64)
    yield "slow.safetensors: too large to be used here", slow


def test_bad_files_get_one_line(client: Client, tmp_path: Path) -> None:
    for says, file in bad_files(tmp_path):
        with pytest.raises(AppError) as error:
            client.predict(model=OWN, own=handle_file(file), api_name="/generate")
        message = str(error.value).strip()
        assert says in message and "\n" not in message and str(tmp_path) not in message and "/gradio" not in message


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"model": OWN}, "My model: choose a file first"),
        ({"model": "no-such"}, "no-such"),
        ({"count": 65}, "maximum"),
        ({"truncation": 2.5}, "maximum"),
        ({"seed": -1}, "minimum"),
        ({"class_name": "cat"}, "this model has no classes"),
    ],
    ids=str,
)
def test_bad_values_get_one_line(client: Client, values: dict[str, Any], says: str) -> None:
    with pytest.raises(AppError, match=says) as error:
        client.predict(**values, api_name="/generate")
    assert "\n" not in str(error.value).strip()


def test_a_film_between_two_pictures(client: Client) -> None:
    film, file, said, command = client.predict(
        model="digits", through="3,8", seconds=1, truncation=0.9, api_name="/walk"
    )
    assert command == "gancraft walk digits --through 3,8 --seconds 1 --truncation 0.9"
    assert 'data-state="done"' in said and "From 3 to 8, and back" in said and "30 frames" in said
    path = file if isinstance(file, str) else file["path"]
    assert Path(path).name == "digits-seed0-3-8.mp4" and film
    with av.open(path) as container:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    assert len(frames) == 30 and frames[0].shape == (512, 512, 3)
    made, *_ = client.predict(model="digits", truncation=0.9, count=9, api_name="/generate")
    for frame, number in ((frames[0], 3), (frames[15], 8)):
        stop = np.asarray(Image.fromarray(pixels(made[number]["image"]).astype(np.uint8)).resize((512, 512)))
        assert np.abs(frame - stop).mean() < 8


@pytest.mark.parametrize(
    ("values", "says"),
    [({"through": "3"}, "give two numbers"), ({"through": "a,b"}, "give two numbers"), ({"seconds": 61}, "maximum")],
    ids=str,
)
def test_films_that_cannot_be(client: Client, values: dict[str, Any], says: str) -> None:
    with pytest.raises(AppError, match=says):
        client.predict(model="digits", api_name="/walk", **values)


def test_the_api_has_names(client: Client) -> None:
    endpoints: Any = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    wish = ["model", "seed", "truncation", "class_name"]
    steps = [f"direction_{number}" for number in range(5)]
    expected = {
        "/generate": [*wish, "count", "own"],
        "/walk": [*wish, "through", "seconds", "own", "one_way"],
        "/sweep": ["model", "seed", "class_name", "through", "own"],
        "/mix": [*wish, "through", "layers", "own"],
        "/move": [*wish, "through", *steps, "own"],
        "/project": ["model", "photo", "steps", "class_name", "own"],
    }
    assert {name: [p["parameter_name"] for p in endpoints[name]["parameters"]] for name in expected} == expected


def test_nothing_of_a_visitors_model_stays() -> None:
    shelf = Shelf(PLUGINS, own_computer=False)
    assert shelf.names == ["emoji", "abstract", "digits", "nature"]
    first = shelf.open("digits", None)
    assert shelf.open("digits", None) is first and list(shelf._open) == ["digits"]


def test_pulled_models_stand_there_on_ones_own_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_model(tmp_path / "mine.safetensors", width=8)
    (tmp_path / "mine.md").write_text("# mine\n\nLittle squares.\n")
    monkeypatch.setenv("GANCRAFT_MODELS", str(tmp_path))
    assert Shelf(PLUGINS, own_computer=False).names == ["emoji", "abstract", "digits", "nature"]
    shelf = Shelf(PLUGINS, own_computer=True)
    assert (
        shelf.names == ["emoji", "abstract", "digits", "nature", "mine"] and shelf.summary("mine") == "Little squares."
    )
    assert shelf.open("mine", None).model.info.shape == DataShape(3, 16, 16) and list(shelf._open) == []


def test_one_picture_is_large_and_has_its_recipe(tmp_path: Path) -> None:
    from gancraft.web.generate.views import Wish, single_events

    events = single_events(Shelf(PLUGINS, True), Wish("emoji", None, 2, 1.0, ""), "4,9")
    picture, said, file, stops = next(events)
    assert picture == file and read_recipe(file)["picture"] == 9 and "Picture 9" in said
    one = open_picture(file)
    assert (one.width, one.height) == (512, 512) and Path(file).name == "emoji-seed2-9.png"
    assert [caption for _, caption in stops] == ["From: picture 4", "To: picture 9"]
    events.close()  # type: ignore[attr-defined]
    assert not Path(file).exists(), "it is gone once it has been shown"


def test_what_a_stranger_writes_is_no_html(tmp_path: Path) -> None:
    from gancraft.web.generate.views import card

    entry = PLUGINS.get("generator", "dcgan")
    shape, path = DataShape(3, 16, 16), tmp_path / "m.safetensors"
    facts = {"data": "`make.py` <img src=x onerror=alert(1)>" + "`<img src=x>` " * 50, "pictures": 5_000}
    info = info_of(entry, entry.options(width=8), shape, training=facts)
    save_model(path, entry.create(entry.options(width=8), shape), info)
    said = card(Shelf(PLUGINS, True).open(OWN, str(path)), "A & B")
    assert "<code>make.py</code>" in said and "<code>&lt;img src=x&gt;</code>" in said, "what is code looks like it"
    assert "<img" not in said and "A &amp; B" in said and "5,000 pictures" in said and len(said) < 2000
