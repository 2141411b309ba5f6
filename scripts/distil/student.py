"""The student: a small VGG-like network, its folding into plain convolutions and its file.

Shapes: N batch, C channels, H and W pixels. Pictures are sRGB in [0, 1].
Architecture after Simonyan & Zisserman 2015 (VGG), with average pooling as in Gatys, Ecker & Bethge 2016.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

STAGES: tuple[tuple[int, ...], ...] = ((48, 48), (96, 96), (128, 128, 128), (256, 256), (256,))
MEAN, STD = 0.45, 0.25  # of the input, the same for the three colours
MEAN_FLOOR = 0.02  # of a layer's mean: a channel that hardly fires is not blown up
STYLE_LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 1.0, "relu4_1": 1.0, "relu5_1": 1.0}
CONTENT_LAYERS = {"relu4_2": 1.0}


def conv_names(stages: tuple[tuple[int, ...], ...] = STAGES) -> list[str]:
    """Names of the convolutions, shallow to deep: conv1_1, conv1_2, conv2_1, ..."""
    return [f"conv{s}_{i}" for s, widths in enumerate(stages, 1) for i in range(1, len(widths) + 1)]


def first_in_stage(name: str) -> bool:
    """True where a 2x2 average pool stands before this convolution."""
    return name.endswith("_1") and name != "conv1_1"


class Student(nn.Module):
    """The network in training: reflection-padded 3x3 convolution, batch norm, ReLU.

    Input x_NCHW in [0, 1]; returns each stage's last activation (strides 1, 2, 4, 8, 16).
    """

    def __init__(self, stages: tuple[tuple[int, ...], ...] = STAGES) -> None:
        super().__init__()
        self.stages = stages
        self.convs = nn.ModuleList()
        self.norms = nn.ModuleList()
        width = 3
        for out in (w for stage in stages for w in stage):
            conv = nn.Conv2d(width, out, 3, bias=False)
            nn.init.orthogonal_(conv.weight, gain=2**0.5)
            self.convs.append(conv)
            self.norms.append(nn.BatchNorm2d(out, momentum=0.02))
            width = out

    def forward(self, x_NCHW: Tensor) -> list[Tensor]:
        x = (x_NCHW - MEAN) / STD
        outputs, index = [], 0
        for stage, widths in enumerate(self.stages):
            if stage:
                x = F.avg_pool2d(x, 2)
            for _ in widths:
                x = F.pad(x, (1, 1, 1, 1), mode="reflect")
                x = F.relu(self.norms[index](self.convs[index](x)))
                index += 1
            outputs.append(x)
        return outputs


def run_folded(weights: dict[str, Tensor], x_NCHW: Tensor, until: str = "") -> dict[str, Tensor]:
    """All activations (relu1_1, ...) of the folded network up to and with layer `until`."""
    taps: dict[str, Tensor] = {}
    x = (x_NCHW - MEAN) / STD
    for name in (key[:-7] for key in weights if key.endswith(".weight")):
        if first_in_stage(name):
            x = F.avg_pool2d(x, 2, ceil_mode=True)  # floor would leave the last rows unseen
        x = F.pad(x, (1, 1, 1, 1), mode="reflect")
        x = F.relu(F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"]))
        tap = name.replace("conv", "relu")
        taps[tap] = x
        if tap == until:
            break
    return taps


@torch.no_grad()
def fold(student: Student, pictures_NCHW: Tensor) -> dict[str, Tensor]:
    """Plain convolutions of `student`, each channel of unit mean activation over the pictures.

    Batch norm goes into weight and bias. Then channel c of a layer is divided by its mean activation m_c
    and the next layer's weights that read it are multiplied by m_c, so the function of the network stays.
    """
    weights: dict[str, Tensor] = {}
    for name, conv, norm in zip(conv_names(student.stages), student.convs, student.norms, strict=True):
        scale = norm.weight.float() / torch.sqrt(norm.running_var.float() + norm.eps)
        weights[f"{name}.weight"] = conv.weight.float() * scale[:, None, None, None]
        weights[f"{name}.bias"] = norm.bias.float() - norm.running_mean.float() * scale
    return unit_means(weights, pictures_NCHW)


@torch.no_grad()
def unit_means(weights: dict[str, Tensor], pictures_NCHW: Tensor) -> dict[str, Tensor]:
    """Rescale folded weights so that each channel's mean activation over the pictures is one."""
    total: dict[str, Tensor] = {}
    for batch in pictures_NCHW.split(16):
        for tap, x in run_folded(weights, batch).items():
            total[tap] = total.get(tap, 0) + x.mean((2, 3)).sum(0)
    out: dict[str, Tensor] = {}
    before: Tensor | None = None
    for tap, sums in total.items():
        name = tap.replace("relu", "conv")
        mean_C = sums / len(pictures_NCHW)
        mean_C = torch.maximum(mean_C, MEAN_FLOOR * mean_C.mean())
        weight = weights[f"{name}.weight"] / mean_C[:, None, None, None]
        out[f"{name}.weight"] = weight if before is None else weight * before[None, :, None, None]
        out[f"{name}.bias"] = weights[f"{name}.bias"] / mean_C
        before = mean_C
    return out


def header(name: str, stages: tuple[tuple[int, ...], ...] = STAGES, **facts: object) -> dict[str, object]:
    """What describes the file, for its metadata key `gancraft`."""
    return {
        "format": 1,
        "kind": "perceptual",
        "name": name,
        "architecture": {
            "stages": [list(widths) for widths in stages],
            "kernel": 3,
            "activation": "relu",
            "pool": "average",
            "pool_ceil": True,
            "padding": "reflect",
            "input": "sRGB in [0, 1]",
            "mean": [MEAN] * 3,
            "std": [STD] * 3,
        },
        "layers": [n.replace("conv", "relu") for n in conv_names(stages)],
        "content_layers": CONTENT_LAYERS,
        "style_layers": STYLE_LAYERS,
        "licence": "Apache-2.0",
    } | facts


def save(path: Path, weights: dict[str, Tensor], facts: dict[str, object]) -> None:
    """Write the folded weights in half precision, with their description in the header."""
    half = {key: value.half().contiguous().cpu() for key, value in weights.items()}
    bad = [key for key, value in half.items() if not value.isfinite().all()]
    if bad:
        raise ValueError(f"not finite in half precision: {', '.join(bad)}")
    save_file(half, path, metadata={"gancraft": json.dumps(facts, ensure_ascii=False)})
