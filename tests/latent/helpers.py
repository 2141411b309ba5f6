"""A generator that needs no training: what it makes can be told from its latents."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gancraft.interfaces import DataShape
from gancraft.models import Generator, Model, ModelInfo, StyledGenerator
from gancraft.options import Options

# Two numbers place a disc, the others colour it; a class sets the first channel.
PLUGIN = """
    import gancraft

    class Options(gancraft.Options):
        radius: float = gancraft.option(0.3, "Radius of the disc.", ge=0.1, le=1)

    def build(options, shape):
        import torch

        class Disc(gancraft.Generator):
            latent_size = 6

            def __init__(self, options, shape):
                super().__init__(options, shape)
                self.gain = torch.nn.Parameter(torch.ones(3))

            def forward(self, z_NL, labels_N=None):
                n, s = len(z_NL), self.shape
                centre = torch.sigmoid(z_NL[:, :2])
                y = ((torch.arange(s.height) + 0.5) / s.height).view(1, -1, 1) - centre[:, 0].view(n, 1, 1)
                x = ((torch.arange(s.width) + 0.5) / s.width).view(1, 1, -1) - centre[:, 1].view(n, 1, 1)
                inside = ((x**2 + y**2).sqrt() < self.options.radius).float()[:, None]
                colour = torch.tanh(z_NL[:, 2 : 2 + s.channels] * self.gain.mean())
                if labels_N is not None:
                    colour = torch.cat([(labels_N / (s.classes - 1) * 2 - 1)[:, None], colour[:, 1:]], 1)
                return inside * colour.view(n, s.channels, 1, 1) + inside - 1

        return Disc(options, shape)

    def stripes(options, shape):
        import torch

        class Stripes(gancraft.StyledGenerator):
            latent_size, style_size, layers = 4, 3, 6

            def __init__(self, options, shape):
                super().__init__(options, shape)
                self.mixers = torch.nn.Parameter(torch.randn(6, 3, 3))

            def styles(self, z_NL, labels_N=None):
                return z_NL[:, None, :3].expand(-1, 6, -1)

            def draw(self, w_NKS, random=None):
                colour_NKC = torch.tanh(torch.einsum("nks,kcs->nkc", w_NKS, self.mixers))
                columns_W = torch.arange(self.shape.width) * 6 // self.shape.width
                return colour_NKC.transpose(1, 2)[:, :, None, columns_W].expand(-1, -1, self.shape.height, -1)

            def affines(self):
                return list(self.mixers)

        return Stripes(options, shape)

    @gancraft.hookimpl
    def register_generators(register):
        register("disc", build, options=Options, summary="A disc.")
        register("stripes", stripes, summary="Stripes, with styles.")

    class Coarse:
        layers, fingerprint = ("pixels",), "0" * 16
        content_layers = style_layers = {"pixels": 1.0}

        def __init__(self, options):
            pass

        def __call__(self, x_NCHW, layers):
            import torch.nn.functional as F

            return {"pixels": F.pixel_unshuffle(F.avg_pool2d(x_NCHW, 32), 4)}

    @gancraft.hookimpl
    def register_networks(register):
        register("coarse", Coarse, summary="Colours of sixteen places.")
"""


class Plain(Generator):
    """Every pixel of a channel is one of the latents; rounding apart nothing depends on the batch."""

    def __init__(self, shape: DataShape, latent_size: int = 4):
        super().__init__(Options(), shape)
        self.latent_size = latent_size
        self.batches: list[int] = []

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        self.batches.append(len(z_NL))
        colour_NC = z_NL[:, : self.shape.channels] + (0 if labels_N is None else labels_N[:, None].float())
        return colour_NC[:, :, None, None].expand(-1, -1, self.shape.height, self.shape.width)


def plain(channels: int = 3, height: int = 8, width: int = 8, classes: tuple[str, ...] = ()) -> Model:
    """A model without a file."""
    shape = DataShape(channels, height, width, len(classes))
    info = ModelInfo("generator", "plain", {"name": "tests", "distribution": "", "version": ""}, {}, shape, classes)
    return Model(Plain(shape).eval(), info, "0" * 16)


class Bands(StyledGenerator):
    """Three styles of two numbers: style k colours third k of the picture's rows, twice as strongly by its first number."""

    latent_size, style_size, layers = 3, 2, 3

    def __init__(self, shape: DataShape):
        super().__init__(Options(), shape)
        torch.manual_seed(0)
        self.map = nn.Linear(3, 2)
        self.mixers = nn.ParameterList(nn.Parameter(torch.tensor([[2.0, 0.0], [0.0, 1.0]])) for _ in range(3))

    def styles(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        w_NS = self.map(z_NL) + (0 if labels_N is None else labels_N[:, None].float())
        return w_NS[:, None].expand(-1, 3, -1)

    def draw(self, w_NKS: Tensor, random: object = None) -> Tensor:
        bands = [(w_NKS[:, k] @ self.mixers[k].T) / 4 for k in range(3)]
        colour_NCK = torch.stack([torch.cat([band_NS, band_NS[:, :1]], 1) for band_NS in bands], 2)
        rows_H = torch.arange(self.shape.height) * 3 // self.shape.height
        return colour_NCK[:, : self.shape.channels, rows_H, None].expand(-1, -1, -1, self.shape.width)

    def affines(self) -> list[Tensor]:
        return list(self.mixers)


def bands(classes: tuple[str, ...] = ()) -> Model:
    """A model with styles, without a file."""
    shape = DataShape(3, 12, 8, len(classes))
    info = ModelInfo("generator", "bands", {"name": "tests", "distribution": "", "version": ""}, {}, shape, classes)
    return Model(Bands(shape).eval().requires_grad_(False), info, "1" * 16)
