"""The real thing: a default painting of a sample, judged by a network that it didn't look through."""

from __future__ import annotations

import pytest

from gancraft.events import Finished, Warned
from gancraft.metrics.judge import judge
from gancraft.pictures import fitted, open_sample
from gancraft.plugins import find_plugins
from gancraft.style import paint
from gancraft.style.choice import resolve_style
from gancraft.style.resize import fit_style
from gancraft.style.tensors import to_tensor
from tests.style.helpers import finish, job, run

pytestmark = pytest.mark.slow
PLUGINS = find_plugins()


@pytest.mark.parametrize(("content", "style"), [("astronaut", "brush"), ("cat", "swirl")])
def test_a_default_painting_comes_near_to_its_style_and_stays_near_to_its_content(content: str, style: str) -> None:
    photo, painting = fitted(open_sample(content), size="192"), open_sample(style)
    *_, last = paint(resolve_style(PLUGINS, [{"size": "192"}]), photo, [(painting, 1.0)])
    assert isinstance(last, Finished) and last.picture_HWC is not None
    registered = PLUGINS.get("network", "efficientnet-lite1")
    eye = registered.create(registered.options())
    small = fit_style(to_tensor(painting.rgb_HWC), 192)
    before = judge(eye, to_tensor(photo.rgb_HWC), to_tensor(photo.rgb_HWC), small)
    after = judge(eye, to_tensor(last.picture_HWC), to_tensor(photo.rgb_HWC), small)
    assert before.content == 0
    assert after.style < 0.5 * before.style
    assert after.content < 0.85
    assert 0.3 < after.detail < 1.6  # neither blurred nor noisy


def test_inductor_equals_eager_on_the_cpu() -> None:
    seen: list[object] = []
    eager, _ = finish(run(job(launch="eager"), iterations=4, levels=1))
    compiled, _ = finish(run(job(launch="compile"), iterations=4, levels=1), seen.append)
    warnings = [event for event in seen if isinstance(event, Warned)]
    if warnings:  # a machine without a C++ compiler says so in one line, and paints all the same
        assert len(warnings) == 1 and "can't compile" in warnings[0].message
    assert abs(eager.picture_HWC - compiled.picture_HWC).max() < 1e-3
