"""Paint the textures that the Learn tab opens with, into gancraft/web/learn/lesson. From the root of the repository:

    python -m scripts.make_lesson

It takes half a minute on two cores. Look at them afterwards.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from PIL import Image

from gancraft.events import Finished
from gancraft.pictures import open_sample, save_picture
from gancraft.plugins import find_plugins
from gancraft.style.choice import sized
from gancraft.style.textures import textures_to
from gancraft.threads import share_cores
from gancraft.web.learn.layers import LESSON, LIST, layers_choice
from gancraft.web.learn.strip import OPENS_WITH
from gancraft.web.settings import OWN

SEED = 0
QUALITY = 85


def main() -> None:
    share_cores()
    choice, picture = layers_choice(find_plugins(), SEED, OWN), open_sample(OPENS_WITH)
    LESSON.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for event in textures_to(folder, choice, picture):
            if isinstance(event, Finished):
                agreement = event.facts["agreement"]
        save_picture(Path(folder, "picture.png"), sized(choice, picture).rgb_HWC)
        for file in sorted(Path(folder).glob("*.png")):
            Image.open(file).convert("RGB").save(LESSON / f"{file.stem}.webp", quality=QUALITY, method=6)
    rounded = {layer: round(value, 3) for layer, value in agreement.items()}
    said = {"picture": OPENS_WITH, "seed": SEED, "agreement": rounded}
    (LESSON / LIST).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
