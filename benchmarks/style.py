"""gancraft's runner against a plain implementation of the same recipe: seconds to the same loss.

    python benchmarks/style.py --size 512                      # the samples, on this machine
    python benchmarks/style.py --size 256 --content a.jpg --style b.jpg

The plain implementation is what tutorials have: every layer of the network run in float32, full size from the first step,
`torch.optim.LBFGS`, 300 steps, no averaging. Both minimise the same loss (same network, layers, weights, start), and the
loss of both pictures is measured in the same way: float32, full size.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss
from torch import Tensor

from benchmarks.networks import network
from gancraft.events import Finished, Run
from gancraft.interfaces import StyleInput, StyleJob
from gancraft.pictures import fitted, open_picture, open_sample, samples
from gancraft.style.objective import Objective, Weights
from gancraft.style.optimise import VARIATION, OptimisedStyle
from gancraft.style.regions import Region, Style
from gancraft.style.resize import fit_style
from gancraft.style.settings import OptimiseOptions
from gancraft.style.strength import content_weight
from gancraft.style.tensors import to_tensor

PLAIN_STEPS = 300


def full_size_objective(name: str, content: Tensor, style: Tensor) -> Objective:
    """The loss at full size in float32 with gancraft's default weights."""
    net, options = network(name), OptimiseOptions()
    weights = Weights(
        options.content_weight * content_weight(options.strength),
        options.style_weight,
        options.variation_weight * VARIATION,
        {k: v / sum(net.content_layers.values()) for k, v in net.content_layers.items()},
        {k: v / sum(net.style_layers.values()) for k, v in net.style_layers.items()},
    )
    style = fit_style(style, max(content.shape[-2:]) * options.style_scale)
    return Objective(net, GramLoss(GramOptions()), weights, content, [Region([Style(style, 1.0)])])


def loss_of(objective: Objective, x_NCHW: Tensor) -> Tensor:
    return torch.stack(list(objective(x_NCHW).values())).sum()


def ours(name: str, content: Tensor, style: Tensor, device: str) -> tuple[float, Tensor]:
    """Seconds of a whole default run, and its picture."""
    method = OptimisedStyle(OptimiseOptions(), GramLoss(GramOptions()))
    job = StyleJob(content, [StyleInput(style)], device=device, network=lambda: network(name))
    began = time.perf_counter()
    for event in Run(lambda run: method.run(job, run)):
        last = event
    assert isinstance(last, Finished) and last.picture_HWC is not None
    return time.perf_counter() - began, to_tensor(last.picture_HWC)


def plain(objective: Objective, content: Tensor, goal: float) -> tuple[float, float, int]:
    """Seconds until the loss is at most `goal` (or until 300 steps are over), the loss then, and the steps."""
    x_NCHW = content.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([x_NCHW], lr=1, max_iter=1, history_size=100)
    began, value = time.perf_counter(), torch.tensor(float("inf"))

    def closure() -> Tensor:
        nonlocal value
        optimiser.zero_grad()
        loss = loss_of(objective, x_NCHW)
        loss.backward()
        value = loss.detach()
        return loss

    step = 0
    while step < PLAIN_STEPS:
        step += 1
        optimiser.step(closure)  # type: ignore[arg-type]
        with torch.no_grad():
            x_NCHW.clamp_(0, 1)
        if value.item() <= goal:
            break
    return time.perf_counter() - began, value.item(), step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="512")
    parser.add_argument("--network", default="embedded")
    parser.add_argument("--content")
    parser.add_argument("--style")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--ours-only", action="store_true")
    args = parser.parse_args()
    content = open_picture(args.content) if args.content else open_sample(samples("photo")[0].name)
    style = open_picture(args.style) if args.style else open_sample(samples("style")[0].name)
    content_NCHW = to_tensor(fitted(content, size=args.size, scale=None).rgb_HWC)
    style_NCHW = to_tensor(style.rgb_HWC)
    height, width = content_NCHW.shape[-2:]
    machine = f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    print(f"{machine}, {width}x{height}, {args.network}")
    objective = full_size_objective(args.network, content_NCHW, style_NCHW)
    seconds, picture = ours(args.network, content_NCHW, style_NCHW, args.device)
    with torch.no_grad():
        goal = float(loss_of(objective, picture))
        start = float(loss_of(objective, content_NCHW))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"gancraft  {seconds:7.1f} s  loss {start:.4f} -> {goal:.4f}  peak {peak:.2f} GB resident")
    if args.ours_only:
        return
    other, reached, steps = plain(objective, content_NCHW, goal)
    outcome = f"{other / seconds:.1f} times as long" if reached <= goal else "that loss was not reached"
    print(f"plain     {other:7.1f} s  loss {reached:.4f} after {steps} L-BFGS steps: {outcome}")


if __name__ == "__main__":
    main()
