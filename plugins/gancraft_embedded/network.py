"""Builds the embedded network from its file: the architecture stands in the file's header."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from gancraft import GancraftError, PerceptualOptions, SequentialNetwork

WEIGHTS = Path(__file__).with_name("embedded.safetensors")


class Embedded(SequentialNetwork):
    """Stages of plain 3x3 convolutions with ReLU and 2x2 average pools between them; `relu1_1` … `relu5_1` may be asked
    for. Every channel averages one over natural pictures, by construction."""

    def __init__(self, options: PerceptualOptions, file: Path = WEIGHTS):
        header, state = _read(file)
        architecture = header["architecture"]
        steps: list[tuple[str, nn.Module]] = []
        width = 3
        for number, stage in enumerate(architecture["stages"], 1):
            if number > 1:
                # An odd last row is pooled by itself: dropped, no loss would see it, and it would fill with blobs.
                steps.append((f"pool{number - 1}", nn.AvgPool2d(2, ceil_mode=architecture["pool_ceil"])))
            for index, channels in enumerate(stage, 1):
                name = f"conv{number}_{index}"
                steps.append((name, _convolution(file, name, width, channels, state)))
                steps.append((f"relu{number}_{index}", nn.ReLU(inplace=True)))
                width = channels
        super().__init__(
            steps,
            header["layers"],
            content_layers=header["content_layers"],
            style_layers=header["style_layers"],
            mean=architecture["mean"],
            std=architecture["std"],
            pooling=options.pooling,
            first_padding=architecture["padding"],
            padding=architecture["padding"],
        )

    @staticmethod
    def weights() -> tuple[str, bool]:
        return f"bundled: {WEIGHTS.name}", WEIGHTS.is_file()


def _read(file: Path) -> tuple[dict, dict[str, Tensor]]:
    try:
        with safe_open(str(file), framework="pt") as archive:
            header = json.loads(archive.metadata()["gancraft"])
            return header, {name: archive.get_tensor(name).float() for name in archive.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise GancraftError(f"{file}: the network's weights can't be read ({error}); install gancraft again") from error


def _convolution(file: Path, name: str, width: int, channels: int, state: dict[str, Tensor]) -> nn.Conv2d:
    convolution = nn.Conv2d(width, channels, 3, padding=1, device="meta")
    try:
        tensors = {kind: state[f"{name}.{kind}"] for kind in ("weight", "bias")}
        convolution.load_state_dict(tensors, assign=True)
    except (KeyError, RuntimeError) as error:
        raise GancraftError(f"{file}: {name} is missing or has the wrong shape; install gancraft again") from error
    return convolution
