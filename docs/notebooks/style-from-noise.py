# %% [markdown]
# # Style transfer from noise, with every loss in sight
#
# A photo is redrawn in the manner of a painting, starting from nothing but noise. No network learns anything here: **the pixels do**. A
# fixed network looks at the picture, three losses say how far it is from what we want, and the optimiser changes the pixels.
#
# What gancraft does for you in one line stands at the end. Before it you write it yourself, in about sixty lines. On two CPU cores all
# of it takes a minute or two.
#
# **Before you begin**, guess; the same questions come back at the end.
#
# <details><summary>1. Which pixels of the painting does the photo get?</summary>None. Nothing is copied; only statistics of what a network sees are matched.</details>
# <details><summary>2. What is left of a picture if you keep only how often features occur together, and forget where?</summary>Its texture and colours, without any things: that is a Gram matrix.</details>
# <details><summary>3. Start from the photo instead of noise: what changes?</summary>It is faster and keeps more of the photo; the losses are the same.</details>

# %% tags=["parameters"]
SMALL, LARGE = 64, 160  # pixels of the longer side: first small, then large
STEPS, MORE = 300, 60  # of the optimiser at each
SHOW = (0, 30, 100, 300)  # steps of the small one whose pictures are kept
ITERATIONS = 150  # of gancraft's own run, at the end
PHOTO, STYLE = "cat", "brush"  # names of bundled samples; below is how to take files of your own

# %%
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

import gancraft
from gancraft.pictures import open_sample


def as_tensor(picture: gancraft.Picture, side: int) -> Tensor:
    """1 x 3 x H x W in [0, 1], its longer side of so many pixels."""
    x_NCHW = torch.from_numpy(picture.rgb_HWC).permute(2, 0, 1)[None]
    scale = side / max(x_NCHW.shape[2:])
    size = [max(16, round(edge * scale)) for edge in x_NCHW.shape[2:]]
    return interpolate(x_NCHW, size, mode="bilinear", antialias=True).clamp(0, 1)


def side_by_side(*pictures: Tensor, high: int = 128) -> Image.Image:
    """In a row, all as high."""
    parts = [interpolate(x, (high, round(x.shape[3] * high / x.shape[2]))) for x in pictures]
    row_HWC = torch.cat(parts, 3)[0].detach().clamp(0, 1).permute(1, 2, 0)
    return Image.fromarray((row_HWC * 255).round().to(torch.uint8).numpy())


photo, painting = open_sample(PHOTO), open_sample(STYLE)  # or gancraft.open_picture("my-photo.jpg")
content_NCHW, style_NCHW = as_tensor(photo, LARGE), as_tensor(painting, LARGE)
side_by_side(content_NCHW, style_NCHW)

# %% [markdown]
# ## The network that looks
#
# gancraft ships a small convolutional network that has learned to see. Its first layers answer to edges and colours, deeper ones to larger
# and more abstract things. We never change it. `network(picture, layers)` gives the activations of the layers asked for.

# %%
from gancraft_embedded.network import Embedded

network = Embedded(gancraft.PerceptualOptions())
features = network(content_NCHW, network.layers)
for name, feature_NCHW in features.items():
    print(f"{name}: {feature_NCHW.shape[1]:3} channels of {feature_NCHW.shape[3]} x {feature_NCHW.shape[2]}")
print("content is compared in", ", ".join(network.content_layers))
print("style is compared in  ", ", ".join(network.style_layers))

# %% [markdown]
# ## Loss 1: content
#
# *What* is there, roughly where: the activations of a deep layer, compared place by place (Gatys, Ecker & Bethge 2016). We divide by the
# photo's own, so that 1 means "nothing of the photo", whatever the layer.


# %%
def content_loss(features: dict[str, Tensor], wanted: dict[str, Tensor]) -> Tensor:
    losses = [(features[name] - wanted[name]).square().mean() / wanted[name].square().mean() for name in wanted]
    return torch.stack(losses).mean()


