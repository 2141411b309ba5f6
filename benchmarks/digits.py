"""How legible the digits are that a trained generator makes: the share that a small classifier is sure of.

    gancraft train sample:digits --size 32 --plugin dcgan --policy translation --batch 32 \\
        --generator-rate 1e-3 --discriminator-rate 1e-3 --generator.width 32 --discriminator.width 32 \\
        --pictures 255000 --run runs/digits32
    python benchmarks/digits.py runs/digits32

The classifier (two convolutions on 8x8 pictures) is trained on 1,500 of the real digits for 60 passes, with a fixed seed; the
other 297 say how good it is. Larger pictures are averaged to 8x8 first.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import torch
from torch import Tensor, nn

from gancraft.latent.evaluate import from_model
from gancraft.models import load_model
from gancraft.pictures.dataset import open_set
from gancraft.plugins import find_plugins

SURE, PASSES, TRAIN = 0.9, 60, 1500


def classifier(x_NCHW: Tensor, y_N: Tensor) -> nn.Module:
    """Trained on these."""
    net = nn.Sequential(
        nn.AdaptiveAvgPool2d(8),
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(64 * 16, 10),
    )
    adam = torch.optim.Adam(net.parameters(), 1e-3)
    for _ in range(PASSES):
        for rows in torch.randperm(len(x_NCHW)).split(64):
            adam.zero_grad()
            nn.functional.cross_entropy(net(x_NCHW[rows]), y_N[rows]).backward()
            adam.step()
    return net.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", help="run folders or model files")
    parser.add_argument("-n", type=int, default=1000, help="digits to make")
    arguments = parser.parse_args()
    for name in arguments.models:
        path = Path(name) / "model.safetensors" if Path(name).is_dir() else Path(name)
        model = load_model(path, find_plugins())
        data = open_set("sample:digits", size=str(model.info.shape.height), labels=True)
        x_NCHW, y_N = torch.tensor(data.x_NCHW).float() / 255, torch.tensor(data.labels_N)
        torch.manual_seed(0)
        order = torch.randperm(len(x_NCHW))
        train, test = order[:TRAIN], order[TRAIN:]
        net = classifier(x_NCHW[train], y_N[train])
        with torch.no_grad():
            real = net(x_NCHW[test]).softmax(1)
            made = net(torch.tensor(from_model(model, arguments.n, seed=1).at(range(arguments.n)))).softmax(1)
        right = float((real.argmax(1) == y_N[test]).float().mean())
        sure = made.max(1).values > SURE
        classes = torch.bincount(made.argmax(1)[sure], minlength=10).tolist()
        print(
            f"{name}: sure of {float(sure.float().mean()):.1%} of {arguments.n} (of real ones "
            f"{float((real.max(1).values > SURE).float().mean()):.1%}, right in {right:.1%}); by class {classes}"
        )


if __name__ == "__main__":
    main()
