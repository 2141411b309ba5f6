"""Which GAN gets furthest in the same time on the same pictures and machine: distances, precision and recall, with sheets.

    python benchmarks/compare_gans.py emoji.zip --seconds 200 --plugins dcgan stylegan2 --out compared
    python benchmarks/compare_gans.py photos.zip --size 128 --seconds 600 --plugins stylegan2 --peer --out compared
    python benchmarks/compare_gans.py emoji.zip --plugins stylegan2:batch=128:gan.r1=0.5

A plugin may be followed by settings. Its run first lasts `--pilot` seconds, which tells its pace and so how many pictures it
can see in the time: schedules that end with the run then end in time (a growing network's pace changes: give it `pictures=`).
The clock starts with the first round that is over: launching and compiling stay out, their seconds are reported apart.
The peer (--peer; `pip install lightweight-gan`) is trained by its own loop in batches of 64 in float16, its settings
otherwise those of its command line. All are judged by the same judge: as many pictures as the set has, against the whole set.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import numpy as np
import torch

from gancraft import defaults
from gancraft.events import Finished, Progress, Started, Warned
from gancraft.latent.evaluate import Pictures, evaluation, from_array, from_model, some_rows
from gancraft.latent.sheet import sheet
from gancraft.metrics.spaces import space
from gancraft.models import load_model
from gancraft.pictures import save_picture
from gancraft.pictures.dataset import PictureSet, open_set
from gancraft.plugins import Plugins, find_plugins
from gancraft.training.choice import resolve_train
from gancraft.training.job import train

ENDLESS = 10**10
PEER = "lightweight-gan"


def parsed(text: str) -> tuple[str, dict[str, str]]:
    """`plugin:name=value:…`"""
    plugin, *given = text.split(":")
    return plugin, dict(part.split("=", 1) for part in given)


def short(named: str) -> str:
    """A name for files: a plugin's, with a checksum of the settings that follow it."""
    plugin, colon, given = named.partition(":")
    return f"{plugin}-{zlib.crc32(given.encode()):08x}" if colon else plugin


