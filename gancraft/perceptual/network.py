"""A perceptual network that is a chain of named steps: one pass serves every loss and ends at the deepest layer asked for.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from gancraft.errors import GancraftError, UsageError, hint
from gancraft.perceptual.padding import PaddedConv2d

# Average pooling lowers activations that were trained under max pooling; twice its output keeps the scale that the layers
# above expect (the factor of Crowson 2020, measured on VGG). Going the other way it is the inverse.
AVERAGE_FOR_MAX = 2.0


class SequentialNetwork(nn.Module):
    """A chain of steps, each with a name; the outputs of those in `layers` may be asked for.

    Pictures go in as float32 sRGB in [0, 1]; activations come out in the network's own dtype (`to(torch.bfloat16)` works).
    Weights are frozen.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        steps: Sequence[tuple[str, nn.Module]],
        layers: Sequence[str],
        *,
        content_layers: Mapping[str, float],
        style_layers: Mapping[str, float],
        mean: Sequence[float] = (0.0, 0.0, 0.0),
        std: Sequence[float] = (1.0, 1.0, 1.0),
        pooling: str = "native",
        first_padding: str = "zeros",
        padding: str = "zeros",
    ):
        """steps: (name, module) from the picture on; pools are MaxPool2d or AvgPool2d.
        layers: the names that may be asked for, shallow to deep.
        content_layers, style_layers: what the losses look at unless told otherwise, with weights.
        mean, std: of the normalisation that the first step expects, per colour channel.
        pooling: as in `gancraft.perceptual.options.PerceptualOptions`.
        first_padding, padding: how the first and the other convolutions continue the picture: zeros, replicate, reflect.
        """
        super().__init__()
        chain: dict[str, nn.Module] = {}
        mode = first_padding
        for name, step in steps:
            if isinstance(step, nn.Conv2d) and step.padding != (0, 0):
                chain[name] = step if mode == "zeros" else PaddedConv2d(step, mode)
                mode = padding
            elif isinstance(step, nn.MaxPool2d | nn.AvgPool2d):
                chain[name] = _pool(step, pooling)
            else:
                chain[name] = step
        self.steps = nn.ModuleDict(chain)
        self.layers = tuple(layers)
        self.content_layers, self.style_layers = dict(content_layers), dict(style_layers)
        self.scale: Mapping[str, float] = {}  # what a layer's activations are divided by, where weights can't hold it
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False).eval()
        self.fingerprint = weights_fingerprint(self.state_dict())

    def forward(self, x_NCHW: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        wanted = set(layers)
        self.check(wanted)
        dtype = next(self.parameters()).dtype
        h_NCHW = ((x_NCHW - self.mean.to(x_NCHW.dtype)) / self.std.to(x_NCHW.dtype)).to(dtype)
        features: dict[str, Tensor] = {}
        for name, step in self.steps.items():
            if len(features) == len(wanted):
                break
            h_NCHW = step(h_NCHW)
            if name in wanted:
                scale = self.scale.get(name, 1.0)
                features[name] = h_NCHW if scale == 1.0 else h_NCHW / scale
        return features

    def reach(self, layers: Iterable[str]) -> tuple[int, int]:
        """How many pixels around a position the deepest of `layers` depends on, and the coarsest stride up to it: what tiles
        of a picture must share, and what their borders must lie on. Raises UsageError as `check` does, GancraftError for
        steps whose reach isn't known."""
        wanted = set(layers)
        self.check(wanted)
        far, stride = 0, 1
        for name, step in self.steps.items():
            if not wanted:
                break
            window = step.pool if isinstance(step, _Scaled) else step
            if isinstance(window, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
                size, jump = (
                    value if isinstance(value, int) else value[0] for value in (window.kernel_size, window.stride)
                )
                beside = (size - 1) // 2 if isinstance(window, nn.Conv2d) else size - 1  # pools aren't centred
                far, stride = far + beside * stride, stride * jump
            elif not isinstance(window, nn.ReLU):
                raise GancraftError(f"how far {type(window).__name__} in this network reaches isn't known")
            wanted.discard(name)
        return far, stride

    def check(self, layers: Iterable[str]) -> None:
        """Raise UsageError for a layer that this network doesn't have."""
        for name in layers:
            if name not in self.layers:
                close = hint(name, self.layers)
                raise UsageError(f"no layer '{name}' in this network{close}; there are: {', '.join(self.layers)}")

    @torch.no_grad()
    def calibrate(self, x_NCHW: Tensor) -> None:
        """Scale every layer so that its activations average one on this picture: losses of different layers, and of
        different networks, then mean the same. A layer that is dead on it is left alone."""
        features = self(x_NCHW, self.layers)
        means = {name: float(h_NCHW.float().abs().mean()) for name, h_NCHW in features.items()}
        means = {name: mean for name, mean in means.items() if mean > 1e-6}
        if all(
            isinstance(step, nn.Conv2d | nn.ReLU | nn.MaxPool2d | nn.AvgPool2d | _Scaled)
            for step in self.steps.values()
        ):
            self._fold(means)
        else:
            self.scale = means

    def _fold(self, means: Mapping[str, float]) -> None:
        """Scale by way of the weights, which costs nothing later: ReLU and pools pass a positive factor through."""
        before, convolution = 1.0, None
        for name, step in self.steps.items():
            if isinstance(step, nn.Conv2d):
                convolution = step
            elif name in means and convolution is not None:
                convolution.weight.data = convolution.weight * (before / means[name])
                if convolution.bias is not None:
                    convolution.bias.data = convolution.bias / means[name]
                before, convolution = means[name], None


def weights_fingerprint(state: Mapping[str, Tensor]) -> str:
    """A short hash of weights, by name and value: 16 hexadecimal digits. state: tensors of any shape, as of `state_dict`."""
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].detach().contiguous().cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]


class _Scaled(nn.Module):
    """A pool whose output is multiplied by a constant."""

    def __init__(self, pool: nn.Module, factor: float):
        super().__init__()
        self.pool, self.factor = pool, factor

    def forward(self, x_NCHW: Tensor) -> Tensor:
        return self.pool(x_NCHW) * self.factor


def _pool(step: nn.MaxPool2d | nn.AvgPool2d, pooling: str) -> nn.Module:
    """`step`, or the other kind of pool with the factor that keeps the scale."""
    native = "max" if isinstance(step, nn.MaxPool2d) else "average"
    if pooling in ("native", native):
        return step
    size, stride, padding, ceil = step.kernel_size, step.stride, step.padding, step.ceil_mode
    if pooling == "average":
        return _Scaled(nn.AvgPool2d(size, stride, padding, ceil), AVERAGE_FOR_MAX)
    return _Scaled(nn.MaxPool2d(size, stride, padding, ceil_mode=ceil), 1 / AVERAGE_FOR_MAX)
