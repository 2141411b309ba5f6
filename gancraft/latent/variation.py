"""Along which directions the pictures of a generator vary most: principal components (GANSpace, Härkönen et al. 2020).

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, K = styles of a picture, S = style size,
D = directions, F = activations.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gancraft.latent.codes import seeded, styled
from gancraft.latent.generate import batch_size
from gancraft.latent.jacobian import Work
from gancraft.models import Generator, Model

_SEED = 0
_STYLES, _PICTURES = 4096, 1024
_EARLY = 8  # places across: the first activations with so many each way are looked at
_ROUNDS = 4  # of the randomised decomposition


def varied_styles(model: Model, count: int) -> Tensor:
    """Principal components of styles, each of the length of its standard deviation, DS (section 3.1 of the paper)."""
    w_NS = _styles(model)
    values_S, vectors_SS = torch.linalg.eigh(torch.cov(w_NS.T))
    deviation_S = values_S.clamp(min=0).sqrt()
    return (vectors_SS * deviation_S).T.flip(0)[:count].float()


def deviations(model: Model, units_DS: Tensor) -> Tensor:
    """Standard deviation of styles along unit directions, D."""
    return (_styles(model) @ units_DS.double().T).std(0).float()


def _styles(model: Model) -> Tensor:
    codes = seeded(model, _SEED, range(_STYLES))
    return torch.cat([styled(model, codes[at : at + 256]).values[:, 0] for at in range(0, _STYLES, 256)]).double()


def varied_latents(model: Model, count: int, place: torch.device) -> Work:
    """Unit latents that go with the principal components of early activations, DL: the regression of section 3.2. place:
    where the network is. Yields how many pictures of how many were looked at."""
    codes, batch = seeded(model, _SEED, range(_PICTURES)), batch_size(model.info.shape)
    parts = []
    for start in range(0, _PICTURES, batch):
        part = codes[start : start + batch]
        labels_N = None if part.labels_N is None else part.labels_N.to(place)
        parts.append(_early(model.generator, part.values.to(place), labels_N))
        yield min(start + batch, _PICTURES), _PICTURES
    y_NF, z_NL = torch.cat(parts), codes.values.double()
    wanted = min(count, *z_NL.shape)
    with torch.random.fork_rng([]):
        torch.manual_seed(_SEED)
        left_ND = torch.pca_lowrank(y_NF, min(wanted + 8, *y_NF.shape), niter=_ROUNDS)[0][:, :wanted]
    u_DL = left_ND.double().T @ (z_NL - z_NL.mean(0))
    return nn.functional.normalize(u_DL, dim=1).float()


class _Enough(Exception):
    """What was looked for is there; the rest of the network needn't run."""


@torch.no_grad()
def _early(generator: Generator, z_NL: Tensor, labels_N: Tensor | None) -> Tensor:
    """The first activations that have at least 8 x 8 places, of a network without any its pictures: averaged to 8 x 8, NF on
    the CPU."""
    taken: list[Tensor] = []

    def look(part: nn.Module, given: Any, made: Any) -> None:
        if isinstance(made, Tensor) and made.dim() == 4 and min(made.shape[2:]) >= _EARLY:
            taken.append(made)
            raise _Enough

    hooks = [part.register_forward_hook(look) for part in generator.modules() if not list(part.children())]
    try:
        taken.append(generator.picture(generator(z_NL, labels_N)))
    except _Enough:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return nn.functional.adaptive_avg_pool2d(taken[0].float(), _EARLY).flatten(1).cpu()
