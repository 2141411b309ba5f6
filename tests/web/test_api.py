"""The page's API: its endpoints, their parameters and what is said of them. A change must be meant.

`python -m tests.web.test_api --update` writes `api.json` anew; a change that breaks callers belongs in the changelog.
"""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import get_function_description

from gancraft.plugins import Plugins, find_plugins
from gancraft.web import gpu
from gancraft.web.page import build_page
from gancraft.web.settings import OWN, PUBLIC

SNAPSHOT = Path(__file__).with_name("api.json")
DOCS = Path(__file__).parents[2] / "docs" / "page.md"


def public_page() -> Any:
    """A public page with nothing but what comes along."""
    known = find_plugins()
    bundled = Plugins(
        tuple(info for info in known.infos if info.bundled),
        tuple(entry for entry in known.entries if entry.plugin.bundled),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "there", lambda: False)  # which method comes first is the same on every machine
        return build_page(bundled, PUBLIC)


def api(info: dict[str, Any]) -> dict[str, Any]:
    """What callers rely on, of what Gradio tells of an API; in words that its releases don't change."""
    return {
        name: {
            "says": endpoint["description"],
            "parameters": {p["parameter_name"]: parameter(p) for p in endpoint["parameters"]},
            "returns": [f"{r['label']} ({r['component']})" for r in endpoint["returns"]],
        }
        for name, endpoint in info["named_endpoints"].items()
    }


def parameter(told: dict[str, Any]) -> str:
    """Its component, what it takes, and its default; files by their names."""
    kind = told["type"]
    takes = (
        kind.get("enum") or kind.get("description") or ("file" if "properties" in kind else kind.get("type", "files"))
    )
    default = told.get("parameter_default", "none, it must be given")
    if isinstance(default, dict) and default.get("path"):
        default = Path(default["path"]).name
    return f"{told['component']}: {takes}; {default!r}"


@pytest.fixture(scope="module")
def page() -> Any:
    return public_page()


def test_the_api_is_as_it_was(page: Any) -> None:
    now, before = api(page.get_api_info()), json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    told = "if this is meant, run python -m tests.web.test_api --update, and tell callers in CHANGELOG.md"
    assert list(now) == list(before), told
    for name, endpoint in now.items():
        assert endpoint == before[name], f"{name}: {told}"


def test_everything_has_a_name_and_is_explained(page: Any) -> None:
    info = page.get_api_info()
    assert info["unnamed_endpoints"] == {}
    public = [event for event in page.fns.values() if event.api_visibility == "public"]
    assert [f"/{event.api_name}" for event in public] == list(info["named_endpoints"])
    for event in public:
        says, parameters, returns = get_function_description(event.fn)
        assert event.fn.__name__ == event.api_name and says.endswith(".")
        names = [p["parameter_name"] for p in info["named_endpoints"][f"/{event.api_name}"]["parameters"]]
        assert all(parameters[name] for name in names), f"{event.api_name}: {parameters}"
        assert not any(name.startswith("param_") for name in names)
        assert len(returns) == sum(not isinstance(block, gr.State) for block in event.outputs)


def test_nothing_public_is_called_by_two_names(page: Any) -> None:
    names = [event.api_name for event in page.fns.values() if event.api_visibility == "public"]
    assert len(names) == len(set(names))


def test_the_docs_tell_of_every_endpoint(page: Any) -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [name for name in page.get_api_info()["named_endpoints"] if f"`{name}`" not in text] == []


def test_the_docs_tell_the_limits_as_they_are() -> None:
    rows = dict(re.findall(r"^\| ([^|]+) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    told = {what: [_numbers(cell) for cell in cells.split(" | ")] for what, cells in rows.items()}
    for what, names in {
        "long side of a painting": ["max_side"],
        "input pictures": ["max_megapixels"],
        "a painting is stopped, and kept, after": ["max_seconds"],
        "side of the pictures in training": ["train_side"],
        "pictures seen in a training": ["train_pictures"],
        "a training is stopped, and kept, after": ["train_seconds"],
        "own pictures for training": ["set_files", "set_megabytes"],
        "a walk's film": ["film_seconds"],
    }.items():
        for cell, limits in zip(told[what], (PUBLIC, OWN), strict=True):
            assert cell == [value for name in names if (value := getattr(limits, name)) < math.inf], what
    assert told["steps of a painting"] == [[limits.maxima["iterations"]] for limits in (PUBLIC, OWN)]


def _numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", text)]


def test_what_a_handler_says_itself_stays() -> None:
    from gancraft.web.api import describe

    def own(text: str) -> str:
        """Say it.

        Args:
            text: what to say
        """
        return text

    def bare(text: str, number: int) -> str:
        return text * number

    with gr.Blocks(analytics_enabled=False) as page:
        text, out = gr.Textbox(label="Text"), gr.Textbox(label="Out")
        number = gr.Slider(1, 9, label="Number", info="How\noften.")
        gr.Button().click(own, text, out, api_name="say")
        gr.Button().click(bare, [text, number], out, api_name="repeat")
        gr.Button().click(lambda: "", None, out, api_visibility="private")
    before = own.__doc__
    describe(page)
    describe(page)
    assert own.__doc__ == before and own.__name__ == "say"
    assert get_function_description(bare) == ("", {"text": "Text", "number": "Number: How often."}, ["Out"])


if __name__ == "__main__":
    if "--update" not in sys.argv:
        sys.exit(__doc__)
    SNAPSHOT.write_text(
        json.dumps(api(public_page().get_api_info()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
