# %% [markdown]
# # Train a GAN on your own pictures
#
# First you write the smallest GAN there is, in torch, and see the two networks play. Then gancraft trains one properly and you read its
# report. Then a run collapses before your eyes, and is cured. Last comes the variational autoencoder, on the same pictures. A few
# minutes on two CPU cores.
#
# **Before you begin**, guess; the same ground is asked again at the end, and [ten more](../quiz.md) wait elsewhere.
#
# <details><summary>1. Which of the two networks ever sees a real picture?</summary>Only the discriminator. The generator learns from its gradient alone.</details>
# <details><summary>2. In a good run, whose loss falls?</summary>Neither for long: each gets better against an opponent who gets better.</details>
# <details><summary>3. All made pictures are good, and alike. Is that a success?</summary>No: mode collapse, the commonest way to fail.</details>

# %% tags=["parameters"]
PICTURES = "sample:digits"  # or a folder of your own, or a .zip
SIZE = 16  # pixels; your own photos want 32 or more, and more time
BY_HAND = 1200  # steps of the GAN written by hand
SEEN = 60_000  # pictures that gancraft's networks see
RING = 48_000  # points that the networks of the collapse see

# %%
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate

import gancraft
from gancraft.pictures.dataset import open_set

torch.manual_seed(0)
runs = Path(tempfile.mkdtemp())  # put your own folder here, and a run goes on where it was


