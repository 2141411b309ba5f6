"""A style network learns: on photos that it never saw the style comes in, and the photos stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import engine_helpers as engine
from tests.training import style_helpers as styles

pytestmark = pytest.mark.slow


def test_the_style_comes_in_and_the_photo_stays(tmp_path: Path) -> None:
    """160 steps. Seeds 0 to 4 ended at a style loss from 0.13 to 0.53, a content loss from 0.49 to 0.78 and a distance of at
    most three quarters of the first one."""
    photos, stripes = styles.photos(tmp_path / "photos", 48, 32), styles.style_picture(tmp_path)
    settings = {"width": 4, "rate": 0.005, "average": 60.0, "content_weight": 0.1, "size": "32", "pictures": 640}
    choice = styles.choose("fast", stripes, **settings, health__look_every=64, data__hold_out=0.45)
    engine.end(styles.finish(choice, photos, tmp_path / "run"))
    looks = [line["values"] for line in engine.metrics(tmp_path / "run") if line["kind"] == "progress"]
    assert looks[-1]["held-out style"] < 0.65 and looks[-1]["held-out content"] < 0.9
    assert looks[-1]["distance"] < 0.85 * looks[0]["distance"]
