"""How the page looks: a picture on a museum's wall, with the painter's things beside it.

Two colours beside the greys of plaster and ink: vermilion for what acts, nothing else. Fonts are the system's, since nothing
may be fetched: a serif for names of pictures, as on a museum's labels, and the interface's own for all else.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio.themes.utils.colors import Color
from gradio.themes.utils.sizes import radius_md, spacing_md, text_md

# What the whole page shares, and then a file for each tab.
_FOLDER = Path(__file__).with_name("css")
CSS = [_FOLDER / f"{name}.css" for name in ("page", "access", "style", "generate", "train", "learn", "plugins")]

SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


_VERMILION = Color(
    "#fdf3f0", "#fbe4dd", "#f6c8bb", "#f0a590", "#ea7f63", "#dd5a3b",
    "#c8401f", "#a93418", "#8a2c17", "#6f2717", "#3d130a", "vermilion",
)  # fmt: skip
_PLASTER = Color(
    "#fbf9f5", "#f5f2eb", "#e9e4d9", "#d8d1c3", "#a8a093", "#79726a",
    "#5c564f", "#45413d", "#2c2a2b", "#1f1e20", "#151416", "plaster",
)  # fmt: skip


def theme() -> gr.themes.Base:
    """The colours, sizes and fonts of every component, for light and dark."""
    base = gr.themes.Base(
        primary_hue=_VERMILION,
        secondary_hue=_VERMILION,
        neutral_hue=_PLASTER,
        text_size=text_md,
        spacing_size=spacing_md,
        radius_size=radius_md,
        font=SANS,
        font_mono=MONO,
    )
    return base.set(
        body_background_fill="*neutral_100",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="#efece6",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="#a8a299",
        background_fill_primary="*neutral_50",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_950",
        border_color_primary="*neutral_200",
        border_color_primary_dark="#363438",
        block_background_fill="*neutral_50",
        block_background_fill_dark="*neutral_900",
        block_border_width="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="#a8a299",
        block_title_text_color="*neutral_900",
        block_title_text_color_dark="#efece6",
        block_title_text_weight="600",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="#a8a299",
        input_background_fill="#ffffff",
        input_background_fill_dark="#151416",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="#3f3d42",
        input_border_color_focus="*primary_500",
        input_border_color_focus_dark="*primary_500",
        slider_color="*primary_600",
        slider_color_dark="*primary_500",
        checkbox_background_color_selected="*primary_600",
        checkbox_background_color_selected_dark="*primary_500",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="*neutral_200",
        button_secondary_background_fill_hover="#dfd9cc",
        button_secondary_background_fill_dark="#2c2a2e",
        button_secondary_background_fill_hover_dark="#353338",
        button_large_text_weight="600",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_400",
        loader_color="*primary_500",
    )
