"""Every style method on the standard pairs: seconds, peak memory, and the judge's scores; and against other programs.

    python benchmarks/style_methods.py --size 512                       # all methods on this machine
    python benchmarks/style_methods.py --methods gram nnst --pairs 0 1 --size 256 --json scores.json
    python benchmarks/style_methods.py --peers FOLDER --pairs 0         # see benchmarks/peers.py

Each method has a process of its own, which paints all pairs (on a GPU one more before, which isn't counted), tells the most
memory it had, and only then asks the judge (extra `bench`; without it the scores are left out). Another program is timed
until the loss that gancraft's default iterations end with, on the same network, weights, loss and pixels; and, as both come,
each with its own network, until the judge finds its picture as near to style and photo as gancraft's default one.

For the same pixels gancraft leaves its margin off in the first of the two. With it, it minimises the loss of the larger
canvas, not that of the picture cut out of it, whose features at the edge see the padding of convolutions instead: there
only the canvas's loss goes on falling, the picture's ends on a floor.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "plugins")]

import numpy as np
import torch
from PIL import Image

from benchmarks.pairs import PAIRS, content
from gancraft.errors import GancraftError
from gancraft.events import Finished, Run
from gancraft.pictures import Picture, fitted, open_sample
from gancraft.plugins import Plugins, find_plugins
from gancraft.style import margin, paint
from gancraft.style.choice import resolve_style
from gancraft.style.judge import judge, judging_network

EVERY = 10  # steps of another program between two looks at its picture


def photo_of(number: int, size: str) -> Picture:
    return fitted(content(PAIRS[number][0]), size=size, scale=None)


def peak_resident() -> float:
    """GB that this process had at most."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def scores(results: list[tuple[int, np.ndarray]], size: str, styleless: bool = False) -> list[dict[str, float | None]]:
    """Of pairs' pictures; nothing where the judge's weights aren't there."""
    try:
        eye = judging_network(find_plugins())
    except GancraftError as error:
        print(error, file=sys.stderr)
        return [{} for _ in results]
    found = []
    for number, picture_HWC in results:
        styles = [] if styleless else [(open_sample(PAIRS[number][1]), 1.0)]
        verdict = judge(picture_HWC, photo_of(number, size), styles, eye)
        found.append({"style": verdict.style, "content": verdict.content})
    return found


def measured(name: str, args: argparse.Namespace) -> list[dict[str, Any]]:
    """In a process of its own: one method on all pairs."""
    plugins = find_plugins()
    styleless = plugins.get("style", name).can("styleless")
    cuda = args.device.startswith("cuda")
    rows: list[dict[str, Any]] = []
    results = []
    for turn, number in enumerate([args.pairs[0], *args.pairs] if cuda else args.pairs):
        photo = photo_of(number, args.size)
        styles = [] if styleless else [(open_sample(PAIRS[number][1]), 1.0)]
        settings = {"plugin": name, "size": f"{photo.width}x{photo.height}", "device": args.device}
        began, began_cpu = time.perf_counter(), time.process_time()
        *_, last = paint(resolve_style(plugins, [{**settings, **dict(args.set)}]), photo, styles)
        assert isinstance(last, Finished) and last.picture_HWC is not None
        if cuda and turn == 0:
            torch.cuda.reset_peak_memory_stats()
            continue
        results.append((number, last.picture_HWC))
        times = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - began_cpu}
        rows.append({"pair": number, **times, "resident_gb": peak_resident()})
        if cuda:
            rows[-1]["cuda_gb"] = torch.cuda.max_memory_allocated() / 1e9
    return [row | verdict for row, verdict in zip(rows, scores(results, args.size, styleless), strict=True)]


@contextlib.contextmanager
def without_margin() -> Iterator[None]:
    """Inside, a canvas is as large as its picture."""
    usual = margin.LEAST, margin.GRID
    margin.LEAST, margin.GRID = 0, 1
    try:
        yield
    finally:
        margin.LEAST, margin.GRID = usual


