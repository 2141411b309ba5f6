"""The Learn tab as a program meets it, and whether its lessons are true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

from gancraft.events import Finished, Warned
from gancraft.pictures import open_picture, save_picture
from gancraft.plugins import Plugins, find_plugins
from gancraft.web.context import Context
from gancraft.web.learn.layers import LESSON, LIST, layers_choice
from gancraft.web.learn.lessons import SITUATIONS, SOURCE, Cure, Situation, find, playground, resolved, watched
from gancraft.web.learn.motion import Motion
from gancraft.web.learn.tab import learn_tab
from gancraft.web.settings import PUBLIC

# Gradio sums up its own runs with an option that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*")

SMALL = replace(PUBLIC, train_pictures=2560, max_side=64, maxima={"iterations": 2}, computer=False)
PLUGINS = find_plugins()
METHOD, PLAYED = playground(PLUGINS)
LESSONS = [(one, cure) for one in SITUATIONS for cure in one.cures]
NAMES = [f"{one.name}-{cure.name}" for one, cure in LESSONS]


@pytest.mark.parametrize(("situation", "cure"), LESSONS, ids=NAMES)
def test_every_situation_and_cure_is_something_that_can_be_trained(situation: Situation, cure: Cure) -> None:
    assert METHOD is not None and situation in PLAYED
    choice = watched(PLUGINS, resolved(PLUGINS, METHOD, situation, cure, 3))
    flat = {f"{part}.{name}": v for part, values in choice.to_dict().items() for name, v in values.items()}
    for name, value in {**situation.settings, **cure.settings}.items():
        assert flat[name if "." in name else f"train.{name}"] == value
    assert choice.settings.seed == 3 and choice.settings.pictures <= PUBLIC.train_pictures
    assert 20 <= choice.settings.pictures / flat["keep.sheet_every"] <= 200


def test_names_are_unique_and_texts_are_there() -> None:
    assert len({one.name for one in SITUATIONS}) == len(SITUATIONS)
    for one in SITUATIONS:
        assert len({cure.name for cure in one.cures}) == len(one.cures) and not one.cures[0].settings
        assert one.story and one.look and all(cure.title and cure.says for cure in one.cures)


def without(kind: str, plugin: str) -> Plugins:
    entries = tuple(entry for entry in PLUGINS.entries if (entry.kind, entry.plugin.name) != (kind, plugin))
    return Plugins(PLUGINS.infos, entries)


def drawn(plugins: Plugins) -> gr.Blocks:
    """A page of the tab alone."""
    with gr.Blocks(analytics_enabled=False) as page, gr.Tabs() as tabs, gr.Tab("Learn"):
        learn_tab(Context(plugins, SMALL, tabs, gr.State(None)))
    return page


def test_without_a_method_for_points_the_tab_says_so() -> None:
    plugins = without("train", "toy")
    assert playground(plugins) == (None, [])
    texts = [str(block.value) for block in drawn(plugins).blocks.values() if isinstance(block, gr.HTML)]
    assert any("No installed plugin plays with points" in text for text in texts)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    patch = pytest.MonkeyPatch()
    patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
    patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    page: Any = drawn(PLUGINS).queue()
    _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    client = Client(address, verbose=False, download_files=str(tmp_path_factory.mktemp("got")), analytics_enabled=False)
    yield client
    client.close()
    page.close(verbose=False)
    patch.undo()


def test_the_api_has_names(client: Client) -> None:
    endpoints: Any = client.view_api(return_format="dict", print_info=False)["named_endpoints"]  # type: ignore[index]
    names = {name: [p["parameter_name"] for p in endpoint["parameters"]] for name, endpoint in endpoints.items()}
    assert names == {"/learn": ["situation", "cure", "seed"], "/layers": ["picture", "seed"]}


def test_a_game_by_its_name(client: Client) -> None:
    job = client.submit(situation="collapse", cure="equal_steps", seed=5, api_name="/learn")
    picture, label, curves, command = job.result()
    with Image.open(picture) as image:
        assert image.size == (512, 512) and not getattr(image, "is_animated", False)
    assert (
        "Mode collapse: one step each" in label
        and "2,560 points seen · seed 5" in label
        and 'data-state="done"' in label
    )
    assert "of 8 heaps are found" in curves and "health check says" in curves and curves.count("<svg") >= 3
    assert command.startswith(f"gancraft train {SOURCE} --plugin ")
    for flag in ("--pictures 2560", "--seed 5", "--beta1 0.5", "--r1 0.0", "--schedule constant", "--sheet 16x16"):
        assert flag in command
    assert not any(flag in command for flag in ("--generator-steps", "--device", "sheet-every", "look-every"))
    pictures = {str(shown[0]) for shown in job.outputs() if shown[0]}
    assert len(pictures) > 1, "it was seen on the way"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"situation": "war"}, "war"),
        ({"situation": "fair", "cure": "equal_steps"}, "there is no 'equal_steps' for fair; there are: none"),
        ({"situation": "hot", "cure": "rest"}, "there are: none, sudden_drop"),
        ({"seed": -1}, "minimum"),
    ],
)
def test_wrong_names_get_one_line(client: Client, values: dict[str, Any], says: str) -> None:
    with pytest.raises(AppError, match=says) as error:
        client.predict(**values, api_name="/learn")
    assert "Traceback" not in str(error.value)


def test_the_layers_of_a_picture_of_ones_own(client: Client, tmp_path: Path) -> None:
    from gradio_client import handle_file

    own = tmp_path / "mine.png"
    save_picture(own, np.random.default_rng(0).random((40, 60, 3), np.float32))
    textures, label, matrices, command = client.predict(picture=handle_file(own), api_name="/layers")
    assert [shown["caption"].partition(":")[0] for shown in textures][1:] == [shown["caption"] for shown in matrices]
    assert len(textures) == 6 and textures[0]["caption"] == "The picture"
    assert all(open_picture(shown["image"]).width == 64 for shown in textures)
    assert "mine, layer by layer" in label and "5 layers" in label
    assert command.startswith("gancraft style mine.png mine.png") and "--style-layers relu1_1,relu2_1" in command


def test_the_layers_need_a_picture(client: Client) -> None:
    with pytest.raises(AppError, match="Picture: choose"):
        client.predict(picture=None, api_name="/layers")


def test_the_example_is_in_step_with_what_would_be_painted() -> None:
    from gancraft.style.textures import style_layers

    said = json.loads((LESSON / LIST).read_text(encoding="utf-8"))
    layers = style_layers(layers_choice(PLUGINS, 0, PUBLIC))
    assert list(said["agreement"]) == layers
    files = {"picture", *layers, *(f"{layer}-gram" for layer in layers)}
    assert {file.stem for file in LESSON.glob("*.webp")} == files
    sizes = {(p.width, p.height) for p in (open_picture(LESSON / f"{name}.webp") for name in ("picture", *layers))}
    assert len(sizes) == 1


def sheet(folder: Path, number: int) -> None:
    Image.new("RGB", (16, 16), (number, 0, 0)).save(folder / f"{number:09}.png")


def test_sheets_become_films_that_go_on_where_the_last_one_ended(tmp_path: Path) -> None:
    sheets, place = tmp_path / "sheets", tmp_path / "films"
    sheets.mkdir(), place.mkdir()
    motion = Motion(sheets, place)
    assert motion.film(0.0) is None and motion.last() is None
    for number in (0, 50, 100):
        sheet(sheets, number)
    first = motion.film(0.6)
    assert first is not None and motion.film(0.7) is None, "nothing new"
    sheet(sheets, 150)
    second = motion.film(1.2)
    assert second is not None and motion.last() == str(sheets / "000000150.png")
    frames = []
    for film in (first, second):
        with Image.open(film) as image:
            assert image.info["loop"] == 1
            for index in range(image.n_frames):  # type: ignore[attr-defined]
                image.seek(index)
                frames.append(image.convert("RGB").getpixel((8, 8))[0])  # type: ignore[index]
    assert frames == pytest.approx([0, 50, 100, 100, 150], abs=4)


def test_a_film_has_few_frames_and_the_newest_among_them(tmp_path: Path) -> None:
    for number in range(100):
        sheet(tmp_path, 2 * number)
    film = Motion(tmp_path, tmp_path).film(1.0)
    assert film is not None
    with Image.open(film) as image:
        assert image.n_frames <= 12  # type: ignore[attr-defined]
        image.seek(image.n_frames - 1)  # type: ignore[attr-defined]
        assert image.convert("RGB").getpixel((8, 8))[0] == pytest.approx(198, abs=4)  # type: ignore[index]


def played(folder: Path, situation: str, cure: str) -> tuple[int, float, set[str], float]:
    """(heaps found, distance at the end, codes of the troubles, the discriminator's loss at the end) of seed 0."""
    from gancraft.training.job import train
    from gancraft.training.reach import modes_reached
    from gancraft.training.report import read_run

    assert METHOD is not None
    one = find(PLAYED, situation)
    choice = resolved(PLUGINS, METHOD, one, one.cure(cure), 0)
    events = list(train(choice, SOURCE, folder))
    assert isinstance(events[-1], Finished) and events[-1].problem is None
    codes = {event.code for event in events if isinstance(event, Warned)}
    series = read_run(folder).series
    distance, loss = (series[name][-1][1] for name in ("distance", "discriminator"))
    assert distance is not None and loss is not None
    return modes_reached(folder / "model.safetensors", SOURCE, PLUGINS)[0], distance, codes, loss


@pytest.mark.slow
@pytest.mark.parametrize(
    ("situation", "cure"),
    [("fair", "none"), ("collapse", "equal_steps"), ("overpowered", "balance"), ("hot", "sudden_drop")],
)
def test_what_is_cured_finds_all_heaps(situation: str, cure: str, tmp_path: Path) -> None:
    found, distance, _, _ = played(tmp_path, situation, cure)
    assert found == 8 and distance < 20


@pytest.mark.slow
def test_mode_collapse_is_seen_and_named(tmp_path: Path) -> None:
    found, distance, codes, _ = played(tmp_path, "collapse", "none")
    assert found <= 2 and distance > 200 and codes & {"collapse", "unstable"}


@pytest.mark.slow
def test_a_discriminator_that_wins_is_seen_and_named(tmp_path: Path) -> None:
    found, distance, codes, loss = played(tmp_path, "overpowered", "none")
    assert found <= 1 and distance > 300 and loss < 0.01 and "overpowering" in codes


@pytest.mark.slow
def test_too_high_a_rate_finds_nothing_that_lasts(tmp_path: Path) -> None:
    found, distance, _, _ = played(tmp_path, "hot", "none")
    assert found <= 4 and distance > 40
