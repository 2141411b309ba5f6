"""Make the pictures of docs/latent.md: `python docs/make_latent_pictures.py [nearest]`.

Without arguments the sheets of the models that ship; `nearest` compares one of them with its set, which takes minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from PIL import Image  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from gancraft.cli.main import build_app  # noqa: E402

SHEETS = {
    "sweep": ["sweep", "emoji", "--seeds", "13,20,41", "--side", "96", "--truncation", "0..1.5:0.25"],
    "directions": ["directions", "emoji", "-n", "5", "--seeds", "39,20", "--side", "72"],
    "mix": ["mix", "abstract", "--rows", "1,2,3", "--columns", "4,5,6,7", "--side", "96"],
    "styles": ["directions", "abstract", "-n", "4", "--seeds", "2,3", "--side", "80"],
    "sweep-styles": ["sweep", "abstract", "--seeds", "2,3,4", "--side", "96", "--truncation", "0..1.25:0.25"],
}
NEAREST = ["nearest", "digits", "sample:digits", "--rows", "4", "--side", "104"]


def make(name: str, arguments: list[str]) -> None:
    """Run a command, and save its sheet in docs/pictures."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sheet.png"
        words = [*arguments, "-o", str(file)]
        result = CliRunner().invoke(build_app(words), words)
        assert result.exit_code == 0, result.output
        print(result.stdout)
        Image.open(file).convert("RGB").save(ROOT / "docs" / "pictures" / f"latent-{name}.webp", quality=84, method=6)


if __name__ == "__main__":
    for name, arguments in SHEETS.items():
        make(name, arguments)
    if "nearest" in sys.argv[1:]:
        make("nearest", NEAREST)