def against(name: str, args: argparse.Namespace) -> list[dict[str, Any]]:
    """In a process of its own: gancraft and one other program on the same loss."""
    from gancraft_gram import GramOptions
    from gancraft_gram.loss import GramLoss

    from benchmarks.peers import CONTENT, PEERS, STYLE, vgg
    from gancraft.interfaces import StyleInput, StyleJob
    from gancraft.style.objective import Objective, Weights
    from gancraft.style.optimise import OptimisedStyle
    from gancraft.style.regions import Region, Style
    from gancraft.style.resize import fit_style
    from gancraft.style.settings import OptimiseOptions
    from gancraft.style.strength import content_weight
    from gancraft.style.tensors import to_array, to_tensor

    peer = next(one for one in PEERS if one.name == name)
    plugins, rows = find_plugins(), []
    for number in args.pairs:
        shots: list[tuple[float, np.ndarray]] = []
        x_NCHW = to_tensor(photo_of(number, args.size).rgb_HWC).to(args.device)
        style_NCHW = fit_style(to_tensor(open_sample(PAIRS[number][1]).rgb_HWC), max(x_NCHW.shape[-2:])).to(args.device)
        network = vgg().to(args.device)
        with torch.no_grad():
            features, photo = network(style_NCHW, STYLE), network(x_NCHW, [CONTENT])[CONTENT]
        # gancraft's losses are relative: a layer weighs as much as what its distance is divided by.
        layers = {}
        for layer, f_NCHW in features.items():
            f_CP = f_NCHW[0].flatten(1)
            layers[layer] = peer.style * float((f_CP @ f_CP.T / f_CP.shape[1]).square().mean()) / len(f_CP) ** 2
        style_weight = sum(layers.values())
        share = peer.content * float(photo.square().mean()) / style_weight
        layers = {layer: weight / style_weight for layer, weight in layers.items()}
        options = OptimiseOptions(
            content_weight=share / content_weight(0.5),
            variation_weight=0.0,
            style_layers=[f"{layer}:{weight}" for layer, weight in layers.items()],
            **dict(args.set),
        )
        objective = Objective(
            network,
            GramLoss(GramOptions()),
            Weights(share, 1.0, 0.0, {CONTENT: 1.0}, layers),
            x_NCHW,
            [Region([Style(style_NCHW, 1.0)])],
        )

        def loss_of(picture_HWC: np.ndarray, objective: Objective = objective) -> float:
            with torch.no_grad():
                return float(sum(objective(to_tensor(picture_HWC).to(args.device)).values()))

        method = OptimisedStyle(options, GramLoss(GramOptions()))
        for _ in range(2 if args.device.startswith("cuda") else 1):  # the first one on a GPU pays for its start
            mine = copy.deepcopy(network)  # read before the clock starts, as the other program's is
            job = StyleJob(x_NCHW.cpu(), [StyleInput(style_NCHW.cpu())], device=args.device, network=lambda: mine)  # noqa: B023
            began = time.perf_counter()
            with without_margin():
                *_, last = Run(lambda run, method=method, job=job: method.run(job, run))
            seconds = time.perf_counter() - began
        assert isinstance(last, Finished) and last.picture_HWC is not None
        goal = loss_of(last.picture_HWC)
        row: dict[str, Any] = {
            "pair": number,
            "seconds": seconds,
            "loss": goal,
            "start": loss_of(to_array(x_NCHW.cpu())),
        }
        own = as_it_comes(plugins, photo_of(number, args.size), open_sample(PAIRS[number][1]), args.device)
        row["own_seconds"], own_HWC = own
        own_judged, *_ = scores([(number, own_HWC)], args.size)
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / "photo.png", Path(folder) / "style.png"]
            for file, picture_NCHW in zip(files, (x_NCHW, style_NCHW), strict=True):
                Image.fromarray((to_array(picture_NCHW.cpu()) * 255).round().astype(np.uint8)).save(file)
            steps = args.peer_steps or peer.steps
            for step, spent, shot_HWC in peer.run(*files, Path(folder), args.device, steps, min(EVERY, steps)):
                value = loss_of(shot_HWC)
                if value <= goal and "peer_seconds" not in row:
                    row |= {"peer_seconds": spent, "peer_steps": step}
                row |= {"peer_end_seconds": spent, "peer_end_steps": step, "peer_end_loss": value}
                shots.append((spent, shot_HWC))
        judged, *peer_judged = scores([(number, x) for x in (last.picture_HWC, *(x for _, x in shots))], args.size)
        row |= {"judged": judged, "own_judged": own_judged, "peer_judged": peer_judged[-1]}
        reached = [spent for (spent, _), found in zip(shots, peer_judged, strict=True) if as_good(found, own_judged)]
        rows.append(row | ({"peer_judged_seconds": reached[0]} if reached else {}))
    return rows


