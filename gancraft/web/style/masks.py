"""Where the first style goes, drawn on the photo with a brush, and what of its picture is looked at.

Shape suffixes: H, W = height, width, C = 3 channels.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
from gradio.components import Component
from PIL import Image, ImageFilter

from gancraft.errors import UsageError
from gancraft.pictures import Picture, open_picture, save_picture
from gancraft.web.picker import Picker, thumbnail
from gancraft.web.quiet import QUIET
from gancraft.web.settings import Limits
from gancraft.web.style.editor import SIDE, Layers, draw_editor

if TYPE_CHECKING:
    from gancraft.style.masks import MaskPair

CAPABILITY = "mask"
LIGHT = (0.299, 0.587, 0.114)  # of red, green and blue
SOFTEST, USUAL = 10, 2  # per cent of the long side
FAINT = 0.02  # less than this of a brush is nothing
STRETCH = 0.03  # of a mask's shape against its picture's: the editor rounds to pixels
SAYS = (
    "Draw where the style goes; the rest stays the photo, or takes the further styles where there are some. On the style you "
    "can draw what of it is looked at. Nothing drawn: all of it."
)


@dataclass(frozen=True)
class Masks:
    """The fields. Their values are files of layers, in which what was drawn isn't transparent."""

    drawer: gr.Accordion
    photo: gr.ImageEditor
    style: gr.ImageEditor
    soft: gr.Slider

    @property
    def inputs(self) -> dict[str, Component]:
        """By name in the API."""
        return {"mask": self.photo, "style_mask": self.style, "mask_softness": self.soft}

    def read(
        self, given: Mapping[str, Any], content: Picture, styles: Sequence[tuple[Picture, float]], limits: Limits
    ) -> list[MaskPair]:
        """The first style's, from values by the names of `inputs`. Raises UsageError, in one line."""
        soft = float(given["mask_softness"] or 0) / 100
        place = drawn(given["mask"], content, soft, "mask.png", limits)
        part = drawn(given["style_mask"], styles[0][0], soft, "style-mask.png", limits) if styles else None
        if (place is None and part is None) or not styles:
            return []
        from gancraft.style.masks import MaskPair  # torch comes with it

        if place is None:
            white_HWC = np.ones((content.height, content.width, 3), np.float32)
            place = _as_file(white_HWC[..., 0], "mask.png")
        return [MaskPair(place, part)]


def draw_masks(photo: Picker, style: Picker, shown: bool) -> Masks:
    """Draw the drawer within the open Blocks. photo, style: what is drawn on; shown: whether the method takes masks."""
    with gr.Accordion("Paint only a part", open=False, visible=shown, elem_classes="gc-more gc-masks") as drawer:
        gr.HTML(f"<p>{SAYS}</p>", padding=False)
        place = draw_editor("Where the style goes", "gc-mask-photo")
        part = draw_editor("What of the style counts", "gc-mask-style")
        soft = gr.Slider(
            0,
            SOFTEST,
            USUAL,
            step=0.5,
            label="Soft edges",
            info="How wide a mask's edges fade, in per cent of its side.",
        )
    for editor, picker in ((place, photo), (part, style)):
        laid = gr.State("")
        outputs = [editor, laid]
        drawer.expand(_lay, [picker.image, laid], outputs, **QUIET)
        picker.image.change(_relay, [picker.image, laid], outputs, **QUIET)
    return Masks(drawer, place, part, soft)


def drawn(layers: Layers | None, picture: Picture, soft: float, name: str, limits: Limits) -> Picture | None:
    """The mask of a picture, as large as it: light where something was drawn; None where nothing was. soft: how wide its
    edges fade, against the long side. Raises UsageError where its shape is another."""
    there = [layer for layer in layers or () if not _is_blank(layer, limits)]
    strokes = [_strokes(open_picture(layer, limits.max_megapixels, name=name)) for layer in there]
    strokes = [mask_HW for mask_HW in strokes if mask_HW.max() > FAINT]
    if not strokes:
        return None
    whole = []
    for mask_HW in strokes:
        height, width = mask_HW.shape
        if abs(width * picture.height / (height * picture.width) - 1) > STRETCH + 2 / min(width, height):
            raise UsageError(
                f"{name}: is {width}x{height}, another shape than {picture.name}, {picture.width}x{picture.height}: draw it "
                "anew"
            )
        image = Image.fromarray((np.clip(mask_HW / mask_HW.max(), 0, 1) * 255 + 0.5).astype(np.uint8))
        whole.append(np.asarray(image.resize((picture.width, picture.height), Image.Resampling.BILINEAR)))
    union = Image.fromarray(np.max(whole, axis=0))
    radius = soft * max(picture.width, picture.height) / 2
    return _as_file(np.asarray(union.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255, name)


def _is_blank(layer: bytes | str, limits: Limits) -> bool:
    """Whether it is a picture that is transparent everywhere, which is none elsewhere."""
    try:
        with Image.open(io.BytesIO(layer) if isinstance(layer, bytes) else layer) as image:
            if image.mode != "RGBA" or image.width * image.height > limits.max_megapixels * 1e6:
                return False
            return image.getchannel("A").getbbox() is None
    except (OSError, ValueError, Image.DecompressionBombError):  # what is wrong with it is told when it is opened
        return False


def _strokes(layer: Picture) -> np.ndarray:
    """HW: how opaque it is; of a picture without transparency, how light."""
    return layer.alpha_HW if layer.alpha_HW is not None else layer.rgb_HWC @ np.array(LIGHT, np.float32)


def _as_file(mask_HW: np.ndarray, name: str) -> Picture:
    """As a file of it would be opened: a recipe has its hash."""
    file = io.BytesIO()
    save_picture(file, np.repeat(mask_HW[..., None], 3, -1), format="png")
    return open_picture(file.getvalue(), name=name)


def _lay(path: str | None, laid: str) -> tuple[Any, str]:
    """When the drawer is opened: the picture, unless it is there with what was drawn on it."""
    return (gr.skip(), laid) if (path or "") == laid else _laid(path)


def _relay(path: str | None, laid: str) -> tuple[Any, str]:
    """When another picture is chosen, nothing that was drawn on the former one stays. Before the drawer is opened there is
    nothing to do."""
    return _laid(path) if laid and path != laid else (gr.skip(), laid)


def _laid(path: str | None) -> tuple[Any, str]:
    if path is None:
        return None, ""
    try:
        picture = thumbnail(path, SIDE)
    except (OSError, ValueError, Image.DecompressionBombError):  # painting it says what is wrong with it
        return None, ""
    return {"background": picture, "layers": [], "composite": None}, path
