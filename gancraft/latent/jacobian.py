"""Along which latents the pictures of any generator change most.

For a generator whose latents enter by a matrix A, SeFa (Shen & Zhou 2021) takes the eigenvectors of A^T A. Without knowing a
network's layers, and for all of them together, the same is asked of its derivative J of the picture by the latents:
eigenvectors of J^T J, averaged over pictures (as in Wang & Ponce 2021).

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, D = directions, M = probes.
"""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor

from gancraft.latent.codes import Codes, seeded
from gancraft.models import Model

Work = Generator[tuple[int, int], None, Tensor]

_SEED = 0
_PIXELS = 1 << 19  # of a batch: all its activations are kept for the way back
_EACH = 4  # probes of a picture
_LEAST, _PROBES = 512, 4  # probes in all, and for each number of a latent


def principal_latents(model: Model, count: int, place: torch.device) -> Work:
    """Unit latents along which pictures change most, DL; `count` at most. place: where the network is. Yields how many
    pictures of how many were looked at.

    The mean of J^T J is found from random probes: for y standard normal the mean of (J^T y)(J^T y)^T is J^T J.
    """
    size = model.generator.latent_size
    pictures = max(_LEAST, _PROBES * size) // _EACH
    random = torch.Generator().manual_seed(_SEED)
    shape = model.info.shape
    total_LL, batch = (
        torch.zeros(size, size, dtype=torch.float64),
        max(1, min(32, _PIXELS // shape.height // shape.width)),
    )
    for start in range(0, pictures, batch):
        numbers = range(start, min(pictures, start + batch))
        g_ML = _pulled_back(model, seeded(model, _SEED, numbers), place, random).double()
        total_LL += g_ML.T @ g_ML
        yield numbers.stop, pictures
    vectors_LL = torch.linalg.eigh(total_LL).eigenvectors
    return vectors_LL.T.flip(0)[:count].float()


@torch.enable_grad()
def _pulled_back(model: Model, codes: Codes, place: torch.device, random: torch.Generator) -> Tensor:
    """J^T y for random y, several for each picture, ML on the CPU."""
    generator = model.generator
    z_NL = codes.values.to(place).requires_grad_()
    labels_N = None if codes.labels_N is None else codes.labels_N.to(place)
    x_NCHW = generator.picture(generator(z_NL, labels_N))
    found = []
    for probe in range(_EACH):
        y_NCHW = torch.randn(x_NCHW.shape, generator=random).to(x_NCHW)
        (g_NL,) = torch.autograd.grad(x_NCHW, z_NL, y_NCHW, retain_graph=probe < _EACH - 1)
        found.append(g_NL.cpu())
    return torch.cat(found)
