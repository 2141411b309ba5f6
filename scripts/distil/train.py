"""Distil the embedded perceptual network on one GPU: python train.py tiles.zip OUT --until 480.

After Hinton, Vinyals & Dean 2015 and Romero et al. 2015 (FitNets): the student's stages learn, each through a
linear head, a teacher's standardised features. The student sees a noisy picture moved by one adversarial step
(Madry et al. 2018, as in Salman et al. 2020 and Engstrom et al. 2019 for perceptually aligned features), the
targets are those of the clean one. The schedule follows the clock: what fits before `--until` is trained.
"""

from __future__ import annotations

import argparse
import math
import shlex
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from crops import CROP, batch, load_tiles
from safetensors.torch import load_file, save_file
from student import STAGES, Student, fold, header, save
from teachers import STRIDES, Teachers
from torch import Tensor, nn

STAGE_WEIGHTS = (1.0, 1.0, 1.0, 1.0, 0.7)  # the deepest stage is learnt poorly whatever it weighs
CLASS_WEIGHT = 0.05
NOISE = 0.08  # largest deviation of the noise
NOISY_PART = 0.6
TEACHERS = ["EfficientNet-Lite0 (at twice the size)", "EfficientNet-Lite2"]


class Distiller(nn.Module):
    """The student with its linear heads; returns the loss of each stage and of the classes."""

    def __init__(self, channels: list[int]) -> None:
        super().__init__()
        self.student = Student(STAGES)
        self.heads = nn.ModuleList(
            nn.Conv2d(widths[-1], count, 1) for widths, count in zip(STAGES, channels, strict=True)
        )
        self.classes = nn.Linear(STAGES[-1][-1], 1000)

    def forward(self, x_NCHW: Tensor, targets: list[Tensor], logits_NK: Tensor) -> Tensor:
        """losses_6: mean squared error of the five stages, divergence from Lite2's classes."""
        outputs = self.student(x_NCHW)
        losses = [
            (head(output).float() - target.float()).square().mean()
            for head, output, target in zip(self.heads, outputs, targets, strict=True)
        ]
        guess = F.log_softmax(self.classes(outputs[-1].mean((2, 3))).float(), 1)
        losses.append(F.kl_div(guess, F.log_softmax(logits_NK.float(), 1), log_target=True, reduction="batchmean"))
        return torch.stack(losses)


def weighted(losses: Tensor) -> Tensor:
    weights = losses.new_tensor([*(w / sum(STAGE_WEIGHTS) for w in STAGE_WEIGHTS), CLASS_WEIGHT])
    return (weights * losses).sum()


def adversarial_step(
    model: nn.Module, plain: nn.Module, x: Tensor, targets: list[Tensor], logits: Tensor, size: float
) -> Tensor:
    """x moved by an L2 step of up to `size` (for a whole crop) along the loss's gradient."""
    each = (len(x), 1, 1, 1)

    def unit(direction: Tensor) -> Tensor:
        return direction / direction.flatten(1).norm(dim=1).clamp(min=1e-8).view(each)

    plain.requires_grad_(False)
    moved = (x + 0.5 * size * unit(torch.randn_like(x))).requires_grad_()
    (gradient,) = torch.autograd.grad(weighted(model(moved, targets, logits)), moved)
    plain.requires_grad_(True)
    return x + size * torch.rand(each, device=x.device) * unit(gradient)


def optimiser(model: nn.Module, rate: float) -> torch.optim.AdamW:
    decayed = [p for p in model.parameters() if p.ndim > 1]
    free = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.02}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=model.classes.weight.is_cuda)


def write(out: Path, model: Distiller, pictures: Tensor, facts: dict[str, object]) -> None:
    """The file that ships and the checkpoint that training can go on from."""
    state = {k: v.half() if k.startswith(("heads", "classes")) else v for k, v in model.state_dict().items()}
    save_file({k: v.contiguous().cpu() for k, v in state.items()}, out / "checkpoint.safetensors")
    save(out / "embedded.safetensors", fold(model.student, pictures), header("embedded", **facts))


