"""Pictures that are larger than the memory."""

from __future__ import annotations

import numpy as np
import pytest

from gancraft import GancraftError, UsageError
from gancraft.events import Warned
from gancraft.plugins import find_plugins
from gancraft.style import memory
from gancraft.style.choice import resolve_style
from gancraft.style.settings import parsed
from tests.style.helpers import finish, job, run


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process had nothing yet."""
    monkeypatch.setattr(memory, "used", lambda _compute: 0.0)


@pytest.mark.parametrize(("text", "size"), [("4GB", 4e9), ("1.5 G", 1.5e9), ("800mb", 8e8), ("2GiB", 2e9)])
def test_sizes(text: str, size: float) -> None:
    assert parsed(text) == size


@pytest.mark.parametrize("text", ["4", "many", "-1GB", "GB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="memory .*a number with its unit is needed"):
        resolve_style(find_plugins(), [{"memory": text}])


def test_a_picture_in_tiles_is_the_same_picture(room: None) -> None:
    whole, _ = finish(run(job(160, 112), iterations=6, levels=1))
    seen: list[object] = []
    tiled, _ = finish(run(job(160, 112), iterations=6, levels=1, memory="7.5MB"), seen.append)
    (said,) = [event.message for event in seen if isinstance(event, Warned)]
    assert "160x112 is painted in" in said and "tiles, for want of memory" in said
    assert whole.picture_HWC is not None and tiled.picture_HWC is not None
    # After these few steps. Later L-BFGS makes other strokes of a difference in rounding.
    assert np.abs(whole.picture_HWC - tiled.picture_HWC).mean() < 1e-3


def test_where_no_tile_is_small_enough(room: None) -> None:
    with pytest.raises(
        GancraftError,
        match=r"out of memory: 160x112 needs about .* GB even in the smallest tiles.*or with a larger --memory",
    ):
        finish(run(job(160, 112), memory="3MB"))
