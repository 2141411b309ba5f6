"""Checks of an `InstantStyle`, which paints in one pass.

Shape suffixes: N = 1 picture, C = channels, H, W = height, width.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from gancraft.errors import UsageError
from gancraft.interfaces import InstantStyle, StyleInput
from gancraft.testing.core import NotForThis, Subject, check, expect
from gancraft.testing.probes import close, rough, same_compiled, seeded, smooth


@check(
    "It paints: the photo's size, float32, finite, and not the photo itself, for every size that its stride divides."
)
def paints(subject: Subject) -> None:
    method = _made(subject)
    for across, down in ((4, 3), (3, 5)):
        x_NCHW = smooth(across * _unit(method), down * _unit(method), 1)
        y_NCHW = _frame(subject, method, x_NCHW)
        expect(y_NCHW.shape == x_NCHW.shape, f"{tuple(y_NCHW.shape)} for {tuple(x_NCHW.shape)}.")
        expect(y_NCHW.dtype == torch.float32, f"a picture in {y_NCHW.dtype}.")
        expect(bool(y_NCHW.isfinite().all()), "values that aren't finite.")
        expect(float((y_NCHW.clamp(0, 1) - x_NCHW).abs().mean()) > 1e-3, "the photo came back as it was.")


@check("The same weights, styles and photo give the same picture, to the last bit.")
def repeats(subject: Subject) -> None:
    x_NCHW = smooth(4 * _unit(_made(subject)), 3 * _unit(_made(subject)), 1)
    one, other = (_frame(subject, _made(subject), x_NCHW) for _ in range(2))
    expect(torch.equal(one, other), "two passes differ.")


@check("All weights are in `network`: saved as safetensors and loaded into a new one they paint the same.")
def saves(subject: Subject) -> None:
    method, other = _made(subject), _made(subject)
    expect(isinstance(method.network, nn.Module), f"`network` is a {type(method.network).__name__}.")
    x_NCHW = smooth(4 * _unit(method), 3 * _unit(method), 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.safetensors"
        save_file({n: t.contiguous() for n, t in method.network.state_dict().items()}, file)
        with torch.no_grad():
            for parameter in other.network.parameters():
                parameter.zero_()
        other.network.load_state_dict(load_file(file))
    same = torch.equal(_frame(subject, method, x_NCHW), _frame(subject, other, x_NCHW))
    expect(same, "the pictures differ: some weights are elsewhere.")


@check("The style changes the picture.")
def styles(subject: Subject) -> None:
    if subject.thing.can("styleless"):
        raise NotForThis("it is registered with `styleless`")
    method = _made(subject)
    x_NCHW = smooth(4 * _unit(method), 3 * _unit(method), 1)
    with torch.no_grad():
        one, other = (
            method.frame(x_NCHW, method.prepare([StyleInput(style)]))
            for style in (smooth(64, 64, 2), 1 - smooth(64, 64, 2))
        )
    expect(not torch.equal(one, other), "two styles give the same picture; register it with `styleless`.")


@check("Where it `blends`, strength 0 is nearer to the photo than strength 1.")
def strength(subject: Subject) -> None:
    method = _made(subject)
    if not method.blends:
        raise NotForThis("it doesn't blend; the engine mixes for it")
    x_NCHW = smooth(4 * _unit(method), 3 * _unit(method), 1)
    weak, full = (
        float((_frame(subject, method, x_NCHW, strength=s).clamp(0, 1) - x_NCHW).abs().mean()) for s in (0.0, 1.0)
    )
    expect(weak < full, f"at 0 it is {weak:.3g} away from the photo, at 1 {full:.3g}.")


@check("What `survey` gathers of a whole picture paints the same as what `frame` takes of it by itself.")
def surveys(subject: Subject) -> None:
    method = _made(subject)
    if not method.rounds:
        raise NotForThis("it has no rounds")
    x_NCHW = smooth(4 * _unit(method), 3 * _unit(method), 1)
    where_N1HW = torch.ones_like(x_NCHW[:, :1])
    with torch.no_grad(), seeded():
        state = _state(subject, method)
        known: list[Any] = []
        for _ in range(method.rounds):
            known.append(method.survey(x_NCHW, state, known, where_N1HW))
        apart = method.frame(x_NCHW, state, known=known) - method.frame(x_NCHW, state)
    expect(float(apart.abs().max()) < 1e-3, f"they differ by up to {float(apart.abs().max()):.3g}.")


@check("In bfloat16 it paints about the same.")
def precision(subject: Subject) -> None:
    exact, coarse = _made(subject), _made(subject)
    coarse.network.to(torch.bfloat16)
    x_NCHW = smooth(4 * _unit(exact), 3 * _unit(exact), 1)
    made = _frame(subject, coarse, x_NCHW)
    expect(made.dtype == torch.float32, f"the picture came back in {made.dtype}.")
    expect(close(made, _frame(subject, exact, x_NCHW)), "the two pictures have little to do with each other.")


@check("Traced as one graph it paints the same.")
def compiles(subject: Subject) -> None:
    method = _made(subject)
    x_NCHW = smooth(4 * _unit(method), 3 * _unit(method), 1).requires_grad_()
    with seeded():
        state = _state(subject, method)
    same_compiled(lambda x: method.frame(x, state), (x_NCHW,), [x_NCHW])


def _made(subject: Subject) -> InstantStyle:
    try:
        with seeded():
            method: InstantStyle = subject.make()
    except UsageError as error:  # what it paints with isn't on this machine
        raise NotForThis(str(error)) from error
    return method


def _unit(method: InstantStyle) -> int:
    """A side that its stride divides, of at least 16 pixels."""
    return method.stride * -(-16 // method.stride)


def _state(subject: Subject, method: InstantStyle) -> Any:
    return method.prepare([] if subject.thing.can("styleless") else [StyleInput(rough(64, 64, 2))])


def _frame(subject: Subject, method: InstantStyle, x_NCHW: Tensor, **more: Any) -> Tensor:
    with torch.no_grad(), seeded():
        return method.frame(x_NCHW, _state(subject, method), **more)
