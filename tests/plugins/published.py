"""Shapes of all weights of published networks, as facts: read off the authors' own code, which was built at the named
configuration. (The FastGAN repository is gone; two copies of it that agree were read.)

A line is a layer or a block, in the order of use. `4 *`: so many times. A token is a weight, `out x in x height x width`;
`512x4x4=8192`: theirs has the one shape and ours the other. A line after `-` is theirs alone, one after `+` ours alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Published:
    """total: weights that the authors' network has. shapes: see above."""

    total: int
    shapes: str

    def theirs(self) -> list[Shape]:
        return [shape for sign, shape, _ in self._weights() if sign != "+"]

    def ours(self) -> list[Shape]:
        """What gancraft's network should have."""
        return [shape for sign, _, shape in self._weights() if sign != "-"]

    def _weights(self) -> list[tuple[str, Shape, Shape]]:
        found = []
        for line in self.shapes.strip().splitlines():
            words = line.split()
            sign = words.pop(0) if words[0] in "+-" else ""
            times = int(words[0]) if words[1:2] == ["*"] else 1
            for word in times * words[2 if times > 1 else 0 :]:
                theirs, _, ours = word.partition("=")
                found.append((sign, plain(theirs), plain(ours or theirs)))
        return found


def plain(shape: str | Shape) -> Shape:
    """Without lengths of one: a 1x1 kernel is a matrix, and a single number has no shape."""
    return tuple(n for n in (map(int, shape.split("x")) if isinstance(shape, str) else shape) if n != 1)


def size(shapes: list[Shape]) -> int:
    return sum(map(math.prod, shapes))


# pytorch/examples, dcgan/main.py: 64x64, 64 channels, latents of 100. First and last layer are convolutions there.
DCGAN_MAKES = Published(
    3_576_704,
    """
    100x512x4x4=8192x100 512 512
    512x256x4x4 256 256
    256x128x4x4 128 128
    128x64x4x4 64 64
    64x3x4x4
    """,
)
DCGAN_JUDGES = Published(
    2_765_568,
    """
    64x3x4x4
    128x64x4x4 128 128
    256x128x4x4 256 256
    512x256x4x4 512 512
    1x512x4x4=8192
    """,
)

# tkarras/progressive_growing_of_gans, networks.py: 1024x1024 RGB (CelebA-HQ). All RGB layers; ours drops those of sizes that
# have been left.
PROGAN_MAKES = Published(
    23_079_115,
    """
    8192x512 512 512x512x3x3 512
    - 4 * 3x512 3
    3 * 512x512x3x3 512 512x512x3x3 512
    256x512x3x3 256 256x256x3x3 256
    - 3x256 3
    128x256x3x3 128 128x128x3x3 128
    - 3x128 3
    64x128x3x3 64 64x64x3x3 64
    - 3x64 3
    32x64x3x3 32 32x32x3x3 32
    3x32 3
    16x32x3x3 16 16x16x3x3 16
    3x16 3
    """,
)
PROGAN_JUDGES = Published(
    23_087_249,
    """
    16x3 16
    16x16x3x3 16 32x16x3x3 32
    32x3 32
    32x32x3x3 32 64x32x3x3 64
    - 64x3 64
    64x64x3x3 64 128x64x3x3 128
    - 128x3 128
    128x128x3x3 128 256x128x3x3 256
    - 256x3 256
    256x256x3x3 256 512x256x3x3 512
    - 4 * 512x3 512
    3 * 512x512x3x3 512 512x512x3x3 512
    512x513x3x3 512 512x8192 512 1x512 1
    """,
)

# akanimax/BMSG-GAN, MSG_GAN/GAN.py: 1024x1024, depth 9. The paper's minibatch deviation before every block of the discriminator
# (ours: one channel more) is only before the last one there.
MSG_MAKES = Published(
    23_079_115,
    """
    512x512x4x4=8192x512 512 512x512x3x3 512
    3 * 512x512x3x3 512 512x512x3x3 512
    256x512x3x3 256 256x256x3x3 256
    128x256x3x3 128 128x128x3x3 128
    64x128x3x3 64 64x64x3x3 64
    32x64x3x3 32 32x32x3x3 32
    16x32x3x3 16 16x16x3x3 16
    4 * 3x512 3
    3x256 3 3x128 3 3x64 3 3x32 3 3x16 3
    """,
)
MSG_JUDGES = Published(
    18_756_321,
    """
    2 * 16x3 16
    32x3 32 64x3 64 128x3 128
    4 * 256x3 256
    16x16x3x3=16x17x3x3 16 16x16x3x3 16
    32x32x3x3=32x33x3x3 32 32x32x3x3 32
    64x64x3x3=64x65x3x3 64 64x64x3x3 64
    128x128x3x3=128x129x3x3 128 128x128x3x3 128
    256x256x3x3=256x257x3x3 256 256x256x3x3 256
    3 * 512x512x3x3=512x513x3x3 512 256x512x3x3 256
    512x513x3x3 512
    512x512x4x4=512x8192 512
    1x512 1
    """,
)

