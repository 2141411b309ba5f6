"""Checks of a perceptual network.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gancraft.errors import UsageError
from gancraft.perceptual.calibration import calibration_picture
from gancraft.testing.core import NotForThis, Subject, check, expect
from gancraft.testing.probes import close, rough, same_compiled, seeded, smooth


@check(
    "It names its layers, those of the content and style losses among them with weights, and its weights' fingerprint."
)
def names(subject: Subject) -> None:
    network = _made(subject)
    expect(len(network.layers) > 0 and all(isinstance(n, str) for n in network.layers), "it has no `layers`.")
    for which in ("content_layers", "style_layers"):
        chosen = getattr(network, which)
        expect(len(chosen) > 0, f"its `{which}` are empty.")
        unknown = sorted(set(chosen) - set(network.layers))
        expect(not unknown, f"`{which}` has {', '.join(unknown)}, which is none of its layers.")
        expect(all(weight > 0 for weight in chosen.values()), f"`{which}` has weights that aren't above 0.")
    expect(isinstance(network.fingerprint, str) and network.fingerprint != "", "it has no `fingerprint`.")


@check("It gives the layers asked for and no others, each NCHW, finite, for pictures of any size from 64 pixels.")
def shapes(subject: Subject) -> None:
    network = _made(subject)
    for n, width, height in ((1, 64, 64), (2, 97, 70)):
        x_NCHW = torch.cat([smooth(width, height, seed) for seed in range(n)])
        features = _features(network, x_NCHW, network.layers)
        expect(set(features) == set(network.layers), f"{sorted(features)} instead of {sorted(network.layers)}.")
        for layer, h_NCHW in features.items():
            good = h_NCHW.ndim == 4 and h_NCHW.shape[0] == n
            expect(good, f"'{layer}' has the shape {tuple(h_NCHW.shape)} for {n} pictures.")
            expect(bool(h_NCHW.isfinite().all()), f"'{layer}' has values that aren't finite.")
    first = network.layers[0]
    only = _features(network, smooth(64, 64, 0), [first])
    expect(set(only) == {first}, f"asked for '{first}' alone it gives {sorted(only)}.")


@check("A layer's values don't depend on which other layers are asked for, and are the same every time.")
def repeats(subject: Subject) -> None:
    network, again, x_NCHW = _made(subject), _made(subject, seed=1), rough(64, 64, 1)
    together = _features(network, x_NCHW, network.layers)
    expect(network.fingerprint == again.fingerprint, "made twice, its fingerprints differ.")
    for layer in network.layers:
        alone = _features(again, x_NCHW, [layer])[layer]
        expect(torch.allclose(alone, together[layer], rtol=1e-4, atol=1e-5), f"'{layer}' differs.")


@check("Activations of a layer average about 1 on a photo, so that losses mean the same with every network.")
def scale(subject: Subject) -> None:
    network = _made(subject)
    for layer, h_NCHW in _features(network, calibration_picture(), network.layers).items():
        mean = float(h_NCHW.float().abs().mean())
        expect(0.5 < mean < 2, f"'{layer}' averages {mean:.3g}; `SequentialNetwork.calibrate` brings it to 1.")


@check("Gradients reach every pixel, and none of the weights learn.")
def gradients(subject: Subject) -> None:
    network = _made(subject)
    x_NCHW = rough(64, 64, 1).requires_grad_()
    losses = [h_NCHW.float().square().mean() for h_NCHW in network(x_NCHW, tuple(network.style_layers)).values()]
    torch.stack(losses).sum().backward()
    assert x_NCHW.grad is not None
    share = float((x_NCHW.grad.abs().sum(1) > 0).float().mean())
    expect(share > 0.95, f"{1 - share:.0%} of the pixels have no gradient.")
    learning = [n for n, p in _parameters(network) if p.requires_grad]
    expect(not learning, f"'{next(iter(learning), '')}' would learn; call `requires_grad_(False)`.")


@check("Moved to bfloat16 it gives about the same.")
def precision(subject: Subject) -> None:
    network, x_NCHW = _made(subject), smooth(64, 64, 1)
    exact = _features(network, x_NCHW, network.layers)
    coarse = _features(_made(subject).to(torch.bfloat16), x_NCHW, network.layers)
    for layer in network.layers:
        expect(close(coarse[layer], exact[layer]), f"'{layer}' has little to do with what it is in float32.")


@check("Traced as one graph it gives the same.")
def compiles(subject: Subject) -> None:
    network, x_NCHW = _made(subject), rough(64, 64, 1).requires_grad_()
    wanted = tuple(network.style_layers)
    same_compiled(lambda x: network(x, wanted), (x_NCHW,), [x_NCHW])


def _made(subject: Subject, seed: int = 0) -> Any:
    weights = getattr(subject.thing.load(), "weights", None)
    if weights is not None and not weights()[1]:
        raise NotForThis(f"its weights aren't on this machine: {weights()[0]}")
    try:
        with seeded(seed):
            return subject.make()
    except UsageError as error:  # a package with the weights that isn't installed
        raise NotForThis(str(error)) from error


def _features(network: Any, x_NCHW: Tensor, layers: Any) -> dict[str, Tensor]:
    with torch.no_grad():
        features: dict[str, Tensor] = network(x_NCHW, layers)
    return features


def _parameters(network: Any) -> Any:
    return network.named_parameters() if hasattr(network, "named_parameters") else ()
