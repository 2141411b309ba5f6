"""Tiles, instant methods, films and estimates on a CUDA device; `python -m pytest -m gpu`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from gancraft.events import Finished, Run
from gancraft.interfaces import StyleJob
from gancraft.pictures import open_sample
from gancraft.plugins import Registered, find_plugins
from gancraft.style import paint
from gancraft.style.choice import StyleChoice, resolve_style
from gancraft.style.estimate import estimate
from gancraft.style.instant import InstantPainting
from gancraft.style.settings import InstantOptions
from tests.style.helpers import rough, smooth
from tests.style.test_instant_methods import METHODS, made, styles_for
from tests.style.test_tiles import HEIGHT, LOSSES, WIDTH, both

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
STYLES = [(open_sample("brush"), 1.0)]


def choice(film: bool = False, **settings: object) -> StyleChoice:
    return resolve_style(find_plugins(), [{"device": "cuda", **settings}], film=film)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_tiles_change_nothing(name: str, masked: bool) -> None:
    slopes = []
    for objective in both(LOSSES[name], masked, device="cuda"):
        x_NCHW = rough(WIDTH, HEIGHT, 7).cuda().requires_grad_()
        objective.renew()
        torch.stack(list(objective(x_NCHW).values())).sum().backward()
        slopes.append(x_NCHW.grad)
    # TF32 in convolutions, and sums in another order.
    torch.testing.assert_close(slopes[1], slopes[0], rtol=2e-2, atol=float(slopes[0].abs().max()) * 2e-2)


@pytest.mark.parametrize("entry", METHODS, ids=lambda entry: entry.name)
def test_instant_methods_paint_what_the_cpu_paints(entry: Registered) -> None:
    pictures = []
    for device in ("cpu", "cuda"):
        job = StyleJob(smooth(90, 66, 1), styles_for(entry), precision="float32", device=device)
        painting = InstantPainting(InstantOptions(), made(entry))
        *_, done = Run(lambda run, painting=painting, job=job: painting.run(job, run))
        assert isinstance(done, Finished) and done.picture_HWC is not None
        pictures.append(done.picture_HWC)
    assert np.abs(pictures[0] - pictures[1]).mean() < 0.01


def test_an_estimate_is_about_what_a_run_takes() -> None:
    settings = choice(size="512", iterations="300")
    list(paint(settings, open_sample("astronaut"), STYLES))  # pays for the start
    found = estimate(settings, (512, 512), STYLES)
    *_, last = paint(settings, open_sample("astronaut"), STYLES)
    assert found is not None and found.bytes is not None and isinstance(last, Finished)
    assert last.seconds / 4 < found.seconds < 4 * last.seconds
    assert 0.3 * torch.cuda.max_memory_allocated() < found.bytes


@pytest.mark.parametrize("plugin", ["gram", "adain"])
def test_films_are_painted(plugin: str, tmp_path: Path) -> None:
    pytest.importorskip("av")
    from gancraft.style.film import paint_film
    from tests.style.film.helpers import moving, write_film

    film = write_film(tmp_path / "film.mp4", moving(4))
    iterations = {"iterations": "12"} if plugin == "gram" else {}
    *_, last = paint_film(tmp_path / "out.mp4", choice(True, plugin=plugin, **iterations), film, STYLES)
    assert isinstance(last, Finished) and last.facts["frames"] == 4 and (tmp_path / "out.mp4").exists()
    assert last.picture_HWC is not None and float(last.picture_HWC.std()) > 0.02
