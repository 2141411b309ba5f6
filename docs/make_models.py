"""Write docs/models.md: the cards of the models that ship, each with its sheet. `--check` only compares, `--sheets` also makes the
sheets that are missing, `--sheets all` makes all of them anew."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from gancraft.trained.card import read_card  # noqa: E402
from gancraft.trained.folder import TrainedModel, card_of, models_in  # noqa: E402
from gancraft.trained.header import read_model  # noqa: E402
from gancraft_gallery import FIRST  # noqa: E402

GALLERY, PICTURES = ROOT / "plugins" / "gancraft_gallery", ROOT / "docs" / "pictures"
WIDTH = 800  # pixels of a sheet, roughly
ROWS = {12: 4, 6: 4, 4: 3, 3: 2}  # by pictures across
NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine", 12: "Twelve",
           24: "Twenty-four", 48: "Forty-eight"}  # fmt: skip
HEAD = """# The models that ship: their cards

Made by `python docs/make_models.py` from the cards in `plugins/gancraft_gallery`; a test keeps it in step.

Plugin `gallery` brings {count} small generators, trained by gancraft itself, so that pictures are there at once: on the page's
Generate tab, and by name on the command line.

    gancraft models
    gancraft models emoji
    gancraft sample emoji --seed 7 --truncation 0.9
    gancraft walk digits --seconds 8 -o walk.mp4
    gancraft info emoji

The files hold the averaged generators in half precision; what is loaded is float32 again. The weights are ours. `gancraft models`
lists them with what was measured, `gancraft models NAME` prints a card as below, `gancraft info NAME` what the file says of itself.
How to ship one of your own: [a plugin's first page](plugin-author.md#shipping-a-model).

## Pushing and pulling

A model and its card travel through a repository of the Hugging Face hub, or through a folder, which needs no network:

    gancraft push runs/cats me/cats --card cats.md
    gancraft pull me/cats
    gancraft sample cats

    gancraft push runs/cats ./stick/cats
    gancraft pull ./stick/cats --name my-cats

- `owner/name` (or `hf:owner/name`) is a repository, which `push` makes if need be: a public one, or with `--private` a private one.
  What looks like a path (`./folder`, `folder/`, `/folder`, `file:folder`) is a folder. The folder of a run can be pulled from too.
- What is sent is `model.safetensors` and the card as `README.md`: that of `--card`, else the one beside the model (`NAME.md`), else
  one made of what the model's file says. Write known faults into it before anybody else finds them.
- The hub knows you by `hf auth login` or `HF_TOKEN`. gancraft keeps no token.
- Pulled models lie in `$GANCRAFT_MODELS`, else in `$XDG_DATA_HOME/gancraft/models` (`~/.local/share/gancraft/models`): the model, its
  card, and where it came from. To forget one, delete its files. Other models that gancraft trained can be put there too. On
  one's own computer the page's Generate tab has them all, from its next start on.
- Only safetensors that gancraft wrote are taken, up to 2 GB, and only whole: their tensors must match the checksum in their header, and
  the file the hub's. Nothing is run by pulling. What runs when you sample is the plugin that the model names, which you have installed.
- A name that a plugin's model has, or a model from elsewhere, isn't given away: choose one with `--name`. Pulling from the same place
  again replaces the model by what is there now; `--revision` takes a branch, a tag or a commit.
"""
TAIL = """## How the files are made

    gancraft evaluate runs/emoji --data emoji.zip --json > scores.json
    python -m scripts.ship_model runs/emoji plugins/gancraft_gallery/emoji.safetensors --data "…" --licence Apache-2.0 \\
        --command "gancraft train …" --summary "Made-up emoji." --scores scores.json
    python docs/make_models.py --sheets

The first line measures. The second rounds the weights to half precision, keeps method, seed, pictures seen and verdict of what the run
wrote, adds what you say, prints how much pictures change by the rounding, and writes a card beside the file unless there is one. Then
look at sheets, and write into the card what looks bad. A file and a card in that folder are all that the gallery needs.
"""


def page() -> str:
    """The whole page."""
    models = sorted(models_in(GALLERY), key=lambda model: model.name != FIRST)
    parts = [HEAD.format(count=NUMBERS.get(len(models), str(len(models))).lower())]
    for model in models:
        title, _, text = read_card(card_of(model.file)).text.partition("\n")
        assert title == f"# {model.name}", f"{card_of(model.file)}: begins with '# {model.name}'"
        count, options = sheet(model)
        picture = f"![{NUMBERS[count]} pictures by {model.name}](pictures/{target(model).name})"
        caption = f"*`gancraft sample {model.name} {options}`: seed 0, nothing picked out.*"
        text = re.sub(r"^(#+ )", r"#\1", text.strip(), flags=re.MULTILINE)
        text = re.sub(r"docs/(\w+)\.md", r"[\1](\1.md)", text)
        parts.append(f"## {model.name}\n\n{picture}\n\n{caption}\n\n{text}\n")
    return "\n".join([*parts, TAIL])


def sheet(model: TrainedModel) -> tuple[int, str]:
    """How many pictures the sheet of a model has, and how it is made."""
    width = read_model(model.file).info.shape.width
    scale = max(1, 64 // width)
    across = next((n for n in ROWS if n * width * scale <= WIDTH), min(ROWS))
    count = across * ROWS[across]
    return count, f"-n {count} --across {across} --scale {scale}"


def target(model: TrainedModel) -> Path:
    return PICTURES / f"model-{model.name}.webp"


def make_sheets(anew: bool) -> None:
    """The pictures, by the command in their captions."""
    from PIL import Image

    for model in models_in(GALLERY):
        if target(model).exists() and not anew:
            continue
        with tempfile.TemporaryDirectory() as folder:
            png = Path(folder) / "sheet.png"
            words = ["sample", str(model.file), *sheet(model)[1].split(), "-q", "-o", str(png)]
            subprocess.run([sys.executable, "-m", "gancraft", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            Image.open(png).save(target(model), quality=90, method=6)


if __name__ == "__main__":
    document = ROOT / "docs" / "models.md"
    if "--check" in sys.argv:
        same = document.read_text(encoding="utf-8") == page()
        sys.exit(0 if same else "docs/models.md is out of step: run docs/make_models.py")
    if "--sheets" in sys.argv:
        make_sheets("all" in sys.argv)
    document.write_text(page(), encoding="utf-8")
