"""Paint the examples that the page shows before anything is painted, into gancraft/web/examples. From the root of the
repository:

    python -m scripts.make_examples            all that aren't there, or whose settings have changed
    python -m scripts.make_examples cat-swirl  this one, again

Each takes about half a minute on two cores. Look at all of them afterwards. The page fills its fields from the list that is
written beside them; a test compares the list with the recipes inside the pictures.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from gancraft import defaults
from gancraft.errors import GancraftError
from gancraft.events import Progress
from gancraft.pictures import open_sample, read_recipe
from gancraft.plugins import find_plugins
from gancraft.style import paint_to
from gancraft.threads import share_cores
from gancraft.web.examples import EXAMPLES, LIST, Example

SIZE = 512


def example(name: str, photo: str, styles: list[tuple[str, float]], **optimise: float) -> Example:
    """name: of its file; optimise: the runner's settings, where they differ from the defaults."""
    settings = {"optimise": optimise} if optimise else {}
    return Example(f"{name}.webp", photo, styles, defaults.STYLE_METHOD, SIZE, 0, settings)


# The first one hangs on the wall when the page opens, with settings that it opens with.
PAINTED = [
    example("cat-swirl", "cat", [("swirl", 1)]),
    example("astronaut-geometry", "astronaut", [("geometry", 1)], strength=0.35, iterations=100),
    example("coffee-glass", "coffee", [("glass", 1)]),
    example("rocket-swirl-brush", "rocket", [("swirl", 2), ("brush", 1)], strength=0.45),
    example("cat-woodblock", "cat", [("woodblock", 1)]),
    example("astronaut-watercolour", "astronaut", [("watercolour", 1)], strength=0.4),
    example("coffee-ink", "coffee", [("ink", 1)]),
    example("cat-pointillist-brush", "cat", [("pointillist", 1), ("brush", 1)]),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of those to paint again")
    again = parser.parse_args().names
    share_cores()
    plugins = find_plugins()
    EXAMPLES.mkdir(exist_ok=True)
    for wanted in PAINTED:
        choice = wanted.choice(plugins)
        if wanted.path.stem not in again and is_there(wanted, choice.to_dict()):
            continue
        styles = [(open_sample(name), weight) for name, weight in wanted.styles]
        for event in paint_to(wanted.path, choice, open_sample(wanted.photo), styles):
            if isinstance(event, Progress):
                print(f"\r{wanted.file} {event.done}/{event.total}", end="", file=sys.stderr)
        print(file=sys.stderr)
    files = {wanted.file for wanted in PAINTED}
    for old in EXAMPLES.glob("*.webp"):
        if old.name not in files:
            old.unlink()
    text = json.dumps([asdict(wanted) for wanted in PAINTED], indent=1)
    (EXAMPLES / LIST).write_text(text + "\n", encoding="utf-8")


def is_there(wanted: Example, options: dict[str, dict[str, object]]) -> bool:
    """Whether the picture is what would be painted."""
    try:
        recipe = read_recipe(wanted.path)
    except GancraftError:
        return False
    painted = [(entry["sample"], entry.get("weight")) for entry in recipe["inputs"]]
    return recipe["options"] == options and painted == [(wanted.photo, None), *wanted.styles]


if __name__ == "__main__":
    main()
