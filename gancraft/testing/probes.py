"""What several checks do: small pictures, a tiny perceptual network, and comparing eager with compiled.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gancraft.errors import GancraftError
from gancraft.perceptual.network import SequentialNetwork
from gancraft.plugins.catalogue import one_line
from gancraft.testing.captured import NoCopies
from gancraft.testing.core import Broken, expect


def tiny_network(**arguments: Any) -> SequentialNetwork:
    """Two convolutions with a pool between them; weights from seed 0."""
    generator = torch.Generator().manual_seed(0)
    first, second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
    for convolution in (first, second):
        convolution.weight.data = 0.3 * torch.randn(convolution.weight.shape, generator=generator)
        convolution.bias = nn.Parameter(0.1 * torch.rand(8, generator=generator))
    steps: list[tuple[str, nn.Module]] = [
        ("conv1", first),
        ("relu1", nn.ReLU()),
        ("pool1", nn.AvgPool2d(2)),
        ("conv2", second),
        ("relu2", nn.ReLU()),
    ]
    settings = {"content_layers": {"relu2": 1.0}, "style_layers": {"relu1": 1.0, "relu2": 1.0}, **arguments}
    return SequentialNetwork(steps, ["relu1", "relu2"], **settings)


def smooth(width: int, height: int, seed: int) -> Tensor:
    """A smooth random picture, 13HW in [0, 1]."""
    coarse = torch.rand(1, 3, 5, 5, generator=torch.Generator().manual_seed(seed))
    return nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)


def rough(width: int, height: int, seed: int) -> Tensor:
    """A picture of noise, 13HW in [0, 1]."""
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


@contextlib.contextmanager
def seeded(seed: int = 0) -> Iterator[None]:
    """torch's default generator from a seed, put back afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def shaken(network: nn.Module) -> None:
    """Move every parameter a little: where weights start at 0, as the last ones of residual branches do, nothing passes."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.is_floating_point() and parameter.requires_grad:
                size = parameter.std(correction=0) if parameter.numel() > 1 else parameter.abs().sum()
                parameter.add_(torch.randn_like(parameter) * (0.05 * size + 0.02))


def reached(loss: Tensor, parameters: Iterable[tuple[str, nn.Parameter]]) -> None:
    """Raise Broken for a parameter that the loss has no gradient for, or that gets nothing but zeros."""
    named = [(name, parameter) for name, parameter in parameters if parameter.requires_grad]
    try:
        slopes = torch.autograd.grad(loss, [parameter for _, parameter in named], allow_unused=True)
    except RuntimeError as error:
        raise Broken(f"no gradient at all: {one_line(error)}.") from error
    for (name, _), slope in zip(named, slopes, strict=True):
        expect(slope is not None, f"'{name}' has no part in the result; leave it out, or make it a buffer.")
        assert slope is not None
        expect(bool(slope.isfinite().all()), f"the gradient of '{name}' isn't finite.")
        expect(bool((slope != 0).any()), f"the gradient of '{name}' is 0 throughout.")


def same_compiled(body: Callable[..., Any], arguments: Sequence[Any], leaves: Sequence[Tensor]) -> None:
    """Raise Broken unless a function traced as one graph gives what it gives otherwise, and the same gradients for `leaves`;
    or where a captured step couldn't run it.

    body: returns a tensor, a tuple or a mapping of tensors; random numbers start from the same seed both times.
    """
    with NoCopies():
        eager = _with_gradients(body, arguments, leaves)
    torch._dynamo.reset()
    compiled = torch.compile(body, backend="aot_eager", fullgraph=True)
    try:
        with _quiet():
            traced = _with_gradients(compiled, arguments, leaves)
    except GancraftError:
        raise
    except Exception as error:  # of many kinds; the first line says what can't be traced
        reason = str(error).strip().splitlines()
        raise Broken(f"it can't be traced as one graph: {reason[0] if reason else type(error).__name__}.") from error
    finally:
        torch._dynamo.reset()
    for ours, theirs in zip(traced, eager, strict=True):
        far = float((ours - theirs).abs().max()) if ours.numel() else 0.0
        limit = 1e-3 * float(theirs.abs().max()) + 1e-6
        expect(far <= limit, f"compiled, values differ by {far:.2g} where {limit:.2g} is rounding.")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the compiler's own log, which pytest would show hundreds of lines of beside a failure."""
    log = logging.getLogger("torch.__trace")
    before, log.propagate = log.propagate, False
    try:
        yield
    finally:
        log.propagate = before


def _with_gradients(body: Callable[..., Any], arguments: Sequence[Any], leaves: Sequence[Tensor]) -> list[Tensor]:
    with seeded(7):
        values = tensors_of(body(*arguments))
    total = torch.stack([(x.float() * _ramp(x)).mean() for x in values]).sum()
    slopes = torch.autograd.grad(total, list(leaves), allow_unused=True)
    return [x.detach().float() for x in values] + [g.detach().float() for g in slopes if g is not None]


def _ramp(x: Tensor) -> Tensor:
    """Weights that tell one place from another, so that no two errors cancel out."""
    return torch.linspace(0.5, 1.5, x.numel()).reshape(x.shape) if x.numel() > 1 else torch.ones_like(x)


def tensors_of(value: Any) -> list[Tensor]:
    """Of a tensor, a tuple or a mapping."""
    if isinstance(value, Tensor):
        return [value]
    return list(value.values()) if isinstance(value, Mapping) else list(value)


def close(one: Tensor, other: Tensor, least: float = 0.98) -> bool:
    """Whether two results are the same but for a coarser precision: the cosine of the angle between them."""
    a, b = (x.detach().float().flatten() for x in (one, other))
    if not bool(a.isfinite().all()):
        return False
    return bool(torch.cosine_similarity(a, b, dim=0) > least) or bool((a - b).abs().max() < 1e-3)
