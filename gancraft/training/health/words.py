"""How troubles are told once they are over, and at the end of a run."""

from __future__ import annotations

# How verdicts begin that say nothing, good or bad.
TOO_SHORT, TOO_FEW = "too short to tell", "too few looks to tell"
NOT_WATCHED = "not watched"

# What happened, for the verdict. {value}: the number of the trouble's latest sign.
PAST = {
    "diverged": "diverged: losses or gradients went beyond all bounds",
    "collapse": "collapsed: pictures became alike (diversity {value:.2g} of the data's)",
    "latents-ignored": "collapsed: latents were ignored (they change pictures by {value:.2g} of the data's spread)",
    "overpowering": "the discriminator overpowered the generator (its loss {value:.2g})",
    "blind": "the discriminator told nothing apart (its loss {value:.3g})",
    "memorising": "memorised: the discriminator learned the training pictures by heart (held-out gap {value:.2f})",
    "copying": "copying: pictures repeated the training set ({value:.2f} times as far from it as new ones)",
    "unstable": "training swung to and fro (distances {value:.0f} apart)",
    "thrown-back": "training was thrown back: pictures were much worse than they had been",
    "stagnant": "training came to a halt (no better for {value:,.0f} pictures)",
    "leak": "augmentation may have leaked into pictures (probability {value:.2f})",
}

# That it is over, and the value of a look that says so.
OVER = {
    "diverged": ("losses are numbers again", "discriminator"),
    "collapse": ("pictures are varied", "diversity"),
    "latents-ignored": ("the generator uses its latents", "latent_use"),
    "overpowering": ("the discriminator overpowers the generator no longer", "discriminator"),
    "blind": ("the discriminator tells real from fake again", "discriminator"),
    "memorising": ("the discriminator knows the training pictures by heart no longer", "held_out_gap"),
    "copying": ("pictures copy the training set no longer", "copying"),
    "unstable": ("training has calmed down", "distance"),
    "thrown-back": ("training is as far as it had been", "distance"),
    "stagnant": ("pictures get better again", "distance"),
    "leak": ("augmentation is moderate again", "augment"),
}


def over(code: str, value: float | None) -> str:
    """That a trouble is over, with the number that says so where there is one."""
    sentence, name = OVER[code]
    return sentence if value is None else f"{sentence}: {name.replace('_', ' ')} {value:.3g}"
