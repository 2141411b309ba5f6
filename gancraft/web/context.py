"""What every tab is drawn with."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from gancraft.plugins import Plugins
from gancraft.web.settings import Limits


@dataclass(frozen=True)
class Context:
    """plugins: those to offer; limits: what a visitor may ask for; tabs: all of them, to switch from one to another;
    own_model: path of the model file (or None) that this visitor has trained or uploaded, for the Generate tab."""

    plugins: Plugins
    limits: Limits
    tabs: gr.Tabs
    own_model: gr.State