def as_it_comes(plugins: Plugins, photo: Picture, style: Picture, device: str) -> tuple[float, np.ndarray]:
    """Seconds and picture of the default method with its own network."""
    choice = resolve_style(plugins, [{"size": f"{photo.width}x{photo.height}", "device": device}])
    for _ in range(2 if device.startswith("cuda") else 1):
        began = time.perf_counter()
        *_, last = paint(choice, photo, [(style, 1.0)])
        seconds = time.perf_counter() - began
    assert isinstance(last, Finished) and last.picture_HWC is not None
    return seconds, last.picture_HWC


def as_good(found: dict[str, float | None], goal: dict[str, float | None]) -> bool:
    """Whether a picture is as near to the style and to the photo."""
    return all(found.get(part) is not None and found[part] <= goal[part] for part in ("style", "content"))  # type: ignore[operator]


def child(words: list[str], kind: str, name: str, peers: str | None) -> list[dict[str, Any]] | str:
    """Rows of a process, or its last words."""
    command = [sys.executable, __file__, *words, f"--{kind}", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
    return json.loads(done.stdout.strip().splitlines()[-1])


def told(name: str, rows: list[dict[str, Any]]) -> str:
    """A line of the table: means over the pairs, the most memory."""
    memory = max(row.get("cuda_gb", row["resident_gb"]) for row in rows)
    cells = [f"{mean(row[part] for row in rows):.1f}" for part in ("seconds", "cpu_seconds")]
    cells.append(f"{memory:.2f}")
    for part in ("style", "content"):
        values = [row[part] for row in rows if row.get(part) is not None]
        cells.append(f"{mean(values):.3f}" if values else "")
    return f"| `{name}` | {' | '.join(cells)} |"


def told_peer(name: str, rows: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        reached = f"{row['peer_seconds']:.1f} s, {row['peer_steps']} steps" if "peer_seconds" in row else "not reached"
        judged, own, theirs = (
            "/".join(f"{row[who][part]:.3f}" for part in ("style", "content")) if row[who] else "-"
            for who in ("judged", "own_judged", "peer_judged")
        )
        as_near = f"after {row['peer_judged_seconds']:.1f} s" if "peer_judged_seconds" in row else "never"
        lines.append(
            f"{name} pair {row['pair']}: gancraft {row['seconds']:.1f} s to {row['loss']:.4g} (from {row['start']:.4g}); "
            f"{name} to that {reached}; after {row['peer_end_steps']} steps, {row['peer_end_seconds']:.1f} s: "
            f"{row['peer_end_loss']:.4g}; judged {judged} and {theirs}. As it comes gancraft takes "
            f"{row['own_seconds']:.1f} s and is judged {own}; {name} is as near to both {as_near}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="*", help="default: all that are registered")
    parser.add_argument("--size", default="512")
    parser.add_argument("--pairs", nargs="+", type=int, default=list(range(6)))
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument(
        "--set", nargs="*", default=[], type=lambda text: tuple(text.split("=", 1)), metavar="NAME=VALUE"
    )
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--peers", help="folder with other programs, to be compared with")
    parser.add_argument("--peer-steps", type=int, default=0, help="of another program; its own default")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peers:
        sys.path.insert(0, str(Path(args.peers).resolve()))
    if args.one or args.peer:
        print(json.dumps(measured(args.one, args) if args.one else against(args.peer, args)))
        return
    found: dict[str, Any] = {}
    print(
        f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}, {args.device}, {args.size}"
    )
    names = find_plugins().names("style") if args.methods is None and not args.peers else args.methods or []
    print("| method | seconds | of processor time | peak GB | style | content |\n|---|---|---|---|---|---|", flush=True)
    for name in names:
        found[name] = rows = child(sys.argv[1:], "one", name, args.peers)
        print(f"{name}: {rows}" if isinstance(rows, str) else told(name, rows), flush=True)
    if args.peers:
        from benchmarks.peers import PEERS

        for peer in PEERS:
            found[f"against {peer.name}"] = rows = child(sys.argv[1:], "peer", peer.name, args.peers)
            print(f"{peer.name}: {rows}" if isinstance(rows, str) else told_peer(peer.name, rows), flush=True)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
