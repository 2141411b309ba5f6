"""A plugin in which everything is wrong, each thing in its own way: what the checks have to find."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import gancraft


class NoBounds(gancraft.Options):
    width: int = gancraft.option(4, "without a stop", ge=1)


class Taken(gancraft.Options):
    size: int = gancraft.option(3, "Of a patch.", ge=1, le=9)
    colours: int = gancraft.option(3, "How many.", ge=1, le=9)


class Right(gancraft.StyleLoss):
    """Means of channels."""

    def target(self, features, where=None):
        return {n: f.float().mean((0, 2, 3)) for n, f in features.items()}

    def blend(self, targets, weights):
        return {n: sum(w * t[n] for t, w in zip(targets, weights, strict=True)) for n in targets[0]}

    def loss(self, features, target):
        means = self.target(features)
        return {n: (means[n] - target[n]).square().mean() / target[n].square().mean() for n in means}


class Drawn(Right):
    """Noise that no seed decides."""

    def loss(self, features, target):
        source = torch.Generator()
        source.seed()
        noise = 0.01 * torch.randn((), generator=source)
        return {n: value * (1 + noise) for n, value in super().loss(features, target).items()}


class Huge(Right):
    """A scale of its own."""

    def loss(self, features, target):
        return {n: 1e4 * value for n, value in super().loss(features, target).items()}


class InPlace(Right):
    """Changes what it is given."""

    def target(self, features, where=None):
        for f_NCHW in features.values():
            f_NCHW.detach().mul_(1.001)
        return super().target(features)


class Values(Right):
    """Reads a value, which no compiler can follow."""

    def loss(self, features, target):
        return {n: value * (2.0 if value.item() > 1e9 else 1.0) for n, value in super().loss(features, target).items()}


class Copies(Right):
    """Makes a tensor of a number, which a captured step can't."""

    def loss(self, features, target):
        return {n: value * torch.tensor(1.0) for n, value in super().loss(features, target).items()}


class Coarse(Right):
    """Computes in whatever precision features come."""

    def target(self, features, where=None):
        return {n: f.mean((0, 2, 3)) for n, f in features.items()}


class FirstBlend(Right):
    """Forgets all but one style."""

    def blend(self, targets, weights):
        return targets[0]


class Neighbours(gancraft.StyleLoss):
    """Sums of differences between neighbours, which don't add up over tiles."""

    additive = True

    def target(self, features, where=None):
        return {n: (f[..., 1:] - f[..., :-1]).float().abs().sum((0, 2, 3)) for n, f in features.items()}

    def blend(self, targets, weights):
        return gancraft.mean_sums(targets, weights)

    def distance(self, sums, target):
        return {n: (s - target[n]).square().mean() for n, s in sums.items()}


class Boastful(Right):
    """Takes no masks, whatever it is registered with."""


class Still(gancraft.StyleMethod):
    """Returns the photo, and doesn't say when it was stopped."""

    def run(self, job, run):
        yield gancraft.Started(1)
        yield gancraft.Finished(picture_HWC=job.content_NCHW[0].permute(1, 2, 0).numpy())


class Leaking(gancraft.StyleMethod):
    """Its first event holds what can't be sent to another process."""

    def run(self, job, run):
        yield gancraft.Started(1, torch.zeros(1))
        yield gancraft.Finished(picture_HWC=1 - job.content_NCHW[0].permute(1, 2, 0).numpy(), stopped=run.stopping)


class Wrong(gancraft.StyleMethod):
    """Gives another size, in double precision."""

    def run(self, job, run):
        yield gancraft.Finished(picture_HWC=torch.zeros(4, 4, 3).double().numpy(), stopped=run.stopping)


class Alone(gancraft.StyleMethod):
    """Paints the negative, rightly, and looks at no style picture."""

    def run(self, job, run):
        assert not job.styles
        yield gancraft.Started(1)
        yield gancraft.Finished(1 - job.content_NCHW[0].permute(1, 2, 0).numpy(), stopped=run.stopping)


class Idle(gancraft.Generator):
    """Has a layer that nothing passes, and one size for everything."""

    latent_size = 4

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.body, self.unused = nn.Linear(4, 3 * 16 * 16), nn.Linear(4, 4)
        self.offset = float(torch.rand(()))  # in no state dict

    def forward(self, z_NL: Tensor, labels_N: Tensor | None = None) -> Tensor:
        return torch.tanh(self.body(z_NL) + self.offset).unflatten(1, (3, 16, 16))


