"""Cheap measures of a run's health: pure functions of tensors on any device, to plain floats.

They compare some hundred generated pictures with real ones through a descriptor that needs no weights. Values are relative
to the data, so that thresholds hold for faces, icons and points alike. NaN stands for "can't be told": too few rows, or
numbers that aren't finite.

Shape suffixes: N, M, K = pictures, C = channels, H, W = height, width, D = size of a descriptor, L = latent size.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

_PIXELS, _EDGES = 16, 8  # sides of the descriptor's two grids
# A set's pictures count as different where they are farther apart than this part of its spread. Ten pictures of a real
# collapse differ within their kinds by half of the spread; a narrower kernel takes them for variety.
_KERNEL_WIDTH = 0.6
_SHRUNK = 0.4  # fakes may be so much nearer together than reals (pale, blurred) before that counts against them


@torch.no_grad()
def describe(x_NCHW: Tensor) -> Tensor:
    """Descriptors ND, float32, of pictures in [-1, 1]: their averages over at most 16x16 areas, and how strong their edges
    are over 8x8 areas (which tells noise and blur). Points (one of the sides is 1) stay as they are."""
    x_NCHW = x_NCHW.detach().float()
    height, width = x_NCHW.shape[2:]
    if min(height, width) < 2:
        return x_NCHW.flatten(1)
    pixels_NCHW = F.adaptive_avg_pool2d(x_NCHW, (min(_PIXELS, height), min(_PIXELS, width)))
    parts = [pixels_NCHW.flatten(1)]
    for step_NCHW in (x_NCHW.diff(dim=2), x_NCHW.diff(dim=3)):
        edges_N1HW = F.adaptive_avg_pool2d(step_NCHW.abs().mean(1, keepdim=True), _EDGES)
        # As much weight for all edges as for all pixels.
        parts.append(edges_N1HW.flatten(1) * math.sqrt(parts[0].shape[1] / (2 * _EDGES**2)))
    return torch.cat(parts, 1)


@torch.no_grad()
def spread(d_ND: Tensor) -> float:
    """The mean distance between two different rows; that of reals is the unit of the other measures."""
    n = len(d_ND)
    return float(torch.cdist(d_ND, d_ND).sum() / (n * (n - 1))) if n > 1 else math.nan


@torch.no_grad()
def variety(d_ND: Tensor, width: float) -> float:
    """How many different pictures there are in effect, 1 to N: the Vendi score (Friedman & Dieng 2023, eq. 2), exp of the
    entropy of the eigenvalues of a Gaussian kernel over N. width: the distance at which similarity has fallen to 1/e."""
    if len(d_ND) == 0 or not width > 0 or not bool(torch.isfinite(d_ND).all()):
        return math.nan
    kernel_NN = torch.exp(-(torch.cdist(d_ND, d_ND) / width).square())
    # On the CPU in double: the same number on every device, and MPS has no double.
    eigen_N = torch.linalg.eigvalsh(kernel_NN.cpu().double() / len(d_ND)).clamp_min(1e-15)
    return float(torch.exp(-(eigen_N * eigen_N.log()).sum()))


@torch.no_grad()
def diversity(fake_ND: Tensor, real_ND: Tensor) -> float:
    """Variety of the fakes over that of as many reals: 1 is as the data, towards 1/N all the same. Above 1: more varied than
    the data, as noise is. The larger set is cut to the smaller, so give both in random order.

    Each set's kernel is as wide as its own spread asks for, within limits: pale or blurred pictures lie nearer together
    without being alike, whereas those of a collapsed generator are far apart in a few heaps.
    """
    n = min(len(fake_ND), len(real_ND))
    fake_ND, real_ND = fake_ND[:n], real_ND[:n]
    real, fake = spread(real_ND), spread(fake_ND)
    if not real > 0 or not math.isfinite(fake):
        return math.nan
    own = min(max(fake, _SHRUNK * real), real)
    return variety(fake_ND, _KERNEL_WIDTH * own) / variety(real_ND, _KERNEL_WIDTH * real)


@torch.no_grad()
def distance(fake_ND: Tensor, real_ND: Tensor) -> float:
    """Distance of the two sets, lower is better: unbiased squared MMD (Gretton et al. 2012, eq. 3) x 1000.

    About 0 for the data itself (its noise may fall below), 600 for grey pictures. The kernel is a mean of rational
    quadratics in units of the reals' `spread`: other than KID's polynomial it sees more than three moments, without which
    a blob in the middle of a ring passes for the ring.
    """
    n, m, unit = len(fake_ND), len(real_ND), spread(real_ND)
    if n < 2 or m < 2 or not unit > 0 or not bool(torch.isfinite(fake_ND).all()):
        return math.nan

    def kernel(a_ND: Tensor, b_MD: Tensor) -> Tensor:
        d_NM = (torch.cdist(a_ND, b_MD) / unit).square()
        return torch.stack([1 / (1 + d_NM / (2 * alpha)) for alpha in (0.1, 0.5, 1.0)]).mean(0)

    # On the diagonal the kernel is 1; left out, the estimate has no bias.
    within_fake = (kernel(fake_ND, fake_ND).fill_diagonal_(0).sum()) / (n * (n - 1))
    within_real = (kernel(real_ND, real_ND).fill_diagonal_(0).sum()) / (m * (m - 1))
    return 1000 * float(within_fake + within_real - 2 * kernel(fake_ND, real_ND).mean())


@torch.no_grad()
def copying(fake_ND: Tensor, train_MD: Tensor, held_out_KD: Tensor) -> float:
    """Median distance from fakes to their nearest training picture, over that from held-out pictures: about 1 or more for
    new pictures, towards 0 for copies. The three samples of Meehan et al. 2020 ("A non-parametric test to detect
    data-copying"), as a ratio."""
    if min(len(fake_ND), len(train_MD), len(held_out_KD)) == 0:
        return math.nan
    held_out, fake = _nearest(held_out_KD, train_MD).median(), _nearest(fake_ND, train_MD).median()
    return float(fake / held_out) if float(held_out) > 0 else math.nan


def _nearest(d_ND: Tensor, train_MD: Tensor) -> Tensor:
    """Distances to the nearest row, N. Fast by matrix products, then exact, so that copies are 0 away."""
    return (d_ND - train_MD[torch.cdist(d_ND, train_MD).argmin(1)]).norm(dim=1)


@torch.no_grad()
def held_out_gap(train_N: Tensor, held_out_N: Tensor, fake_N: Tensor) -> float:
    """How far the discriminator's scores of held-out pictures have gone from those of training pictures towards those of
    fakes: 0 is fine, 1 says that it knows the training set by heart. r_v of Karras et al. 2020 (eq. 1), whose denominator is
    kept at or above the scores' own spread, so that a discriminator that tells nothing apart gives about 0."""
    train_N, held_out_N, fake_N = (scores_N.detach().float() for scores_N in (train_N, held_out_N, fake_N))
    if min(len(train_N), len(held_out_N), len(fake_N)) < 2:
        return math.nan
    whole = torch.maximum(train_N.mean() - fake_N.mean(), torch.maximum(train_N.std(), fake_N.std()))
    return float((train_N.mean() - held_out_N.mean()) / whole.clamp_min(1e-12))


@torch.no_grad()
def latent_use(generator: Callable[[Tensor], Tensor], z_NL: Tensor, real_ND: Tensor) -> float:
    """How much pictures change with their latents, relative to how reals differ: 1 is as the data, 0 says that latents are
    ignored. generator: from latents to pictures NCHW; it runs twice, so that what else is random in it (noise inputs,
    dropout) isn't taken for the latents' work."""
    first_ND, second_ND = describe(generator(z_NL)), describe(generator(z_NL))
    between = (first_ND - second_ND.roll(1, 0)).square().sum(1).mean()
    within = (first_ND - second_ND).square().sum(1).mean()
    real = (real_ND - real_ND.roll(1, 0)).square().sum(1).mean()
    if len(z_NL) < 2 or not float(real) > 0:
        return math.nan
    return float(((between - within).clamp_min(0) / real).sqrt())
