"""How the documentation becomes a site: `sphinx-build -W --keep-going -b html docs build/site`, or `just site`.

Sphinx with MyST (Markdown) and Furo: all three are maintained, it builds without a network, `-W` turns every broken link, missing
picture and page outside the navigation into an error, and what it makes fetches nothing: system fonts, and a search that runs in the
browser. The pages stay plain Markdown, so they read as well in the repository.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project, author = "gancraft", "the gancraft authors"
version = release = _PROJECT["version"]
copyright = "the gancraft authors. Apache-2.0"

extensions = ["myst_nb"]
root_doc = "index"
exclude_patterns = ["examples/**", "**/.ipynb_checkpoints"]
myst_heading_anchors = 4
myst_enable_extensions = ["html_image"]  # <img width=…> in tables
nb_execution_mode = "off"  # notebooks are shown as they are kept; tests run them
nb_merge_streams = True
suppress_warnings: list[str] = []  # nothing is let pass

html_theme = "furo"
html_title = "gancraft"
html_favicon = html_logo = "_static/icon.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#a93418",
        "color-brand-content": "#a93418",
        "color-brand-visited": "#8a2c17",
        "color-background-primary": "#fbf9f5",
        "color-background-secondary": "#f5f2eb",
        "color-background-border": "#e9e4d9",
        "color-foreground-primary": "#1f1e20",
        "color-foreground-secondary": "#5c564f",
        "color-foreground-muted": "#6a635b",
        "color-background-hover": "#e9e4d9",
        "color-code-background": "#f1ede4",
        "color-sidebar-link-text--top-level": "#45413d",
        "color-highlight-on-target": "#f8ead9",
    },
    "dark_css_variables": {
        "color-brand-primary": "#f0a590",
        "color-brand-content": "#f0a590",
        "color-brand-visited": "#ea7f63",
        "color-background-primary": "#151416",
        "color-background-secondary": "#1f1e20",
        "color-background-border": "#363438",
        "color-foreground-primary": "#efece6",
        "color-foreground-secondary": "#a8a299",
        "color-foreground-muted": "#a8a299",
        "color-background-hover": "#2c2a2b",
        "color-code-background": "#1f1e20",
        "color-sidebar-link-text--top-level": "#d8d1c3",
        "color-highlight-on-target": "#3d2a1c",
    },
}
pygments_style, pygments_dark_style = "friendly", "monokai"


def _outside(app, docname, source):  # noqa: ANN001 - Sphinx's event
    """Links to files beside docs/ lead to the page that stands for them, or else become the file's name."""
    text = source[0]
    if "/" in docname:  # a notebook, whose `../` is docs/
        return
    if docname == "changelog":  # whole, on the site; a link in the repository
        text = (_ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")
    text = text.replace("](../CHANGELOG.md)", "](changelog.md)").replace("](../README.md)", "](index.md)")
    source[0] = re.sub(r"\[([^\]]+)\]\(\.\./([^)]+)\)", r"\1 (`\2` in the repository)", text)


def setup(app) -> None:  # noqa: ANN001
    app.connect("source-read", _outside)
