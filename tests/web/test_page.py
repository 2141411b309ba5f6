"""The page as a program meets it: served, and called through its API."""

from __future__ import annotations

import runpy
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from gancraft.pictures import open_picture, open_sample, read_recipe
from gancraft.web.settings import OWN, PUBLIC, limits
from tests.web.conftest import Watched
from tests.web.served import Served
from tests.web.waiting import PATIENCE, cancellation, until

pytestmark = [
    # Gradio sums up its own runs with things that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:.*future.no_silent_downcasting.*"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = str(tmp_path_factory.mktemp("client"))
    client = Client(url, verbose=False, download_files=folder, analytics_enabled=False)
    yield client
    client.close()


def test_untouched_it_paints_the_samples_with_the_recipe_inside(client: Client) -> None:
    file, pair, label, command = client.predict(api_name="/style")
    picture, recipe = open_picture(file), read_recipe(file)
    assert (picture.width, picture.height) == (64, 43)
    assert [entry.get("sample") for entry in recipe["inputs"]] == ["cat", "swirl"]
    assert recipe["options"]["optimise"]["iterations"] == 4
    assert recipe["facts"]["iterations"] == 4
    assert len(pair) == 2 and all(Path(side).exists() for side in pair)
    assert 'data-state="done"' in label and "Chelsea the cat, after Night over the valley" in label
    assert command == "gancraft style sample:cat sample:swirl --size 64 --iterations 4"


def test_own_pictures_and_settings_reach_the_engine(client: Client, tmp_path: Path) -> None:
    from gancraft.pictures import save_picture

    own = tmp_path / "my cat.png"
    save_picture(own, open_sample("cat").resized(90, 60).rgb_HWC)
    file, _, label, command = client.predict(
        content=handle_file(own), seed=7, optimise_strength=0.9, gram_covariance=True, api_name="/style"
    )
    options = read_recipe(file)["options"]
    assert (options["style"]["seed"], options["optimise"]["strength"], options["gram"]["covariance"]) == (7, 0.9, True)
    assert read_recipe(file)["inputs"][0].get("sample") is None
    assert "my cat, after" in label
    assert "--covariance" in command and "--strength 0.9" in command and "--seed 7" in command


def test_several_styles_are_blended_by_their_weights(client: Client, tmp_path: Path) -> None:
    from gancraft.pictures import save_picture

    own = tmp_path / "wall.png"
    save_picture(own, open_sample("mosaic").resized(60, 60).rgb_HWC)
    more = {"style_2": handle_file(own), "weight_2": 0.5, "style_4": handle_file(own), "weight_4": 0}
    file, _, label, command = client.predict(**more, api_name="/style")
    inputs = [entry for entry in read_recipe(file)["inputs"] if entry["role"] == "style"]
    assert [(entry["name"], entry["weight"]) for entry in inputs] == [("swirl.jpg", 1), ("wall.png", 0.5)]
    assert "after Night over the valley and wall" in label
    assert command.startswith("gancraft style sample:cat --style sample:swirl --style wall.png:0.5 ")
    assert Path(file).name == "cat-swirl-wall.png"
    with pytest.raises(AppError, match="all styles have weight 0"):
        client.predict(weight=0, style_2=handle_file(own), weight_2=0, api_name="/style")


def test_a_picture_to_start_from(client: Client, tmp_path: Path) -> None:
    from gancraft.pictures import save_picture

    own = tmp_path / "sketch.png"
    save_picture(own, open_sample("coffee").resized(60, 40).rgb_HWC)
    file, _, _, command = client.predict(start_picture=handle_file(own), api_name="/style")
    recipe = read_recipe(file)
    assert [entry["name"] for entry in recipe["inputs"]] == ["cat.jpg", "swirl.jpg", "sketch.png"]
    assert recipe["inputs"][2]["role"] == "start" and recipe["options"]["optimise"]["start"] == "picture"
    assert "--start-picture sketch.png" in command and "--start picture" in command


def test_the_api_has_names(client: Client) -> None:
    endpoints: Any = client.view_api(return_format="dict", print_info=False)
    names = [p["parameter_name"] for p in endpoints["named_endpoints"]["/style"]["parameters"]]
    styles = ["style", "weight", "style_2", "weight_2", "style_3", "weight_3", "style_4", "weight_4"]
    assert names[:13] == ["content", *styles, "method", "size", "seed", "start_picture"]
    assert {"optimise_strength", "gram_covariance", "endless_brushes"} <= set(names)
    assert not any(name.startswith("param_") or "path" in name or name.endswith("start_picture") for name in names[13:])
    assert len(endpoints["named_endpoints"]["/style"]["returns"]) == 4


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"size": 4096}, "maximum"),
        ({"size": 8}, "minimum"),
        ({"optimise_iterations": 5}, "maximum"),
        ({"method": "no-such"}, "no-such"),
        ({"seed": -1}, "minimum"),
        ({"optimise_content_layers": "no-such-layer"}, "no-such-layer"),
        ({"content": None}, "Photo: choose a picture"),
    ],
)
def test_bad_values_get_one_line(client: Client, values: dict[str, Any], says: str) -> None:
    with pytest.raises(AppError, match=says) as error:
        client.predict(**values, api_name="/style")
    assert "\n" not in str(error.value).strip() and "Traceback" not in str(error.value)


def test_files_that_are_no_pictures_get_one_line(client: Client, tmp_path: Path) -> None:
    text, large = tmp_path / "text.png", tmp_path / "large.png"
    text.write_text("not a picture")
    with pytest.raises(AppError, match="text.png isn't a picture"):
        client.predict(content=handle_file(text), api_name="/style")
    from PIL import Image

    Image.new("L", (1100, 1000)).save(large)
    with pytest.raises(AppError, match="megapixels, over the limit of 1"):
        client.predict(style=handle_file(large), api_name="/style")


def test_a_file_of_the_server_cannot_be_asked_for(client: Client) -> None:
    with pytest.raises(AppError):
        client.predict(content={"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}, api_name="/style")


def test_cancelling_ends_the_run_after_at_most_one_more_step(
    client: Client, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled = cancellation(monkeypatch)
    watched.permits = threading.Semaphore(1)
    job = client.submit(method="endless", endless_brushes=5, api_name="/style")
    until(lambda: watched.steps == 2)  # and it waits in its second step until it may go on
    asked = threading.Thread(target=job.cancel)
    asked.start()
    assert cancelled.wait(PATIENCE)
    watched.permits.release(1000)
    assert watched.closed.wait(PATIENCE)
    asked.join()
    assert watched.steps <= 3 and watched.brushes == 5
    file, *_ = client.predict(api_name="/style")  # the next in the queue gets its turn
    assert Path(file).exists()


def test_a_public_page_has_tighter_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPACE_ID", "GANCRAFT_PUBLIC"):
        monkeypatch.delenv(name, raising=False)
    assert limits() is OWN
    monkeypatch.setenv("GANCRAFT_PUBLIC", "1")
    assert limits() is PUBLIC
    monkeypatch.setenv("GANCRAFT_PUBLIC", "0")
    monkeypatch.setenv("SPACE_ID", "somebody/gancraft")
    assert limits() is PUBLIC
    assert PUBLIC.max_side < OWN.max_side and PUBLIC.max_megapixels < OWN.max_megapixels


def test_building_the_page_loads_no_torch(public: Served) -> None:
    assert "torch is loaded: False" in public.log.read_text()


def test_a_space_starts_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gancraft.web.page.build_page", lambda: "the page")
    started = runpy.run_path(str(Path(__file__).parents[2] / "app.py"))
    assert started["demo"] == "the page"
