"""Pictures per second of training the DCGAN at 64x64, 3 channels: gancraft's engine beside the plain loop that everybody
writes first, in one run on this machine.

    python benchmarks/train.py --device cuda --batches 64 256 1024 4096 --json train.json
    python benchmarks/train.py --device cpu --batches 64 --rounds 6
    python benchmarks/train.py --device cuda --plugins dcgan stylegan2 --sizes 64 256 --compile --json networks.json

The same network (Radford et al. 2016, width 64, 4x4 kernels), loss, optimiser and data for all. The plain loop is the
usual tutorial's: float32, two backward passes for the discriminator, losses read with .item() at every step; once with
the data in memory, once through ImageFolder and a DataLoader from JPEG files of 178x218, CelebA's size. Then the engine,
one of its means after the other. Each figure is the median of several stretches. With --plugins a row for each of these
instead, in whole rounds with all their penalties (a plugin may be followed by settings, as in stylegan2:batch=32).
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import numpy as np
import torch
from torch import nn

from benchmarks import methods
from benchmarks.iterations import peak
from gancraft.compute import Compute
from gancraft.interfaces import DataShape, Plan
from gancraft.plugins import find_plugins
from gancraft.training.choice import TrainChoice, resolve_train
from gancraft.training.ranks import Ranks
from gancraft.training.session import Session
from gancraft.training.settings import LearnOptions

SHAPE = DataShape(3, 64, 64)
STRETCHES = 3
SAME = {  # as the tutorial's, so that both do the same work
    "plugin": "dcgan-paper",
    "generator.width": 64,
    "generator.kernel": 4,
    "generator.latent": "normal",
    "discriminator.width": 64,
    "discriminator.kernel": 4,
}


def chosen(batch: int) -> TrainChoice:
    return resolve_train(find_plugins(), [{**SAME, "batch": batch}])


def pictures(count: int) -> np.ndarray:
    """Smooth random pictures, N x 3 x 64 x 64 bytes."""
    small = torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    return (nn.functional.interpolate(small, (64, 64), mode="bicubic").clamp(0, 1) * 255).byte().numpy()


def pace(step: Callable[[], None], batch: int, rounds: int, device: str) -> float:
    """Pictures per second of `step`, after a warm-up."""
    for _ in range(max(6, rounds // 5) if device != "cpu" else 2):
        step()
    rates = []
    for _ in range(STRETCHES):
        wait(device)
        began = time.perf_counter()
        for _ in range(rounds):
            step()
        wait(device)
        rates.append(batch * rounds / (time.perf_counter() - began))
    return sorted(rates)[len(rates) // 2]


def wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


def plain(batch: int, device: str, reals: Iterator[torch.Tensor]) -> Callable[[], None]:
    """One step of the plain loop, as tutorials write it."""
    nets = chosen(batch).make(Plan(SHAPE, 10**9, batch)).networks()
    generator, discriminator = nets["generator"].to(device), nets["discriminator"].to(device)
    optimise_g, optimise_d = (torch.optim.Adam(n.parameters(), 2e-4, (0.5, 0.999)) for n in (generator, discriminator))
    loss = nn.BCEWithLogitsLoss()

    def step() -> None:
        real = next(reals)
        ones, zeros = torch.ones(len(real), device=device), torch.zeros(len(real), device=device)
        optimise_d.zero_grad()
        real_loss = loss(discriminator(real), ones)
        real_loss.backward()
        fake = generator(torch.randn(len(real), 100, device=device))
        fake_loss = loss(discriminator(fake.detach()), zeros)
        fake_loss.backward()
        optimise_d.step()
        optimise_g.zero_grad()
        fooled = loss(discriminator(fake), ones)
        fooled.backward()
        optimise_g.step()
        _ = (real_loss + fake_loss).item(), fooled.item()

    return step


def in_memory(x_NCHW: np.ndarray, batch: int, device: str) -> Iterator[torch.Tensor]:
    data = torch.from_numpy(x_NCHW).to(device).float() / 127.5 - 1
    while True:
        for part in torch.randperm(len(data), device=device).split(batch):
            if len(part) == batch:
                yield data[part]


def from_files(folder: Path, batch: int, device: str) -> Iterator[torch.Tensor]:
    """JPEG files through ImageFolder and a DataLoader with two workers, transformed as in the tutorial."""
    from torchvision import datasets, transforms

    steps = [transforms.Resize(64), transforms.CenterCrop(64), transforms.ToTensor()]
    steps.append(transforms.Normalize((0.5,) * 3, (0.5,) * 3))
    data = datasets.ImageFolder(str(folder), transforms.Compose(steps))
    loader = torch.utils.data.DataLoader(data, batch, shuffle=True, num_workers=2, drop_last=True)
    while True:
        for real, _ in loader:
            yield real.to(device)


def engine(batch: int, compute: Compute, x_NCHW: np.ndarray) -> Session:
    choice = chosen(batch)
    plan = Plan(SHAPE, 10**9, batch, len(x_NCHW))
    return Session(
        choice.make(plan),
        (x_NCHW, None, np.arange(len(x_NCHW))),
        compute=compute,
        ranks=Ranks(),
        seed=0,
        flip=False,
        accumulate=1,
        learn=LearnOptions(),
    )


def work() -> float:
    """Operations of the plain loop's step for one picture, counted by torch."""
    from torch.utils.flop_counter import FlopCounterMode

    step = plain(4, "cpu", in_memory(pictures(8), 4, "cpu"))
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops() / 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batches", type=int, nargs="+", default=[64])
    parser.add_argument("--rounds", type=int, default=0, help="steps of a stretch; 0 chooses")
    parser.add_argument("--pictures", type=int, default=4096)
    parser.add_argument(
        "--compile", action="store_true", help="also compiled steps, which take a minute a batch size first"
    )
    parser.add_argument("--plugins", nargs="+", help="rows for these instead of the comparison with the plain loop")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64], help="with --plugins: sides of the pictures")
    parser.add_argument("--seconds", type=float, default=6, help="with --plugins: of a row")
    parser.add_argument("--no-files", action="store_true", help="leave the DataLoader out")
    parser.add_argument("--json", help="file for the figures")
    arguments = parser.parse_args()
    device, x_NCHW, results = arguments.device, pictures(arguments.pictures), []
    cuda = device != "cpu"
    name = (
        torch.cuda.get_device_name() if cuda else f"{platform.processor() or 'cpu'}, {torch.get_num_threads()} threads"
    )
    top = peak(device, torch.bfloat16)
    print(f"{name}; torch {torch.__version__}; bf16 product {top / 1e12:.1f} TFLOP/s")
    if arguments.plugins:
        write(arguments.json, name, top, each_plugin(arguments, top))
        return
    each = work()
    print(f"{each / 1e9:.2f} GFLOP a picture")
    ways: list[tuple[str, Compute]] = [
        ("eager float32, contiguous", Compute(torch.device(device), torch.float32, "eager", channels_last=False)),
        ("+ channels last", Compute(torch.device(device), torch.float32, "eager")),
        ("+ bfloat16", Compute(torch.device(device), torch.bfloat16, "eager")),
    ]
    if cuda:
        ways.append(("+ CUDA graphs (the default)", Compute(torch.device(device), torch.bfloat16, "auto")))
    if arguments.compile:
        ways.append(("+ compiled", Compute(torch.device(device), torch.bfloat16, "compile")))

    def show(batch: int, way: str, rate: float, base: float) -> None:
        memory = torch.cuda.max_memory_allocated() / 2**30 if cuda else 0.0
        share = rate * each / top
        results.append(
            {"batch": batch, "way": way, "pictures/s": rate, "share": share, "GiB": memory, "times": rate / base}
        )
        line = f"batch {batch:5}  {way:32} {rate:10,.0f}/s  {rate / base:6.2f}x  {share:6.1%} of peak"
        print(line + (f"  {memory:.2f} GiB" if cuda else ""), flush=True)

    for batch in arguments.batches:
        rounds = arguments.rounds or (max(10, min(200, 40_000 // batch)) if cuda else 6)
        few = max(4, rounds // 4)
        base = pace(plain(batch, device, in_memory(x_NCHW, batch, device)), batch, few, device)
        show(batch, "plain loop, data in memory", base, base)
        if not arguments.no_files and batch == arguments.batches[0]:
            with tempfile.TemporaryDirectory() as folder:
                write_files(x_NCHW, Path(folder) / "all")
                reals = from_files(Path(folder), batch, device)
                show(batch, "plain loop, DataLoader, JPEG", pace(plain(batch, device, reals), batch, few, device), base)
                del reals
        for way, compute in ways:
            if cuda:
                torch.cuda.empty_cache()
                torch.cuda.reset_peak_memory_stats()
            with compute.training():
                began = time.perf_counter()
                session = engine(batch, compute, x_NCHW)
                if way == "+ compiled":
                    session.round()
                    print(f"             compiled in {time.perf_counter() - began:.0f} s", *session.warnings)
                show(batch, way, pace(session.round, batch, rounds, device), base)
                del session
    write(arguments.json, name, top, results)


def each_plugin(arguments: argparse.Namespace, top: float) -> list[dict[str, Any]]:
    """Rows of other methods, eager and as they are launched."""
    device, cuda = torch.device(arguments.device), arguments.device != "cpu"
    dtype = torch.bfloat16 if cuda else torch.float32
    ways = [("eager", Compute(device, dtype, "eager"))]
    if cuda:
        ways.append(("CUDA graphs (the default)", Compute(device, dtype, "auto")))
    if arguments.compile:
        ways.append(("compiled", Compute(device, dtype, "compile")))
    results, plugins = [], find_plugins()
    for side in arguments.sizes:
        for named in arguments.plugins:
            try:
                for row in methods.rows(plugins, named, side, 0, ways, arguments.seconds):
                    row["share"] = row["pictures/s"] * row["GFLOP"] * 1e9 / top
                    results.append(row)
                    print(
                        f"{named:20} {side:4} px  batch {row['batch']:4}  {row['way']:26} {row['pictures/s']:9,.0f}/s  "
                        f"{row['share']:6.1%} of peak  {row['GiB']:6.2f} GiB  {row['before']:4.0f} s before",
                        flush=True,
                    )
            except RuntimeError as error:  # out of memory: the other rows are wanted all the same
                print(f"{named:20} {side:4} px  {str(error).splitlines()[0][:90]}", flush=True)
    return results


def write(file: str | None, machine: str, top: float, results: list[dict[str, Any]]) -> None:
    if file:
        Path(file).write_text(json.dumps({"machine": machine, "peak": top, "results": results}, indent=1))


def write_files(x_NCHW: np.ndarray, folder: Path) -> None:
    from PIL import Image

    folder.mkdir()
    for number, x_CHW in enumerate(x_NCHW):
        picture = Image.fromarray(x_CHW.transpose(1, 2, 0)).resize((178, 218), Image.Resampling.BICUBIC)
        picture.save(folder / f"{number:05}.jpg", quality=90)


if __name__ == "__main__":
    main()