def options_from(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tiles", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--until", type=float, default=480, help="stop at this many seconds after the start")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--epsilon", type=float, default=2.5, help="longest adversarial step, L2 of a crop")
    parser.add_argument("--resume", type=Path, help="go on from this checkpoint.safetensors")
    parser.add_argument("--before", type=int, default=0, help="steps that the checkpoint has seen")
    parser.add_argument("--teachers", type=Path, help="folder with lite0.safetensors and lite2.safetensors")
    parser.add_argument("--date", default=time.strftime("%Y-%m-%d"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-compile", action="store_true")
    return parser.parse_args(arguments)


def main() -> None:
    began = time.monotonic()
    options = options_from()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    options.out.mkdir(parents=True, exist_ok=True)

    def say(*words: object) -> None:
        print(f"{time.monotonic() - began:6.1f} s", *words, flush=True)

    large, cells, data = load_tiles(options.tiles, device)
    halved = F.avg_pool2d(large.float(), 2).round().byte()
    say(len(large), "large tiles,", len(cells), "cells on", device)

    def draw(size: int = options.batch) -> Tensor:
        with torch.no_grad():
            return batch(large, halved, cells, size).contiguous(memory_format=torch.channels_last)

    def auto() -> torch.autocast:
        return torch.autocast(device.type, torch.bfloat16)

    teachers = Teachers(options.teachers).to(device).to(memory_format=torch.channels_last)
    with auto():
        channels = teachers.measure([draw(min(options.batch, 128)) for _ in range(24 if device.type == "cuda" else 2)])
    say("targets per stage:", channels)
    plain = Distiller(channels).to(device).to(memory_format=torch.channels_last)
    rate = options.rate
    if options.resume:
        plain.load_state_dict(load_file(options.resume))
        say("goes on from", options.resume)
    probe = draw(96)
    teach, model = teachers, plain
    if not options.no_compile:
        teach, model = torch.compile(teachers), torch.compile(plain)
    plain.train()
    adam = optimiser(plain, rate)
    training: dict[str, object] = {
        "gpu": torch.cuda.get_device_name() if device.type == "cuda" else "none",
        "batch": options.batch, "crop": CROP, "epsilon": options.epsilon, "noise": NOISE,
    }  # fmt: skip

    words = [Path(word).name if "/" in word else word for word in sys.argv]
    command = f"python {shlex.join(words)}"

    def facts() -> dict[str, object]:
        return {
            "teachers": TEACHERS, "data": data, "date": options.date,
            "command": command, "training": training,
        }  # fmt: skip

    step, start, wrote, running = 0, time.monotonic(), time.monotonic(), torch.zeros(len(STRIDES) + 1)
    end = began + options.until
    while time.monotonic() < end:
        part = (time.monotonic() - start) / (end - start)  # of the time that this run has
        adam.param_groups[0]["lr"] = adam.param_groups[1]["lr"] = (
            rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * min(part, 1)))
        )
        epsilon = options.epsilon * (1 if options.resume else min(1, 4 * part))
        clean = draw()
        with torch.no_grad(), auto():
            targets, logits = teach(clean)
        each = (len(clean), 1, 1, 1)
        deviation = NOISE * torch.rand(each, device=device) * (torch.rand(each, device=device) < NOISY_PART)
        noisy = clean + deviation * torch.randn_like(clean)
        with auto():
            moved = adversarial_step(model, plain, noisy, targets, logits, epsilon)
            losses = model(moved.contiguous(memory_format=torch.channels_last), targets, logits)
        weighted(losses).backward()
        nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        step += 1
        if step == 1:
            say("first step done")
            start = time.monotonic()  # compiling is not training
        if step % 20 == 0 or device.type == "cpu":
            running = 0.8 * running + 0.2 * losses.detach().float().cpu()
            if not torch.isfinite(running).all():
                raise FloatingPointError(f"the loss is {running.tolist()} at step {step}")
        if step % 200 == 0 or step < 4:
            say(f"step {step} part {part:.3f}", [round(value, 4) for value in running.tolist()])
        training |= {
            "steps": step + options.before, "seconds": round(time.monotonic() - start),
            "losses": [round(value, 3) for value in running.tolist()],
        }  # fmt: skip
        if time.monotonic() - wrote > 100:
            wrote = time.monotonic()
            write(options.out, plain, probe, facts())
    write(options.out, plain, probe, facts())
    say("done,", step, "steps")


if __name__ == "__main__":
    main()
