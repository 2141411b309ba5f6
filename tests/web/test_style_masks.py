"""Masks of the Style tab, without a browser: what was drawn, and what is painted there."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

import gancraft
from gancraft.pictures import open_sample, read_recipe, save_picture
from gancraft.plugins import Plugins
from gancraft.web.history import History
from gancraft.web.painting import Order, paint_events
from gancraft.web.runs import Switch
from gancraft.web.settings import PUBLIC
from gancraft.web.style.film import FilmField
from gancraft.web.style.masks import Masks, draw_masks, drawn
from gancraft.web.style.order import Fields, order_of
from gancraft.web.style.pictures import draw_pictures
from tests.web.style_helpers import LIMITS, at_once, fields_of, values, with_networks


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return with_networks("waves", "ink")


@pytest.fixture(scope="module")
def tab(plugins: Plugins) -> tuple[Fields, FilmField]:
    return fields_of(plugins)


def layer_of(shape: tuple[int, int], box: tuple[int, int, int, int], opaque: int = 165) -> bytes:
    """A file with something drawn in a box; shape: (width, height)."""
    image = Image.new("RGBA", shape)
    image.paste((255, 90, 54, opaque), box)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_mask_is_what_was_drawn_with_soft_edges() -> None:
    cat = open_sample("cat")
    shape = (240, round(240 * cat.height / cat.width))
    layers = [layer_of(shape, (0, 0, 120, shape[1]))]
    hard, soft = (drawn(layers, cat, softness, "mask.png", PUBLIC) for softness in (0.0, 0.1))
    assert hard is not None and soft is not None
    assert (hard.width, hard.height, hard.name) == (cat.width, cat.height, "mask.png") and hard.sha256 != soft.sha256
    row, faded = hard.rgb_HWC[100, :, 0], soft.rgb_HWC[100, :, 0]
    assert row[10] == 1 and row[-10] == 0 and faded[10] > 0.95 and faded[-10] < 0.05
    assert np.count_nonzero((faded > 0.02) & (faded < 0.98)) > 10 * np.count_nonzero((row > 0.02) & (row < 0.98))


def test_of_a_picture_without_transparency_the_light_counts(tmp_path: Path) -> None:
    cat = open_sample("cat")
    x_HWC = np.zeros((cat.height, cat.width, 3), np.float32)
    x_HWC[:50] = 1
    save_picture(tmp_path / "mask.png", x_HWC)
    mask = drawn([str(tmp_path / "mask.png")], cat, 0, "mask.png", PUBLIC)
    assert mask is not None and mask.rgb_HWC[10].min() == 1 and mask.rgb_HWC[80].max() == 0


def test_nothing_drawn_is_no_mask_and_another_shape_is_refused() -> None:
    cat = open_sample("cat")
    assert drawn(None, cat, 0, "mask.png", PUBLIC) is None
    assert drawn([layer_of((60, 40), (0, 0, 0, 0))], cat, 0, "mask.png", PUBLIC) is None
    with pytest.raises(gancraft.UsageError, match="mask.png: is 40x60, another shape"):
        drawn([layer_of((40, 60), (0, 0, 9, 9))], cat, 0, "mask.png", PUBLIC)
    with pytest.raises(gancraft.UsageError):
        drawn([b"no picture"], cat, 0, "mask.png", PUBLIC)


def masked(tab: tuple[Fields, FilmField], plugins: Plugins, **more: Any) -> Order:
    cat = open_sample("cat")
    layers = [layer_of((cat.width, cat.height), (0, 0, cat.width // 2, cat.height))]
    return order_of(plugins, tab[0], values(tab, method=at_once(plugins), size=64, mask=layers, **more), LIMITS)


def test_a_masked_painting_leaves_the_rest_the_photo(tab: tuple[Fields, FilmField], plugins: Plugins) -> None:
    history, order = History(), masked(tab, plugins)
    *_, last = paint_events(Switch(), history, order, LIMITS)
    before, after = (np.asarray(Image.open(path).convert("RGB"), np.float32) / 255 for path in last[1])
    moved = np.abs(after - before).mean(-1)
    assert moved[:, :24].mean() > 5 * moved[:, 40:].mean()
    assert "--mask mask.png -" in last[3]
    assert [entry["name"] for entry in read_recipe(last[0])["inputs"] if "mask" in entry["role"]] == ["mask.png"]
    history.close()


def test_a_mask_of_the_style_alone_masks_nothing_of_the_photo(tab: tuple[Fields, FilmField], plugins: Plugins) -> None:
    swirl = open_sample("swirl")
    part = [layer_of((swirl.width, swirl.height), (0, 0, swirl.width, swirl.height // 2))]
    order = order_of(plugins, tab[0], values(tab, method=at_once(plugins), style_mask=part), LIMITS)
    (pair,) = order.masks
    assert pair.place.rgb_HWC.min() == 1 and pair.part is not None and pair.part.rgb_HWC[-5].max() < 0.1


def test_a_mask_of_a_style_that_has_no_weight_is_refused(tab: tuple[Fields, FilmField], plugins: Plugins) -> None:
    given = values(tab)
    with pytest.raises(gancraft.UsageError, match="mask belongs to the first style, whose weight is 0"):
        masked(tab, plugins, weight=0, style_2=given["style"], weight_2=1)
    assert masked(tab, plugins, weight=0).masks


def test_nobody_fills_the_memory_with_drawings() -> None:
    from gancraft.web.style.editor import MOST_KEPT, draw_editor

    with gr.Blocks(analytics_enabled=False):
        editor = draw_editor("Where", "x")

    def send(name: str, index: str) -> None:
        data: Any = {"type": "layer", "index": index, "id": name, "file": {"path": ""}}
        editor.accept_blobs(SimpleNamespace(data=data, files=[("file", b"x")]))  # type: ignore[arg-type]

    for number in range(MOST_KEPT + 5):
        send(str(number), "0")
    assert len(editor.blob_storage) == MOST_KEPT and str(MOST_KEPT + 4) in editor.blob_storage
    with pytest.raises(ValueError):
        send("far", "1000000000")


def test_the_editor_gives_files_as_they_came() -> None:
    with gr.Blocks(analytics_enabled=False):
        pictures = draw_pictures(PUBLIC, "cat", "swirl")
        masks: Masks = draw_masks(pictures.photo, pictures.styles[0].picker, True)
    editor = masks.photo
    assert editor.preprocess(None) is None
    file = gr.data_classes.FileData(path="/a/layer.png")
    payload = editor.data_model(layers=[file], background=None, composite=None)  # type: ignore[misc]
    assert editor.preprocess(payload) == ["/a/layer.png"]
