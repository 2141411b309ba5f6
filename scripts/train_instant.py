"""Train the decoder of an instant style method, which then paints in the manner of any style picture:

    python -m scripts.train_instant attention photos256.zip styles256.zip out --steps 9000 --seconds 420

The zips are made by `python -m scripts.instant_data`. Into `out` go `NAME.safetensors`, which is to replace the file in
plugins/gancraft_adain (weights averaged over the last steps, in half precision), `checkpoint.safetensors`, from which the
same command goes on, `log.csv` and `sheet-STEP.png`: bundled photos and styles, none of which is trained on. The same seed
gives the same batches; the learning rate falls with the steps, or with the seconds where those are used up first.

Shape suffixes: N = pictures, C = channels, H, W = height, width.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import math
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
from gancraft_adain.moments import Moments, moments, sums  # noqa: E402
from gancraft_adain.networks import AdainNetwork  # noqa: E402
from gancraft_adain.weights import NETWORKS, trained  # noqa: E402

from gancraft.pictures import open_sample  # noqa: E402

SIDE = 256
STYLE_LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 1.0, "relu4_1": 1.0, "relu5_1": 0.5}
CONTENT_LAYERS = {"relu3_1": 0.3, "relu4_1": 0.7}
SHOWN = (
    ("astronaut", "cat", "coffee", "rocket"),
    ("brush", "swirl", "pointillist", "watercolour", "geometry", "mosaic", "woodblock"),
)
AVERAGE = 0.999  # decay of the running average of the weights


def pictures_of(file: Path, device: str) -> Tensor:
    """All of a zip, uint8 NCHW."""
    with zipfile.ZipFile(file) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".webp"))
        arrays = [np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")) for name in names]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).contiguous().to(device)


def batch(pictures: Tensor, count: int, largest: float, turns: int, generator: torch.Generator) -> Tensor:
    """Random pictures, mirrored, enlarged up to `largest` times and turned by up to `turns` right angles: float32, 0 to 1."""
    device = pictures.device
    x_NCHW = pictures[torch.randint(len(pictures), (count,), generator=generator, device=device)].float() / 255
    size = torch.rand(count, generator=generator, device=device) * (1 - 1 / largest) + 1 / largest
    mirror = torch.randint(2, (count,), generator=generator, device=device) * 2.0 - 1
    turn = torch.randint(turns + 1, (count,), generator=generator, device=device) * (math.pi / 2)
    shift = (torch.rand(count, 2, generator=generator, device=device) * 2 - 1) * (1 - size)[:, None]
    rows = [size * mirror * turn.cos(), -size * turn.sin(), shift[:, 0], size * mirror * turn.sin(), size * turn.cos()]
    theta = torch.stack([*rows, shift[:, 1]], 1).view(count, 2, 3)
    grid = torch.nn.functional.affine_grid(theta, [count, 3, SIDE, SIDE], align_corners=False)
    return torch.nn.functional.grid_sample(x_NCHW, grid, "bilinear", "reflection", align_corners=False).clamp(0, 1)


def coloured(x_NCHW: Tensor, generator: torch.Generator) -> Tensor:
    """Half of them with colours mixed anew and another contrast, so that there are more styles than pictures."""
    count, device = len(x_NCHW), x_NCHW.device
    mix = torch.eye(3, device=device) + 0.35 * torch.randn(count, 3, 3, generator=generator, device=device)
    mix = mix / mix.sum(2, keepdim=True).abs().clamp(min=0.5)
    gain = torch.exp(0.25 * torch.randn(count, 1, 1, 1, generator=generator, device=device))
    mean = x_NCHW.mean((1, 2, 3), keepdim=True)
    changed = ((torch.einsum("nij,njhw->nihw", mix, x_NCHW) - mean) * gain + mean).clamp(0, 1)
    return torch.where(torch.rand(count, 1, 1, 1, generator=generator, device=device) < 0.5, changed, x_NCHW)


def gram(x_NCHW: Tensor) -> Tensor:
    flat = x_NCHW.float().flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def style_distance(got_NCHW: Tensor, want_NCHW: Tensor, photo_NCHW: Tensor, gram_share: float) -> Tensor:
    """Moments and Gram matrices apart, relative to the style's and the photo's own: each is about 1 at most."""

    def known(x_NCHW: Tensor) -> Moments:
        return moments(sums({"x": x_NCHW}))["x"]

    got, want, photo = known(got_NCHW), known(want_NCHW), known(photo_NCHW)

    def apart(a: Moments, b: Moments) -> Tensor:
        return (a.mean_NC11 - b.mean_NC11).square().mean((1, 2, 3)) + (a.std_NC11 - b.std_NC11).square().mean((1, 2, 3))

    scale = want.mean_NC11.square() + want.std_NC11.square() + photo.mean_NC11.square() + photo.std_NC11.square()
    loss = (apart(got, want) / scale.mean((1, 2, 3))).mean()
    got_NCC, want_NCC, photo_NCC = gram(got_NCHW), gram(want_NCHW), gram(photo_NCHW)
    power_N = want_NCC.square().mean((1, 2)) + photo_NCC.square().mean((1, 2))
    return loss + gram_share * ((got_NCC - want_NCC).square().mean((1, 2)) / power_N).mean()


def losses(
    network: AdainNetwork, photo_NCHW: Tensor, style_NCHW: Tensor, options: argparse.Namespace
) -> dict[str, Tensor]:
    """The parts of the loss, weighed. The first eighth of the batch has itself as its style: nothing is to change."""
    alone = max(1, len(photo_NCHW) // 8)
    style_NCHW = torch.cat([photo_NCHW[:alone], style_NCHW[alone:]])
    layers = [*dict.fromkeys([*STYLE_LAYERS, *CONTENT_LAYERS])]
    with torch.no_grad():
        photo, style = network.encoder(photo_NCHW, layers), network.encoder(style_NCHW, layers)
    looked = [{name: features[name] for name in ("relu4_1", "relu3_1", "relu2_1")} for features in (photo, style)]
    painted_NCHW = network(looked[0], [(1.0, network.remember(looked[1]))])
    painted = network.encoder(painted_NCHW, layers)
    content = sum(
        weight * (plain(painted[name]) - plain(photo[name])).square().mean() for name, weight in CONTENT_LAYERS.items()
    )
    total = sum(STYLE_LAYERS.values())
    manner = sum(
        weight / total * style_distance(painted[name], style[name], photo[name], options.gram)
        for name, weight in STYLE_LAYERS.items()
    )
    same = (painted_NCHW[:alone] - photo_NCHW[:alone]).abs().mean()
    rough = (painted_NCHW[..., 1:] - painted_NCHW[..., :-1]).square().mean()
    rough = rough + (painted_NCHW[..., 1:, :] - painted_NCHW[..., :-1, :]).square().mean()
    return {"content": options.content * content, "style": manner, "same": 0.5 * same, "rough": options.smooth * rough}


def plain(x_NCHW: Tensor) -> Tensor:
    """Features with mean 0 and spread 1, in float32."""
    return moments(sums({"x": x_NCHW}))["x"].normalised(x_NCHW.float())


@torch.no_grad()
def sheet(network: AdainNetwork, file: Path, device: str) -> None:
    """Photos by rows, styles by columns."""

    def opened(name: str) -> Tensor:
        rgb = Image.fromarray((open_sample(name).rgb_HWC * 255).astype(np.uint8))
        square = min(rgb.size)
        left, top = (rgb.width - square) // 2, (rgb.height - square) // 2
        rgb = rgb.crop((left, top, left + square, top + square)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        return torch.from_numpy(np.array(rgb)).permute(2, 0, 1)[None].to(device).float() / 255

    photos, styles = ([opened(name) for name in names] for names in SHOWN)
    memories = [network.remember(network.look(style)) for style in styles]
    rows = [torch.cat([torch.ones_like(photos[0]), *styles], 3)]
    for photo in photos:
        rows.append(torch.cat([photo, *(network(network.look(photo), [(1.0, memory)]) for memory in memories)], 3))
    array = (torch.cat(rows, 2)[0].permute(1, 2, 0).float().cpu().numpy() * 255).round().astype(np.uint8)
    Image.fromarray(array).save(file)


def save(
    out: Path, name: str, network: AdainNetwork, average: AdainNetwork, adam: torch.optim.Adam, facts: dict
) -> None:
    half = {key: value.half().contiguous().cpu() for key, value in trained(average).items()}
    save_file(
        half, str(out / f"{name}.safetensors"), {"gancraft": json.dumps({"kind": "decoder", "name": name, **facts})}
    )
    state = {f"now/{key}": value for key, value in trained(network).items()}
    state |= {f"average/{key}": value for key, value in trained(average).items()}
    for number, values in adam.state_dict()["state"].items():
        state |= {f"adam/{number}/{key}": value for key, value in values.items()}
    state = {key: value.detach().clone().contiguous() for key, value in state.items()}
    save_file(state, str(out / "checkpoint.safetensors"), {"facts": json.dumps(facts)})


def resume(out: Path, network: AdainNetwork, average: AdainNetwork, adam: torch.optim.Adam) -> int:
    """Go on from a checkpoint. Returns the step that it was written at, 0 without one."""
    file = out / "checkpoint.safetensors"
    if not file.exists():
        return 0
    with safe_open(str(file), "pt") as archive:
        found = {key: archive.get_tensor(key) for key in archive.keys()}  # noqa: SIM118
        step = int(json.loads(archive.metadata()["facts"])["steps"])
    for part, to in (("now/", network), ("average/", average)):
        to.load_state_dict({k.removeprefix(part): v for k, v in found.items() if k.startswith(part)}, strict=False)
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in found.items():
        if key.startswith("adam/"):
            _, number, quantity = key.split("/")
            state.setdefault(int(number), {})[quantity] = value
    adam.load_state_dict({**adam.state_dict(), "state": state})
    return step


def rate_at(rate: float, step: int, over: float) -> float:
    """Rising over the first steps, then falling to 2 % by a cosine."""
    return rate * min(1, step / 200) * (0.02 + 0.98 * math.cos(math.pi / 2 * min(1, over)) ** 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=NETWORKS)
    for path in ("photos", "styles", "out"):
        parser.add_argument(path, type=Path)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--seconds", type=float, default=math.inf, help="end by then, whatever the steps")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--content", type=float, default=0.15, help="weight of the content loss against the style's")
    parser.add_argument("--gram", type=float, default=1.0, help="weight of Gram matrices within the style loss")
    parser.add_argument("--smooth", type=float, default=0.5, help="weight of the squared differences of neighbours")
    parser.add_argument("--every", type=int, default=1000, help="steps between two sheets, each with a checkpoint")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    began, device = time.monotonic(), "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(options.seed)
    torch.backends.cudnn.benchmark = True
    photos, styles = pictures_of(options.photos, device), pictures_of(options.styles, device)
    network = NETWORKS[options.name]().to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(network).requires_grad_(False)
    learnt = [value for value in network.parameters() if value.requires_grad]
    adam = torch.optim.Adam(learnt, options.rate, betas=(0.9, 0.99), fused=device == "cuda")
    first = resume(options.out, network, average, adam)
    generator = torch.Generator(device)
    for step in range(first + 1, options.steps + 1):
        generator.manual_seed(options.seed * 10_000_019 + step)
        photo = batch(photos, options.batch, 1.6, 0, generator).contiguous(memory_format=torch.channels_last)
        style = coloured(batch(styles, options.batch, 1.8, 3, generator), generator).contiguous(
            memory_format=torch.channels_last
        )
        over = max(step / options.steps, (time.monotonic() - began) / options.seconds)
        adam.param_groups[0]["lr"] = rate_at(options.rate, step, over)
        with torch.autocast(device, torch.bfloat16):
            parts = losses(network, photo, style, options)
        adam.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        adam.step()
        decay = min(AVERAGE, step / (step + 10))
        with torch.no_grad():
            for mean, now in zip(trained(average).values(), trained(network).values(), strict=True):
                mean.lerp_(now, 1 - decay)
        if step % 50 == 0 or step == 1:
            values = {name: round(float(value.detach()), 5) for name, value in parts.items()}
            with (options.out / "log.csv").open("a") as log:
                log.write(",".join(map(str, [step, *values.values()])) + "\n")
            print(step, f"{time.monotonic() - began:.0f}s", values, flush=True)
        if step % options.every == 0 or step == options.steps or over >= 1:
            data = {"photos": len(photos), "styles": len(styles)}
            asked = {key: getattr(options, key) for key in ("batch", "rate", "content", "gram", "smooth", "seed")}
            facts = {"steps": step, "encoder": network.encoder.fingerprint, "data": data, **asked}
            save(options.out, options.name, network, average, adam, facts)
            with torch.autocast(device, torch.bfloat16):
                sheet(average, options.out / f"sheet-{step:06}.png", device)
        if over >= 1:
            break


if __name__ == "__main__":
    main()
