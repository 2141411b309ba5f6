"""Iterations per second of `gancraft style` on this machine, by network, precision and way of launching.

    python benchmarks/iterations.py --device cuda --size 1024x683 --networks vgg19 embedded
    python benchmarks/iterations.py --device cpu --size 512x341 --iterations 8

Each figure is the ordinary runner with all its work (optimiser, averaging, looking at the loss), one level, after the
first iterations; the share of peak is the convolutions' operations over what a large matrix product reaches.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import platform
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import torch
from gancraft_gram import GramOptions
from gancraft_gram.loss import GramLoss

from benchmarks.networks import flops, network
from gancraft.compute import Compute
from gancraft.events import Progress, Run, Warned
from gancraft.interfaces import StyleInput, StyleJob
from gancraft.style.optimise import OptimisedStyle
from gancraft.style.settings import OptimiseOptions


def pace(net, job: StyleJob, iterations: int) -> float:  # type: ignore[no-untyped-def]
    """Seconds an iteration, from the median of the gaps between reports in the second half of the run."""
    method = OptimisedStyle(OptimiseOptions(levels=1, iterations=iterations), GramLoss(GramOptions()))
    marks: list[tuple[int, float]] = []
    for event in Run(lambda run: method.run(job, run)):
        if isinstance(event, Warned):
            print("   ", event.message)
        if isinstance(event, Progress):
            marks.append((event.done, time.perf_counter()))
    marks = marks[len(marks) // 2 - 1 :]
    gaps = sorted((t1 - t0) / (n1 - n0) for (n0, t0), (n1, t1) in zip(marks, marks[1:], strict=False))
    return gaps[len(gaps) // 2]


def peak(device: str, dtype: torch.dtype) -> float:
    """FLOP/s of a large square matrix product."""
    side = 8192 if device.startswith("cuda") else 1024
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(8):
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        began = time.perf_counter()
        for _ in range(5):
            a @ b
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        best = min(best, (time.perf_counter() - began) / 5)
    return 2 * side**3 / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--size", default="1024x683")
    parser.add_argument("--networks", nargs="+", default=["vgg19", "embedded"])
    parser.add_argument("--precisions", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--launches", nargs="+", default=["eager", "auto", "compile"])
    parser.add_argument("--iterations", type=int, default=600)
    parser.add_argument("--free", action="store_true", help="also with cuDNN free to choose what doesn't repeat")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    gpu = args.device.startswith("cuda")
    machine = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} threads of {platform.processor()}"
    peaks = {p: peak(args.device, getattr(torch, p)) for p in args.precisions}
    print(
        f"{machine}, torch {torch.__version__}; matrix product: "
        + ", ".join(f"{p} {v / 1e12:.3g} TFLOP/s" for p, v in peaks.items())
    )
    generator = torch.Generator().manual_seed(0)
    content, style = (
        torch.rand(1, 3, height, width, generator=generator),
        torch.rand(1, 3, height, width, generator=generator),
    )
    rows = []
    for name in args.networks:
        for precision in args.precisions:
            for launch in args.launches if gpu else [x for x in args.launches if x != "auto"]:
                for free in (False, True) if args.free else (False,):
                    net = network(name)
                    job = StyleJob(
                        content,
                        [StyleInput(style)],
                        device=args.device,
                        precision=precision,
                        launch=launch,
                        network=lambda net=net: net,
                    )
                    repeatable, began = Compute.scope, time.perf_counter()
                    if free:
                        Compute.scope = lambda self: contextlib.nullcontext()  # type: ignore[method-assign,misc,assignment]
                    try:
                        seconds = pace(net, job, args.iterations)
                    except Exception as error:  # one variant that can't run doesn't end the table
                        print(f"{name:14} {precision:9} {launch:8} {'free' if free else '':5} failed: {error!r:.300}")
                        continue
                    finally:
                        Compute.scope = repeatable  # type: ignore[method-assign]
                    layers = [*net.style_layers, *net.content_layers]
                    share = flops(net, layers, width, height) / seconds / peaks[precision]
                    row = {
                        "network": name,
                        "precision": precision,
                        "launch": launch,
                        "free": free,
                        "per_second": 1 / seconds,
                        "share_of_peak": share,
                        "all_seconds": time.perf_counter() - began,
                        "gigabytes": torch.cuda.max_memory_allocated() / 1e9 if gpu else None,
                    }
                    rows.append(row)
                    print(
                        f"{name:14} {precision:9} {launch:8} {'free' if free else '':5}"
                        f"{1 / seconds:8.2f} it/s  {share:6.1%} of peak  {row['all_seconds']:6.1f} s in all",
                        flush=True,
                    )
                    if gpu:
                        torch.cuda.reset_peak_memory_stats()
    if args.json:
        args.json.write_text(
            json.dumps({"machine": machine, "size": args.size, "peaks": peaks, "rows": rows}, indent=1)
        )


if __name__ == "__main__":
    main()