def trained(
    plugins: Plugins, source: str, settings: dict[str, Any], seconds: float, folder: Path
) -> tuple[dict[str, Any], Any]:
    """Train until the plan or the time is over; figures and the model."""
    choice = resolve_train(plugins, [settings])
    run = train(choice, source, folder)
    asked = began = last = time.monotonic()
    seen, finished = 0, None
    for event in run:
        if isinstance(event, Started):
            print(f"  {event.summary}", flush=True)
        elif isinstance(event, Warned):
            print(f"  {event.message}", flush=True)
        elif isinstance(event, Progress) and event.done:
            if not seen:
                began, first = time.monotonic(), event.done
            seen, last = event.done, time.monotonic()
            if last - began > seconds:
                run.stop()
        elif isinstance(event, Finished):
            finished = event
    if finished is None or not seen:
        raise SystemExit(f"{settings['plugin']}: the run ended before it began")
    took = last - began
    facts = {
        "pictures": seen,
        "seconds": round(took, 1),
        "pictures/s": round((seen - first) / took) if took else 0,
        "before": round(began - asked, 1),
        "verdict": finished.facts.get("verdict"),
        "problem": finished.problem,
    }
    if torch.cuda.is_available():
        facts["GiB"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
    return facts, load_model(folder / "model.safetensors", plugins)


def ours(
    plugins: Plugins, source: str, size: str | None, named: str, arguments: argparse.Namespace, data: PictureSet
) -> tuple[dict[str, Any], Pictures]:
    plugin, given = parsed(named)
    settings: dict[str, Any] = {"plugin": plugin, "pictures": ENDLESS, "health.remedy": "warn", **given}
    if size:
        settings["size"] = size
    if arguments.launch:
        settings["launch"] = arguments.launch
    folder = arguments.out / short(named)
    if "pictures" not in given:
        with tempfile.TemporaryDirectory() as pilot:
            pace, model = trained(plugins, source, settings, arguments.pilot, Path(pilot) / "run")
        del model
        settings["pictures"] = max(1, int(pace["pictures/s"] * arguments.seconds))
        print(f"  pace {pace['pictures/s']:,} pictures/s; planned {settings['pictures']:,}", flush=True)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    # A tenth more: the pilot's pace is a guess, and schedules should end.
    facts, model = trained(plugins, source, settings, 1.1 * arguments.seconds, folder)
    return {"what": named, **facts}, from_model(model, len(data), seed=1, device=arguments.device)


def peer(data: PictureSet, arguments: argparse.Namespace) -> tuple[dict[str, Any], Pictures]:
    """lightweight-gan by its own loop."""
    from lightweight_gan import Trainer

    side = data.shape.height
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "pictures"
        source.mkdir()
        for number, x_CHW in enumerate(data.x_NCHW):
            save_picture(source / f"{number}.png", np.moveaxis(x_CHW, 0, -1).astype(np.float32) / 255)
        asked = time.monotonic()
        trainer = Trainer(
            name="peer", base_dir=place, image_size=side, batch_size=64, amp=True, num_workers=8, use_aim=False,
            attn_res_layers=[32], disc_output_size=1, aug_types=["cutout", "translation"],
        )  # fmt: skip
        trainer.clear()
        trainer.set_data_src(str(source))
        trainer.train()
        began = time.monotonic()
        while time.monotonic() - began < arguments.seconds:
            trainer.train()
        took = time.monotonic() - began
        # It starts its running average at step 20,000.
        generator = (trainer.GAN.GE if trainer.steps >= 20_000 else trainer.GAN.G).eval()
        torch.manual_seed(1)
        made: list[np.ndarray] = []
        with torch.no_grad():
            while sum(map(len, made)) < len(data):
                z_NL = torch.randn(64, trainer.latent_dim, device="cuda")
                made.append((generator(z_NL).float().clamp(0, 1) * 255).round().byte().cpu().numpy())
    seen = trainer.steps * 64
    facts = {"what": PEER, "pictures": seen, "seconds": round(took, 1), "pictures/s": round(seen / took)}
    facts |= {"before": round(began - asked, 1)}
    x_NCHW = np.concatenate(made)[: len(data)]
    return facts, from_array(x_NCHW, np.arange(len(x_NCHW)))


def judged(made: Pictures, real: Pictures, plugins: Plugins, out: Path, name: str, device: str) -> dict[str, float]:
    judge = space(defaults.JUDGE, plugins)
    *_, finished = evaluation(made, real, judge, device, copies=True)
    assert isinstance(finished, Finished)
    for kind, picture_HWC in (("nearest", finished.picture_HWC), ("sheet", sheet(made.at(range(96)), across=16))):
        save_picture(out / f"{name}-{kind}.webp", picture_HWC)
    wanted = ("frechet", "kid_x1000", "precision", "recall")
    return {key: round(float(finished.facts[key]), 3) for key in wanted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", help="a set, as gancraft train takes it")
    parser.add_argument("--plugins", nargs="*", default=["dcgan"])
    parser.add_argument("--peer", action="store_true", help=f"also {PEER}")
    parser.add_argument("--size")
    parser.add_argument("--seconds", type=float, default=200)
    parser.add_argument("--pilot", type=float, default=10)
    parser.add_argument("--launch", choices=["auto", "eager", "compile"])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, default=Path("compared"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    plugins = find_plugins()
    data = open_set(arguments.pictures, size=arguments.size)
    real = from_array(data.x_NCHW, some_rows(len(data)))
    machine = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    print(f"{machine}; torch {torch.__version__}; {len(data):,} pictures of {data.shape}", flush=True)
    jobs: list[Callable[[], tuple[dict[str, Any], Pictures]]] = [
        lambda named=named: ours(plugins, arguments.pictures, arguments.size, named, arguments, data)
        for named in arguments.plugins
    ]
    if arguments.peer:
        jobs.append(lambda: peer(data, arguments))
    rows = []
    for job in jobs:
        try:
            facts, made = job()
        except Exception as error:  # one that fails leaves the others' figures
            traceback.print_exc()
            print(f"  failed: {type(error).__name__}: {error}", flush=True)
            continue
        row = {"machine": machine, **facts}
        row |= judged(made, real, plugins, arguments.out, short(str(facts["what"])), arguments.device)
        rows.append(row)
        print(json.dumps(row), flush=True)
        (arguments.out / "table.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