class Mixing(gancraft.Discriminator):
    """Judges pictures by each other, and says that it doesn't; logits in two dimensions."""

    together = 1

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.body = nn.Linear(shape.channels * shape.height * shape.width, 1)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        y_N1 = self.body(x_NCHW.flatten(1))
        return y_N1 - y_N1.mean()


class _Cube(torch.autograd.Function):
    """x^3, whose gradient forgets what it hangs on."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, slope):
        return (3 * ctx.saved_tensors[0] ** 2 * slope).detach()


class Once(gancraft.Discriminator):
    """Can be derived once, not twice."""

    def __init__(self, options, shape):
        super().__init__(options, shape)
        self.body = nn.Linear(shape.channels * shape.height * shape.width, 1)

    def forward(self, x_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        return _Cube.apply(self.body(x_NCHW.flatten(1)))[:, 0]


class Backwards(gancraft.AdversarialLoss):
    """A sum instead of a mean, the wrong way round, with a penalty that there isn't."""

    penalties = {"r3": 1.0}
    health = gancraft.LossHealth(blind=5.0)

    def discriminator(self, real_N, fake_N):
        return (real_N.exp() - fake_N).sum()

    def generator(self, fake_N, real_N=None):
        return fake_N.sum()


class Blank(nn.Module):
    """A network without scale, whose weights would learn."""

    layers = ("one",)
    content_layers = {"one": 1.0}
    style_layers = {"two": 1.0}
    fingerprint = ""

    def __init__(self, options):
        super().__init__()
        self.one = nn.Conv2d(3, 4, 3)

    def forward(self, x_NCHW, layers):
        return {"one": 100 * self.one(x_NCHW.to(self.one.weight.dtype))}


class Muddled(gancraft.Trainable):
    """Teaches a network that there isn't, and one in part."""

    sampler = "maker"

    def networks(self):
        return {"maker": nn.Linear(2, 2), "other": nn.Linear(2, 2)}

    def phases(self):
        return [gancraft.Phase("only", ("maker", "ghost"), self.loss)]

    def loss(self, networks, batch, state, random):
        value = networks["maker"](torch.rand(2, 2))
        return gancraft.Outcome({"part": value.mean(1)}, state={"new": value.sum()})


@gancraft.hookimpl
def register_style_methods(register):
    for kind in (Right, Drawn, Huge, InPlace, Values, Copies, Coarse, FirstBlend):
        register(kind.__name__.lower(), kind, summary="A loss.")
    register("neighbours", Neighbours, capabilities=("mask", "tiles"), summary="A loss.")
    register("boastful", Boastful, capabilities=("mask", "tiles"), summary="A loss.")
    register("claiming", Right, capabilities=("masks", "colour"), summary="A loss.")
    register("bounds", Right, options=NoBounds, summary="no full stop")
    register("taken", Right, options=Taken, summary="A loss.")
    register("still", Still, summary="A method.")
    register("leaking", Leaking, summary="A method.")
    register("wrong", Wrong, summary="A method.")
    register("alone", Alone, capabilities=("styleless",), summary="A method.")


@gancraft.hookimpl
def register_generators(register):
    register("idle", Idle, summary="A generator.")


@gancraft.hookimpl
def register_discriminators(register):
    register("mixing", Mixing, summary="A discriminator.")
    register("once", Once, summary="A discriminator.")


@gancraft.hookimpl
def register_losses(register):
    register("backwards", Backwards, summary="A loss.")


@gancraft.hookimpl
def register_networks(register):
    register("blank", Blank, summary="A network.")


@gancraft.hookimpl
def register_training_methods(register):
    register("muddled", Muddled, summary="A method.")
    settings = {"gan.nonsense": 1, "batch": -1}
    register("adrift", gancraft.Preset("idle", "mixing", "nowhere", settings), summary="A preset.")
    register("unset", gancraft.Preset("idle", "mixing", "backwards", settings), summary="A preset.")
    register(
        "misspelt", gancraft.Preset("idle", "mixing", "backwards", {"gan.generator_rates": 1}), summary="A preset."
    )