# NVlabs/stylegan2-ada-pytorch, training/networks.py: --cfg=stylegan2 (the paper's configuration F) at 1024x1024. After a
# kernel the strength of noise, the bias, and the affine map of the style. Ours keeps kernels of doubling layers transposed.
STYLEGAN2_MAKES = Published(
    30_370_060,
    """
    8 * 512x512 512
    512x4x4
    512x512x3x3 1 512 512x512 512
    3x512 3 512x512 512
    8 * 512x512x3x3 1 512 512x512 512
    4 * 3x512 3 512x512 512
    256x512x3x3=512x256x3x3 1 256 512x512 512
    256x256x3x3 1 256 256x512 256
    3x256 3 256x512 256
    128x256x3x3=256x128x3x3 1 128 256x512 256
    128x128x3x3 1 128 128x512 128
    3x128 3 128x512 128
    64x128x3x3=128x64x3x3 1 64 128x512 128
    64x64x3x3 1 64 64x512 64
    3x64 3 64x512 64
    32x64x3x3=64x32x3x3 1 32 64x512 64
    32x32x3x3 1 32 32x512 32
    3x32 3 32x512 32
    """,
)
STYLEGAN2_JUDGES = Published(
    29_012_513,
    """
    32x3 32
    32x32x3x3 32 64x32x3x3 64 64x32
    64x64x3x3 64 128x64x3x3 128 128x64
    128x128x3x3 128 256x128x3x3 256 256x128
    256x256x3x3 256 512x256x3x3 512 512x256
    4 * 512x512x3x3 512 512x512x3x3 512 512x512
    512x513x3x3 512 512x8192 512 1x512 1
    """,
)

# brownvc/R3GAN, R3GAN/Networks.py, with the widths, groups and blocks of train.py's presets FFHQ-256 and ImageNet-64. With
# classes ours meets them by projection beside a logit of its own, theirs by a projection of a dense layer's output.
R3GAN_MAKES = Published(
    23_057_952,
    """
    768x4x4 768x64
    8 * 1536x768 1536x16x3x3 768x1536 1536 1536
    384x768
    2 * 768x384 768x16x3x3 384x768 768 768
    192x384
    2 * 384x192 384x16x3x3 192x384 384 384
    96x192
    2 * 192x96 192x16x3x3 96x192 192 192
    3x96
    """,
)
R3GAN_JUDGES = Published(
    23_009_568,
    """
    96x3
    2 * 192x96 192x16x3x3 96x192 192 192
    192x96
    2 * 384x192 384x16x3x3 192x384 384 384
    384x192
    2 * 768x384 768x16x3x3 384x768 768 768
    768x384
    8 * 1536x768 1536x16x3x3 768x1536 1536 1536
    768x1x4x4 1x768
    """,
)
R3GAN_CLASSES_MAKES = Published(
    103_570_432,
    """
    64x1000=1000x64
    1536x4x4 1536x128
    10 * 3072x1536 3072x32x3x3 1536x3072 3072 3072
    3x1536
    """,
)
R3GAN_CLASSES_JUDGES = Published(
    107_205_120,
    """
    1536x3
    10 * 3072x1536 3072x32x3x3 1536x3072 3072 3072
    1536x1x4x4 1536x1536=1536
    1536x1000=1000x1536
    """,
)

# odegeasslbc/FastGAN-pytorch, models.py (copies of kecol and terrestrialassemblages): 256x256, 64 channels each, latents of
# 256. Ours has noise in every block, and no picture of 128 pixels for a discriminator of its own; nor has it that one, with
# its decoder, or gates in the discriminator.
FASTGAN_MAKES = Published(
    29_127_846,
    """
    256x2048x4x4=32768x256 2048 2048
    1024x1024x3x3 1 1024 1024 1024x512x3x3 1 1024 1024
    512x512x3x3 512 512
    + 1
    256x256x3x3 1 256 256 256x128x3x3 1 256 256
    256x128x3x3 256 256
    + 1
    128x128x3x3 1 128 128 128x64x3x3 1 128 128
    64x64x3x3 64 64
    + 1
    128x1024x4x4 128x128
    64x512x4x4 64x64
    32x256x4x4 32x32
    - 3x64
    3x32x3x3
    """,
)
FASTGAN_JUDGES = Published(
    11_526_160,
    """
    16x3x3x3
    32x16x4x4 32 32 32x32x3x3 32 32 32x16 32 32
    64x32x4x4 64 64 64x64x3x3 64 64 64x32 64 64
    128x64x4x4 128 128 128x128x3x3 128 128 128x64 128 128
    256x128x4x4 256 256 256x256x3x3 256 256 256x128 256 256
    512x256x4x4 512 512 512x512x3x3 512 512 512x256 512 512
    1024x512 1024 1024 1x1024x4x4
    - 128x16x4x4 128x128
    - 256x32x4x4 256x256
    - 512x64x4x4 512x512
    - 32x3x4x4 64x32x4x4 64 64 128x64x4x4 128 128 256x128x4x4 256 256 1x256x4x4
    256x512x3x3 256 256 128x128x3x3 128 128 128x64x3x3 128 128 64x64x3x3 64 64 3x32x3x3
    256x256x3x3 256 256 128x128x3x3 128 128 128x64x3x3 128 128 64x64x3x3 64 64 3x32x3x3
    - 256x256x3x3 256 256 128x128x3x3 128 128 128x64x3x3 128 128 64x64x3x3 64 64 3x32x3x3
    """,
)