# %% [markdown]
# ## Loss 2: style
#
# The **Gram matrix** of a layer: for every two channels, how strongly they are active together, averaged over all places. *Where* they were is
# forgotten, which is the point: what is left is texture. `gancraft.second_moment_sum` adds up the products.


# %%
def gram(feature_NCHW: Tensor) -> Tensor:
    return gancraft.second_moment_sum(feature_NCHW) / gancraft.position_sum(feature_NCHW)


def style_loss(features: dict[str, Tensor], painted: dict[str, Tensor]) -> Tensor:
    losses = [(gram(features[n]) - gram_CC).square().mean() / gram_CC.square().mean() for n, gram_CC in painted.items()]
    return torch.stack(losses).mean()


matrix_CC = gram(network(style_NCHW, ["relu1_1"])["relu1_1"])
print(f"the Gram matrix of relu1_1 is {matrix_CC.shape[0]} x {matrix_CC.shape[1]}, however large the painting is")
Image.fromarray((255 * (matrix_CC / matrix_CC.max()).sqrt()).to(torch.uint8).numpy()).resize((192, 192), 0)

# %% [markdown]
# ## Loss 3: variation
#
# The difference between neighbouring pixels. The two losses above don't mind a fine noise; this one does.


# %%
def variation_loss(x_NCHW: Tensor) -> Tensor:
    return x_NCHW.diff(dim=2).abs().mean() + x_NCHW.diff(dim=3).abs().mean()


# %% [markdown]
# ## The loop
#
# The picture is the only thing that learns. Each step: look at it, add up the losses, ask for the gradient of the *pixels*, and let Adam
# move them a little, ever less. Weights say what matters: change them and run the cells again.

# %%
WEIGHTS = {"content": 1.0, "style": 3.0, "variation": 0.5}
LAYERS = {*network.content_layers, *network.style_layers}


def paint(
    x_NCHW: Tensor, steps: int, weights: dict[str, float], rate: float = 0.05
) -> tuple[list[Tensor], list[dict[str, float]]]:
    """From a picture: the pictures after each step, and the three losses."""
    side = max(x_NCHW.shape[2:])
    with torch.no_grad():
        wanted = network(as_tensor(photo, side), network.content_layers)
        seen = network(as_tensor(painting, side), network.style_layers)
        painted = {name: gram(feature_NCHW) for name, feature_NCHW in seen.items()}
    x_NCHW = x_NCHW.clone().requires_grad_()
    adam = torch.optim.Adam([x_NCHW], lr=rate)
    pictures, course = [x_NCHW.detach().clone()], []
    for step in range(steps):
        adam.param_groups[0]["lr"] = rate * 0.1 ** (step / steps)
        features = network(x_NCHW, LAYERS)
        losses = {
            "content": content_loss(features, wanted),
            "style": style_loss(features, painted),
            "variation": variation_loss(x_NCHW),
        }
        adam.zero_grad()
        torch.stack([weights[name] * loss for name, loss in losses.items()]).sum().backward()
        adam.step()
        with torch.no_grad():
            x_NCHW.clamp_(0, 1)
        pictures.append(x_NCHW.detach().clone())
        course.append({name: float(loss.detach()) for name, loss in losses.items()})
    return pictures, course


def noise(seed: int = 0) -> Tensor:
    torch.manual_seed(seed)
    return (0.5 + 0.1 * torch.randn_like(as_tensor(photo, SMALL))).clamp(0, 1)


pictures, course = paint(noise(), STEPS, WEIGHTS)
for step in SHOW:
    losses = course[min(step, STEPS - 1)]
    print(f"step {step:3}: " + "  ".join(f"{name} {value:.3f}" for name, value in losses.items()))
side_by_side(*(pictures[step] for step in SHOW))

