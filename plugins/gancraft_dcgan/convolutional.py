"""The generator and the discriminator of DCGAN (Radford et al. 2016), for any size from 8x8.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, F = features.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from gancraft import (
    CLASS_GROUP,
    DEVIATION_GROUP,
    DataShape,
    Discriminator,
    Generator,
    Random,
    class_deviation,
    minibatch_deviation,
)
from gancraft_dcgan import ConvolutionalOptions, DcganDiscriminatorOptions, DcganGeneratorOptions
from gancraft_dcgan.layers import (
    SLOPE,
    Judgement,
    LabelledLatent,
    check_shape,
    draw_latent,
    norm_layer,
)
from gancraft_dcgan.plan import margins, pyramid


class DcganGenerator(Generator):
    """z_NL -> pictures in [-1, 1] (Radford et al. 2016, Figure 1). The first map is a dense layer's, as in the paper's text;
    it has the weights of the transposed convolution that others write there. A size that can't be halved so often is cut
    from the middle of the next larger one. Raises UsageError for sides below 8 pixels, and for points.
    """

    options: DcganGeneratorOptions

    def __init__(self, options: DcganGeneratorOptions, shape: DataShape):
        check_shape(shape)
        super().__init__(options, shape)
        plan = pyramid(options, shape)
        bias = options.norm == "none"
        self.latent_size = options.latent_size
        self.labelled = LabelledLatent(options.latent_size, shape.classes)
        self.dense = _dense(self.labelled.size, options) if options.dense else nn.Identity()
        pixels = plan.height * plan.width
        self.first = nn.Linear(options.dense or self.labelled.size, plan.widths[0] * pixels, bias=bias)
        self.first_shape = (plan.widths[0], plan.height, plan.width)
        self.first_norm = norm_layer(options.norm, plan.widths[0])
        blocks: list[nn.Module] = []
        for inputs, outputs in zip(plan.widths, plan.widths[1:], strict=False):
            blocks += [*_up(inputs, outputs, options, bias), norm_layer(options.norm, outputs), nn.ReLU()]
        self.blocks = nn.Sequential(*blocks, *_up(plan.widths[-1], shape.channels, options, bias))
        self.top, _ = margins(shape.height, plan.full[0])
        self.left, _ = margins(shape.width, plan.full[1])
        _initialise(self, options)

    def latent(self, random: Random, n: int) -> Tensor:
        return draw_latent(random, self.options.latent, n, self.latent_size)

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        """Pictures NCHW in [-1, 1]; labels_N in 0 ... classes - 1 where there are classes."""
        h_NF = self.dense(self.labelled(z_NL, labels_N))
        h_NCHW = self.first(h_NF).unflatten(1, self.first_shape)
        x_NCHW = self.blocks(self.first_norm(h_NCHW).relu())
        bottom, right = self.top + self.shape.height, self.left + self.shape.width
        return x_NCHW[:, :, self.top : bottom, self.left : right].tanh()


class DcganDiscriminator(Discriminator):
    """Pictures NCHW in [-1, 1] -> logits N: the generator turned round. A picture that its maps don't fit gets a grey
    margin. The last layer looks at the whole smallest map. Raises UsageError for sides below 8 pixels, and for points.
    """

    options: DcganDiscriminatorOptions

    def __init__(self, options: DcganDiscriminatorOptions, shape: DataShape):
        check_shape(shape)
        super().__init__(options, shape)
        plan = pyramid(options, shape)
        bias = options.norm == "none"
        compared = (CLASS_GROUP if shape.classes else DEVIATION_GROUP) if options.minibatch_deviation else 1
        self.together = 0 if options.norm == "batch" else compared
        self.margins = (*margins(shape.width, plan.full[1]), *margins(shape.height, plan.full[0]))
        blocks: list[nn.Module] = []
        widths = (shape.channels, *reversed(plan.widths))
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:], strict=False)):
            convolution, *pool = _down(inputs, outputs, options, bias)
            norm = norm_layer(options.norm if i else "none", outputs)  # none on what sees pixels (section 3)
            blocks += [convolution, norm, nn.LeakyReLU(SLOPE), *pool, nn.Dropout2d(options.dropout)]
        self.blocks = nn.Sequential(*blocks)
        channels = plan.widths[0] + options.minibatch_deviation
        features = channels * plan.height * plan.width
        self.dense = None
        if options.dense:
            self.dense = nn.Sequential(nn.Linear(features, options.dense), nn.LeakyReLU(SLOPE))
        self.judgement = Judgement(options.dense or features, shape.classes, options.dense or channels, bias)
        _initialise(self, options)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:  # type: ignore[override]
        """Logits, N; labels_N in 0 ... classes - 1 where there are classes."""
        h_NCHW = self.blocks(pad(x_NCHW, self.margins))
        if self.options.minibatch_deviation:
            h_NCHW = minibatch_deviation(h_NCHW) if labels_N is None else class_deviation(h_NCHW, labels_N)
        # Copied, as torch (2.14) traces group norm on a CPU with another memory format than it has, and views then fail.
        h_NF = h_NCHW.clone(memory_format=torch.contiguous_format).flatten(1)
        if self.dense is None:
            return self.judgement(h_NF, h_NCHW.sum((2, 3)), labels_N)
        h_NF = self.dense(h_NF)
        return self.judgement(h_NF, h_NF, labels_N)

    def lower(self) -> Sequence[nn.Module]:
        """By size, from the full one to the smallest: a convolution and its norm."""
        convolutions = [i for i, module in enumerate(self.blocks) if isinstance(module, nn.Conv2d)]
        return [self.blocks[start : start + 2] for start in convolutions]


def _dense(inputs: int, options: DcganGeneratorOptions) -> nn.Sequential:
    linear = nn.Linear(inputs, options.dense, bias=options.norm == "none")
    return nn.Sequential(linear, norm_layer(options.norm, options.dense, flat=True), nn.ReLU())


def _up(inputs: int, outputs: int, options: DcganGeneratorOptions, bias: bool) -> list[nn.Module]:
    """Twice as high and wide."""
    if options.up == "transposed":
        margin, extra = (options.kernel - 1) // 2, options.kernel % 2
        return [nn.ConvTranspose2d(inputs, outputs, options.kernel, 2, margin, extra, bias=bias)]
    return [nn.Upsample(scale_factor=2, mode=options.resizing), nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias)]


def _down(inputs: int, outputs: int, options: DcganDiscriminatorOptions, bias: bool) -> list[nn.Module]:
    """Half as high and wide; the activation belongs behind the first."""
    if options.down == "stride":
        return [nn.Conv2d(inputs, outputs, options.kernel, 2, (options.kernel - 1) // 2, bias=bias)]
    pool = nn.AvgPool2d(2) if options.pooling == "average" else nn.MaxPool2d(2)
    return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias), pool]


@torch.no_grad()
def _initialise(network: nn.Module, options: ConvolutionalOptions) -> None:
    """Weights N(0, 0.02), scales of batch norm N(1, 0.02), biases 0 (section 4, and the authors' code for the scales); with
    `he` a standard deviation of sqrt(2 / inputs) instead (He et al. 2015, equation 10)."""
    for module in network.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            std = 0.02 if options.init == "normal" else math.sqrt(2 / _inputs(module))
            module.weight.normal_(0, std)
            if module.bias is not None:
                module.bias.zero_()
        elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.weight.normal_(1, 0.02)
    if isinstance(network, DcganDiscriminator) and network.judgement.label is not None:
        network.judgement.label.weight.normal_(0, 0.02)


def _inputs(module: nn.Linear | nn.Conv2d | nn.ConvTranspose2d) -> float:
    """Numbers that an output is made from; a transposed convolution spreads its kernel over stride² outputs."""
    if isinstance(module, nn.ConvTranspose2d):
        return module.weight.shape[0] * math.prod(module.kernel_size) / math.prod(module.stride)
    return module.weight[0].numel()
