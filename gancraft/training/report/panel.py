"""Which curves belong together in a chart, and the sentence that says what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from gancraft.training.report.run import Points, Run, plain

# Diversity is relative to real pictures: two samples of those differ by a tenth or so from each other.
DIVERSE = (0.7, 1.2)
MORE = 24  # charts of what nobody has explained
_GAP = (
    " The gap is the discriminator's to pictures that it never saw: near 0 is good, and above 0.5 it knows those for "
    "training by heart."
)
MOST_CURVES = 6  # in a chart, a colour each; further ones get charts of their own


@dataclass(frozen=True)
class Panel:
    """One chart. curves: names of series, with what to call them; a name that ends in / stands for all that begin so.

    inside: values that the axis always has; band: (low, high) that is marked as healthy; guide: (value, what it means);
    best: mark the lowest point.
    """

    title: str
    curves: tuple[tuple[str, str], ...]
    sentence: str
    log: bool = False
    inside: tuple[float, ...] = ()
    band: tuple[float, float] | None = None
    guide: tuple[float, str] | None = None
    best: bool = False


def panels(run: Run) -> tuple[list[Panel], list[Panel]]:
    """The charts that this run has numbers for, and those of everything else that was recorded."""
    own = run.part("curves")
    usual = [panel for panel in _all(run) if not any(name in own for name, _ in panel.curves)]
    known = [panel for panel in [*_own(run), *usual] if lines_of(panel, run)]
    drawn = {name for panel in known for name, _, _ in lines_of(panel, run)}
    rest = [name for name in run.series if name not in drawn]
    return known, [panel for name in rest[:MORE] if lines_of(panel := Panel(name, ((name, plain(name)),), ""), run)]


def _own(run: Run) -> list[Panel]:
    """What the run's method says of the numbers of its own."""
    said = run.part("curves").items()
    return [Panel(plain(x), ((x, plain(x)),), str(sentence), best=x == "distance") for x, sentence in said]


def lines_of(panel: Panel, run: Run) -> list[tuple[str, str, Points]]:
    """(name, what to call it, points) of the curves of a panel that have a number at all."""
    found = []
    for name, label in panel.curves:
        names = sorted(own for own in run.series if own.startswith(name)) if name.endswith("/") else [name]
        for own in names:
            if any(value is not None and (value > 0 or not panel.log) for _, value in run.series.get(own, [])):
                found.append((own, label or plain(own.removeprefix(name)), run.series[own]))
    return found[:MOST_CURVES]


def _all(run: Run) -> list[Panel]:
    networks = sorted({"generator", "discriminator", *map(str, run.part("parameters"))})
    return [
        Panel(
            "Losses",
            tuple((name, name) for name in networks),
            "The two losses do not fall together: each network's gain is the other's loss, so ideally both hover in a "
            "band; a discriminator that sinks to its floor while the generator climbs has won, and teaches nothing more.",
        ),
        Panel(
            "Diversity",
            (("diversity", "diversity"),),
            "How much generated pictures differ from one another, where real ones have 1: inside the band they are as "
            "varied as the data, and a fall towards 0 is collapse, the same few pictures over and over.",
            inside=(0.0, 1.25),
            band=DIVERSE,
        ),
        Panel(
            "Distance to the data",
            (("distance", "distance"),),
            "How far generated pictures as a set are from real ones, lower is better: when the curve has turned upwards "
            "for good, the best pictures lie behind, at the ring.",
            best=True,
        ),
        Panel(
            "Strength of the discriminator",
            (("separation", "separation"), ("sign", "sign on reals")),
            "Separation is how often a real picture is rated above a generated one: at 0.5 the discriminator guesses, and "
            "where it stays at 1 it always knows and the generator gets nothing to learn from.",
            inside=(0.0, 1.0),
            guide=(0.5, "guesses"),
        ),
        Panel(
            "Gradient norms",
            (("gradient/", ""),),
            "How hard each network is being pushed (one step of the axis is a factor of ten): steady is good, a climb "
            "over several steps comes before divergence, and next to 0 a network learns nothing.",
            log=True,
        ),
        Panel(
            "Memorisation",
            (("copying", "copying"), ("held_out_gap", "held-out gap")),
            "Whether training pictures are learnt by heart. Copying is how far generated pictures are from the nearest one, "
            "where new real ones have 1: below 0.5 the generator repeats them."
            + (_GAP if "held_out_gap" in run.series else ""),
            inside=(0.0,),
        ),
        Panel(
            "Use of the random numbers",
            (("latent_use", "latent use"),),
            "How much a picture changes when the random numbers it is made from do: near 0 the generator ignores them and "
            "makes one picture whatever it is given.",
            inside=(0.0,),
        ),
        Panel(
            "Augmentation",
            (("augment", "probability"),),
            "How likely each change is to whatever the discriminator sees: an adaptive one rises when it begins to know "
            "the data by heart, and above 0.8 the changes begin to leak into the pictures.",
            inside=(0.0, 1.0),
            guide=(0.8, "leaks above"),
        ),
        Panel(
            "Gradient penalties",
            (("r1", "on reals (r1)"), ("r2", "on fakes (r2)"), ("gradient", "between both")),
            "What the discriminator pays for being steep: it should stay small beside the losses, and where it dwarfs "
            "them its weight is too high for it to learn anything else.",
            inside=(0.0,),
        ),
        Panel(
            "Learning rate",
            (("rate", "rate"), ("rate/", "")),
            "How large the steps are: a drop should calm the losses, and where it brings the distance down as well the "
            "rate was too high before.",
            inside=(0.0,),
        ),
        Panel(
            "Speed",
            (("pictures/s", "pictures a second"),),
            "How many real pictures are seen in a second: dips are other programs or the looks at the health, and a "
            "lasting fall is worth a question to the machine.",
            inside=(0.0,),
        ),
    ]
