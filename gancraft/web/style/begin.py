"""A painting's run as the page begins it, where the work is done: with a word ahead on how long it takes, and scores.

A module's function, so that it reaches another process: see `gancraft.web.runs.watch`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gancraft.errors import GancraftError
from gancraft.events import Event, Run, Started, Warned
from gancraft.pictures import Picture, fit_size
from gancraft.plugins import Plugins
from gancraft.style.choice import StyleChoice
from gancraft.web.label import about

# Pixels times steps of a painting that is over before anybody asks how long it takes: 384 pixels with the usual 75 steps.
SOON = 12.5e6


def begin(
    file: Path,
    choice: StyleChoice,
    content: Picture,
    styles: Sequence[tuple[Picture, float]],
    *,
    judged: bool = False,
    max_seconds: float = math.inf,
    **arguments: Any,
) -> Run:
    """`gancraft.style.paint_to`. The summary of `Started` says how long it will take, where that is long; "" elsewhere.
    judged: scores are among the facts of `Finished`. max_seconds: when the page stops it."""
    from gancraft.style import paint_to

    masks = arguments.get("masks", ())
    scores = scores_by(choice.plugins, content, styles, masks) if judged else None
    inner = paint_to(file, choice, content, styles, scores=scores, **arguments)

    def events(outer: Run) -> Iterator[Event]:
        said = ""
        try:
            if steps_of(choice, content) > SOON:
                from gancraft.style.estimate import estimate

                found = estimate(choice, (content.width, content.height), styles)
                if found is not None:
                    said = said_ahead(found.seconds, found.bytes)
                    if found.seconds > max_seconds:
                        yield Warned(
                            f"This takes about {about(found.seconds)}, and this page stops it after {about(max_seconds)}: a "
                            "smaller size or fewer steps come to an end"
                        )
            for event in inner:
                yield replace(event, summary=said) if isinstance(event, Started) else event
                inner.stopping = outer.stopping
        finally:
            inner.close()

    return Run(events)


def steps_of(choice: StyleChoice, content: Picture) -> float:
    """Pixels times steps."""
    width, height, _ = fit_size(choice.settings.size, choice.settings.scale, content.width, content.height)
    iterations = max((getattr(options, "iterations", 0) for options in choice.options.values()), default=0)
    return width * height * max(1, iterations)


def said_ahead(seconds: float, size: float | None) -> str:
    """For people."""
    memory = f" and {size / 1e9:.1f} GB of memory" if size is not None else ""
    return f"About {about(seconds)}{memory}"


def scores_by(plugins: Plugins, content: Picture, styles: Any, masks: Any) -> Any:
    """What scores the paintings of one photo. Raises GancraftError, with what to install, where the judge isn't there."""
    from gancraft.style.judge import judging_network, scorer

    return scorer(judging_network(plugins), content, styles, masks)


def judge_problem(plugins: Plugins) -> str:
    """Why results can't be judged here, with what to install; "" where they can."""
    from gancraft.style.judge import judging_network

    try:
        judging_network(plugins)
    except GancraftError as problem:
        return str(problem)
    return ""
