"""The Plugins tab's content, and that an installed package's plugin gets controls on the page."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from gancraft.plugins import PluginInfo, Plugins, Registered, find_plugins
from gancraft.plugins.find import HOOKS
from gancraft.web import plugins_tab
from gancraft.web.context import Context
from gancraft.web.highlight import python
from tests.web.conftest import BOUNDS, with_endless

AUTHORS_PAGE = Path(__file__).parents[2] / "docs" / "plugin-author.md"
FAILED = (
    PluginInfo(
        "sparkle", "gancraft-sparkle", "0.3", "gancraft_sparkle", False, "failed", "ImportError: no <module> 'x'"
    ),
    PluginInfo("mine", "", "", "/home/me/p/mine.py", False, "failed", "SyntaxError: bad (/home/me/p/mine.py, line 3)"),
    PluginInfo("other", "gancraft-other", "2", "gancraft_other", False, "blocked", "by --no-plugin"),
)


def drawn(plugins: Plugins) -> str:
    """All HTML of the tab."""
    with gr.Blocks(analytics_enabled=False) as page:
        with gr.Tabs() as tabs:
            context = Context(plugins, BOUNDS, tabs, gr.State(None))
        plugins_tab.plugins_tab(context)
    return "".join(block.value for block in page.blocks.values() if isinstance(block, gr.HTML))


def items(html: str) -> dict[str, str]:
    """Rows of lists: their text by the name that they begin with."""
    rows = re.findall(r"<li data-\w+=\"[^\"]*\"><strong>(.*?)</strong>(.*?)</li>", html)
    return {unescape(name): unescape(re.sub("<[^>]+>", " ", rest)) for name, rest in rows}


def test_everything_is_listed_and_where_it_is_from() -> None:
    known = with_endless()
    html = drawn(known)
    rows = items(html)
    assert set(rows) == {entry.name for entry in known.entries}
    assert "Goes on." in rows["endless"] and "gancraft-third 1.0" in rows["endless"]
    assert f"{len(known.entries)} things from 2 packages" in html
    assert "Not here" not in html
    for kind in {entry.kind for entry in known.entries}:
        assert kind in plugins_tab.KINDS, f"{kind} has no title yet"


def test_what_failed_is_told_with_its_reason_and_without_folders() -> None:
    known = find_plugins()
    html = drawn(Plugins((*known.infos, *FAILED), known.entries))
    rows = items(html)
    assert "3 plugins can’t be used" in html
    assert (
        "failed to load: ImportError: no <module> 'x'" in rows["sparkle"] and "gancraft-sparkle 0.3" in rows["sparkle"]
    )
    assert "mine.py, line 3" in rows["mine"] and "by --no-plugin" in rows["other"]
    assert "/home" not in html and "<module>" not in html


def test_a_file_of_ones_own_goes_by_its_name() -> None:
    (entry, *_) = find_plugins().entries
    info = PluginInfo("mine", "", "", "/home/me/p/mine.py", False)
    html = drawn(Plugins((info,), (replace(entry, name="mine", plugin=info),)))
    assert "mine.py" in items(html)["mine"] and "/home" not in html


def test_a_kind_that_the_page_does_not_know_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HOOKS, "easel", "register_losses")
    info = PluginInfo("third", "gancraft-third", "1.0", "", False)
    entry = Registered("easel", "oak", object, "Stands.", with_endless().entries[0].options, None, frozenset(), info)
    html = drawn(Plugins((info,), (entry,)))
    assert "<h3>Easels</h3>" in html and "Stands." in items(html)["oak"]


def test_the_example_is_the_authors_page_first() -> None:
    code = re.search(r"<!-- example: (\S+) -->\n```python\n(.*?)```", AUTHORS_PAGE.read_text(), re.DOTALL)
    assert code is not None
    assert plugins_tab.EXAMPLE.read_text() == code[2]
    html = drawn(find_plugins())
    assert f"mine/{code[1]}" in html
    for command in re.findall(r"--plugin (\S+)", plugins_tab.TRY):
        assert f'"{command}"' in code[2]


def test_every_hook_is_explained() -> None:
    html = drawn(find_plugins())
    for hook in HOOKS.values():
        says = re.search(rf"<dt><code>{hook}</code></dt><dd>(.*?)</dd>", html)
        assert says is not None and says[1].startswith("Register ") and "`" not in says[1]


@pytest.mark.parametrize(
    "source",
    [plugins_tab.EXAMPLE.read_text(), Path(__file__).read_text(), "", "x = 1", 'a = """two\nlines"""  # <b> & c\n\n\n'],
)
def test_highlighting_leaves_the_source_as_it_is(source: str) -> None:
    html = python(source)
    assert unescape(re.sub(r"</?i\b[^>]*>", "", html)) == source


def test_highlighting_knows_the_kinds() -> None:
    html = python("class A:\n    def f(self):  # why <\n        return 'x'\n")
    found = re.findall(r'<i data-kind="(\w+)">(.*?)</i>', html)
    assert found == [
        ("word", "class"), ("name", "A"), ("word", "def"), ("name", "f"), ("comment", "# why &lt;"), ("word", "return"),
        ("string", "'x'"),
    ]  # fmt: skip


LIGHT = '''
"""A third party's way of painting."""
import gancraft

class StripesOptions(gancraft.Options):
    width: int = gancraft.option(5, "Pixels of one stripe.", ge=1, le=40, basic=True)
    ink: str = gancraft.option("red", "What is painted with.")

@gancraft.hookimpl
def register_style_methods(register):
    register("stripes", "gancraft_stripes.paint:Stripes", interface=gancraft.StyleMethod, options=StripesOptions,
             summary="Stripes, and nothing else.")
'''


@pytest.fixture
def stripes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package as pip installs it: its code, and what it says of itself beside it."""
    package, told = tmp_path / "gancraft_stripes", tmp_path / "gancraft_stripes-1.2.dist-info"
    package.mkdir()
    told.mkdir()
    (package / "__init__.py").write_text(LIGHT)
    (told / "METADATA").write_text("Metadata-Version: 2.4\nName: gancraft-stripes\nVersion: 1.2\n")
    (told / "entry_points.txt").write_text("[gancraft]\nstripes = gancraft_stripes\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gancraft_stripes", raising=False)
    importlib.invalidate_caches()


@pytest.mark.usefixtures("stripes")
def test_a_third_partys_installed_package_gets_its_controls() -> None:
    from gancraft.web.page import build_page

    plugins = find_plugins(strict=True)
    rows = items(drawn(plugins))
    assert "gancraft-stripes 1.2" in rows["stripes"] and "Stripes, and nothing else." in rows["stripes"]
    page: Any = build_page(plugins, BOUNDS)
    by_info = {getattr(block, "info", None): block for block in page.blocks.values()}
    slider, ink = by_info["Pixels of one stripe."], by_info["What is painted with."]
    assert isinstance(slider, gr.Slider) and (slider.minimum, slider.maximum, slider.value) == (1, 40, 5)
    assert isinstance(ink, gr.Textbox) and ink.value == "red"
    (method,) = [block for block in page.blocks.values() if getattr(block, "elem_id", None) == "method"]
    assert "stripes" in [value for _, value in method.choices]
    api = page.get_api_info()["named_endpoints"]["/style"]["parameters"]
    assert {"stripes_width", "stripes_ink"} <= {parameter["parameter_name"] for parameter in api}
