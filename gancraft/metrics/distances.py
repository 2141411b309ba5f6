"""How far two sets of pictures are from each other, by their features.

Pure functions on features a_ND, b_MD: one row a picture, any float type; all is computed in float64 on their device.
Shape suffixes: N, M = pictures, D = features, K = pictures of a subset, B = pictures of a block.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gancraft.errors import UsageError


def frechet(a_ND: Tensor, b_MD: Tensor) -> float:
    """Fréchet distance between the Gaussians of both sets (Heusel et al. 2017, equation 6): 0 is best.

    It is too high for few pictures, by an amount that depends on their number: compare figures of equal numbers only.
    Raises UsageError for fewer than 2 pictures.
    """
    return gaussian_frechet(*_gaussian(a_ND), *_gaussian(b_MD))


def gaussian_frechet(mean_a_D: Tensor, covariance_a_DD: Tensor, mean_b_D: Tensor, covariance_b_DD: Tensor) -> float:
    """The same between two Gaussians that are known: the squared Wasserstein-2 distance. float64."""
    # tr sqrt(A B) = tr sqrt(sqrt(A) B sqrt(A)), whose argument is symmetric: no complex roots, no inverse, N < D is fine.
    values_D, vectors_DD = torch.linalg.eigh(covariance_a_DD)
    root_DD = (vectors_DD * values_D.clamp(min=0).sqrt()) @ vectors_DD.T
    cross_D = torch.linalg.eigvalsh(root_DD @ covariance_b_DD @ root_DD).clamp(min=0).sqrt()
    apart = (mean_a_D - mean_b_D).square().sum()
    distance = apart + covariance_a_DD.trace() + covariance_b_DD.trace() - 2 * cross_D.sum()
    return max(0.0, float(distance))


def kernel_distance(a_ND: Tensor, b_MD: Tensor, subset: int = 1000, subsets: int = 50, seed: int = 0) -> float:
    """KID: squared maximum mean discrepancy under (x.y / D + 1)^3 (Bińkowski et al. 2018, section 4), unbiased, so that it
    may come out a little below 0; usually told times 1000.

    The mean over random subsets of at most `subset` pictures; one pass where both sets are no larger. Raises UsageError for
    fewer than 2 pictures.
    """
    _check(2, a_ND, b_MD)
    a_ND, b_MD = a_ND.double(), b_MD.double()
    if max(len(a_ND), len(b_MD)) <= subset:
        return _mmd(a_ND, b_MD)
    random = torch.Generator().manual_seed(seed)

    def some(x_ND: Tensor) -> Tensor:
        return x_ND[torch.randperm(len(x_ND), generator=random)[:subset].to(x_ND.device)]

    return sum(_mmd(some(a_ND), some(b_MD)) for _ in range(subsets)) / subsets


def precision_recall(real_ND: Tensor, fake_MD: Tensor, k: int = 3, block: int = 1024) -> tuple[float, float]:
    """Improved precision and recall (Kynkäänniemi et al. 2019, equations 1 and 2), each in [0, 1], 1 is best.

    Precision: the share of fakes within reach of a real picture, where a picture reaches as far as its k-th nearest
    neighbour in its own set. Recall: the share of reals within reach of a fake. Memory grows with `block` times N only.
    Raises UsageError for sets of k pictures or fewer.
    """
    _check(k + 1, real_ND, fake_MD)
    middle_D = real_ND.double().mean(0)  # distances of what is far from 0 lose digits
    real_ND, fake_MD = real_ND.double() - middle_D, fake_MD.double() - middle_D
    reach_N, reach_M = _reach(real_ND, k, block), _reach(fake_MD, k, block)
    precise, recalled_N = 0, torch.zeros(len(real_ND), dtype=torch.bool, device=real_ND.device)
    for start in range(0, len(fake_MD), block):
        square_BN = _squares(fake_MD[start : start + block], real_ND)
        precise += int((square_BN <= reach_N).any(1).sum())
        recalled_N |= (square_BN <= reach_M[start : start + block, None]).any(0)
    return precise / len(fake_MD), float(recalled_N.double().mean())


def nearest(a_ND: Tensor, b_MD: Tensor) -> Tensor:
    """For each row of `a_ND` the number of the nearest row of `b_MD`, N."""
    return _squares(a_ND.double(), b_MD.double()).argmin(1)


def _check(least: int, *sets: Tensor) -> None:
    if any(len(x_ND) < least for x_ND in sets):
        raise UsageError(f"at least {least} pictures on both sides are needed to compare them")


def _gaussian(x_ND: Tensor) -> tuple[Tensor, Tensor]:
    _check(2, x_ND)
    x_ND = x_ND.double()
    mean_D = x_ND.mean(0)
    centred_ND = x_ND - mean_D
    return mean_D, centred_ND.T @ centred_ND / (len(x_ND) - 1)


def _mmd(a_KD: Tensor, b_KD: Tensor) -> float:
    """Unbiased: no picture is compared with itself."""
    size = a_KD.shape[1]

    def kernel(x_KD: Tensor, y_KD: Tensor) -> Tensor:
        return (x_KD @ y_KD.T / size + 1) ** 3

    def within(x_KD: Tensor) -> Tensor:
        k_KK = kernel(x_KD, x_KD)
        return (k_KK.sum() - k_KK.trace()) / (len(x_KD) * (len(x_KD) - 1))

    return float(within(a_KD) + within(b_KD) - 2 * kernel(a_KD, b_KD).mean())


def _reach(x_ND: Tensor, k: int, block: int) -> Tensor:
    """Squared distance of each picture to its k-th nearest neighbour, itself left out, N."""
    parts = []
    for start in range(0, len(x_ND), block):
        square_BN = _squares(x_ND[start : start + block], x_ND)
        rows_B = torch.arange(len(square_BN), device=x_ND.device)
        square_BN[rows_B, start + rows_B] = torch.inf
        parts.append(square_BN.kthvalue(k, dim=1).values)
    return torch.cat(parts)


def _squares(a_BD: Tensor, b_ND: Tensor) -> Tensor:
    """Squared distances, BN."""
    square_BN = a_BD.square().sum(1)[:, None] + b_ND.square().sum(1) - 2 * a_BD @ b_ND.T
    return square_BN.clamp(min=0)