def sheet(x_NCHW: np.ndarray | torch.Tensor, across: int = 16, scale: int = 2) -> Image.Image:
    """Pictures in [0, 1] side by side, enlarged."""
    x_NCHW = torch.as_tensor(x_NCHW).float().clamp(0, 1)
    x_NCHW = interpolate(x_NCHW, scale_factor=scale)
    x_NCHW = x_NCHW[: len(x_NCHW) // across * across].expand(-1, 3, -1, -1)
    rows = [torch.cat(list(row), 2) for row in x_NCHW.split(across)]
    return Image.fromarray((torch.cat(rows, 1).permute(1, 2, 0) * 255).round().to(torch.uint8).numpy())


data = open_set(PICTURES, size=str(SIZE))
print(f"{len(data):,} pictures of {data.shape}")
real_NCHW = torch.from_numpy(np.asarray(data.x_NCHW)).float() / 255
sheet(real_NCHW[torch.randperm(len(real_NCHW))[:64]])

# %% [markdown]
# ## 1. By hand
#
# **The discriminator** is a picture classifier with one answer: how real does this look? **The generator** is the same turned round: from random
# numbers, the *latent*, to a picture. Fully connected is enough for digits.

# %%
LATENT, PIXELS = 32, real_NCHW[0].numel()

generator = nn.Sequential(
    nn.Linear(LATENT, 128), nn.BatchNorm1d(128), nn.LeakyReLU(0.2),
    nn.Linear(128, 256), nn.BatchNorm1d(256), nn.LeakyReLU(0.2),
    nn.Linear(256, PIXELS), nn.Tanh(),
)  # fmt: skip
discriminator = nn.Sequential(
    nn.Linear(PIXELS, 256), nn.LeakyReLU(0.2), nn.Dropout(0.3),
    nn.Linear(256, 128), nn.LeakyReLU(0.2), nn.Dropout(0.3),
    nn.Linear(128, 1),
)  # fmt: skip

# %% [markdown]
# **They learn in turns.** The discriminator is shown a batch of real pictures with the label 1 and a batch of made ones with the label 0. Then the
# generator makes new ones, they go through the discriminator, and the *generator* is moved so that the answer becomes 1. The
# discriminator stands still meanwhile: its optimiser isn't asked.


# %%
def towards(logits_N1: torch.Tensor, label: float) -> torch.Tensor:
    return binary_cross_entropy_with_logits(logits_N1, torch.full_like(logits_N1, label))


rates = {"lr": 4e-4, "betas": (0.5, 0.999)}
adam_g, adam_d = (
    torch.optim.Adam(generator.parameters(), **rates),
    torch.optim.Adam(discriminator.parameters(), **rates),
)
x_NP = real_NCHW.flatten(1) * 2 - 1  # pictures in [-1, 1] while training
fixed_NL = torch.randn(16, LATENT)  # the same latents at every look
looks = []
for step in range(BY_HAND + 1):
    real_BP = x_NP[torch.randint(0, len(x_NP), (64,))]
    made_BP = generator(torch.randn(64, LATENT))
    loss_d = towards(discriminator(real_BP), 1.0) + towards(discriminator(made_BP.detach()), 0.0)
    adam_d.zero_grad()
    loss_d.backward()
    adam_d.step()

    loss_g = towards(discriminator(generator(torch.randn(64, LATENT))), 1.0)
    adam_g.zero_grad()
    loss_g.backward()
    adam_g.step()

    if step % max(1, BY_HAND // 4) == 0:
        generator.eval()
        with torch.no_grad():
            looks.append((generator(fixed_NL).reshape(16, *real_NCHW.shape[1:]) + 1) / 2)
        generator.train()
        print(f"step {step:4}: discriminator {float(loss_d.detach()):.2f}, generator {float(loss_g.detach()):.2f}")
sheet(torch.cat(looks))

# %% [markdown]
# Each row is the same sixteen latents, later and later. The losses tell you nothing of that: they neither fall together nor end anywhere. (A
# discriminator that only guesses has 2 ln 2 = 1.39.)
#
# ## 2. With gancraft
#
# One call, and it looks after what you would forget: augmentation, penalties, a running average of the generator, checkpoints, and a
# health check. `gancraft train sample:digits --size 16 …` on the command line is the same.

# %%
small = {"generator": {"width": 16}, "discriminator": {"width": 16}}  # leave it out where there is more time or a GPU
run = gancraft.train(
    PICTURES,
    runs / "gan",
    plugin="dcgan",
    size=str(SIZE),
    pictures=SEEN,
    gan={"average": 5000},
    device="cpu",
    launch="eager",
    **small,
)
for event in run:
    if isinstance(event, gancraft.Warned):
        print(event.message)
    if isinstance(event, gancraft.Finished):
        print(f"{event.facts['pictures']:,} pictures seen: {event.facts['verdict']}")
sheet(gancraft.sample(runs / "gan", 64, device="cpu"))

# %% [markdown]
# ### Reading the report
#
# The folder has `report.html`: open it in a browser. Its first line is the verdict; below it you move through the sheets, and the curves say what a
# loss can't:
#
# | curve | good | trouble |
# |---|---|---|
# | diversity | near 1, as varied as the data | towards 0: collapse |
# | distance | falls, then stays | rises for good: the best pictures lie behind |
# | separation | between 0.5 and 1 | always 1: the discriminator overpowers |
# | held-out gap | near 0 | above 0.5: it knows the training pictures by heart |
#
# The same numbers are in `metrics.jsonl`, a line each.


# %%
def course(folder: Path, *names: str) -> None:
    """Some numbers at four moments of a run."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    lines = [line for line in lines if line["kind"] == "progress" and "diversity" in line["values"]]
    for line in lines[:: max(1, len(lines) // 4)][:4] + lines[-1:]:
        print(
            f"{line['pictures']:7,}  "
            + "  ".join(f"{name} {line['values'].get(name, float('nan')):.2f}" for name in names)
        )


course(runs / "gan", "diversity", "distance", "separation", "held_out_gap")

# %% [markdown]
# ## 3. A collapse, and its cure
#
# To see a failure quickly, take points in the plane instead of pictures: eight clusters in a ring. With this preset the generator takes five
# steps for one of the discriminator, so it always runs ahead of its judge.


# %%
def ring(name: str, **settings: object) -> Image.Image:
    """Train on the ring, say what is said, and show the last sheet."""
    run = gancraft.train(
        "sample:ring", runs / name, plugin="toy-collapse", pictures=RING, device="cpu", launch="eager", **settings
    )
    for event in run:
        if isinstance(event, gancraft.Warned):
            print(event.message)
        if isinstance(event, gancraft.Finished):
            print("verdict:", event.facts["verdict"])
    return Image.open(max((runs / name / "samples").glob("*.png"))).convert("RGB").resize((220, 220))


ring("collapse")

# %% [markdown]
# Real points are grey, made ones orange. All of them sit in one place, and a little later in another: it found something that fools the
# discriminator, and makes nothing else. Take the cause away, one step for one:

# %%
ring("cured", gan={"generator_steps": 1})

# %% [markdown]
# [Why GANs fail](../why-gans-fail.md) has the other ways, each with its command, its sentence and its cure.
#
# ## 4. The chapter before: a variational autoencoder
#
# No opponent here. An *encoder* says which latents a picture may have come from, a *decoder* makes it again, and the loss asks for two things: the
# picture comes back, and latents stay near a normal distribution, so that new ones can be drawn. It is a plugin
# (`docs/examples/gancraft-vae`), trained by the same call.

# %%
vae = gancraft.finished(
    gancraft.train(
        PICTURES, runs / "vae", plugin="vae", size=str(SIZE), pictures=SEEN, width=16, device="cpu", launch="eager"
    )
)
print("verdict:", vae.facts["verdict"])
course(runs / "vae", "error", "nats", "diversity", "distance")
sheet(
    np.concatenate([gancraft.sample(runs / "gan", 32, device="cpu"), gancraft.sample(runs / "vae", 32, device="cpu")])
)

# %% [markdown]
# The two upper rows are the GAN's, the two lower ones the autoencoder's. The autoencoder is calm and never collapses, and its pictures are
# blurred: it answers with the mean of what it isn't told. [Both on the same pictures, measured.](../vae-and-gans.md)
#
# ## Tips, each with its switch
#
# What people say who have trained GANs for long, in our words. [More, and what we have seen of each.](../tips.md)
#
# - *Begin small, and look early.* `--size 32 --generator.width 32`; if nothing has come after a tenth of the time, nothing will.
# - *Keep the batch small at first.* `--batch 64`
# - *Little momentum.* `--beta1 0` or `0.5`
# - *When it stalls, lower the rates suddenly.* `--resume --rate-factor 0.1`, or `--schedule plateau`
# - *Few pictures? Change what the discriminator sees.* `--augment diffaugment`, `--flip`
# - *Keep the discriminator flat.* `--r1 1`
# - *Two rates rather than two counts of steps.* `--generator-rate`, `--discriminator-rate`
# - *Show an average of the generator.* `--average 50000`
# - *The best moment isn't the last.* The best checkpoint is kept; `--remedy act` goes back to it when all else fails.
# - *Begin with a network that knows something near.* `--from emoji`
#
# ## After
#
# <details><summary>1. Why is the made picture detached in the discriminator's turn?</summary>So that its loss moves only the discriminator. Otherwise the generator would be asked to make what is easily found out.</details>
# <details><summary>2. The discriminator's loss is 0.001 and stays there. What does the generator learn?</summary>Nearly nothing: where the discriminator is sure it is flat, and gives no gradient.</details>
# <details><summary>3. Which curve shows a collapse, and which loss does?</summary>Diversity does. No loss does: the generator's may look fine.</details>
# <details><summary>4. Why does the cure above help, and would it always?</summary>It takes this run's cause away. Another collapse has another cause, on pictures mostly a discriminator that knows its few thousand pictures by heart.</details>
# <details><summary>5. Why are the autoencoder's pictures blurred, and not noisy?</summary>The best answer to a squared error under uncertainty is the mean of all candidates, and a mean is smooth.</details>
#
# **Exercise**: set `PICTURES` to a folder of your own, some hundred pictures of one kind, `SIZE` to 32, and `SEEN` to a million, overnight.
# [How many, how long, what to expect.](../own-pictures.md) Then: [style transfer from noise](style-from-noise.ipynb).
