"""What R3GAN's discriminator costs by the groups of its 3x3 convolutions and the layout of its tensors.

    python benchmarks/grouped.py --device cuda --json grouped.json
    python benchmarks/grouped.py --device cpu --batch 8 --width 16 --max-width 64 --rounds 3

A step is the discriminator's: forward on reals and fakes, R1 and R2 (backward to the pixels), and backward through both to
the weights. Each row is one way: channels a group (0: dense), NCHW or NHWC, eager or compiled, float32 or bfloat16.
The figure is the median of several stretches; compilation isn't counted. Pictures are 64x64, as many fakes as reals.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import torch
from gancraft_stylegan.r3gan import R3ganDiscriminator
from gancraft_stylegan.r3gan_options import R3ganOptions
from torch import Tensor
from torch.nn.functional import softplus

from gancraft.interfaces import DataShape
from gancraft.training.penalties import zero_centred

LAYOUTS = {"NCHW": torch.contiguous_format, "NHWC": torch.channels_last}


def step_of(judges: R3ganDiscriminator, dtype: torch.dtype, device: str) -> Callable[[Tensor, Tensor], tuple[Any, ...]]:
    """Gradients of the loss and both penalties; pictures come with a graph behind them."""
    parameters = list(judges.parameters())

    def step(real_NCHW: Tensor, fake_NCHW: Tensor) -> tuple[Any, ...]:
        with torch.autocast(device, dtype, enabled=dtype != torch.float32):
            real_N, fake_N = judges(real_NCHW), judges(fake_NCHW)
            penalty = zero_centred(real_N, real_NCHW) + zero_centred(fake_N, fake_NCHW)
            loss = softplus(fake_N - real_N).mean() + penalty
        return tuple(g.detach() for g in torch.autograd.grad(loss, parameters))

    return step


def seconds(
    step: Callable[[Tensor, Tensor], Any], pair: tuple[Tensor, Tensor], rounds: int, compiled: bool, stretches: int = 5
) -> float:
    """Of one step, the median of several stretches, after three that aren't counted."""

    def wait() -> None:
        if pair[0].is_cuda:
            torch.cuda.synchronize()

    if compiled:
        torch._dynamo.reset()
        step = torch.compile(step, dynamic=False, fullgraph=True)
    with torch._dynamo.config.patch(trace_autograd_ops=True):
        for _ in range(3):
            step(*pair)
        found = []
        for _ in range(stretches):
            wait()
            start = time.perf_counter()
            for _ in range(rounds):
                step(*pair)
            wait()
            found.append((time.perf_counter() - start) / rounds)
    return statistics.median(found)


def measured(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for each way; one that can't be taken is named with its reason."""
    device, shape = arguments.device, DataShape(3, 64, 64)
    dtypes = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    for name, group, layout, compiled in itertools.product(
        arguments.precisions, arguments.groups, LAYOUTS, (False, True)
    ):
        torch.manual_seed(0)
        options = R3ganOptions(width=arguments.width, max_width=arguments.max_width, group=group)
        judges = R3ganDiscriminator(options, shape).to(device=device, memory_format=LAYOUTS[layout])
        x_NCHW = torch.randn(arguments.batch, 3, 64, 64, device=device).contiguous(memory_format=LAYOUTS[layout])
        pair = x_NCHW.clone().requires_grad_(), x_NCHW.neg().requires_grad_()
        step = step_of(judges, dtypes[name], device)
        row: dict[str, Any] = {"group": group, "layout": layout, "compiled": compiled, "precision": name}
        row["parameters"] = sum(p.numel() for p in judges.parameters())
        if device == "cuda":
            torch.cuda.reset_peak_memory_stats()
        try:
            time_s = seconds(step, pair, arguments.rounds, compiled)
        except Exception as error:  # whatever a compiler that isn't there raises; the other rows are still wanted
            yield {**row, "problem": str(error).splitlines()[0][:160]}
            continue
        row |= {"milliseconds": round(1000 * time_s, 2), "pictures/s": round(arguments.batch / time_s, 1)}
        if device == "cuda":
            row["GiB"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
        yield row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=64, help="reals a step, and as many fakes")
    parser.add_argument("--width", type=int, default=64, help="channels at 64 pixels")
    parser.add_argument("--max-width", type=int, default=256)
    parser.add_argument("--groups", type=int, nargs="+", default=[16, 32, 64, 0], help="channels a group; 0: dense")
    parser.add_argument("--precisions", nargs="+", default=["float32", "bfloat16"], choices=["float32", "bfloat16"])
    parser.add_argument("--rounds", type=int, default=10, help="steps in a stretch")
    parser.add_argument("--json", type=Path, help="write the rows here too")
    arguments = parser.parse_args()
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    device = torch.cuda.get_device_name() if arguments.device == "cuda" else platform.processor() or "cpu"
    print(f"{device}, torch {torch.__version__}, batch {arguments.batch}", flush=True)
    rows = []
    for row in measured(arguments):
        rows.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"device": device, "torch": torch.__version__, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
