"""What the student learns: standardised features of two EfficientNet-Lites, stage by stage.

At student stride s the targets are EfficientNet-Lite0's features of stride 2s on the picture enlarged twice,
and EfficientNet-Lite2's of stride s on the picture itself.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

STRIDES = (1, 2, 4, 8, 16)
# A cell of stride s is centred at s*j + s - 1 in the teacher (its padding is at the right and the bottom), at
# s*j + (s - 1)/2 in the student (average pooling). Shifting the teacher's picture makes up for it on average.
SHIFT = {0: 2, 2: 1}


def efficientnet_module() -> ModuleType:
    """The bundled plugin's network.py, also where the plugin isn't installed."""
    path = Path(__file__).parents[2] / "plugins/gancraft_efficientnet/network.py"
    spec = importlib.util.spec_from_file_location("efficientnet_network", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def load(version: int, folder: Path | None) -> nn.Module:
    """A teacher, from `folder`/lite<version>.safetensors if there is one, else from its package."""
    state = None
    if folder is not None and (path := folder / f"lite{version}.safetensors").exists():
        state = load_file(path)
    return efficientnet_module().EfficientNetLite(version, state)


def taps_of(net: nn.Module, stride: int) -> list[str]:
    """The last block of this stride and its depthwise activation; with the stem and all at stride 2."""
    of_stride = [name for name in net.layers if net.strides[name] == stride]
    return of_stride if stride == 2 else of_stride[-2:]


class Teachers(nn.Module):
    """Both teachers in one pass; `means` and `deviations` are set by `measure`."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self.lite0, self.lite2 = load(0, folder), load(2, folder)
        self.taps0 = [taps_of(self.lite0, 2 * stride) for stride in STRIDES]
        self.taps2 = [[] if stride == 1 else taps_of(self.lite2, stride) for stride in STRIDES]
        self.means: list[Tensor] = []
        self.deviations: list[Tensor] = []

    def raw(self, x_NCHW: Tensor) -> tuple[list[Tensor], Tensor]:
        """Features per stage, not standardised, and Lite2's logits."""
        double = F.interpolate(x_NCHW, scale_factor=2, mode="bilinear", align_corners=False)
        double, single = (
            F.pad(x, (shift, 0, shift, 0), mode="reflect")[:, :, : x.shape[2], : x.shape[3]]
            for x, shift in ((double, SHIFT[0]), (x_NCHW, SHIFT[2]))
        )
        found0 = self.lite0(double, [tap for taps in self.taps0 for tap in taps])
        found2, last = self.lite2._features(single, {tap for taps in self.taps2 for tap in taps} | {"end"})
        logits = self.lite2.classifier(self.lite2.head(last).mean((2, 3)))
        stages = [
            torch.cat([found0[tap] for tap in taps0] + [found2[tap] for tap in taps2], 1)
            for taps0, taps2 in zip(self.taps0, self.taps2, strict=True)
        ]
        return stages, logits

    def forward(self, x_NCHW: Tensor) -> tuple[list[Tensor], Tensor]:
        """Targets per stage, of mean 0 and deviation 1 in each channel, and Lite2's logits."""
        stages, logits = self.raw(x_NCHW)
        stages = [
            ((stage - mean) / deviation).to(stage.dtype)
            for stage, mean, deviation in zip(stages, self.means, self.deviations, strict=True)
        ]
        return stages, logits

    @torch.no_grad()
    def measure(self, batches: list[Tensor]) -> list[int]:
        """Set the standardisation from these pictures; returns the channels per stage."""
        sums = [[0.0, 0.0] for _ in STRIDES]
        for batch in batches:
            for total, stage in zip(sums, self.raw(batch)[0], strict=True):
                total[0] = total[0] + stage.float().mean((0, 2, 3)) / len(batches)
                total[1] = total[1] + stage.float().square().mean((0, 2, 3)) / len(batches)
        self.means = [mean.view(1, -1, 1, 1) for mean, _ in sums]
        self.deviations = []
        for mean, square in sums:
            deviation = (square - mean.square()).clamp(min=0).sqrt()
            deviation = torch.maximum(deviation, 0.05 * deviation.mean())  # channels that hardly move
            self.deviations.append(deviation.view(1, -1, 1, 1))
        return [mean.shape[1] for mean in self.means]