# %% [markdown]
# From left to right, the steps above: noise, the first colours, then edges and strokes that find their place. Style falls at once; content
# takes longer, since it has to be found against the style.
#
# ## Larger
#
# From noise at full size the same loop would need far more steps: large areas of colour come about slowly, pixel by pixel. So the small result
# is enlarged and goes on, with few steps. (It is what gancraft does too.)

# %%
begun_NCHW = interpolate(pictures[-1], content_NCHW.shape[2:], mode="bilinear")
larger, more = paint(begun_NCHW, MORE, WEIGHTS, rate=0.02)
print("  ".join(f"{name} {value:.3f}" for name, value in more[-1].items()))
side_by_side(begun_NCHW, larger[-1], high=content_NCHW.shape[2])

# %% [markdown]
# ## The three losses as curves

# %%
WIDE, HIGH = 480, 160
curves = Image.new("RGB", (WIDE, HIGH), "white")
for name, colour in zip(WEIGHTS, [(30, 90, 200), (210, 80, 30), (60, 150, 60)], strict=True):
    values = torch.tensor([losses[name] for losses in course]).clamp(min=1e-6).log()
    low, high = float(values.min()), float(values.max()) + 1e-6
    for x in range(WIDE):
        value = float(values[x * (len(values) - 1) // (WIDE - 1)])
        y = HIGH - 2 - int((HIGH - 4) * (value - low) / (high - low))
        for thick in (y - 1, y, y + 1):
            curves.putpixel((x, max(0, min(HIGH - 1, thick))), colour)
print("blue content, orange style, green variation: logarithms, each from its lowest to its highest")
curves

# %% [markdown]
# ## What each loss is for
#
# The same small picture with one loss left out. Without content the photo is gone and only texture is left; without style it is the photo again,
# as far as the network remembers it; without variation neighbouring pixels differ more.

# %%
without = {name: paint(noise(), STEPS // 2, {**WEIGHTS, name: 0.0}) for name in WEIGHTS}
for name, (_, losses) in without.items():
    print(f"without {name}: " + "  ".join(f"{n} {value:.3f}" for n, value in losses[-1].items()))
side_by_side(*(results[-1] for results, _ in without.values()))

# %% [markdown]
# ## The same in one call
#
# gancraft adds what makes it quick and large: more sizes, its own optimiser, strengths that mean the same for every network, masks, colours, and
# tiles for big pictures. The [style guide](../style-guide.md) says what to turn.

# %%
done = gancraft.finished(
    gancraft.stylise(f"sample:{PHOTO}", f"sample:{STYLE}", plugin="gram", size=str(LARGE), iterations=ITERATIONS)
)
result_NCHW = torch.from_numpy(done.picture_HWC).permute(2, 0, 1)[None]
print(f"{done.seconds:.1f} s")
side_by_side(larger[-1], result_NCHW, high=content_NCHW.shape[2])

# %% [markdown]
# ## After
#
# <details><summary>1. Why does the style loss not see where a stroke is?</summary>The Gram matrix is a mean over all places. Shuffle the places of a layer and it stays the same.</details>
# <details><summary>2. You want more of the photo. Which two knobs?</summary>A larger weight of content (on the command line a smaller `--strength`), or start from the photo (`--start content`).</details>
# <details><summary>3. Flat areas are grainy. Which loss?</summary>Variation: `--variation-weight`. Too much of it and everything is smooth.</details>
# <details><summary>4. Why divide each loss by its own target?</summary>Layers differ in scale by orders of magnitude. Relative losses make one set of weights fit every layer, network and size.</details>
# <details><summary>5. Could the picture be made without a loop?</summary>Yes: train a network on many photos to do it in one pass. That is what instant styles are.</details>
#
# **Exercise**: take a photo and a painting of your own, and find weights at which you still recognise the photo and nobody would call it one.
# Then go on with [ten questions](../quiz.md), or with [a GAN on your own pictures](train-a-gan.ipynb).
